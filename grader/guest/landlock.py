"""Landlock: an allow-list of the file system that an unprivileged process puts around itself, for good.

What each version ("ABI") of the kernel's interface can refuse, and what this module therefore asks of it:

=== ====== ===========================================================================================================
ABI kernel refuses from then on
=== ====== ===========================================================================================================
1   5.13   opening for reading, writing and executing, listing, making and removing files outside of the allow-list;
           ptrace and `/proc` access to processes outside of the domain
2   5.19   (moving files between directories, which ABI 1 refuses everywhere, becomes possible within the list)
3   6.2    truncating
4   6.7    TCP: connecting and binding
5   6.10   ioctl on devices
6   6.12   signals to processes, and abstract unix sockets of processes, outside of the domain
9   7.1    unix sockets with a path, made outside of the domain
10  7.2    UDP: connecting, sending and binding
=== ====== ===========================================================================================================

Below ABI 3 a file that may be read, or only named, can still be emptied: as the only wall that is no wall.

No version refuses to look: `stat`, `chdir`, `readlink` and `access` tell of every file whether it exists, and from when
and how large it is. None covers mode, owner, times and attributes of files either, nor inotify; `syscall_rules.Profile` can.
Descriptors that are open already keep their rights.

Source: `Documentation/userspace-api/landlock.rst` and `include/uapi/linux/landlock.h` of the kernel. Written by hand
because the package that serves best (landlockpy 0.2.0) looks for libc by starting `ldconfig`, at its first call, in a
sandbox that should start none, and stops at a path that is missing.
"""

from __future__ import annotations

import ctypes
import enum
import errno
import os
import stat
import struct
from collections.abc import Iterable, Sequence

from grader.guest import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # alike on all architectures
_ASK_VERSION = 1
_PATH_BENEATH = 1


class _Access(enum.IntFlag):
    """Rights over files and directories (`LANDLOCK_ACCESS_FS_*`)."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15
    RESOLVE_UNIX = 1 << 16


_FIRST_ABI_OF_ACCESS = {_Access.REFER: 2, _Access.TRUNCATE: 3, _Access.IOCTL_DEV: 5, _Access.RESOLVE_UNIX: 9}
_TCP_ABI, _SCOPES_ABI, _UDP_ABI = 4, 6, 10
_BIND_TCP, _CONNECT_TCP, _ANY_UDP = 1, 2, 4 | 8
_ALL_SCOPES = 1 | 2

_READ = _Access.EXECUTE | _Access.READ_FILE | _Access.READ_DIR
# Not device nodes, and no sockets of processes outside: these would be a way out of the list.
_WRITE = _READ | (
    _Access.WRITE_FILE
    | _Access.REMOVE_DIR
    | _Access.REMOVE_FILE
    | _Access.MAKE_DIR
    | _Access.MAKE_REG
    | _Access.MAKE_SOCK
    | _Access.MAKE_FIFO
    | _Access.MAKE_SYM
    | _Access.REFER
    | _Access.TRUNCATE
    | _Access.IOCTL_DEV
)
# A rule over a single file may hold these rights only, or the kernel refuses it.
_OF_A_FILE = _Access.EXECUTE | _Access.WRITE_FILE | _Access.READ_FILE | _Access.TRUNCATE | _Access.IOCTL_DEV


DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""The devices that Python and its libraries expect to open; torch does not load without the last."""


def supported_abi() -> int:
    """The ABI of this kernel; 0 where Landlock is missing, switched off, or refused by a filter around this process."""
    try:
        return kernel.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION, name="landlock_create_ruleset")
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


def restrict(read: Sequence[str], write: Sequence[str], connect_tcp: bool = False) -> int:
    """Confine this thread and its descendants to the paths given, as far as the kernel can; return its ABI, 0 for none.

    `read`: files, and directories with all beneath them, that may be read, listed and executed. `write`: those where
    files may be made, changed and removed too (`DEVICES` belong here). Paths that do not exist are
    passed over: they grant nothing. A path is followed now: what is mounted over it later has no rights.
    `connect_tcp`: leave TCP alone, for a process with a network namespace of its own (loopback servers). Where it is
    false all TCP is refused, and UDP where the kernel can.

    Gives up the gain of privileges by `execve` first, as the kernel wants. `OSError` if the kernel refuses.
    """
    abi = supported_abi()
    if abi == 0:
        return 0
    kernel.set_no_new_privileges()
    handled = _rights_of(abi)
    ruleset = _create(abi, handled, connect_tcp)
    try:
        _allow(ruleset, read, _READ & handled)
        _allow(ruleset, write, _WRITE & handled)
        kernel.syscall(_RESTRICT_SELF, ruleset, 0, name="landlock_restrict_self")
    finally:
        os.close(ruleset)
    return abi


def _rights_of(abi: int) -> _Access:
    handled = _Access(0)
    for access in _Access:
        if abi >= _FIRST_ABI_OF_ACCESS.get(access, 1):
            handled |= access
    return handled


def _create(abi: int, handled: _Access, connect_tcp: bool) -> int:
    network = 0
    if not connect_tcp:
        network |= _BIND_TCP | _CONNECT_TCP if abi >= _TCP_ABI else 0
        network |= _ANY_UDP if abi >= _UDP_ABI else 0
    scopes = _ALL_SCOPES if abi >= _SCOPES_ABI else 0
    # struct landlock_ruleset_attr has grown twice; zeros beyond what a kernel knows are accepted.
    attributes = _buffer(struct.pack("=QQQ", handled, network, scopes))
    return kernel.syscall(_CREATE_RULESET, attributes, len(attributes), 0, name="landlock_create_ruleset")


def _allow(ruleset: int, paths: Iterable[str], access: _Access) -> None:
    for path in paths:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            granted = access if directory else access & _OF_A_FILE
            # struct landlock_path_beneath_attr is packed: 12 bytes.
            rule = _buffer(struct.pack("=Qi", granted, descriptor))
            kernel.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0, name=f"landlock_add_rule for {path}")
        finally:
            os.close(descriptor)


def _buffer(content: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(content, len(content))
