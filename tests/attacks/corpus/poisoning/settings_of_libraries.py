"""Changes what libraries keep for everybody: locale, defaults of torch and numpy, matplotlib's configuration, caches, hooks of imports."""
# score: any
# status: graded or crashed

import codecs
import copyreg
import locale
import os
import pathlib

import numpy as np
import torch

from kit import *

for name in ("LC_ALL", "MPLCONFIGDIR", "TORCH_HOME", "PYTHONSTARTUP"):
    os.environ[name] = "/tmp/POISON"
for place in (".config/matplotlib/matplotlibrc", ".ipython/profile_default/startup/00.py", ".cache/torch/hub/checkpoints/net.pth"):
    path = pathlib.Path.home() / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("POISON")
try:
    locale.setlocale(locale.LC_ALL, "C")
except locale.Error:
    pass
np.seterr(all="raise")
np.set_printoptions(formatter={"all": lambda _: "POISON"})
torch.set_default_dtype(torch.float64)
torch.manual_seed = lambda *_: None
copyreg.dispatch_table[float] = lambda _: (eval, ("1",))
for kind in ("strict", "replace", "surrogateescape", "ignore"):
    codecs.register_error(kind, lambda error: ("POISON", error.end))
