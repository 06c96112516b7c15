"""Goes through the root, the working folder and the open files of every process that is not its own."""
# bare: MARK

import os
import pathlib

from kit import *

own = (os.getpid(), int(os.readlink("/proc/self")))
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    if int(folder.name) not in own:
        for name in ("root", "cwd", "exe"):
            marked(lambda folder=folder, name=name: os.readlink(folder / name), lambda folder=folder, name=name: os.listdir(folder / name))
        marked(lambda folder=folder: [os.readlink(path) for path in (folder / "fd").iterdir()])
        marked(lambda folder=folder: [path.read_text() for path in (folder / "fdinfo").iterdir()])
        marked(lambda folder=folder: [os.readlink(path) for path in folder.glob("task/*/ns/*")])
