"""Fills the buffers of pipes and sockets, which no limit of a process counts, and puts descriptors into flight."""

import array
import fcntl
import os
import socket

import kit
from kit import *


def mean(values):
    kept = []
    try:
        for _ in range(150):
            kept.append(os.pipe())
            os.set_blocking(kept[-1][1], False)
            try:
                fcntl.fcntl(kept[-1][1], 1031, 1 << 20)
                mark("larger pipes")
            except OSError:
                pass
            try:
                while os.write(kept[-1][1], b"x" * 65536):
                    pass
            except BlockingIOError:
                pass
    except OSError:
        pass
    try:
        for _ in range(50):
            first, second = socket.socketpair()
            kept += [first, second]
            first.setblocking(False)
            files = array.array("i", [kept[0][0]] * 200)
            while True:
                first.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    except OSError:
        pass
    return kit.mean(values)
