"""The rules of the seccomp filter: which calls depend on their arguments, and on what else stands around the process.

Data and pure functions; `syscalls` compiles and installs them. The calls that never depend on anything are in `syscall_lists`.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.guest.bpf import ALLOW, Condition, Rule, errno_answer
from grader.guest.syscall_lists import ALLOWED, FILE_ATTRIBUTE_CALLS, REFUSED, SIGNAL_CALLS

NOT_PERMITTED = errno_answer(errno.EPERM)
NO_SUCH_CALL = errno_answer(errno.ENOSYS)
PRETENDED = errno_answer(0)

# CLONE_NEW*, and CLONE_PARENT, by which a process would become the template's child instead of the submission's.
_CLONE_REFUSED = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000 | 0x8000
_TERMINAL = (0x5412, 0x541C, 0x5423)  # TIOCSTI, TIOCLINUX, TIOCSETD
_PR_SET_PDEATHSIG = 1
_PER_LINUX, _PERSONALITY_QUERY = 0, 0xFFFFFFFF
_NETLINK_ROUTE = 0
_MSG_OOB = 1
_STREAM, _DATAGRAM, _PACKETS, _SOCKET_KIND = 1, 2, 5, 0xF  # beside the kind, SOCK_CLOEXEC and SOCK_NONBLOCK
_SHARED_FILES = (1024, 1026, 1031)  # F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ
_SIGNALS_OF_FILES = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_OWNERS = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
# An ioctl's type, its second byte: 'f' and 'X' (FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY and their kind), and
# that of btrfs (BTRFS_IOC_SUBVOL_SETFLAGS). A file that is open for reading only is enough for them.
_IOCTL_TYPE, _FILE_SYSTEM_TYPES = 0xFF00, (0x6600, 0x5800, 0x9400)
_PRIO_PROCESS, _IOPRIO_WHO_PROCESS = 0, 1

_INTERNET_PROTOCOLS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)


@dataclass(frozen=True)
class Profile:
    """What the walls around the process leave to the filter. The default: a process in namespaces of its own.

    `socket_families`: which `AF_*` may be opened; pairs of unix sockets always may. Without a network namespace a
    socket reaches the machine's network, without a mount namespace a unix socket reaches the machine's services.

    `file_attributes`: whether changes of mode, owner, times and extended attributes take effect, and the `ioctl` calls of
    file systems are there. Landlock covers neither, so that without a mount namespace and with the instructor's user id a
    submission could make every file of the instructor's unreadable, or unchangeable. If false the former report success and do
    nothing (honest code copies a file's mode along with the file); the latter, which no honest code needs, are not permitted.

    `signals`: whether any may be sent, to whomever. Without a pid namespace, on a kernel whose Landlock knows no scopes and
    with the instructor's user id, one signal to "all" would end the instructor's session.
    """

    socket_families: tuple[int, ...] = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
    file_attributes: bool = True
    signals: bool = True


IN_NAMESPACES = Profile()
WITHOUT_NAMESPACES = Profile(socket_families=(), file_attributes=False)
WITHOUT_SIGNALS = Profile(socket_families=(), file_attributes=False, signals=False)


@dataclass(frozen=True)
class Conditional:
    """A call that runs for some arguments, and why not for others."""

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


def _ioctl_rule(commands: tuple[int, ...], types: tuple[int, ...] = ()) -> Rule:
    """All but these commands, and those of these types."""
    of_types = (Condition(1, types, mask=_IOCTL_TYPE, negate=True),) if types else ()
    return _allowed_if((Condition(1, commands, negate=True), *of_types))


def _pairs(*kinds: int) -> Rule:
    return _allowed_if((Condition(0, (socket.AF_UNIX,)), Condition(1, kinds, mask=_SOCKET_KIND)))


# The call's argument that holds MSG_* flags.
_MESSAGE_FLAGS = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3, "recvfrom": 3, "recvmsg": 2, "recvmmsg": 3}
_URGENT = "not MSG_OOB: urgent bytes over unix sockets are where kernel bugs are found, and upset the reader"
_OTHERS = "without a pid namespace the judge's own processes would be in reach"
_SCHEDULING = f"for another process or thread reports success and does nothing: {_OTHERS} (zmq gives up without it)"

CONDITIONS: Mapping[str, Conditional] = MappingProxyType(
    {
        "clone": Conditional(
            _allowed_if((Condition(0, (0,), mask=_CLONE_REFUSED),)),
            "threads and processes, but no new namespace (a user namespace gives capabilities back) and no sibling",
        ),
        "fcntl": Conditional(
            _allowed_if((Condition(1, _SHARED_FILES, negate=True),)),
            "not F_SETLEASE and F_NOTIFY, which hold up and watch other users of a file, nor F_SETPIPE_SZ: uncounted memory",
        ),
        "ioctl": Conditional(
            _ioctl_rule(_TERMINAL),
            "not TIOCSTI and TIOCLINUX, which type into the instructor's terminal, nor TIOCSETD, which loads modules",
        ),
        "personality": Conditional(
            _allowed_if((Condition(0, (_PER_LINUX, _PERSONALITY_QUERY)),)),
            "the query and the default: others switch off address randomisation",
        ),
        "prctl": Conditional(
            _allowed_if((Condition(0, (_PR_SET_PDEATHSIG,), negate=True),), otherwise=PRETENDED),
            "PR_SET_PDEATHSIG reports success and does nothing, so that a submission cannot outlive its template",
        ),
        "prlimit64": Conditional(_allowed_if((Condition(0, (0,)),)), f"limits of the calling process only: {_OTHERS}"),
        "sched_setparam": Conditional(_of_the_caller((0, 0)), _SCHEDULING),
        "sched_setscheduler": Conditional(_of_the_caller((0, 0)), _SCHEDULING),
        "sched_setattr": Conditional(_of_the_caller((0, 0)), _SCHEDULING),
        "setpriority": Conditional(_of_the_caller((0, _PRIO_PROCESS), (1, 0)), _SCHEDULING),
        "ioprio_set": Conditional(_of_the_caller((0, _IOPRIO_WHO_PROCESS), (1, 0)), _SCHEDULING),
        "sched_setaffinity": Conditional(Rule(PRETENDED), "reports success and does nothing: each worker has its own cores"),
        **{name: Conditional(_not_urgent(argument), _URGENT) for name, argument in _MESSAGE_FLAGS.items()},
        "socketpair": Conditional(_pairs(_STREAM, _DATAGRAM, _PACKETS), "pairs of unix sockets"),
    }
)

SOCKET_WHY = (
    "TCP and UDP over IPv4 and IPv6, unix sockets, route netlink (for the list of interfaces): "
    "other families and protocols load kernel modules and are where kernel bugs are found"
)


def rules_of(profile: Profile) -> dict[str, Rule]:
    """Call name -> rule; a call missing here does not exist for the submission."""
    always = Rule(ALLOW, ((),))
    rules = dict.fromkeys(ALLOWED, always)
    rules |= {name: Rule(NOT_PERMITTED) for refusal in REFUSED for name in refusal.calls}
    rules |= {name: conditional.rule for name, conditional in CONDITIONS.items()}
    rules["clone3"] = Rule(NO_SUCH_CALL)
    rules["socket"] = _socket_rule(profile.socket_families)
    if not profile.socket_families:
        rules["socketpair"] = _pairs(_STREAM, _PACKETS)  # one end of a pair for datagrams may send to anybody's socket
    if not profile.file_attributes:
        rules |= dict.fromkeys(FILE_ATTRIBUTE_CALLS, Rule(PRETENDED))
        rules["ioctl"] = _ioctl_rule(_TERMINAL, _FILE_SYSTEM_TYPES)
    if not profile.signals:
        rules |= dict.fromkeys(SIGNAL_CALLS, Rule(NOT_PERMITTED))
        # A file's owner is sent a signal of the file's choice.
        rules["fcntl"] = _allowed_if((Condition(1, (*_SHARED_FILES, *_SIGNALS_OF_FILES), negate=True),))
        rules["ioctl"] = _ioctl_rule((*_TERMINAL, *_OWNERS), () if profile.file_attributes else _FILE_SYSTEM_TYPES)
    return rules
