"""Which system calls a submission may make: an allow-list as a seccomp filter.

Every call of `syscall_table` is in exactly one of three places, which a test checks::

    syscall_lists.ALLOWED   runs as ever: what Python, torch, Jupyter and their subprocesses use
    syscall_lists.REFUSED   never runs; "not permitted" (EPERM), which honest code that probes survives
    here                    runs for some arguments, or has an answer of its own

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
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.guest import kernel
from grader.guest.bpf import ALLOW, Condition, Rule, assemble, errno_answer
from grader.guest.syscall_lists import ALLOWED, FILE_ATTRIBUTE_CALLS, REFUSED
from grader.guest.syscall_table import numbers

_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1

NOT_PERMITTED = errno_answer(errno.EPERM)
NO_SUCH_CALL = errno_answer(errno.ENOSYS)
PRETENDED = errno_answer(0)

# CLONE_NEW*, and CLONE_PARENT, by which a process would become the template's child instead of the submission's.
_CLONE_REFUSED = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000 | 0x8000
_TIOCSTI, _TIOCLINUX, _TIOCSETD = 0x5412, 0x541C, 0x5423
_PR_SET_PDEATHSIG = 1
_PER_LINUX, _PERSONALITY_QUERY = 0, 0xFFFFFFFF
_NETLINK_ROUTE = 0
_MSG_OOB = 1
_F_SETLEASE, _F_NOTIFY, _F_SETPIPE_SZ = 1024, 1026, 1031
_PRIO_PROCESS, _IOPRIO_WHO_PROCESS = 0, 1

_INTERNET_PROTOCOLS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)


@dataclass(frozen=True)
class Profile:
    """What the walls around the process leave to the filter. The default: a process in namespaces of its own.

    `socket_families`: which `AF_*` may be opened; pairs of unix sockets always may. Without a network namespace a
    socket reaches the machine's network, without a mount namespace a unix socket reaches the machine's services.

    `file_attributes`: whether changes of mode, owner, times and extended attributes take effect. Landlock does not cover
    these calls, so that without a mount namespace and with the instructor's user id a submission could make every file of
    the instructor's unreadable. If false they report success and do nothing (honest code copies a file's mode along with
    the file).

    `memory_files`: whether `memfd_create` works. Such files are memory that no resource limit counts; without a cgroup
    nobody else counts it either.
    """

    socket_families: tuple[int, ...] = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
    file_attributes: bool = True
    memory_files: bool = True


IN_NAMESPACES = Profile()
WITHOUT_NAMESPACES = Profile(socket_families=(), file_attributes=False)


@dataclass(frozen=True)
class Entry:
    """One line of the filter, for documentation: `calls` get `answer`, because of `why`."""

    calls: tuple[str, ...]
    answer: str
    why: str


@dataclass(frozen=True)
class _Conditional:
    rule: Rule
    why: str


def _allowed_if(*cases: tuple[Condition, ...], otherwise: int = NOT_PERMITTED) -> Rule:
    return Rule(otherwise, cases)


def _of_the_caller(*wanted: tuple[int, int]) -> Rule:
    conditions = tuple(Condition(argument, (value,)) for argument, value in wanted)
    return _allowed_if(conditions, otherwise=PRETENDED)


def _socket_rule(families: tuple[int, ...]) -> Rule:
    internet = tuple(family for family in families if family in (socket.AF_INET, socket.AF_INET6))
    cases: list[tuple[Condition, ...]] = []
    if socket.AF_UNIX in families:
        cases.append((Condition(0, (socket.AF_UNIX,)),))
    if internet:
        cases.append((Condition(0, internet), Condition(2, _INTERNET_PROTOCOLS)))
    if socket.AF_NETLINK in families:
        cases.append((Condition(0, (socket.AF_NETLINK,)), Condition(2, (_NETLINK_ROUTE,))))
    return _allowed_if(*cases)


def _not_urgent(argument: int) -> Rule:
    return _allowed_if((Condition(argument, (0,), mask=_MSG_OOB),))


# The call's argument that holds MSG_* flags.
_MESSAGE_FLAGS = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3, "recvfrom": 3, "recvmsg": 2, "recvmmsg": 3}
_URGENT = "not MSG_OOB: urgent bytes over unix sockets are where kernel bugs are found, and upset the reader"
_OTHERS = "without a pid namespace the judge's own processes would be in reach"
_SCHEDULING = f"for another process or thread reports success and does nothing: {_OTHERS} (zmq gives up without it)"

_CONDITIONS: Mapping[str, _Conditional] = MappingProxyType(
    {
        "clone": _Conditional(
            _allowed_if((Condition(0, (0,), mask=_CLONE_REFUSED),)),
            "threads and processes, but no new namespace (a user namespace gives capabilities back) and no sibling",
        ),
        "fcntl": _Conditional(
            _allowed_if((Condition(1, (_F_SETLEASE, _F_NOTIFY, _F_SETPIPE_SZ), negate=True),)),
            "not F_SETLEASE and F_NOTIFY, which hold up and watch other users of a file, nor F_SETPIPE_SZ: uncounted memory",
        ),
        "ioctl": _Conditional(
            _allowed_if((Condition(1, (_TIOCSTI, _TIOCLINUX, _TIOCSETD), negate=True),)),
            "not TIOCSTI and TIOCLINUX, which type into the instructor's terminal, nor TIOCSETD, which loads modules",
        ),
        "personality": _Conditional(
            _allowed_if((Condition(0, (_PER_LINUX, _PERSONALITY_QUERY)),)),
            "the query and the default: others switch off address randomisation",
        ),
        "prctl": _Conditional(
            _allowed_if((Condition(0, (_PR_SET_PDEATHSIG,), negate=True),), otherwise=PRETENDED),
            "PR_SET_PDEATHSIG reports success and does nothing, so that a submission cannot outlive its template",
        ),
        "prlimit64": _Conditional(_allowed_if((Condition(0, (0,)),)), f"limits of the calling process only: {_OTHERS}"),
        "sched_setparam": _Conditional(_of_the_caller((0, 0)), _SCHEDULING),
        "sched_setscheduler": _Conditional(_of_the_caller((0, 0)), _SCHEDULING),
        "sched_setattr": _Conditional(_of_the_caller((0, 0)), _SCHEDULING),
        "setpriority": _Conditional(_of_the_caller((0, _PRIO_PROCESS), (1, 0)), _SCHEDULING),
        "ioprio_set": _Conditional(_of_the_caller((0, _IOPRIO_WHO_PROCESS), (1, 0)), _SCHEDULING),
        "sched_setaffinity": _Conditional(Rule(PRETENDED), "reports success and does nothing: each worker has its own cores"),
        **{name: _Conditional(_not_urgent(argument), _URGENT) for name, argument in _MESSAGE_FLAGS.items()},
        "socketpair": _Conditional(_allowed_if((Condition(0, (socket.AF_UNIX,)),)), "pairs of unix sockets"),
    }
)

_SOCKET_WHY = (
    "TCP and UDP over IPv4 and IPv6, unix sockets, route netlink (for the list of interfaces): "
    "other families and protocols load kernel modules and are where kernel bugs are found"
)

_MEMORY_FILE_CALL = "memfd_create"


def _rules(profile: Profile) -> dict[str, Rule]:
    """Call name -> rule; a call missing here does not exist for the submission."""
    always = Rule(ALLOW, ((),))
    rules = dict.fromkeys(ALLOWED, always)
    rules |= {name: Rule(NOT_PERMITTED) for refusal in REFUSED for name in refusal.calls}
    rules |= {name: conditional.rule for name, conditional in _CONDITIONS.items()}
    rules["clone3"] = Rule(NO_SUCH_CALL)
    rules["socket"] = _socket_rule(profile.socket_families)
    if not profile.file_attributes:
        rules |= dict.fromkeys(FILE_ATTRIBUTE_CALLS, Rule(PRETENDED))
    if not profile.memory_files:
        rules[_MEMORY_FILE_CALL] = Rule(NO_SUCH_CALL)
    return rules


def answer(name: str, arguments: tuple[int, ...] = (0,) * 6, profile: Profile = IN_NAMESPACES) -> int:
    """What the filter answers to a call, by its table: `bpf.ALLOW` or an `errno_answer`."""
    rule = _rules(profile).get(name)
    return rule.answer(arguments) if rule else NO_SUCH_CALL


@functools.cache
def compile_filter(profile: Profile = IN_NAMESPACES, machine: str = "") -> bytes:
    """The filter's program for `machine` (by default this one). `OSError` for an architecture without a table.

    It is kept: a template that has compiled it once spares each of its forks the work.
    """
    machine = machine or platform.machine()
    known = numbers(machine)
    rules = {known[name]: rule for name, rule in _rules(profile).items() if name in known}
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


def entries(profile: Profile = IN_NAMESPACES) -> tuple[Entry, ...]:
    """The filter as a table for the documentation: what is refused or restricted, then what is allowed."""
    conditional: dict[tuple[str, str], list[str]] = {}
    for name, item in _CONDITIONS.items():
        answer_otherwise = "pretended" if item.rule.otherwise == PRETENDED else "some arguments"
        conditional.setdefault((answer_otherwise, item.why), []).append(name)
    lines = [
        *(Entry(refusal.calls, "EPERM", refusal.why) for refusal in REFUSED),
        Entry(("clone3",), "ENOSYS", "its flags are out of a filter's sight; glibc falls back to clone"),
        Entry(("socket",), "some arguments", _SOCKET_WHY if profile.socket_families else "none: no namespace bounds it"),
        *(Entry(tuple(names), otherwise, why) for (otherwise, why), names in conditional.items()),
    ]
    special = {"socket"}
    if not profile.file_attributes:
        lines.append(Entry(FILE_ATTRIBUTE_CALLS, "pretended", "Landlock does not cover them"))
        special |= set(FILE_ATTRIBUTE_CALLS)
    if not profile.memory_files:
        lines.append(Entry((_MEMORY_FILE_CALL,), "ENOSYS", "memory that no resource limit counts"))
        special.add(_MEMORY_FILE_CALL)
    allowed = tuple(name for name in ALLOWED if name not in special)
    return (*lines, Entry(allowed, "allowed", "what Python, torch, Jupyter and their subprocesses use"))
