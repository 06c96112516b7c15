"""Each limit binds, with the error that the documentation promises, and leaves honest work alone."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from grader.guest.limits import Limits, mapped_data_bytes, tasks_of

MIB = 1 << 20
ORDINARY = {
    "memory_bytes": 256 * MIB,
    "processes": 1000,
    "open_files": 64,
    "file_bytes": MIB,
    "cpu_seconds": 30,
}


def test_memory(isolated) -> None:
    """An array of 20 GB must be an exception in the submission, not a machine that swaps."""

    def check(limits):
        import mmap

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits))
        small = bytearray(100 << 20)
        found = []
        for what, call in {
            "bytes": lambda: bytearray(20 << 30),
            "text": lambda: "x" * (20 << 30),
            "mapping": lambda: mmap.mmap(-1, 20 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
            "many": lambda: [bytearray(10 << 20) for _ in range(100)],
        }.items():
            try:
                call()
                found.append(what)
            except MemoryError:
                continue
            except OSError as error:
                found += [] if error.errno == 12 else [error.errno]
        more = bytearray(100 << 20)
        return [found, len(small) + len(more) >> 20]

    assert isolated(check, ORDINARY) == [[], 200]


def test_memory_is_relative_to_the_present_size(isolated) -> None:
    """A template with torch has mapped much already: a submission's limit must not depend on it."""

    def check(limits):
        from grader.guest.limits import Limits, apply

        already = bytearray(512 << 20)
        apply(Limits(**limits))
        more = bytearray(200 << 20)
        try:
            bytearray(200 << 20)
        except MemoryError:
            return len(already) + len(more) >> 20

    assert isolated(check, ORDINARY) == 712


def test_memory_of_numpy(isolated) -> None:
    """numpy must raise, not crash, so that the other parts of the submission are still graded."""

    def check(limits):
        import numpy as np

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits))
        found = []
        for call in (lambda: np.empty(20 << 30, np.uint8), lambda: np.zeros((1 << 12, 1 << 20)) + 1):
            try:
                call()
            except MemoryError:
                found.append("MemoryError")
        return [found, float((np.ones((500, 500)) @ np.ones((500, 500))).sum())]

    assert isolated(check, ORDINARY) == [["MemoryError"] * 2, 125_000_000.0]


@pytest.mark.torch
def test_memory_of_torch(unprivileged) -> None:
    """torch must raise, not crash, so that the other parts of the submission are still graded."""
    pytest.importorskip("torch", reason="needs torch")

    def check(limits):
        import warnings

        warnings.simplefilter("ignore")
        import torch

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits))
        found = []
        for call in (lambda: torch.empty(20 << 30, dtype=torch.uint8), lambda: torch.zeros(1 << 15, 1 << 15) + 1):
            try:
                call()
            except RuntimeError as error:
                found.append("allocate memory" in str(error))
        return [found, float((torch.ones(500, 500) @ torch.ones(500, 500)).sum())]

    assert unprivileged(check, ORDINARY) == [[True, True], 125_000_000.0]


def test_processes(unprivileged) -> None:
    """A fork bomb must end in errors of its own, before the neighbours notice."""
    import subprocess
    import sys

    probe = "from grader.guest.kernel import *; unshare(Namespace.USER)"
    if subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode:
        pytest.skip("this machine refuses user namespaces, where the count is the submission's own")

    def check(limits):
        import os
        import signal
        import threading
        from pathlib import Path

        from grader.guest import kernel
        from grader.guest.limits import Limits, apply

        user = os.getuid()
        kernel.unshare(kernel.Namespace.USER)
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        apply(Limits(**limits | {"processes": 8}))
        kernel.drop_capabilities()
        started = []
        try:
            while len(started) < 100:
                pid = os.fork()
                if pid == 0:
                    signal.pause()
                started.append(pid)
        except BlockingIOError:
            try:
                threading.Thread(target=print).start()
                started.append(0)
            except RuntimeError:
                pass
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return len(started)

    assert unprivileged(check, ORDINARY) == 7


