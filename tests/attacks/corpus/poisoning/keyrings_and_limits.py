"""Puts keys into the user's keyring, raises its limits again, and changes those and the priorities of others."""

import ctypes
import os
import resource

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
if libc.syscall(248, b"user", b"POISON", b"POISON", 6, -4) >= 0 or libc.syscall(250, 0, -4, 1) >= 0:
    mark("key")
for name in ("RLIMIT_DATA", "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_MSGQUEUE"):
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY:
        mark(name)
    marked(lambda: resource.setrlimit(kind, (hard + 1, hard + 1)) or name)
for pid in {1, TARGET["judge"], *(int(name) for name in os.listdir("/proc") if name.isdigit())} - {int(os.readlink("/proc/self"))}:
    marked(lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)) and "limit")
    marked(lambda: open(f"/proc/{pid}/oom_score_adj", "w").write("1000"))
marked(lambda: os.nice(-5) < 0, lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "real time")
