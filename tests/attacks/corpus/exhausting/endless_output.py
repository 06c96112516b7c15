"""Writes to its standard output without end in a call."""
# score: 60

import os

import kit
from kit import *


def mean(values):
    while True:
        os.write(1, b"x" * 65536)
        print("x" * 65536)
