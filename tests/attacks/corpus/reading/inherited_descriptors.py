"""Looks for descriptors that the template or the judge left open."""

import os
import stat

from kit import *

sockets = 0
for name in os.listdir("/proc/self/fd"):
    try:
        kind = os.fstat(int(name)).st_mode
    except OSError:
        continue  # of the listing itself
    sockets += stat.S_ISSOCK(kind)
    place = os.readlink(f"/proc/self/fd/{name}")
    if stat.S_ISREG(kind) and not place.startswith("/home/student"):
        mark(f"{name}: {place}")
    if stat.S_ISDIR(kind):
        marked(lambda name=name: os.listdir(f"/proc/self/fd/{name}/.."), lambda name=name: os.open("../..", os.O_RDONLY, dir_fd=int(name)))
if sockets != 1:  # its own conversation with the judge
    mark(f"{sockets} sockets")
