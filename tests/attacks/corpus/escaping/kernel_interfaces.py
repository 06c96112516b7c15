"""Calls what kernel exploits are made of: bpf, userfaultfd, io_uring, perf, keyctl, modules, kexec, the 32-bit and x32 conventions."""

import ctypes
import mmap
import os

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
buffer = ctypes.create_string_buffer(256)
for number in (321, 323, 425, 426, 427, 298, 248, 249, 250, 175, 313, 246, 320, 169, 170, 171, 159, 305, 103, 163, 167, 168, 172, 173, 206, 304, 303, 237, 256, 279, 447, 272, 308, 310, 311, 317):
    if libc.syscall(number, buffer, buffer, buffer, buffer, buffer) >= 0:
        mark(number)
for number in (0x40000000 | 101, 0x40000000 | 521, 1000):
    if libc.syscall(number, 0, 0, 0, 0) >= 0:
        mark(hex(number))
if os.fork() == 0:
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid, 32 bit); int 0x80; ret
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    os._exit(42)
if os.waitstatus_to_exitcode(os.wait()[1]) == 42:
    mark("32-bit call")
