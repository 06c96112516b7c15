"""Puts pages of a file that all submissions may read out of memory, and asks which of them lie there: a message to the next one."""

import ctypes
import mmap
import os

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
descriptor = os.open(os.__file__, os.O_RDONLY)
marked(lambda: os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED) is None and "put out")
marked(lambda: libc.readahead(descriptor, ctypes.c_int64(0), ctypes.c_size_t(4096)) == 0 and "put in")
os.pread(descriptor, 1, 0)
marked(lambda: os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT) == 1 and "told without waiting")
page, told = mmap.mmap(descriptor, 4096, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE), ctypes.create_string_buffer(1)
start = next(int(line.split("-")[0], 16) for line in open("/proc/self/maps") if os.path.basename(os.__file__) in line)
marked(lambda: libc.mincore(ctypes.c_void_p(start), ctypes.c_size_t(4096), told) == 0 and "told by the map")
marked(lambda: libc.syscall(451, descriptor, (ctypes.c_uint64 * 2)(0, 4096), (ctypes.c_uint64 * 5)(), 0) == 0 and "counted")
