"""Makes and enters namespaces, where it would be root again: unshare, clone, clone3, setns, all the ways there are."""

import ctypes
import os
import subprocess

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x4000000, 0x8000000, 0x2000000, 0x80):
    if libc.unshare(flag) == 0:
        mark(hex(flag))
    pid = -1 if flag == 0x80 else libc.syscall(56, flag | 17, None, None, None, None)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        mark(f"clone {flag:#x}")
    arguments = (ctypes.c_uint64 * 11)(flag, 0, 0, 0, 17)
    pid = libc.syscall(435, arguments, 88)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        mark(f"clone3 {flag:#x}")
for path in ("/proc/1/ns", "/proc/self/ns"):
    for name in ("user", "mnt", "pid", "net"):
        marked(lambda: libc.setns(os.open(f"{path}/{name}", os.O_RDONLY), 0) == 0)
marked(lambda: subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode == 0)
