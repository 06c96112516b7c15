"""Resource limits of one submission's process, which its descendants inherit (`setrlimit(2)`).

Memory is bounded by `RLIMIT_DATA`: the private writable memory that a process has *mapped*, touched or not. Asking for
too much therefore fails at once, where it is asked, and the machine never feels it. What it is lent counts too, though it is
pages of a file, and is added to the soft limit (`allow_more`). What the caller sees:

============================================== ==============================================================
numpy, Python's own objects                    `MemoryError`
torch (CPU)                                    `RuntimeError` ("DefaultCPUAllocator: can't allocate memory")
`mmap.mmap(-1, n, flags=MAP_PRIVATE | ...)`    `OSError` (ENOMEM)
a new thread (its stack is such memory)        `RuntimeError` ("can't start new thread")
============================================== ==============================================================

`RLIMIT_AS` would count address space, of which CUDA and allocators reserve far more than they use; `RLIMIT_RSS` has had
no effect since Linux 2.4. `RLIMIT_DATA` does *not* cover: shared mappings (`mmap.mmap(-1, n)` is one, so are
`multiprocessing.shared_memory` and torch's shared tensors), files on a tmpfs, `memfd_create`, kernel memory of pipes
and sockets, memory of a GPU. And each process has its own, so that a submission may use `processes` times as much. A
tmpfs has a size of its own; for the rest and for the sum see `grader.sandbox.cgroups` and `grader.sandbox.watchdog`.

The number of processes and threads (`RLIMIT_NPROC`) is counted per user, since Linux 5.14 per user *namespace*: there
it is the submission's own. It does not bind the machine's root, even in a user namespace and without capabilities, if
that is who the kernel takes the process for. Time is the CPU time of one process; wall-clock time is the judge's.
"""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass
from pathlib import Path

_PENDING_SIGNALS = 1024
_LOCKED_BYTES = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one process may use.

    `memory_bytes`: private writable memory beyond what it has mapped when `apply` is called.
    `processes`: processes and threads of its user in its user namespace, itself included; in the machine's own user
    namespace (or before Linux 5.14) all the user's others count too: see `tasks_of`.
    `open_files`: the lowest descriptor number that it cannot have.
    `file_bytes`: the size of any file that it writes; beyond it Python raises `OSError` (EFBIG).
    `cpu_seconds`: after them comes SIGXCPU, a second later SIGKILL. A process that is the first of its pid namespace
    ignores the SIGXCPU, if it has no handler for it.
    `stack_bytes`: how far it may raise the limit of its main thread's stack, which `memory_bytes` does not count.
    `lent_bytes`: the most that `allow_more` may add to `memory_bytes`. The submission may take it all: this is a soft limit.
    """

    memory_bytes: int
    processes: int
    open_files: int
    file_bytes: int
    cpu_seconds: int
    stack_bytes: int = 64 << 20
    lent_bytes: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least = 0 if name == "lent_bytes" else 1  # a course without networks lends none
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a positive number, not {value!r}")


def apply(limits: Limits) -> None:
    """Bind this process and all that it will start, for good: hard limits, which only a privileged process can raise.

    A hard limit that is lower already stays. No core file is ever written. If the machine runs out of memory all the same,
    the kernel shall take this process before the judge or a neighbour. `OSError` if `/proc` is not mounted.
    """
    data = mapped_data_bytes() + limits.memory_bytes
    _lower(resource.RLIMIT_CORE, 0)
    # Counted per user of the machine, of whom the submission is one: it must not use up what the others need.
    _lower(resource.RLIMIT_SIGPENDING, _PENDING_SIGNALS)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    _lower(resource.RLIMIT_MEMLOCK, _LOCKED_BYTES)
    _lower(resource.RLIMIT_DATA, data + limits.lent_bytes, soft=data)
    _lower(resource.RLIMIT_NPROC, limits.processes)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds + 1, soft=limits.cpu_seconds)
    _lower(resource.RLIMIT_STACK, limits.stack_bytes, soft=resource.getrlimit(resource.RLIMIT_STACK)[0])
    with contextlib.suppress(PermissionError):  # the file is root's while the process is not dumpable
        Path("/proc/self/oom_score_adj").write_text("1000")


def allow_more(size: int) -> None:
    """Let this process map so many bytes more, as far as `Limits.lent_bytes` goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft != resource.RLIM_INFINITY:
        more = soft + size
        resource.setrlimit(resource.RLIMIT_DATA, (more if hard == resource.RLIM_INFINITY else min(more, hard), hard))


def mapped_data_bytes() -> int:
    """What this process has mapped of the memory that `RLIMIT_DATA` counts."""
    for line in Path("/proc/self/status").read_bytes().split(b"\n"):  # the interpreter's name in it may be any bytes
        if line.startswith(b"VmData:"):
            return int(line.split()[1]) << 10
    raise OSError("/proc/self/status has no VmData")


def tasks_of(user: int) -> int:
    """The processes and threads that `user` has now in this pid namespace, as `RLIMIT_NPROC` counts them."""
    tasks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == user:
                tasks += len(list((process / "task").iterdir()))
        except OSError:
            continue  # it has ended meanwhile
    return tasks


def _lower(kind: int, hard: int, soft: int | None = None) -> None:
    # Never raised: not all processes may, and a limit that someone else set is there for a reason.
    present = resource.getrlimit(kind)[1]
    bound = hard if present == resource.RLIM_INFINITY else min(hard, present)
    wished = bound if soft is None or soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(kind, (min(wished, bound), bound))
