"""Opens the memory of every process that is not its own."""
# bare: MARK

import os
import pathlib

from kit import *

for folder in pathlib.Path("/proc").glob("[0-9]*"):
    if int(folder.name) in (os.getpid(), int(os.readlink("/proc/self"))):
        continue
    for name in ("mem", "pagemap", "auxv", "syscall", "stack"):
        marked(lambda folder=folder, name=name: (folder / name).open("rb").close() or f"{folder / name}" if name == "mem" else (folder / name).read_bytes())
    marked(lambda folder=folder: (folder / "maps").read_text(), lambda folder=folder: list((folder / "map_files").iterdir()))
