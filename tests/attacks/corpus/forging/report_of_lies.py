"""Describes itself with names of the wrong types and sizes, endless failures and a status of its own."""
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


ODD = mapping(kind=["l", [1]], parameters=["l", [mapping(name=1 << 60, required="yes", many=None)]], methods=mapping(mean=7))


for number in sockets():
    failure = mapping(types=["l", [1, 2.5, None]], message=1 << 60, cell=-1, line=["l", []], code=False)
    report = mapping(
        unreadable="",
        detail=1 << 62,
        failures=["l", [failure] * 60],
        notes=["l", [1, mapping(code="picture_served"), mapping(code=3), "x"]],
        names=["d", [["mean", ODD], [1, ODD], [None, 1], ["clamp", mapping()], ["count_words", 5]]],
        repeated=["l", [1, None, "mean"]],
        evaluated="yes",
        hooks=float("inf"),
    )
    os.write(number, frame(report))
    while os.read(number, 1 << 16):
        os.write(number, frame(None))
