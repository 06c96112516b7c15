"""Leaves files, links, pipes and folders wherever it may write, for the next submission to find."""

import os

from kit import *

for folder in ("/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), os.path.expanduser("~/.config"), "/run", "/dev/mqueue"):
    for make in (
        lambda path: open(path, "w").write("POISON"),
        lambda path: os.mkdir(path + ".d"),
        lambda path: os.mkfifo(path + ".fifo"),
        lambda path: os.symlink("/etc/passwd", path + ".link"),
    ):
        try:
            make(os.path.join(folder, "POISON"))
        except OSError:
            continue
