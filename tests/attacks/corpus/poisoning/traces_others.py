"""Attaches to every process, and reads and writes its memory through system calls made for debuggers."""

import ctypes
import os

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
own = (os.getpid(), int(os.readlink("/proc/self")))
pids = {1, 2, TARGET["judge"], *(int(name) for name in os.listdir("/proc") if name.isdigit())} - set(own)
local = ctypes.create_string_buffer(8)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(local), 8)
for pid in pids:
    for request in (16, 0x4206):  # PTRACE_ATTACH, PTRACE_SEIZE
        if libc.ptrace(request, pid, None, None) == 0:
            mark(f"traced {pid}")
    for number in (310, 311, 312, 438):  # process_vm_readv, process_vm_writev, kcmp, pidfd_getfd
        if libc.syscall(number, pid, vector, 1, vector, 1, 0) >= 0:
            mark(f"call {number} on {pid}")
if libc.ptrace(0, 0, None, None) == 0:  # PTRACE_TRACEME: the parent would be its tracer
    mark("traceme")
