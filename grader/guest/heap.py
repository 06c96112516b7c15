"""The C library's heap, which forks inherit."""

from __future__ import annotations

import ctypes
import os


def trim() -> None:
    """Have glibc return to the kernel what was freed, where there are forks that would copy it; no other allocator is asked."""
    if hasattr(os, "fork"):
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):
            library.malloc_trim(ctypes.c_size_t(0))
