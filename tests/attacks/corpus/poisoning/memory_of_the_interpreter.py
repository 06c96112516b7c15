"""Writes by ctypes where the interpreter keeps what every process of the template shares: small numbers, names, the code of libraries."""
# score: any
# status: graded or crashed

import ctypes
import mmap
import os

from kit import *


def shared_mapping_of_a_library():
    descriptor = os.open(os.__file__, os.O_RDWR)
    return mmap.mmap(descriptor, 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)


def upgraded_mapping():
    descriptor = os.open(os.__file__, os.O_RDONLY)
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    place = library.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ, mmap.MAP_SHARED, descriptor, ctypes.c_long(0))
    return library.mprotect(ctypes.c_void_p(place), ctypes.c_size_t(4096), mmap.PROT_READ | mmap.PROT_WRITE) == 0


marked(shared_mapping_of_a_library, upgraded_mapping)


def mean(values):
    seven = 7
    ctypes.memset(id(seven) + 24, 0xFF, 4)  # the digit of a small number that everybody shares
    text = "mean"
    ctypes.memset(id(text) + 48, 0x58, 4)
    return sum(values) / len(values)
