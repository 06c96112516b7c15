"""Answers with frames that are cut, empty, of unknown tags, of wrong lengths, and with text that is not UTF-8."""
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


BROKEN = [
    b"\0" * 8,
    struct.pack("<II", 5, 0) + b"\xdd\xff\xff\xff\xff",
    struct.pack("<II", 3, 0) + b"\xd9\x01\xff",
    struct.pack("<II", 1, 8) + b"\xc0" + b"12345678",
    frame(["z", 1]),
    frame(["a", "float64", ["l", [1]], 8, "", "", False], b"12345678"),
    frame(mapping(value=["a", "object", [1], 8, "ndarray", "object", False]), b"12345678"),
    frame(mapping(value=["a", "float64", [1 << 39, 1 << 39, 0], 0, "ndarray", "float64", False])),
    frame(mapping(value=["i", "0x" + "f" * 200])),
    frame(mapping(value=["b", -1])),
    frame([1, 2, 3]),
    b"\xff" * 100,
]


def answer(number):
    write(BROKEN[number % len(BROKEN)])
    os._exit(number)


def mean(values):
    answer(len(values))


def clamp(value, low, high):
    answer(int(abs(value)) % 7 + 4)


def count_words(text):
    answer(len(text))
