"""Takes shared memory without end while the file is loaded."""
# status: out_of_memory
# score: 0

import mmap

KEPT = []
while True:
    KEPT.append(mmap.mmap(-1, 8 << 20))
    KEPT[-1].write(b"x" * (8 << 20))
