"""The seccomp filter refuses what it must, for root and ordinary users, and honest code does not notice it."""

from __future__ import annotations

import errno
import os
import platform
import re
import signal
import socket
from pathlib import Path

import pytest

from grader.guest import syscalls
from grader.guest.bpf import ALLOW
from grader.guest.syscall_lists import FILE_ATTRIBUTE_CALLS, REFUSED, SIGNAL_CALLS
from grader.guest.syscall_rules import (
    IN_NAMESPACES,
    NO_SUCH_CALL,
    NOT_PERMITTED,
    PRETENDED,
    WITHOUT_NAMESPACES,
    WITHOUT_SIGNALS,
)
from grader.guest.syscall_table import NUMBERS, numbers

EVERY_NAME = {name for table in NUMBERS.values() for name in table}
REFUSED_NAMES = [name for refusal in REFUSED for name in refusal.calls]
HERE = platform.machine()


NAMED_BY_THE_ISSUE = [
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"),
    *("bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("mount", "umount2", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
    *("unshare", "setns", "chroot", "pivot_root", "open_by_handle_at"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"),
    *("reboot", "swapon", "swapoff", "acct", "quotactl"),
]


# The policy, as data.


def test_every_call_has_exactly_one_place() -> None:
    """A call forgotten in the lists would be answered as if the kernel lacked it, one listed twice as the last says."""
    listed = [name for entry in syscalls.entries() for name in entry.calls]
    assert len(listed) == len(set(listed)), "listed twice"
    assert set(listed) == EVERY_NAME


@pytest.mark.parametrize("profile", [IN_NAMESPACES, WITHOUT_NAMESPACES, WITHOUT_SIGNALS])
def test_the_documented_table_is_the_filter(profile) -> None:
    """The security document is generated from this table; it must not promise what the filter does not do."""
    expected = {"allowed": {ALLOW}, "EPERM": {NOT_PERMITTED}, "ENOSYS": {NO_SUCH_CALL}, "pretended": {PRETENDED, ALLOW}}
    seen = set()
    for entry in syscalls.entries(profile):
        assert entry.why
        seen |= set(entry.calls)
        for name in entry.calls:
            if entry.answer in expected:
                assert syscalls.answer(name, profile=profile) in expected[entry.answer], name
    assert seen == EVERY_NAME


def test_what_the_issue_names_is_refused() -> None:
    """The threat model's list, spelt out here, so that an edit of the lists cannot drop one unseen."""
    assert {name for name in NAMED_BY_THE_ISSUE if syscalls.answer(name) != NOT_PERMITTED} == set()
    assert syscalls.answer("clone3") == NO_SUCH_CALL


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_agree_with_the_kernels_headers(machine) -> None:
    """One number off, and the filter allows mount instead of times."""
    if not HEADERS[machine].exists():
        pytest.skip(f"{HEADERS[machine]} is not installed (linux-libc-dev)")
    text = HEADERS[machine].read_text()
    pairs = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    table = numbers(machine)
    # Counts, not calls; and the generic header's other spelling of newfstatat and sync_file_range.
    for name in ("syscalls", "arch_specific_syscall", "fstatat", "sync_file_range2"):
        pairs.pop(name, None)
    pairs = {name: number for name, number in pairs.items() if number not in range(403, 424)}  # 32-bit machines' own
    assert {name: table.get(name) for name in pairs} == pairs


def test_an_architecture_without_a_table_is_an_error() -> None:
    """A guess at the numbers would be a filter that allows anything."""
    with pytest.raises(OSError, match="riscv64"):
        syscalls.compile_filter(machine="riscv64")


@pytest.mark.parametrize("machine", NUMBERS)
@pytest.mark.parametrize("profile", [IN_NAMESPACES, WITHOUT_NAMESPACES, WITHOUT_SIGNALS])
def test_the_program_is_the_policy(machine, profile, interpret) -> None:
    """For every number of every architecture, also the one that these tests do not run on."""
    program = syscalls.compile_filter(profile, machine)
    names = {number: name for name, number in numbers(machine).items()}
    samples = [(0,) * 6, (1,) * 6, (2, 1, 6, 0, 0, 0), (0x10000000, 0x5412, 0, 0, 0, 0), (2**64 - 1,) * 6]
    for number in [*range(700), *(0x40000000 | each for each in range(600)), 2**32 - 1]:
        for arguments in samples:
            wanted = syscalls.answer(names[number], arguments, profile) if number in names else NO_SUCH_CALL
            assert interpret(program, machine, number, arguments) == wanted, (number, names.get(number))


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("clone", (signal.SIGCHLD, 0, 0, 0, 0, 0), ALLOW),
        ("clone", (0x3D0F00, 0, 0, 0, 0, 0), ALLOW),  # a thread of glibc
        ("clone", (0x4000 | 0x100 | signal.SIGCHLD, 0, 0, 0, 0, 0), ALLOW),  # posix_spawn
        *[
            ("clone", (flag | signal.SIGCHLD, 0, 0, 0, 0, 0), NOT_PERMITTED)
            for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x8000)
        ],
        ("ioctl", (0, 0x5401, 0, 0, 0, 0), ALLOW),
        ("ioctl", (0, 0x5412, 0, 0, 0, 0), NOT_PERMITTED),
        ("ioctl", (0, 0x5412 | 1 << 32, 0, 0, 0, 0), NOT_PERMITTED),
        ("ioctl", (0, 0x541C, 0, 0, 0, 0), NOT_PERMITTED),
        ("fcntl", (3, 2, 1, 0, 0, 0), ALLOW),
        *[("fcntl", (3, command, 0, 0, 0, 0), NOT_PERMITTED) for command in (1024, 1026, 1031)],
        *[
            (name, (*[0] * argument, flags, *[0] * (5 - argument)), wanted)
            for name, argument in {"sendto": 3, "sendmsg": 2, "sendmmsg": 3, "recvfrom": 3, "recvmsg": 2, "recvmmsg": 3}.items()
            for flags, wanted in ((0x4040, ALLOW), (0x4041, NOT_PERMITTED))
        ],
        ("sched_setaffinity", (0, 8, 0, 0, 0, 0), PRETENDED),
        ("personality", (0xFFFFFFFF, 0, 0, 0, 0, 0), ALLOW),
        ("personality", (2**64 - 1, 0, 0, 0, 0, 0), ALLOW),
        ("personality", (0x0040000, 0, 0, 0, 0, 0), NOT_PERMITTED),
        ("prctl", (1, 0, 0, 0, 0, 0), PRETENDED),
        ("prctl", (15, 0, 0, 0, 0, 0), ALLOW),
        ("prlimit64", (0, 7, 0, 0, 0, 0), ALLOW),
        ("prlimit64", (1, 7, 0, 0, 0, 0), NOT_PERMITTED),
        ("setpriority", (0, 0, 10, 0, 0, 0), ALLOW),
        ("setpriority", (2, 0, 10, 0, 0, 0), PRETENDED),
        ("setpriority", (0, 4711, 10, 0, 0, 0), PRETENDED),
        ("sched_setscheduler", (0, 3, 0, 0, 0, 0), ALLOW),
        ("sched_setscheduler", (4711, 3, 0, 0, 0, 0), PRETENDED),
        ("socket", (socket.AF_INET, 1, 0, 0, 0, 0), ALLOW),
        ("socket", (socket.AF_INET, 1, 262, 0, 0, 0), NOT_PERMITTED),
        ("socket", (socket.AF_NETLINK, 3, 0, 0, 0, 0), ALLOW),
        ("socket", (socket.AF_NETLINK, 3, 12, 0, 0, 0), NOT_PERMITTED),
        ("socket", (17, 3, 0, 0, 0, 0), NOT_PERMITTED),
        ("socketpair", (1, 1, 0, 0, 0, 0), ALLOW),
        ("socketpair", (30, 1, 0, 0, 0, 0), NOT_PERMITTED),
    ],
)
def test_arguments_decide(name, arguments, wanted, interpret) -> None:
    """The calls that honest code needs and that an exploit needs too, told apart by their arguments."""
    assert syscalls.answer(name, arguments) == wanted
    for machine in NUMBERS:
        assert interpret(syscalls.compile_filter(machine=machine), machine, numbers(machine)[name], arguments) == wanted


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("socketpair", (1, 1, 0, 0, 0, 0), ALLOW),
        ("socketpair", (1, 1 | 0x80800, 0, 0, 0, 0), ALLOW),
        ("socketpair", (1, 5, 0, 0, 0, 0), ALLOW),
        ("socketpair", (1, 2, 0, 0, 0, 0), NOT_PERMITTED),  # one end of it can send to anybody's socket
        ("socketpair", (1, 2 | 0x80000, 0, 0, 0, 0), NOT_PERMITTED),
        ("kill", (1, 9, 0, 0, 0, 0), ALLOW),
        *[
            ("ioctl", (3, command, 0, 0, 0, 0), NOT_PERMITTED)
            for command in (0x40086602, 0x401C5820, 0x40806685, 0x4008941A, 0x5412)  # SETFLAGS, FSSETXATTR, verity, btrfs
        ],
        ("ioctl", (3, 0x5401, 0, 0, 0, 0), ALLOW),
    ],
)
def test_arguments_decide_without_namespaces(name, arguments, wanted, interpret) -> None:
    """Nothing else keeps a socket from the machine's services there."""
    program = syscalls.compile_filter(WITHOUT_NAMESPACES, HERE)
    assert interpret(program, HERE, numbers(HERE)[name], arguments) == wanted


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        *[(name, (4711, 9, 0, 0, 0, 0), NOT_PERMITTED) for name in SIGNAL_CALLS],
        *[("fcntl", (3, command, 4711, 0, 0, 0), NOT_PERMITTED) for command in (8, 10, 15)],  # a file's owner gets its signals
        *[("ioctl", (3, command, 0, 0, 0, 0), NOT_PERMITTED) for command in (0x8901, 0x8902, 0x5412, 0x40086602)],
        ("fcntl", (3, 2, 1, 0, 0, 0), ALLOW),
        ("ioctl", (3, 0x5401, 0, 0, 0, 0), ALLOW),
    ],
)
def test_arguments_decide_without_signals(name, arguments, wanted, interpret) -> None:
    """On kernels whose Landlock lets signals through, none leaves, by whichever way."""
    program = syscalls.compile_filter(WITHOUT_SIGNALS, HERE)
    assert interpret(program, HERE, numbers(HERE)[name], arguments) == wanted


