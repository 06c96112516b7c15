"""The C library's heap, which forks inherit."""

from __future__ import annotations

import ctypes
import os


def trim() -> None:
    """Have glibc return freed memory to the kernel, so that forks do not copy it; nothing happens with another allocator."""
    if hasattr(os, "fork"):
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):
            library.malloc_trim(ctypes.c_size_t(0))