def test_open_files_and_file_size(isolated) -> None:
    """A submission that leaks files, or writes one without end, must get an exception."""

    def check(limits):
        import os

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits))
        found, kept = [], []
        try:
            with open("endless", "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 16))
        except OSError as error:
            found += [error.errno, os.stat("endless").st_size]
        try:
            os.truncate("endless", 1 << 40)
        except OSError as error:
            found.append(error.errno)
        try:
            while len(kept) < 1000:
                kept.append(os.open("/dev/null", os.O_RDONLY))
        except OSError as error:
            found.append(error.errno)
        return found

    assert isolated(check, ORDINARY) == [errno.EFBIG, MIB, errno.EFBIG, errno.EMFILE]


@pytest.mark.parametrize("ignore", [False, True])
def test_cpu_time(isolated, ignore) -> None:
    """Code that ignores signals and catches everything must end too."""

    def check(limits, ignore):
        import signal

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits | {"cpu_seconds": 1}))
        if ignore:
            signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            try:
                while True:
                    pass
            except BaseException:  # noqa: BLE001
                continue

    wanted = signal.SIGKILL if ignore else signal.SIGXCPU
    assert -isolated.start(check, ORDINARY, ignore).returncode == wanted


def test_limits_hold_for_good(unprivileged) -> None:
    """A submission that raises its limits again would have none."""

    def check(limits):
        import resource
        import subprocess

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits))
        found = []
        for kind in (
            resource.RLIMIT_DATA,
            resource.RLIMIT_NPROC,
            resource.RLIMIT_NOFILE,
            resource.RLIMIT_FSIZE,
            resource.RLIMIT_CPU,
            resource.RLIMIT_STACK,
            resource.RLIMIT_CORE,
        ):
            hard = resource.getrlimit(kind)[1]
            try:
                resource.setrlimit(kind, (hard + 1, hard + 1))
                found.append(kind)
            except ValueError:
                continue
        core = resource.getrlimit(resource.RLIMIT_CORE)
        child = subprocess.run(["/bin/sh", "-c", "ulimit -n"], capture_output=True, text=True).stdout.strip()
        return [found, list(core), child, resource.getrlimit(resource.RLIMIT_STACK)[1]]

    assert unprivileged(check, ORDINARY) == [[], [0, 0], "64", 64 * MIB]


def test_what_is_lent_comes_on_top(unprivileged) -> None:
    """Protects a submission's own memory from the networks that it is lent, and the machine from more than that."""

    def check(limits):
        import resource

        from grader.guest.limits import Limits, allow_more, apply, mapped_data_bytes

        bound = mapped_data_bytes() + limits["memory_bytes"]
        apply(Limits(**limits, lent_bytes=100 << 20))
        found = [resource.getrlimit(resource.RLIMIT_DATA)]
        for size in (30 << 20, 90 << 20):
            allow_more(size)
            found.append(resource.getrlimit(resource.RLIMIT_DATA))
        least = found[0][0]
        return [abs(least - bound) < 10 << 20, *([soft - least, hard - least] for soft, hard in found)]

    assert unprivileged(check, ORDINARY) == [True, [0, 100 * MIB], [30 * MIB, 100 * MIB], [100 * MIB, 100 * MIB]]


def test_a_lower_limit_stays(unprivileged) -> None:
    """A limit that the machine's owner set is not this project's to raise, nor a reason to fail."""

    def check(limits):
        import resource

        from grader.guest.limits import Limits, apply

        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 40))
        apply(Limits(**limits))
        return list(resource.getrlimit(resource.RLIMIT_NOFILE))

    assert unprivileged(check, ORDINARY) == [40, 40]


def test_the_first_to_go_when_memory_runs_out(isolated) -> None:
    """Where no limit held, the kernel must choose the submission, not the judge or a neighbour."""

    def check(limits):
        from pathlib import Path

        from grader.guest.limits import Limits, apply

        apply(Limits(**limits))
        return Path("/proc/self/oom_score_adj").read_text().strip()

    assert isolated(check, ORDINARY) == "1000"


@pytest.mark.parametrize("name", ORDINARY)
@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_a_limit_is_a_positive_number(name, value) -> None:
    """-1 is the kernel's "unlimited"."""
    with pytest.raises(ValueError) as caught:
        Limits(**ORDINARY | {name: value})
    assert name in str(caught.value)


def test_nothing_may_be_lent() -> None:
    """A course without networks lends none."""
    assert Limits(**ORDINARY, lent_bytes=0).lent_bytes == 0
    with pytest.raises(ValueError, match="lent_bytes"):
        Limits(**ORDINARY, lent_bytes=-1)


def test_measures() -> None:
    """What the relative limits start from."""
    assert mapped_data_bytes() > MIB
    assert tasks_of(os.getuid()) >= 1
