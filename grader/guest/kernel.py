"""A thin typed layer over the Linux calls that the sandbox needs and Python's library lacks.

Every function is one system call (`drop_capabilities` excepted), keeps no state, and raises `OSError` with the call's
name in the place of a file name. Python 3.12 has `os.unshare`; the oldest version supported here has not.

Left out on purpose: whatever `os`, `resource` and `signal` offer already.
"""

from __future__ import annotations

import ctypes
import enum
import errno
import fcntl
import os
import signal
import socket
import struct

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class Namespace(enum.IntFlag):
    """What `unshare` can make private (`CLONE_NEW*` in `linux/sched.h`)."""

    MOUNT = 0x00020000
    UTS = 0x04000000
    IPC = 0x08000000
    USER = 0x10000000
    PID = 0x20000000
    NET = 0x40000000


class MountFlag(enum.IntFlag):
    """Flags of `mount` (`MS_*` in `linux/mount.h`)."""

    NONE = 0
    NO_SUID = 2
    NO_DEV = 4
    BIND = 4096
    RECURSIVE = 16384
    PRIVATE = 1 << 18


_MADV_COLLAPSE = 25

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4

_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40

_CAPABILITY_VERSION_3 = 0x20080522
_CAP_SETPCAP = 8
_MOST_CAPABILITIES = 64


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityWords(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


# The low and the high 32 capabilities, as capget and capset of version 3 want them.
_CapabilitySets = _CapabilityWords * 2


def collapse_pages(start: int, end: int) -> None:
    """Ask for huge pages for this process's memory from `start` to `end`; what cannot be collapsed stays as it is."""
    if start < end:
        _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)


def _check(result: int, name: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


def syscall(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None, name: str = "syscall") -> int:
    """Make system call `number`; integers go as 64-bit words, buffers as pointers, `None` as a null pointer."""
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _check(int(_libc.syscall(ctypes.c_long(number), *words)), name)


def prctl(option: int, *arguments: int, name: str = "prctl") -> int:
    """`prctl(2)`; the arguments that are not given are zero, as newer options insist."""
    words = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    return _check(int(_libc.prctl(ctypes.c_int(option), *words)), name)


def set_no_new_privileges() -> None:
    """From now on no `execve` of this process or its descendants gains a privilege (set-uid, file capabilities)."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1, name="prctl(PR_SET_NO_NEW_PRIVS)")


def set_dumpable(dumpable: bool) -> None:
    """Say whether processes of the same user may open this one's memory, environment and descriptors under `/proc`.

    A fork inherits the answer, and `execve` resets it.
    """
    prctl(_PR_SET_DUMPABLE, int(dumpable), name="prctl(PR_SET_DUMPABLE)")


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when the *thread* that forked it ends.

    A fork does not inherit it, and a change of user or of user namespace clears it. A parent that died before the call is
    not noticed: compare `os.getppid()` afterwards.
    """
    prctl(_PR_SET_PDEATHSIG, signal_number, name="prctl(PR_SET_PDEATHSIG)")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents die, so that none slips out of the process tree."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1, name="prctl(PR_SET_CHILD_SUBREAPER)")


def unshare(namespaces: Namespace) -> None:
    """Move this process into new namespaces; with `PID` only its children to come.

    `EPERM` without the right to (user namespaces switched off, AppArmor), `ENOSPC` beyond the number allowed,
    `EINVAL` for `USER` in a process with several threads.
    """
    _check(int(_libc.unshare(ctypes.c_int(namespaces))), "unshare")


def mount(source: str, target: str, filesystem: str = "", flags: MountFlag = MountFlag.NONE, data: str = "") -> None:
    """`mount(2)`: empty strings go as null pointers, as a bind mount or a change of propagation wants them."""
    words = [os.fsencode(each) or None for each in (source, target, filesystem)]
    _check(int(_libc.mount(*words, ctypes.c_ulong(flags), os.fsencode(data) or None)), f"mount on {target}")


def bring_up_loopback() -> None:
    """Switch on `lo` of this network namespace, which a new one has, switched off. Needs the right to, inside it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        # struct ifreq: the interface's name, then its flags (netdevice(7)).
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", _IFF_UP | _IFF_RUNNING))


def effective_capabilities() -> int:
    """The capabilities that this thread can use now, as a bit mask; 0 is the wish."""
    header, sets = _CapabilityHeader(_CAPABILITY_VERSION_3, 0), _CapabilitySets()
    _check(int(_libc.capget(ctypes.byref(header), sets)), "capget")
    return int(sets[0].effective) | int(sets[1].effective) << 32


def drop_capabilities() -> None:
    """Give up every capability, now and after any `execve`: of all five sets.

    An ordinary user's process may not shrink its bounding set. It has nothing to give up, and with
    `set_no_new_privileges` the bounding set gives it nothing either.
    """
    drop_bounding_set()
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, name="prctl(PR_CAP_AMBIENT)")
    header, none = _CapabilityHeader(_CAPABILITY_VERSION_3, 0), _CapabilitySets()
    _check(int(_libc.capset(ctypes.byref(header), none)), "capset")


def drop_bounding_set() -> None:
    """Give up what an `execve` could give back, where this process may; a privileged one keeps what it has until then."""
    if effective_capabilities() >> _CAP_SETPCAP & 1:
        for capability in range(_MOST_CAPABILITIES):
            if not _drop_from_bounding_set(capability):
                break


def _drop_from_bounding_set(capability: int) -> bool:
    """Whether this kernel knows the capability; if so it is gone from the bounding set."""
    try:
        prctl(_PR_CAPBSET_DROP, capability, name="prctl(PR_CAPBSET_DROP)")
    except OSError as error:
        if error.errno == errno.EINVAL:
            return False
        raise
    return True