# The filter, in the kernel.


def test_every_refused_call_is_not_permitted(isolated) -> None:
    """Root's own powers must not get past the filter, and an honest probe must get an errno, not a dead process."""
    known = numbers()
    wanted = {name: known[name] for name in REFUSED_NAMES if name in known and name not in ("uprobe", "uretprobe")}

    def check(calls):
        from grader.guest import kernel, syscalls

        kernel.drop_capabilities()  # were the filter missing, root would really switch accounting off
        syscalls.install_filter()
        answers = {}
        for name, number in calls.items():
            try:
                answers[name] = kernel.syscall(number, 0, 0, 0, 0, 0, 0)
            except OSError as error:
                answers[name] = error.errno
        return answers

    assert isolated(check, wanted) == dict.fromkeys(wanted, errno.EPERM)


def test_what_needs_no_privilege_is_refused_too(unprivileged) -> None:
    """The calls that any process could make without the filter, so that their refusal can only be the filter's."""

    def check():
        import os

        from grader.guest import kernel, syscalls
        from grader.guest.syscall_table import numbers

        known = numbers()

        def answers():
            found = {}
            for name, arguments in {
                "io_uring_setup": (0, 0),
                "keyctl": (0, 0, 0),
                "kcmp": (os.getpid(), os.getpid(), 0, 0, 0),
                "shmget": (0, 4096, 0o1600),
                "ptrace": (0, 0, 0, 0),
                "clone3": (0, 0),
                "sync": (),
            }.items():
                if name == "ptrace" and not filtered:
                    continue  # it works, and would leave this process traced
                try:
                    kernel.syscall(known[name], *arguments)
                    found[name] = 0
                except OSError as error:
                    found[name] = error.errno
            return found

        filtered = False
        before = answers()
        filtered = True
        syscalls.install_filter()
        return [before, answers()]

    before, after = unprivileged(check)
    assert errno.EPERM not in {before[name] for name in ("shmget", "clone3", "sync", "kcmp")}
    assert after.pop("clone3") == errno.ENOSYS
    assert set(after.values()) == {errno.EPERM}


