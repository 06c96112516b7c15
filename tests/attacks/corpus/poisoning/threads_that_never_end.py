"""Starts threads that spin and wait for ever, before its functions are called and while they are."""

import threading
import time

import kit
from kit import *


def spin(seconds=0.0):
    while True:
        time.sleep(seconds)


for _ in range(3):
    threading.Thread(target=spin, args=(0.0001,)).start()


def mean(values):
    threading.Thread(target=spin, args=(0.5,)).start()
    return kit.mean(values)
