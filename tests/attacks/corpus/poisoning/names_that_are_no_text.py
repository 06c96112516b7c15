"""Leaves processes with names that are no text, or that read like what `/proc` says of them, and does not end by itself."""

import ctypes
import os
import time

from kit import *

PR_SET_NAME = 15
NOT_TEXT = b"\xd1\x81\xd1"


def rename(name):
    ctypes.CDLL(None).prctl(PR_SET_NAME, name, 0, 0, 0)


for name in (NOT_TEXT, b"a) Z 1 (", b"\rState:\tZ", b"Threads:\t0"):
    if os.fork() == 0:
        os.setsid()
        rename(name)
        while True:
            time.sleep(1)
rename(NOT_TEXT)
os._exit = lambda _status: time.sleep(1000)
