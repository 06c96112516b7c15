"""Creates a file in every folder of the file system, the root, /etc and /dev first."""

import os

from kit import *

own = ("/tmp", "/dev/shm", os.path.expanduser("~"))
for folder, folders, _ in os.walk("/"):
    if folder.startswith((*own, "/proc/")):
        folders.clear()
        continue
    try:
        with open(os.path.join(folder, "POISON.py"), "w") as stream:
            stream.write("raise SystemExit")
    except OSError:
        continue
    mark(f"file in {folder}")
