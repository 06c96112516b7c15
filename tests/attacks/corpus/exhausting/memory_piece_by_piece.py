"""Takes memory in small pieces until the end, first with numpy, then in a child, then in many children."""
# score: 60

import os

import numpy as np

import kit
from kit import *


def take():
    kept = []
    while True:
        kept.append(np.ones(1 << 17))


def mean(values):
    for _ in range(8):
        if os.fork() == 0:
            take()
    take()