def test_namespaces_and_terminals(isolated) -> None:
    """A user namespace would give every capability back, TIOCSTI types commands into the instructor's shell."""

    def check():
        import fcntl
        import os

        from grader.guest import kernel, syscalls
        from grader.guest.syscall_table import numbers

        terminal, _ = os.openpty()
        syscalls.install_filter()
        found = {}

        def attempt(what, call):
            try:
                call()
                found[what] = 0
            except OSError as error:
                found[what] = error.errno

        for namespace in kernel.Namespace:
            attempt(f"unshare {namespace.name}", lambda flag=namespace: kernel.unshare(flag))
        attempt("clone", lambda: kernel.syscall(numbers()["clone"], kernel.Namespace.USER | 17, 0, 0, 0, 0))
        attempt("TIOCSTI", lambda: fcntl.ioctl(terminal, 0x5412, b"x"))
        attempt("TIOCSTI, high bit", lambda: kernel.syscall(numbers()["ioctl"], terminal, 0x5412 | 1 << 40, 0))
        attempt("TIOCLINUX", lambda: fcntl.ioctl(terminal, 0x541C, b"\x02"))
        attempt("personality", lambda: kernel.syscall(numbers()["personality"], 0x0040000))
        attempt("a second filter", syscalls.install_filter)
        attempt("another's limits", lambda: kernel.syscall(numbers()["prlimit64"], os.getppid(), 7, 0, 0))
        return found

    found = isolated(check)
    assert found == dict.fromkeys(found, errno.EPERM)


