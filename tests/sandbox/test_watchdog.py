"""The watchdog counts a whole process tree, and ends it once, with the right verdict."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PosixPath

import psutil
import pytest

from grader.sandbox import watchdog
from grader.sandbox.watchdog import Bounds, Excess, Watchdog

MIB = 1 << 20
PLENTY = Bounds(memory_bytes=1 << 40, processes=10_000)


@contextmanager
def watching(watchdog: Watchdog) -> Iterator[Watchdog]:
    """The watchdog, which watches until the end of the block."""
    watchdog.start()
    try:
        yield watchdog
    finally:
        watchdog.close()


# A tree that says on its standard output when it has its final shape, and keeps it until its standard input closes.
_TREE = """
import mmap, os, sys, threading

children, threads, private, shared = map(int, sys.argv[1:])
memory = mmap.mmap(-1, (shared << 20) or 1)
memory.write(bytes(len(memory)))
reading, writing = os.pipe()
for _ in range(children):
    if os.fork() == 0:
        os.close(0)
        mine = bytearray(os.urandom(1024)) * 1024 * private
        held = memory[::4096]
        os.write(writing, b"!")
        threading.Event().wait()
for _ in range(children):
    os.read(reading, 1)
for _ in range(threads):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""


# A child that ends and leaves a grandchild behind, when it is told to.
_ORPHAN = """
import os, sys

gate, opened = os.pipe()
life, held = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(held)
    if os.fork() == 0:
        os.write(opened, b"!")
        os.read(life, 1)  # until the first process ends
        os._exit(0)
    os.read(0, 1)
    os._exit(0)
os.read(gate, 1)
print("grown", flush=True)
os.waitpid(pid, 0)
print("orphaned", flush=True)
sys.stdin.read()
"""


@contextmanager
def tree(children: int = 0, threads: int = 0, private: int = 0, shared: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process with children that hold MiB of private memory each, its own threads, and MiB shared by all."""
    arguments = [str(each) for each in (children, threads, private, shared)]
    process = subprocess.Popen(
        [sys.executable, "-c", _TREE, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    family = []
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        family = psutil.Process(process.pid).children(recursive=True)
        yield process
    finally:
        for member in family:
            member.kill()
        process.kill()
        process.communicate()


def look(process: subprocess.Popen[str], bounds: Bounds) -> Excess | None:
    """What a watchdog says that first sees the tree as it is."""
    return Watchdog(process.pid, bounds, lambda: None).look()


def test_a_small_tree_is_left_alone() -> None:
    """An honest submission with a few worker processes must never meet the watchdog."""
    with tree(children=3, threads=2, private=10, shared=10) as process:
        assert look(process, Bounds(memory_bytes=500 * MIB, processes=20)) is None


def test_processes_and_threads_are_counted_together() -> None:
    """A bomb of threads fills the machine as one of processes does."""
    with tree(children=3, threads=2) as process:
        assert look(process, Bounds(PLENTY.memory_bytes, 6)) is None
        assert look(process, Bounds(PLENTY.memory_bytes, 5)) is Excess.PROCESSES


def test_memory_is_summed_over_the_tree() -> None:
    """Many processes, each below its own limit: what setrlimit cannot see."""
    with tree(children=4, private=64) as process:
        assert look(process, Bounds(200 * MIB, PLENTY.processes)) is Excess.MEMORY
        assert look(process, Bounds(512 * MIB, PLENTY.processes)) is None


@pytest.mark.parametrize("sizes", ["shared", "untraceable"])
def test_a_process_whose_first_thread_has_ended_counts(monkeypatch: pytest.MonkeyPatch, sizes: str) -> None:
    """Protects the machine from memory that no limit saw: the kernel tells no sizes of a process without its first thread."""
    if sizes == "untraceable":
        monkeypatch.setattr(watchdog, "_proportional", watchdog._unbacked)
    program = """
import ctypes, mmap, os, sys, threading

def hold():
    memory = mmap.mmap(-1, 64 << 20)
    memory.write(bytes(len(memory)))
    while ") Z" not in open(f"/proc/{os.getpid()}/stat").read():
        pass
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)

