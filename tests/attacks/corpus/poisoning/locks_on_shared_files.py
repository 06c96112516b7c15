"""Takes locks, leases and watches on files that the machine's other processes use too."""

import ctypes
import fcntl
import os
import sys

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
for path in (os.__file__, os.path.realpath(sys.executable), "/usr/lib"):
    descriptor = os.open(path, os.O_RDONLY)
    marked(lambda: fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK) or "lease")
    marked(lambda: fcntl.fcntl(descriptor, fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT) or "notify")
    marked(lambda: fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB) or "lock")
if libc.inotify_init1(0) >= 0:
    mark("inotify")