@pytest.mark.skipif(HERE != "x86_64", reason="x32 and the 32-bit convention are x86_64's")
def test_x32_is_unknown(isolated) -> None:
    """x32's ptrace has another number than x86_64's, on the same architecture mark."""

    def check():
        from grader.guest import kernel, syscalls

        syscalls.install_filter()
        try:
            return kernel.syscall(0x40000000 | 39)
        except OSError as error:
            return error.errno

    assert isolated(check) == errno.ENOSYS


@pytest.mark.skipif(HERE != "x86_64", reason="x32 and the 32-bit convention are x86_64's")
def test_the_32_bit_convention_kills(isolated) -> None:
    """`int 0x80` reaches a second table of calls; the filter's numbers would mean other calls there."""

    def check():
        import ctypes
        import mmap

        from grader.guest import syscalls

        code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20 (getpid); int 0x80; ret
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        syscalls.install_filter()
        return call()

    # SIGSEGV where the kernel was built, or started, without the 32-bit convention.
    assert -isolated.start(check).returncode in (signal.SIGSYS, signal.SIGSEGV)


def test_sockets(isolated) -> None:
    """Unusual families and protocols load kernel modules, and are where local privilege escalations are found."""

    def check():
        import socket

        from grader.guest import syscalls

        syscalls.install_filter()
        found = {}
        for family, kind, protocol in (
            (socket.AF_INET, socket.SOCK_STREAM, 0),
            (socket.AF_INET6, socket.SOCK_DGRAM, 0),
            (socket.AF_UNIX, socket.SOCK_STREAM, 0),
            (socket.AF_NETLINK, socket.SOCK_RAW, 0),
            (socket.AF_NETLINK, socket.SOCK_RAW, 12),
            (socket.AF_PACKET, socket.SOCK_RAW, 0),
            (socket.AF_ALG, socket.SOCK_SEQPACKET, 0),
            (socket.AF_VSOCK, socket.SOCK_STREAM, 0),
            (socket.AF_TIPC, socket.SOCK_RDM, 0),
            (socket.AF_INET, socket.SOCK_STREAM, 132),
            (socket.AF_INET, socket.SOCK_RAW, 1),
        ):
            try:
                socket.socket(family, kind, protocol).close()
                answer = 0
            except OSError as error:
                answer = error.errno
            found[f"{int(family)} {int(kind)} {protocol}"] = answer
        return found

    answers = list(isolated(check).values())
    # Without IPv6 in the kernel the second is EAFNOSUPPORT: the kernel's answer, not the filter's.
    assert answers[0] == answers[2] == answers[3] == 0
    assert answers[1] in (0, errno.EAFNOSUPPORT)
    assert answers[4:] == [errno.EPERM] * 7


def test_the_parent_death_signal_stays(isolated) -> None:
    """A submission that cleared it would outlive a template that was killed."""

    def check():
        import ctypes
        import signal

        from grader.guest import kernel, syscalls

        kernel.die_with_parent()
        syscalls.install_filter()
        kernel.prctl(1, 0)  # PR_SET_PDEATHSIG: reports success
        kept = ctypes.c_int()
        ctypes.CDLL(None).prctl(2, ctypes.byref(kept))  # PR_GET_PDEATHSIG
        return kept.value == signal.SIGKILL

    assert isolated(check) is True


