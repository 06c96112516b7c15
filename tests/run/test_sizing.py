"""How many workers, and where expected values are computed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from grader.errors import UsageError
from grader.run import sizing
from grader.run.sizing import jobs_that_fit, pick_device, usable_cores
from grader.sandbox.gpu import Gpu

GIB = 1 << 30
WINDOWS_GPU = Gpu((Path("/dev/dxg"),))  # in WSL, where there is no /dev/nvidiactl


@pytest.mark.parametrize(
    ("cores", "gib", "submissions", "jobs"),
    [(8, 64, 100, 8), (8, 64, 3, 3), (8, 10, 100, 3), (8, 1, 100, 1), (1, 64, 100, 1), (64, 24, 1000, 8), (4, 64, 0, 1)],
    ids=["cores", "submissions", "memory", "little memory", "one core", "large machine", "nothing to do"],
)
def test_workers(monkeypatch: pytest.MonkeyPatch, cores: int, gib: int, submissions: int, jobs: int) -> None:
    """Protects the machine: never more workers than cores, than fit into the free memory, or than submissions; always one."""
    monkeypatch.setattr(sizing, "usable_cores", lambda: cores)
    monkeypatch.setattr(sizing, "room_in_group", lambda: sys.maxsize)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=gib * GIB))
    assert jobs_that_fit(submissions) == jobs


@pytest.mark.parametrize(("memory_mb", "group_gib", "jobs"), [(2048, 64, 21), (512, 64, 32), (8192, 64, 7), (2048, 7, 2)])
def test_workers_for_an_assignment(monkeypatch: pytest.MonkeyPatch, memory_mb: int, group_gib: int, jobs: int) -> None:
    """Protects from an assignment whose submissions may use much, and from a container that allows less than its machine has."""
    monkeypatch.setattr(sizing, "usable_cores", lambda: 32)
    monkeypatch.setattr(sizing, "room_in_group", lambda: group_gib * GIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=64 * GIB))
    assert jobs_that_fit(1000, memory_mb) == jobs


def test_cores_are_those_that_may_be_used() -> None:
    """Protects a machine that is shared: the process's own allowance counts."""
    assert usable_cores() == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    "wanted", ["gpu", "cuda0", "", "CPU", "mps", "cuda:", "cuda:banana", "cuda:-1", "cuda:0:1", "cpu:x", "auto:1"]
)
def test_no_such_device(wanted: str) -> None:
    """Protects the words for a mistyped device."""
    with pytest.raises(UsageError, match=f"no device {wanted!r}; there are auto, cpu, cuda and cuda:N"):
        pick_device(wanted)


def test_the_cpu_needs_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the start of a run on a machine without a GPU, and of one that does not want it."""
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    monkeypatch.setattr(sizing, "find_gpu", Gpu)
    assert pick_device("cpu") == "cpu"
    assert pick_device("auto") == "cpu"


def test_a_gpu_that_torch_can_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the choice where there is a GPU: auto takes it, a numbered one is kept."""
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: True, device_count=lambda: 2))
    monkeypatch.setitem(__import__("sys").modules, "torch", torch)
    monkeypatch.setattr(sizing, "find_gpu", lambda: WINDOWS_GPU)
    assert [pick_device(wanted) for wanted in ("auto", "cuda", "cuda:1", "cpu")] == ["cuda", "cuda", "cuda:1", "cpu"]
    with pytest.raises(UsageError, match="no cuda:2; the last one is cuda:1"):
        pick_device("cuda:2")


def test_a_gpu_that_torch_cannot_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects against expected values from nowhere: auto falls back, an explicit wish is refused with the remedy."""
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(__import__("sys").modules, "torch", torch)
    monkeypatch.setattr(sizing, "find_gpu", lambda: WINDOWS_GPU)
    assert pick_device("auto") == "cpu"
    with pytest.raises(UsageError, match="no usable CUDA device") as raised:
        pick_device("cuda")
    assert "--device auto" in raised.value.remedy
