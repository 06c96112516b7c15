"""The submission that `grade doctor --attack` hands in: tries to get out of its sandbox, gently.

Each function answers with what it got hold of, and with an empty text when it got nothing. Nothing here hurts the machine even
where there is no wall: it reads and writes files that were made for it, signals one process that was started for it, and asks
for memory without touching it. It is never imported, and imports nothing of this package.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_WORD = "hunter2"
_PR_SET_NAME = 15


def _gained(*attempts: Callable[[], Any]) -> str:
    found = []
    for attempt in attempts:
        with contextlib.suppress(OSError, MemoryError, ValueError):
            found.append(str(attempt())[:60])
    return ", ".join(text for text in found if text)


def read_file(path: str) -> str:
    """A hidden test, an answer, another's work."""
    return _gained(Path(path).read_text, Path(f"/proc/self/root{path}").read_text, Path(os.path.relpath(path)).read_text)


def write_file(path: str) -> str:
    """The same, changed."""
    return _gained(lambda: Path(path).write_text("changed"), lambda: _make(path + ".made"), lambda: _remove(path))


def _make(path: str) -> str:
    with open(path, "x"):
        return f"made {path}"


def _remove(path: str) -> str:
    os.unlink(path)
    return f"removed {path}"


def list_folders(folders: list[str]) -> str:
    """The course, the home."""
    return _gained(*[lambda folder=folder: f"{len(os.listdir(folder))} entries of {folder}" for folder in folders])


def read_environment(_: str) -> str:
    """Tokens of the instructor's shell."""
    return ", ".join(name for name, value in os.environ.items() if value == _WORD)


def read_process(pid: int) -> str:
    """Memory, environment, files of another process of the same user."""
    folder = Path("/proc", str(pid))
    with contextlib.suppress(OSError):
        if _WORD.encode() not in (folder / "environ").read_bytes():
            return ""  # in a pid namespace the number means another process, or none
        return "its environment"
    return _gained(lambda: os.listdir(folder / "root"), lambda: _open(folder / "mem"))


def _open(path: Path) -> str:
    with path.open("rb"):
        return str(path)


def signal_process(pid: int) -> str:
    """The judge, the instructor's shell; whether it arrives is seen outside."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGTERM)
    return ""


def connect(addresses: list[Any]) -> str:
    """Servers of the machine; a connection is seen outside."""

    def reach(address: Any) -> str:
        name = tuple(address) if isinstance(address, list) else address
        with socket.socket(socket.AF_INET if isinstance(address, list) else socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(name)
        return f"connected to {address!r}"

    return _gained(*[lambda address=address: reach(address) for address in addresses])


def become_root(_: str) -> str:
    """Capabilities, and ways to them."""
    lines = Path("/proc/self/status").read_text(errors="replace").split("\n")
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    sets = ("CapInh", "CapPrm", "CapEff", "CapAmb")
    found: list[str] = [name for name in sets if name in status and int(status[name], 16)]
    found += [] if status.get("NoNewPrivs", "1").strip() == "1" else ["set-uid programs"]
    return ", ".join(found)


def call_kernel(numbers: dict[str, int]) -> str:
    """Calls that exploits are made of; with arguments that do nothing even where they are allowed."""
    library = ctypes.CDLL(None, use_errno=True)

    def refused(number: int) -> bool:
        ctypes.set_errno(0)
        return int(library.syscall(number, -1, 0, 0, 0, 0)) < 0 and ctypes.get_errno() in (1, 38)  # EPERM, ENOSYS

    return ", ".join(name for name, number in numbers.items() if not refused(number))


def ask_for_memory(size: int) -> str:
    """20 GB at once, untouched."""
    return _gained(lambda: f"{len(mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)) >> 30} GB")


def fork_often(most: int) -> str:
    """More processes than are allowed."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        while len(children) < most:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    _end(children)
    return f"{len(children)} processes" if len(children) == most else ""


def _end(children: Iterable[int]) -> None:
    for child in children:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def fill_files(size: int) -> str:
    """A file larger than is allowed, where it may write."""
    written = 0
    with contextlib.suppress(OSError), open("large", "wb", buffering=0) as stream:
        while written < size:
            written += stream.write(b"x" * (1 << 20))
    Path("large").unlink(missing_ok=True)
    return f"{written >> 20} MB" if written >= size else ""


def run_for_ever(_: str) -> str:
    """Deaf to signals and exceptions."""
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass


def leave_something(name: str) -> str:
    """A daemon with a name that is no text, and files wherever it may write."""
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")):
        with contextlib.suppress(OSError):
            Path(folder, name).write_text("left")
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(_PR_SET_NAME, b"\xd1\x81\xd1", 0, 0, 0)
            while True:
                signal.pause()
        os._exit(0)
    return ""


def find_something(name: str) -> str:
    """What another submission left."""
    found = []
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")):
        with contextlib.suppress(OSError):
            Path(folder, name).unlink()  # where there is no wall, nothing of this shall stay
            found.append(folder)
    return ", ".join(found)


class _Equal(float):
    def __eq__(self, _: object) -> bool:
        return True

    __hash__ = float.__hash__


def answer_with_a_subclass(_: str) -> Any:
    """A number that says that it equals any other."""
    return _Equal(0.5)


def write_to_the_judge(_: str) -> str:
    """A frame that announces 4 GB, in the place of an answer."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(number, b"\xff" * 64)
    os._exit(0)
