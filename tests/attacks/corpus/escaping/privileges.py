"""Becomes somebody: set-uid programs, capabilities, other user ids, id maps."""

import ctypes
import os
import subprocess

from kit import *

status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(status[name], 16) and not (name == "CapBnd" and os.geteuid()):
        mark(f"{name} {status[name]}")
if status["NoNewPrivs"].strip() != "1" or status["Seccomp"].strip() != "2":
    mark("no filter")
for number in (0, 1, 65534, os.getuid() + 1):
    marked(lambda: os.setuid(number) or number != os.getuid() or None, lambda: os.setresgid(number, number, number) or None)
marked(lambda: os.setgroups([0]) or "groups")
libc = ctypes.CDLL(None, use_errno=True)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.capset(header, data) == 0:
    mark("capset")
for name in ("uid_map", "gid_map", "setgroups", "loginuid"):
    marked(lambda: open(f"/proc/self/{name}", "w").write("0 0 1"))
for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "-t", "tmpfs", "x", "/tmp"], ["newuidmap", "1", "0", "0", "1"], ["passwd", "-S"]):
    marked(lambda: subprocess.run(command, capture_output=True, timeout=3, stdin=subprocess.DEVNULL).returncode == 0)
if subprocess.run(["grep", "^Cap...:.*[1-9a-f]", "/proc/self/status"], capture_output=True, text=True).stdout.count("Cap") > (1 if os.geteuid() else 0):
    mark("capabilities after execve")
