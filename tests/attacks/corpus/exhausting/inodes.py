"""Makes empty files and folders, nested and beside each other, until there are none left."""

import os

from kit import *

made = 0
try:
    for number in range(200000):
        os.mkdir(f"/tmp/{number}")
        made += 1
except OSError:
    pass
os.chdir("/dev/shm")
try:
    for number in range(200000):
        os.mkdir("d")
        os.chdir("d")
        made += 1
except OSError:
    pass
if made > 100000:
    mark(f"{made} inodes")
os.chdir(os.path.expanduser("~/work"))
