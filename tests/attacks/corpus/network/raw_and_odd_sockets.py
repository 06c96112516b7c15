"""Opens raw, packet, netlink, vsock, bluetooth and crypto sockets, of which many a kernel bug came."""

import socket

from kit import *

for family in range(46):
    if family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
        continue
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        marked(lambda: socket.socket(family, kind, 0))
for kind, protocol in ((socket.SOCK_RAW, 1), (socket.SOCK_RAW, 255), (socket.SOCK_DGRAM, 1), (socket.SOCK_STREAM, 132), (socket.SOCK_STREAM, 262)):
    marked(lambda: socket.socket(socket.AF_INET, kind, protocol))
for protocol in (*range(1, 23),):
    marked(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol))
