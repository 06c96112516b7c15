"""Leaves shared memory behind: POSIX, System V, memory files, message queues, semaphores."""

import ctypes
import multiprocessing.shared_memory
import os
from multiprocessing import resource_tracker

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
KEPT = []
try:
    KEPT.append(multiprocessing.shared_memory.SharedMemory("POISON", create=True, size=1 << 16))
    resource_tracker.unregister("/POISON", "shared_memory")
except OSError:
    pass
for call in (lambda: libc.shmget(0x504F, 4096, 0o1666), lambda: libc.msgget(0x504F, 0o1666), lambda: libc.semget(0x504F, 1, 0o1666)):
    if call() >= 0:
        mark("System V")
if ctypes.CDLL("librt.so.1", use_errno=True).mq_open(b"/POISON", os.O_CREAT | os.O_RDWR, 0o666, None) >= 0:
    mark("queue")
os.write(os.memfd_create("POISON"), b"POISON")
