"""Unpacks archives and pickles that grow a million times."""

import gzip
import io
import pickle
import zlib

from kit import *

BOMB = zlib.compress(b"\0" * (64 << 20), 9)
marked(lambda: len(b"".join(zlib.decompress(BOMB) for _ in range(20))) and "a gigabyte of zeros")
PICKLE = b"\x80\x04]\x94(" + b"h\x00" * 100 + b"e."
for _ in range(40):
    PICKLE = b"\x80\x04" + b"]\x94" + b"".join(b"(h\x00h\x00e" for _ in range(20)) + b"."
try:
    pickle.loads(b"\x80\x04\x8e" + (1 << 40).to_bytes(8, "little"))
    gzip.GzipFile(fileobj=io.BytesIO(b"\x1f\x8b" + b"\0" * 100)).read()
except Exception:
    pass
