"""How much of this machine a run may take."""

from __future__ import annotations

import os
import re

import psutil

from grader.errors import UsageError
from grader.run.memory import room_in_group
from grader.sandbox.gpu import find_gpu

_DEVICES = re.compile(r"auto|cpu|cuda(:[0-9]{1,4})?")
_WORKER_MB = 1024  # a judge and its template, libraries like torch included
_DEFAULT_MB = 2048  # of one submission, where no assignment says otherwise


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def jobs_that_fit(submissions: int, memory_mb: int = _DEFAULT_MB) -> int:
    """Workers for so many submissions: one per core, never more than fit into the free memory with work at its limit."""
    fitting = min(psutil.virtual_memory().available, room_in_group()) // ((_WORKER_MB + memory_mb) << 20)
    return max(1, min(usable_cores(), fitting, submissions))


def pick_device(wanted: str) -> str:
    """`auto` is a GPU where there is one. Raises `UsageError` for a device that is not there or not known.

    Only a request that might find a GPU imports torch.
    """
    if not _DEVICES.fullmatch(wanted):
        raise UsageError(f"--device: no device {wanted!r}; there are auto, cpu, cuda and cuda:N")
    if wanted == "cpu" or (wanted == "auto" and not find_gpu().devices):
        return "cpu"
    import torch

    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return "cuda" if there else "cpu"
    if not there:
        raise UsageError("--device cuda: there is no usable CUDA device", remedy="use --device auto")
    if int(wanted.partition(":")[2] or 0) >= there:
        raise UsageError(f"--device: there is no {wanted}; the last one is cuda:{there - 1}")
    return wanted
