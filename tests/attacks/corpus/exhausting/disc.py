"""Fills every place that it may write to, in large files and in many."""
# landlock: 0 crashed

import os

import kit
from kit import *

KEPT = []
for folder in ("/tmp", "/dev/shm", os.path.expanduser("~"), "."):
    total = 0
    for number in range(400):
        try:
            stream = open(os.path.join(folder, f"file{number}"), "wb", buffering=0)
            KEPT.append(stream.fileno())
            total += sum(stream.write(b"x" * (1 << 20)) for _ in range(4))
            stream.close()
        except OSError:
            continue
    if total > 64 << 20:
        mark(f"{total >> 20} MB in {folder}")