if os.fork() == 0:
    threading.Thread(target=hold).start()
    ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)  # `exit` ends the calling thread alone
os.wait()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert look(process, Bounds(32 * MIB, PLENTY.processes)) is Excess.MEMORY
        assert look(process, Bounds(512 * MIB, PLENTY.processes)) is None
        process.communicate()


def test_shared_memory_counts_once() -> None:
    """Four workers that read one array hold it once; counting it four times would fail an honest submission."""
    with tree(children=4, shared=128) as process:
        # The first process held it at the start of the watch already, so that it is none of the submission's own.
        assert look(process, Bounds(64 * MIB, PLENTY.processes)) is None


@pytest.mark.parametrize("file", ["smaps_rollup", "status"])
def test_pages_of_libraries_do_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: PosixPath, file: str) -> None:
    """Workers that each have torch's libraries mapped do not hold them, whatever the kernel lets the judge read."""
    if file == "status":
        monkeypatch.setattr(watchdog, "_proportional", watchdog._unbacked)
    library = tmp_path / "library.so"
    library.write_bytes(bytes(128 * MIB))
    program = """
import mmap, os, sys
for _ in range(3):
    if os.fork() == 0:
        break
memory = mmap.mmap(os.open(sys.argv[1], os.O_RDONLY), 0, prot=mmap.PROT_READ)
touched = memory[::4096]
os.write(1, b"ready\\n")
sys.stdin.read()
"""
    arguments = [sys.executable, "-c", program, str(library)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(4)] == ["ready\n"] * 4
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
        assert sum(each.memory_info().rss for each in family) > 512 * MIB
        assert look(process, Bounds(96 * MIB, PLENTY.processes)) is None
        process.communicate()


def test_what_the_template_holds_is_not_the_submissions() -> None:
    """A fork of a template with torch starts with hundreds of megabytes that are not its own."""
    with tree(shared=256) as process:
        assert look(process, Bounds(8 * MIB, PLENTY.processes)) is None


