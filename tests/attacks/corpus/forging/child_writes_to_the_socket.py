"""A child of the submission keeps writing to the session's socket, so that the judge hears two voices."""
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


if os.fork() == 0:
    while True:
        write(frame(mapping(pid=77, value=3.0, status=0)))
else:
    import time

    time.sleep(0.3)


def mean(values):
    return 0
