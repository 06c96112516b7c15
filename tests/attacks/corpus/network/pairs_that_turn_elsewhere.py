"""Takes a pair of datagram sockets, which every sandbox allows, and sends from it to sockets of the machine."""
# bare: MARK

import socket

from kit import *

for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
    for name in (TARGET["datagrams"], TARGET["socket"], TARGET["abstract"], "/dev/log"):
        try:
            first, second = socket.socketpair(socket.AF_UNIX, kind)
        except OSError:
            continue
        second.close()
        marked(lambda: first.sendto(b"here I am", name), lambda: first.connect(name) or "connected")
        first.close()