def test_threads_that_run_already_are_filtered(isolated) -> None:
    """A library's thread, started before the filter, would otherwise be a way around it."""

    def check():
        import threading

        from grader.guest import kernel, syscalls
        from grader.guest.syscall_table import numbers

        installed, found = threading.Event(), []

        def work():
            installed.wait()
            try:
                found.append(kernel.syscall(numbers()["sync"]))
            except OSError as error:
                found.append(error.errno)

        thread = threading.Thread(target=work)
        thread.start()
        syscalls.install_filter()
        installed.set()
        thread.join()
        return found

    assert isolated(check) == [errno.EPERM]


def test_an_execve_keeps_the_filter(isolated) -> None:
    """The subprocesses of a submission are the submission."""

    def check():
        import subprocess
        import sys

        from grader.guest import syscalls

        syscalls.install_filter()
        program = "import ctypes; print(ctypes.CDLL(None, use_errno=True).unshare(0), ctypes.get_errno())"
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert isolated(check) == ["-1", str(errno.EPERM)]


# Without namespaces.


def test_without_namespaces_no_file_changes_its_attributes(isolated) -> None:
    """Landlock lets `chmod 000` through: one line of a submission could lock the instructor out of the whole course. Flags such
    as "immutable" can be set through a file that was opened for reading only."""

    def check(names):
        import contextlib
        import fcntl
        import os
        import shutil
        import tempfile
        from pathlib import Path

        from grader.guest import kernel, syscall_rules, syscalls
        from grader.guest.syscall_table import numbers

        kept = Path("kept")
        kept.write_text("x")
        kept.chmod(0o640)
        os.utime(kept, (1, 1))
        syscalls.install_filter(syscall_rules.WITHOUT_NAMESPACES)
        kept.chmod(0)
        os.utime(kept)
        with open(kept) as file:
            os.fchmod(file.fileno(), 0)
            for command, data in ((0x40086602, bytes(8)), (0x401C5820, bytes(28))):  # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
                with contextlib.suppress(PermissionError):
                    fcntl.ioctl(file, command, data)
                    raise RuntimeError(f"{command:#x} was not refused")
        shutil.copy2(kept, "copied")  # honest code that copies a mode must not fail
        with tempfile.TemporaryDirectory():
            pass
        answers = {kernel.syscall(numbers()[name], 0, 0, 0, 0, 0) for name in names if name in numbers()}
        return [kept.stat().st_mode & 0o777, kept.stat().st_mtime, sorted(answers), Path("copied").read_text()]

    assert isolated(check, FILE_ATTRIBUTE_CALLS) == [0o640, 1.0, [0], "x"]


def test_without_namespaces_nothing_outside_can_be_reached(isolated) -> None:
    """Without a network namespace a TCP socket is the university's network; a unix socket, the container daemon's."""

    def check():
        import asyncio
        import multiprocessing
        import os
        import socket

        from grader.guest import kernel, syscall_rules, syscalls
        from grader.guest.syscall_table import numbers

        syscalls.install_filter(syscall_rules.WITHOUT_NAMESPACES)
        found = []
        for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
            try:
                socket.socket(family)
                found.append(0)
            except OSError as error:
                found.append(error.errno)
        try:
            kernel.syscall(numbers()["inotify_add_watch"], 0, 0, 0)
        except OSError as error:
            found.append(error.errno)
        left, right = socket.socketpair()
        left.send(b"x")
        asyncio.run(asyncio.sleep(0))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            squares = pool.map(abs, [-1, -2])
        os.close(os.memfd_create("memory"))
        return [found, len(right.recv(1)), squares]

    assert isolated(check) == [[errno.EPERM] * 5, 1, [1, 2]]


# Honest code.


