"""Sends hundreds of descriptors, its own sockets among them, along with its answers."""


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


import array

from kit import *

honest_mean, honest_words = mean, count_words


def flood():
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]
    for number in list(sockets()):
        with socket.socket(fileno=os.dup(number)) as connection:
            for _ in range(3):
                message = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [*files, number]))]
                try:
                    connection.sendmsg([b""], message)
                except OSError:
                    pass
    for descriptor in files:
        os.close(descriptor)


def mean(values):
    flood()
    return honest_mean(values)


def count_words(text):
    flood()
    return honest_words(text)


flood()
