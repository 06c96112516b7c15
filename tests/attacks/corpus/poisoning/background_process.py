"""Leaves processes that detach themselves twice, ignore every signal, and keep writing and listening."""

import os
import signal
import socket
import time

from kit import *

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                continue
        os.closerange(0, 256)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("\0POISON")
        listener.listen()
        while True:
            try:
                open("/tmp/POISON", "a").write("alive")
            except BaseException:
                pass
            time.sleep(0.01)
    os._exit(0)
