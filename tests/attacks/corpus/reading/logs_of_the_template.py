"""Reads and writes the log that the template's errors go to."""

import os
import sys

from kit import *

for descriptor in (0, 1, 2):
    if os.readlink(f"/proc/self/fd/{descriptor}") != "/dev/null":
        mark(os.readlink(f"/proc/self/fd/{descriptor}"))
marked(lambda: os.read(1, 100), lambda: os.pread(2, 100, 0), lambda: sys.__stderr__.fileno() > 2)
