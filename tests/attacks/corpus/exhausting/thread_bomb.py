"""Starts threads without end."""
# watched: any graded

import threading
import time

import kit
from kit import *


def mean(values):
    try:
        for _ in range(10000):
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        mark("ten thousand threads")
    except RuntimeError:
        pass
    return kit.mean(values)
