"""Opens terminals, makes device nodes, and types into whatever terminal it can reach."""

import fcntl
import os
import stat

from kit import *

for path in ("/dev/tty", "/dev/console", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/loop-control"):
    marked(lambda: os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
for number, device in (("mem", os.makedev(1, 1)), ("disc", os.makedev(254, 0)), ("null", os.makedev(1, 3))):
    marked(lambda: os.mknod(f"/tmp/{number}", stat.S_IFCHR | 0o666, device) or os.open(f"/tmp/{number}", os.O_RDWR))
try:
    first, second = os.openpty()
except OSError:
    pass
else:
    marked(lambda: fcntl.ioctl(second, 0x5412, b"x") == 0 and "typed", lambda: fcntl.ioctl(second, 0x5423, b"\1\0\0\0") == 0)
