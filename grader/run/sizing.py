"""How much of this machine a run may take."""

from __future__ import annotations

import os

import psutil

from grader.errors import UsageError
from grader.run.memory import room_in_group

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
    kind = wanted.partition(":")[0]
    if kind not in ("auto", "cpu", "cuda"):
        raise UsageError(f"--device: no device {wanted!r}; there are auto, cpu, cuda and cuda:N")
    if kind == "cpu" or (kind == "auto" and not os.path.exists("/dev/nvidiactl")):
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda" if kind == "auto" else wanted
    if kind == "auto":
        return "cpu"
    raise UsageError("--device cuda: there is no usable CUDA device", remedy="use --device auto")
