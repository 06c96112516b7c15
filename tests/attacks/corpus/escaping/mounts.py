"""Mounts and unmounts: over its own folders, over the root, the covers of hidden things away, old and new calls."""

import ctypes

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
for arguments in (
    (b"none", b"/tmp", b"tmpfs", 0, None),
    (b"proc", b"/tmp", b"proc", 0, None),
    (b"/", b"/tmp", None, 4096 | 16384, None),
    (None, b"/", None, 32, None),
    (b"none", b"/sys/fs/cgroup", b"cgroup2", 0, None),
):
    if libc.mount(*arguments) == 0:
        mark(arguments)
for place in (b"/tmp", b"/proc", b"/proc/sys", b"/dev/shm", b"/home/student", b"/opt/grader/grader", b"/usr/bin", b"/"):
    if libc.umount2(place, 2) == 0 or libc.umount2(place, 0) == 0:
        mark(place)
for number, arguments in ((430, (b"tmpfs", 0)), (428, (-100, b"/", 1)), (429, (-100, b"/", -100, b"/tmp", 0)), (442, (-100, b"/", 0, None, 0)), (155, (b"/tmp", b"/tmp"))):
    if libc.syscall(number, *arguments) >= 0:
        mark(number)
