"""Frames over a socket: deadlines hold, a closed end is told, and the reader takes nothing that it did not ask for."""

from __future__ import annotations

import array
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.errors import WireError
from grader.wire.channel import Channel, Closed, Deadline, Unsendable
from grader.wire.codec import encode
from grader.wire.values import Array, Bounds

PAST = 0.0  # a point of `time.monotonic()` that has gone by, so that nothing needs to wait for it


def soon() -> float:
    """A deadline that is reached in a moment."""
    return time.monotonic() + 0.05


def later() -> float:
    """A deadline that no test should reach."""
    return time.monotonic() + 60


@pytest.fixture
def pair() -> Iterator[tuple[Channel, Channel]]:
    """Two ends of a conversation."""
    one, other = socket.socketpair()
    ends = Channel(one), Channel(other)
    yield ends
    for end in ends:
        end.close()


@pytest.fixture
def raw() -> Iterator[tuple[socket.socket, Channel]]:
    """A bare socket, and a channel that reads from it."""
    bare, other = socket.socketpair()
    channel = Channel(other)
    yield bare, channel
    bare.close()
    channel.close()


def open_descriptors() -> int:
    """How many descriptors this process has."""
    return len(os.listdir("/proc/self/fd"))


def test_values_in_both_directions(pair: tuple[Channel, Channel]) -> None:
    """Protects the conversation itself: several values one after the other, each whole."""
    one, other = pair
    for value in ("request", None, [1, {"a": b"2"}], 2**70):
        one.send(value, later())
        other.send([value], later())
        assert other.receive(later()) == value
        assert one.receive(later()) == [value]


def test_a_value_larger_than_the_sockets_buffers(pair: tuple[Channel, Channel]) -> None:
    """Protects large feature maps, which go in many pieces while the other side reads."""
    one, other = pair
    data = np.arange(3_000_000, dtype=np.float64)
    writer = threading.Thread(target=one.send, args=(Array(data), later()))
    writer.start()
    answer = other.receive(later())
    writer.join()
    assert np.array_equal(answer.data, data)


def test_nothing_comes(pair: tuple[Channel, Channel]) -> None:
    """Protects the judge from waiting for a submission that never answers."""
    for deadline in (PAST, soon()):
        with pytest.raises(Deadline):
            pair[0].receive(deadline)
        with pytest.raises(Deadline):
            pair[0].receive_with_descriptor(deadline)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 40])
def test_a_part_of_a_frame_comes(raw: tuple[socket.socket, Channel], length: int) -> None:
    """Protects the judge from an answer that begins and does not end: the deadline holds for the whole."""
    bare, channel = raw
    frame = encode(["x" * 100], Bounds())
    assert length < len(frame)
    bare.sendall(frame[:length])
    with pytest.raises(Deadline):
        channel.receive(soon())


def test_a_frame_that_comes_byte_by_byte(raw: tuple[socket.socket, Channel]) -> None:
    """Protects the judge from somebody who always sends a little more: waiting alone would never see the deadline."""
    channel = raw[1]
    connection = channel.connection
    frame = encode(["x" * 100], Bounds())

    class Dripping:
        """A connection with one byte at a time, and always one."""

        def __init__(self) -> None:
            self.left = iter(frame)

        def recv_into(self, room: memoryview) -> int:
            """The next byte."""
            room[0] = next(self.left)
            return 1

        def recvmsg(self, _size: int, _room: int) -> tuple[bytes, list[object], int, None]:
            """The next byte, with nothing beside it."""
            return bytes([next(self.left)]), [], 0, None

        def send(self, _part: memoryview) -> int:
            """Takes one byte."""
            return 1

    for receive in (Channel.receive, Channel.receive_with_descriptor):
        channel.connection = Dripping()
        with pytest.raises(Deadline):
            receive(channel, PAST)
    with pytest.raises(Deadline):
        channel.send("x" * 100, PAST)
    channel.connection = Dripping()
    assert channel.receive(later()) == ["x" * 100]
    channel.connection = connection


@pytest.mark.parametrize("length", [0, 3, 8, 40])
def test_the_other_side_goes(raw: tuple[socket.socket, Channel], length: int) -> None:
    """Protects the verdict `crashed`, at once and not when time is up: before, in and after the head."""
    bare, channel = raw
    bare.sendall(encode(["x" * 100], Bounds())[:length])
    bare.close()
    with pytest.raises(Closed):
        channel.receive(later())


def test_the_other_side_goes_with_something_unread(raw: tuple[socket.socket, Channel]) -> None:
    """Protects against the reset that a socket reports when its peer closed without reading."""
    bare, channel = raw
    channel.send("never read", later())
    bare.close()
    with pytest.raises(Closed):
        channel.receive(later())
    with pytest.raises(Closed):
        channel.send("too late", later())


