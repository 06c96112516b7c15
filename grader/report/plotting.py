"""matplotlib as the report uses it, under its own defaults: what lies in the working folder has no say in a page.

matplotlib takes its settings from a file `matplotlibrc` in the working folder first. Where a class is graded in its own folder
that is a student's: one that cannot be read ends the report, and so does a line of it (`text.usetex: True`). So the import
happens elsewhere, and everything is drawn within `own_settings`, whatever the instructor's own settings say.

A user whose home is closed, as that of a service, or who has none is lent a folder for matplotlib's files: without one it
complains in each run.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def _lend_folder() -> None:
    """Name a folder of this process's own in `MPLCONFIGDIR`, where neither user nor home gives one."""
    if os.environ.get("MPLCONFIGDIR"):
        return
    place = Path(os.path.expanduser(os.environ.get("XDG_CONFIG_HOME") or "~/.config"), "matplotlib")
    # Not `Path.exists`, which raises for what lies in another user's home: with `su`, HOME may still be root's.
    nearest = next((one for one in (place, *place.parents) if os.path.exists(one)), place)
    # What is still called `~` is of a user without an entry and a HOME, as in a container.
    if not (place.is_absolute() and os.path.isdir(nearest) and os.access(nearest, os.W_OK)):
        os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp(prefix="matplotlib-")
        atexit.register(shutil.rmtree, os.environ["MPLCONFIGDIR"], ignore_errors=True)


_lend_folder()
# Only where there is such a file: a folder that was removed meanwhile cannot be left and entered again.
with contextlib.chdir(Path(__file__).parent) if os.path.lexists("matplotlibrc") else contextlib.nullcontext():
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle
    from matplotlib.transforms import IdentityTransform
    from matplotlib.typing import LineStyleType

__all__ = ["Axes", "Figure", "IdentityTransform", "LineStyleType", "Rectangle", "colormaps", "own_settings"]

colormaps = mpl.colormaps


@contextlib.contextmanager
def own_settings(settings: Mapping[Any, Any]) -> Iterator[None]:
    """matplotlib's defaults and these settings while the body makes and draws a figure."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield
