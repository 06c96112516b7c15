"""Which system calls a submission may make: an allow-list as a seccomp filter.

Every call of `syscall_table` is in exactly one of three places, which a test checks::

    syscall_lists.ALLOWED   runs as ever: what Python, torch, Jupyter and their subprocesses use
    syscall_lists.REFUSED   never runs; "not permitted" (EPERM), which honest code that probes survives
    syscall_rules           runs for some arguments, or has an answer of its own

A number that no table knows (a call newer than this list, the x32 convention) is answered "no such call" (ENOSYS), as
an older kernel would: a library that probes for it then goes the way it goes there. So is `clone3`, whose flags lie in
memory, out of a filter's sight; glibc falls back to `clone`. The 32-bit calling convention kills the process: there is
no honest way into it from a 64-bit program, and its numbers mean other calls.

Left out on purpose: paths and addresses. A filter cannot look behind a pointer; Landlock and namespaces do that.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import platform
from dataclasses import dataclass

from grader.guest import kernel
from grader.guest.bpf import Rule, assemble
from grader.guest.syscall_lists import ALLOWED, FILE_ATTRIBUTE_CALLS, REFUSED, SIGNAL_CALLS
from grader.guest.syscall_rules import (
    CONDITIONS,
    IN_NAMESPACES,
    NO_SUCH_CALL,
    PRETENDED,
    SOCKET_WHY,
    Profile,
    rules_of,
)
from grader.guest.syscall_table import numbers

_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1


@dataclass(frozen=True)
class FilterLine:
    """One line of the filter, for documentation: `calls` get `answer`, because of `why`."""

    calls: tuple[str, ...]
    answer: str
    why: str


def answer(name: str, arguments: tuple[int, ...] = (0,) * 6, profile: Profile = IN_NAMESPACES) -> int:
    """What the filter answers to a call, by its table: `bpf.ALLOW` or an `errno_answer`."""
    rule = rules_of(profile).get(name)
    return rule.answer(arguments) if rule else NO_SUCH_CALL


@functools.cache
def compile_filter(profile: Profile = IN_NAMESPACES, machine: str = "") -> bytes:
    """The filter's program for `machine` (by default this one). `OSError` for an architecture without a table.

    It is kept: a template that has compiled it once spares each of its forks the work.
    """
    machine = machine or platform.machine()
    known = numbers(machine)
    rules = {known[name]: rule for name, rule in rules_of(profile).items() if name in known}
    return assemble(machine, rules, unknown=Rule(NO_SUCH_CALL))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install_filter(profile: Profile = IN_NAMESPACES) -> None:
    """Put the filter over every thread of this process and over its descendants, for good.

    Gives up the gain of privileges by `execve` first, as the kernel wants. The last step of a confinement: namespaces,
    mounts, a parent-death signal and a second filter are refused from then on. `OSError` where the kernel has no
    filters (`ENOSYS`, `EINVAL`), or where a filter is already that refuses another (`EPERM`).
    """
    program = compile_filter(profile)
    kernel.set_no_new_privileges()
    header = _Program(len(program) // 8, program)
    call = numbers()["seccomp"]
    buffer = ctypes.create_string_buffer(bytes(header), ctypes.sizeof(header))
    culprit = kernel.syscall(call, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, buffer, name="seccomp")
    if culprit:
        raise OSError(errno.EBUSY, f"thread {culprit} cannot take the filter", "seccomp")


def entries(profile: Profile = IN_NAMESPACES) -> tuple[FilterLine, ...]:
    """The filter as a table for the documentation: what is refused or restricted, then what is allowed."""
    conditional: dict[tuple[str, str], list[str]] = {}
    for name, item in CONDITIONS.items():
        answer_otherwise = "pretended" if item.rule.otherwise == PRETENDED else "some arguments"
        conditional.setdefault((answer_otherwise, item.why), []).append(name)
    lines = [
        *(FilterLine(refusal.calls, "EPERM", refusal.why) for refusal in REFUSED),
        FilterLine(("clone3",), "ENOSYS", "its flags are out of a filter's sight; glibc falls back to clone"),
        FilterLine(("socket",), "some arguments", SOCKET_WHY if profile.socket_families else "none: no namespace bounds it"),
        *(FilterLine(tuple(names), otherwise, why) for (otherwise, why), names in conditional.items()),
    ]
    special = {"socket"}
    if not profile.file_attributes:
        lines.append(FilterLine(FILE_ATTRIBUTE_CALLS, "pretended", "Landlock does not cover them"))
        special |= set(FILE_ATTRIBUTE_CALLS)
    if not profile.signals:
        lines.append(FilterLine(SIGNAL_CALLS, "EPERM", "nothing else keeps them from the judge's own processes"))
        special |= set(SIGNAL_CALLS)
    allowed = tuple(name for name in ALLOWED if name not in special)
    return (*lines, FilterLine(allowed, "allowed", "what Python, torch, Jupyter and their subprocesses use"))