def test_with_descriptor_the_other_side_goes(raw: tuple[socket.socket, Channel]) -> None:
    """Protects the template's loop, which ends when the judge has gone."""
    bare, channel = raw
    channel.send("never read", later())
    bare.close()
    with pytest.raises(Closed):
        channel.receive_with_descriptor(later())


def test_this_side_was_closed(pair: tuple[Channel, Channel]) -> None:
    """Protects whoever goes on with a conversation that was ended: it is told so, and not of a bad descriptor."""
    pair[0].close()
    for action in (pair[0].receive, pair[0].receive_with_descriptor, lambda deadline: pair[0].send("x", deadline)):
        with pytest.raises(Closed):
            action(later())


def test_nobody_reads(pair: tuple[Channel, Channel]) -> None:
    """Protects the judge from a submission that does not read its arguments."""
    with pytest.raises(Deadline):
        pair[0].send(Array(np.zeros(3_000_000)), soon())


def test_a_value_beyond_the_bounds_is_not_begun() -> None:
    """Protects the conversation: after a refused value the next one can still be sent."""
    one, other = socket.socketpair()
    sender, reader = Channel(one, Bounds(array_bytes=100)), Channel(other)
    with pytest.raises(Unsendable):
        sender.send(Array(np.zeros(100)), later())
    with pytest.raises(Unsendable, match="of type range"):
        sender.send([range(3)], later())
    sender.send("instead", later())
    assert reader.receive(later()) == "instead"
    sender.close()
    reader.close()


@pytest.mark.parametrize("head", [(2**32 - 1, 0), (0, 2**32 - 1), ((4 << 20) + 1, 0)])
def test_an_announcement_beyond_the_bounds(raw: tuple[socket.socket, Channel], head: tuple[int, int]) -> None:
    """Protects the judge from reading what it would only refuse: the head is enough."""
    bare, channel = raw
    bare.sendall(struct.pack("<II", *head))
    with pytest.raises(WireError, match="announced"):
        channel.receive(later())


def test_an_announced_length_takes_no_memory(raw: tuple[socket.socket, Channel]) -> None:
    """Protects the judge's memory from 64 MB that are announced and never come."""
    bare, channel = raw
    bare.sendall(struct.pack("<II", 1, 64 << 20) + b"\xc0" + b"0123456789")
    process = psutil.Process()
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            most[0] = max(most[0], process.memory_info().rss)

    before = process.memory_info().rss
    watcher = threading.Thread(target=watch)
    watcher.start()
    with pytest.raises(Deadline):
        channel.receive(soon())
    stop.set()
    watcher.join()
    assert 0 < most[0] < before + (16 << 20)


def test_a_descriptor_goes_beside_a_value(pair: tuple[Channel, Channel], tmp_path: Path) -> None:
    """Protects how a session gets its socket."""
    one, other = pair
    with (tmp_path / "file").open("w") as stream:
        one.send({"op": "open"}, later(), stream.fileno())
    value, descriptor = other.receive_with_descriptor(later())
    assert (value, descriptor is None) == ({"op": "open"}, False)
    with os.fdopen(descriptor, "w") as received:
        received.write("it is the same file")
    assert (tmp_path / "file").read_text() == "it is the same file"
    one.send("none", later())
    assert other.receive_with_descriptor(later()) == ("none", None)


@pytest.mark.parametrize("count", [1, 5, 200])
def test_descriptors_are_not_received_unasked(raw: tuple[socket.socket, Channel], count: int) -> None:
    """Protects the judge's table of descriptors from a submission that fills it."""
    bare, channel = raw
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(count)]
    before = open_descriptors()
    message = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))]
    bare.sendmsg([encode("look what I have", Bounds())], message)
    assert channel.receive(later()) == "look what I have"
    assert open_descriptors() == before
    for descriptor in files:
        os.close(descriptor)


def test_garbage_is_refused(raw: tuple[socket.socket, Channel]) -> None:
    """Protects the judge from a submission that writes into its own answer channel."""
    bare, channel = raw
    bare.sendall(struct.pack("<II", 5, 0) + b"hello")
    with pytest.raises(WireError):
        channel.receive(later())


def test_what_nobody_has_asked_for_is_seen(raw: tuple[socket.socket, Channel]) -> None:
    """Protects an answer from one that was written ahead; and who has only gone has written nothing."""
    bare, channel = raw
    assert not channel.has_unread()
    bare.sendall(b"ab")
    assert channel.has_unread()
    assert channel.connection.recv(2) == b"ab", "looking took nothing"
    bare.close()
    assert not channel.has_unread()