def test_a_descendant_stays_watched_when_its_parent_dies() -> None:
    """A submission must not leave the tree by a double fork."""
    with subprocess.Popen([sys.executable, "-c", _ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"grown\n"
        watchdog = Watchdog(process.pid, Bounds(PLENTY.memory_bytes, 3), lambda: None)
        assert watchdog.look() is None  # all three seen
        process.stdin.write(b"x")
        process.stdin.flush()
        assert process.stdout.readline() == b"orphaned\n"
        watchdog._bounds = Bounds(PLENTY.memory_bytes, 1)
        assert watchdog.look() is Excess.PROCESSES
        process.stdin.close()


def test_the_thread_ends_the_tree_once() -> None:
    """The callback kills the submission; a second call could kill what has its pid by then."""
    called = threading.Event()
    calls = []

    def end() -> None:
        calls.append("ended")
        called.set()

    with tree(threads=5) as process:
        with watching(Watchdog(process.pid, Bounds(PLENTY.memory_bytes, 3), end, seconds=0.001)) as watchdog:
            assert called.wait(60)
        assert watchdog.look() is Excess.PROCESSES
    assert calls == ["ended"]


def test_the_thread_ends_with_the_tree() -> None:
    """A class of fifty must not leave fifty threads behind, nor wait for a submission that is gone."""
    with tree() as process:
        with watching(Watchdog(process.pid, PLENTY, lambda: None, seconds=0.001)) as watchdog:
            process.kill()
            process.wait()
            watchdog._thread.join(60)
            assert not watchdog._thread.is_alive()
        assert (watchdog.excess, watchdog.failure) == (None, None)


def test_a_process_that_never_was() -> None:
    """A watchdog over nothing would report that all is well."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    with pytest.raises(ProcessLookupError):
        Watchdog(pid, PLENTY, lambda: None)


@pytest.mark.parametrize("sizes", ["untraceable", "without their kinds", "none"])
def test_without_proportional_sizes(monkeypatch: pytest.MonkeyPatch, sizes: str) -> None:
    """Processes that cannot be traced and older kernels tell resident sizes only: the limit must hold then too."""

    class Poorer(PosixPath):
        def read_bytes(self) -> bytes:
            if self.name != "smaps_rollup":
                return super().read_bytes()
            if sizes == "without their kinds":  # before Linux 5.4
                return b"Rss: 300000 kB\nPss: 300000 kB\n"
            raise PermissionError(self) if sizes == "untraceable" else FileNotFoundError(self)

    monkeypatch.setattr(watchdog, "_PROC", Poorer("/proc"))
    with tree(children=4, private=64) as process:
        assert look(process, Bounds(128 * MIB, PLENTY.processes)) is Excess.MEMORY


def test_a_kernel_without_lists_of_children(monkeypatch) -> None:
    """`/proc/<pid>/task/*/children` is a build option of the kernel; psutil serves without."""
    from grader.sandbox import watchdog

    class WithoutLists(PosixPath):
        def glob(self, pattern: str) -> Iterator[PosixPath]:
            return iter(())

    monkeypatch.setattr(watchdog, "_PROC", WithoutLists("/proc"))
    with tree(children=3) as process:
        assert look(process, Bounds(PLENTY.memory_bytes, 3)) is Excess.PROCESSES


@pytest.mark.parametrize("born", [False, True])
def test_a_sum_while_processes_come_and_go(monkeypatch: pytest.MonkeyPatch, born: bool) -> None:
    """Protects many honest processes from a sum that is of no one moment, and a bomb of them from being called memory."""
    measured: list[psutil.Process] = []

    def proportional(process: psutil.Process) -> int:
        measured.append(process)
        return 1 << 40 if len(measured) == 1 else 0

    monkeypatch.setattr(watchdog, "_unbacked", lambda _process: 1 << 30)
    monkeypatch.setattr(watchdog, "_proportional", proportional)
    monkeypatch.setattr(watchdog, "_tasks", lambda _process: 100 if born and measured else 1)
    with tree(children=2) as process:
        assert look(process, Bounds(memory_bytes=1, processes=50)) is (Excess.PROCESSES if born else None)


@pytest.mark.parametrize("name", [b"\xd1\x81\xd1", b"Threads:\t0", b"\rRssAnon: -9999", b"\rRssAnon:", b"\rThreads: -90"])
def test_a_name_is_only_a_name(name: bytes) -> None:
    """Protects the limits from a process whose name is no text, or reads like a line of what the kernel tells of it."""
    program = f"""
import ctypes, sys, threading
ctypes.CDLL(None).prctl(15, {name!r}, 0, 0, 0)  # PR_SET_NAME
for _ in range(3):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
print("ready", flush=True)
sys.stdin.readline()
held = bytearray(b"x") * (64 << 20)
print("grown", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert look(process, Bounds(PLENTY.memory_bytes, 4)) is None
        assert look(process, Bounds(PLENTY.memory_bytes, 3)) is Excess.PROCESSES
        least, most = (Watchdog(process.pid, Bounds(size * MIB, PLENTY.processes), lambda: None) for size in (60, 256))
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "grown\n"
        assert (least.look(), most.look()) == (Excess.MEMORY, None)
        process.stdin.close()


def test_a_watch_that_fails_ends_the_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the machine from a submission that nobody watches any more, because its watchdog has died of an exception."""
    ended = threading.Event()
    with tree() as process:
        monkeypatch.setattr(watchdog, "_tasks", lambda _process: 1 // 0)
        with watching(Watchdog(process.pid, PLENTY, ended.set, seconds=0.001)) as watched:
            assert ended.wait(60)
        assert isinstance(watched.failure, ZeroDivisionError)
        assert watched.excess is None


def test_who_is_gone_altogether_has_no_memory() -> None:
    """Protects the watchdog itself: a process may end between two looks at it."""
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    process = psutil.Process(child.pid)
    child.wait()
    assert list(watchdog._by_thread(process, ("RssAnon:",))) == []
