"""Opens files, sockets, pipes, event counters and timers until there are no descriptors left."""

import os
import socket

import kit
from kit import *


def mean(values):
    kept = []
    for opened in (lambda: os.open("/dev/null", os.O_RDONLY), os.pipe, socket.socketpair, lambda: os.eventfd(0)):
        try:
            for _ in range(100000):
                kept.append(opened())
            mark("a hundred thousand descriptors")
        except OSError:
            pass
    for one in kept:
        for number in one if isinstance(one, tuple) else [one]:
            os.close(number) if isinstance(number, int) else number.close()
    return kit.mean(values)
