"""Frames over a connected unix socket, with deadlines, and descriptors beside them.

One side speaks at a time: a request, then its answer. A `Channel` never blocks beyond the deadline that it is given, and
never reads more than the bounds announce.
"""

from __future__ import annotations

import array
import select
import socket
import time
from typing import Any

import numpy as np

from grader.errors import WireError
from grader.wire.codec import HEAD_BYTES, decode, encode_parts, frame_lengths
from grader.wire.values import Bounds, Value

_CHUNK = 1 << 20


class Closed(WireError):
    """The other side has closed the connection (or died), or this side has."""


class Deadline(WireError):
    """The deadline passed before the frame was whole."""


class Unsendable(WireError):
    """The value cannot travel, or is beyond the bounds: this side's own fault. Nothing of it was sent."""


class Channel:
    """One end of a conversation.

    `deadline` arguments are points of `time.monotonic()`; `None` waits without end. Methods raise `Closed`, `Deadline`,
    or another `WireError` for a malformed or oversized frame; `send` raises `Unsendable` for what it cannot send.
    """

    def __init__(self, connection: socket.socket, bounds: Bounds | None = None) -> None:
        self.connection = connection
        self.bounds = bounds or Bounds()
        connection.setblocking(False)

    def send(self, value: Value, deadline: float | None = None, descriptor: int | None = None) -> None:
        """Write one value, with at most one file descriptor passed beside it."""
        ancillary = []
        if descriptor is not None:
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        try:  # as a whole before the first byte goes: of a value that cannot travel nothing is sent
            parts = encode_parts(value, self.bounds)
        except WireError as error:
            raise Unsendable(str(error)) from error
        for number, part in enumerate(parts):
            if number:
                _check(deadline)
            self._write(memoryview(part), ancillary if not number else [], deadline)

    def receive(self, deadline: float | None = None) -> Value:
        """Read one value. Descriptors that the other side sends along are closed by the kernel, unseen."""
        return self._rest(self._read(HEAD_BYTES, deadline), deadline)

    def receive_with_descriptor(self, deadline: float | None = None) -> tuple[Value, int | None]:
        """Read one value and the descriptor passed beside it, if any: only for a reader that trusts the sender."""
        head, descriptor = self._read_head(deadline)
        return self._rest(head, deadline), descriptor

    def close(self) -> None:
        """Close this end; the other reads `Closed`."""
        self.connection.close()

    def _write(self, view: memoryview, ancillary: list[Any], deadline: float | None) -> None:
        while view:
            try:
                # Windows has no `sendmsg`; there nothing is ever passed beside a frame.
                sent = self.connection.sendmsg([view[:_CHUNK]], ancillary) if ancillary else self.connection.send(view[:_CHUNK])
            except BlockingIOError:
                self._wait(deadline, to_write=True)
            except OSError as error:
                raise Closed(f"the connection is gone: {error.strerror}") from error
            else:
                view = view[sent:]
                ancillary = []
                if view:
                    _check(deadline)

    def _rest(self, head: bytes | memoryview, deadline: float | None) -> Value:
        structure_length, arrays_length = frame_lengths(bytes(head), self.bounds)
        structure = self._read(structure_length, deadline)
        arrays = self._read(arrays_length, deadline)
        return decode(bytes(structure), arrays, self.bounds)

    def _read_head(self, deadline: float | None) -> tuple[bytes, int | None]:
        room = socket.CMSG_SPACE(array.array("i", [0]).itemsize)
        head, descriptor = b"", None
        while len(head) < HEAD_BYTES:
            try:
                part, ancillary, _flags, _address = self.connection.recvmsg(HEAD_BYTES - len(head), room)
            except BlockingIOError:
                self._wait(deadline)
                continue
            except OSError as error:
                raise Closed(f"the connection is gone: {error.strerror}") from error
            for level, kind, data in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    descriptor = array.array("i", data[: array.array("i", [0]).itemsize])[0]
            if not part:
                raise Closed("the other side is gone")
            head += part
            if len(head) < HEAD_BYTES:
                _check(deadline)
        return head, descriptor

    def _read(self, length: int, deadline: float | None) -> memoryview:
        # Memory that numpy does not touch is the kernel's to give: what was announced and never comes takes none.
        data = np.empty(length, dtype=np.uint8).data
        done = 0
        while done < length:
            try:
                count = self.connection.recv_into(data[done : done + _CHUNK])
            except BlockingIOError:
                self._wait(deadline)
                continue
            except OSError as error:
                raise Closed(f"the connection is gone: {error.strerror}") from error
            if not count:
                raise Closed("the other side is gone")
            done += count
            if done < length:
                _check(deadline)
        return data

    def has_unread(self) -> bool:
        """Whether something has arrived that nobody has read; not where the other side has only gone."""
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except OSError:  # nothing has, or the connection is gone
            return False

    def _wait(self, deadline: float | None, *, to_write: bool = False) -> None:
        seconds = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not (_poll if hasattr(select, "poll") else _select)(self.connection, seconds, to_write):
            raise Deadline("no answer in time")


def _poll(connection: socket.socket, seconds: float | None, to_write: bool) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLOUT if to_write else select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _select(connection: socket.socket, seconds: float | None, to_write: bool) -> bool:
    # On Windows. Elsewhere it cannot look at descriptors beyond 1023.
    own = [connection]
    return any(select.select([] if to_write else own, own if to_write else [], [], seconds))


def _check(deadline: float | None) -> None:
    # Of somebody who sends byte by byte something has always come: waiting alone would never see the deadline.
    if deadline is not None and time.monotonic() > deadline:
        raise Deadline("the frame was not whole in time")
