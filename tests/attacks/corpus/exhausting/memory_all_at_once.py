"""Asks for 20 GB at once, of Python, numpy and mmap, and goes on if it is refused."""

import mmap

import numpy as np

from kit import *

SIZE = 20 << 30
for ask in (
    lambda: bytearray(SIZE),
    lambda: [0] * (SIZE // 8),
    lambda: np.zeros(SIZE, np.uint8) + np.uint8(1),
    lambda: np.ones((SIZE // 8,)),
    lambda: mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
    lambda: "x" * SIZE,
):
    marked(lambda: len(ask()))