def test_python_does_not_notice(isolated) -> None:
    """An honest submission must not lose points to the filter: processes, threads, files, databases, event loops."""

    def check():
        import asyncio
        import os
        import sqlite3
        import subprocess
        import tempfile
        import threading
        from concurrent.futures import ThreadPoolExecutor
        from multiprocessing import get_context, shared_memory
        from pathlib import Path

        from grader.guest import kernel, syscalls

        kernel.drop_capabilities()
        syscalls.install_filter()
        found = {}
        found["subprocess"] = subprocess.run("echo $((6 * 7))", shell=True, capture_output=True, text=True).stdout.strip()
        with get_context("fork").Pool(3) as pool:
            found["pool"] = pool.map(abs, range(-3, 0))
        with get_context("fork").Manager() as manager:
            found["manager"] = list(manager.list([1, 2]))
        with ThreadPoolExecutor(8) as threads:
            found["threads"] = sum(threads.map(abs, range(-10, 0)))
        thread = threading.Thread(target=found.update, kwargs={"thread": 1})
        thread.start()
        thread.join()
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "file")
            path.write_text("x" * 1000)
            path.chmod(0o600)
            path.rename(path.with_name("moved"))
            os.mkfifo(Path(place, "pipe"))
            with sqlite3.connect(Path(place, "base.sqlite")) as base:
                base.execute("pragma journal_mode=wal")
                base.execute("create table marks (mark real)")
                base.executemany("insert into marks values (?)", [(1,), (2,)])
                found["sqlite"] = base.execute("select sum(mark) from marks").fetchone()[0]
            base.close()

            async def talk():
                async def serve(reader, writer):
                    writer.write(await reader.readline())
                    await writer.drain()
                    writer.close()

                server = await asyncio.start_unix_server(serve, str(Path(place, "socket")))
                reader, writer = await asyncio.open_unix_connection(str(Path(place, "socket")))
                writer.write(b"hello\n")
                line = await reader.readline()
                writer.close()
                server.close()
                process = await asyncio.create_subprocess_exec("echo", "child", stdout=subprocess.PIPE)
                output, _ = await process.communicate()
                return (line + output).decode()

            found["asyncio"] = asyncio.run(talk())
        shared = shared_memory.SharedMemory(create=True, size=4096)
        shared.buf[0] = 7
        found["shared memory"] = shared.buf[0]
        shared.close()
        shared.unlink()
        found["nice"] = os.nice(0)
        found["processors"] = len(os.sched_getaffinity(0)) > 0
        _controller, terminal = os.openpty()
        found["terminal"] = os.ttyname(terminal) != ""
        return found

    assert isolated(check) == {
        "subprocess": "42",
        "pool": [3, 2, 1],
        "manager": [1, 2],
        "threads": 55,
        "thread": 1,
        "sqlite": 3,
        "asyncio": "hello\nchild\n",
        "shared memory": 7,
        "nice": os.nice(0),  # whatever the tests themselves run with
        "processors": True,
        "terminal": True,
    }


def test_numpy_does_not_notice(isolated) -> None:
    """numpy's threads and memory maps, loaded after the filter."""

    def check():
        from grader.guest import syscalls

        syscalls.install_filter()
        import numpy as np

        square = np.arange(250_000, dtype=float).reshape(500, 500)
        np.save("square.npy", square)
        mapped = np.load("square.npy", mmap_mode="r")
        return [float((square @ np.eye(500) - square).sum()), bool((mapped == square).all())]

    assert isolated(check) == [0.0, True]


@pytest.mark.torch
def test_torch_does_not_notice(isolated) -> None:
    """torch loaded, multiplied, differentiated, saved and fed by worker processes under the filter."""
    pytest.importorskip("torch", reason="needs torch")

    def check():
        import warnings

        from grader.guest import kernel, syscalls

        kernel.drop_capabilities()
        syscalls.install_filter()
        warnings.simplefilter("ignore")  # torch's own, not this test's matter
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        weights = torch.ones(300, 300, requires_grad=True)
        (weights @ weights).sum().backward()
        torch.save(weights.detach(), "weights.pt")
        loaded = torch.load("weights.pt", weights_only=True)
        batches = DataLoader(TensorDataset(torch.arange(8.0)), batch_size=4, num_workers=2)
        return [float(weights.grad[0, 0]), float(loaded.sum()), sum(float(batch.sum()) for (batch,) in batches)]

    assert isolated(check) == [600.0, 90000.0, 28.0]


def test_a_jupyter_kernel_does_not_notice(isolated) -> None:
    """ipykernel over zmq, started and stopped under the filter, with a shell command in a cell."""
    pytest.importorskip("ipykernel", reason="needs ipykernel")
    pytest.importorskip("nbclient", reason="needs nbclient")

    def check():
        import os
        import warnings

        from grader.guest import syscalls

        os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
        syscalls.install_filter()
        warnings.simplefilter("ignore")
        import nbformat
        from nbclient import NotebookClient

        cells = [nbformat.v4.new_code_cell("print(6 * 7)"), nbformat.v4.new_code_cell("!echo shell")]
        notebook = NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=120).execute()
        return [cell.outputs[0].text.strip() for cell in notebook.cells]

    assert isolated(check) == ["42", "shell"]


def test_the_filter_is_compiled_once() -> None:
    """A template compiles it, its forks load the bytes: a second compilation per submission would be lost time."""
    assert syscalls.compile_filter(IN_NAMESPACES) is syscalls.compile_filter(IN_NAMESPACES)
