"""What every wall must do about limits: each binds, with a verdict of its own, and the next submission is none the worse."""

from __future__ import annotations

import psutil
import pytest

from grader.errors import SubmissionCrashed, SubmissionOutOfMemory, SubmissionTimedOut

from .conftest import Place, call

MIB = 1 << 20


def test_memory_is_refused_where_it_is_asked_for(place: Place) -> None:
    """Protects the machine from 20 GB, and honest code from more than an exception."""
    code = """
    import mmap
    import numpy as np
    def probe():
        return [tried(lambda: len(bytearray(20 << 30))), tried(lambda: np.ones(20 << 27).sum()),
                tried(lambda: mmap.mmap(-1, 20 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)), len(bytearray(100 << 20))]
    """
    assert place.look(code) == ["MemoryError", "MemoryError", "ENOMEM", 100 * MIB]


@pytest.mark.parametrize(
    "take",
    [
        "kept.append(mmap.mmap(-1, 8 << 20)); kept[-1].write(b'x' * (8 << 20))",
        "tried(os.fork) == ['done', 0] and [time.sleep(30) for kept in [bytearray(b'x' * (100 << 20))]]",
    ],
    ids=["shared", "many processes"],
)
def test_memory_that_no_limit_of_a_process_counts(place: Place, take: str) -> None:
    """Protects the machine from shared memory, and from many processes that are each within the limit."""
    code = f"""
    import mmap
    def probe():
        kept = []
        while True:
            {take}
    """
    with place.session(code) as (session, _), pytest.raises((SubmissionOutOfMemory, SubmissionCrashed, SubmissionTimedOut)):
        call(session)
    assert place.look("def probe(): return 7") == 7


def test_a_fork_bomb(place: Place) -> None:
    """Protects the machine and the next submission from one that forks without end and does not stop."""
    code = """
    def probe():
        while True:
            tried(os.fork)
    """
    with place.session(code) as (session, _), pytest.raises((SubmissionTimedOut, SubmissionCrashed, SubmissionOutOfMemory)):
        call(session)
    assert len(psutil.Process(place.template.process.pid).children(recursive=True)) <= 1
    assert place.look("def probe(): return 7") == 7


def test_descriptors_and_files(place: Place) -> None:
    """Protects the machine's tables and disc: open files, and the size of any one file."""
    code = """
    def fill(path):
        with open(path, "wb", buffering=0) as stream:
            for _ in range(100):
                stream.write(b"x" * (1 << 20))
    def probe():
        opened = []
        return [tried(lambda: [opened.append(os.open("/dev/null", 0)) for _ in range(10000)]), len(opened) < 1000,
                [os.close(number) for number in opened] and 0, tried(lambda: fill("large")), os.path.getsize("large") >> 20]
    """
    found = place.look(code)
    assert found[:3] == ["EMFILE", True, 0]
    assert found[3] in ("EFBIG", "ENOSPC")
    assert found[4] <= 16


def test_code_that_does_not_stop(place: Place) -> None:
    """Protects the class's day from code that ignores signals, catches everything and goes on for ever."""
    code = """
    import signal
    def probe():
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True:
            try:
                while True:
                    pass
            except BaseException:
                continue
    """
    with place.session(code) as (session, _):
        with pytest.raises(SubmissionTimedOut):
            call(session)
        assert not session.closed
        assert call(session, name="tried") is not None, "the other tests still run"


def test_a_crash_costs_one_call(place: Place) -> None:
    """Protects the other parts of a submission from one that takes its process with it."""
    code = """
    import ctypes
    def probe():
        ctypes.string_at(0)
    def fine():
        return 7
    """
    with place.session(code) as (session, _):
        with pytest.raises(SubmissionCrashed, match="SIGSEGV"):
            call(session)
        assert call(session, name="fine") == 7
