"""Opens TCP, UDP and unix sockets, abstract ones too, for the next submission to talk to."""

import socket

from kit import *

KEPT = []
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 47111)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 47111)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 47112)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0POISON"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/tmp/POISON.socket"),
):
    try:
        KEPT.append(socket.socket(family, kind))
        KEPT[-1].bind(address)
        if kind == socket.SOCK_STREAM:
            KEPT[-1].listen()
    except OSError:
        continue
