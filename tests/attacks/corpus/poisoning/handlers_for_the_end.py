"""Registers what runs at the end: atexit, handlers of all signals, finalisers, traces, profiles, a forked child's hooks."""

import atexit
import gc
import os
import signal
import sys
import threading
import weakref

from kit import *


def poison(*_):
    open("/tmp/POISON", "w").write("POISON")
    os.environ["POISON"] = "1"
    return poison


class Finalised:
    def __del__(self):
        poison()


atexit.register(poison)
for number in range(1, 65):
    try:
        signal.signal(number, poison)
    except (OSError, ValueError):
        continue
KEPT = Finalised()
KEPT.itself = KEPT
weakref.finalize(KEPT, poison)
os.register_at_fork(before=poison, after_in_child=poison, after_in_parent=poison)
gc.callbacks.append(poison)
sys.excepthook = sys.unraisablehook = threading.excepthook = poison
sys.addaudithook(lambda *_: None)
