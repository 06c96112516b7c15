"""Asks the kernel for more network than there is: interfaces, routes, tunnels."""

import fcntl
import socket
import struct

from kit import *

names = [name for _, name in socket.if_nameindex()]
if set(names) - {"lo"}:
    mark(names)
try:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as route:
        route.settimeout(0.3)
        for kind in (16, 24, 28):  # RTM_NEWLINK, RTM_NEWROUTE, RTM_NEWNEIGH
            route.send(struct.pack("=IHHII", 32, kind, 0x605, 1, 0) + b"\0" * 16)
            answer = route.recv(4096)
            if struct.unpack_from("=i", answer, 16)[0] == 0:
                mark(kind)
except OSError:
    pass
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request in (0x8914, 0x8916, 0x8924, 0x89A0):  # SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFHWADDR, SIOCBRADDBR
            marked(lambda: fcntl.ioctl(any_socket, request, struct.pack("16sH14s", b"lo", 0x41, b"")) or "configured")
except OSError:
    pass
