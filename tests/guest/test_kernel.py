"""The calls to the kernel do what their names say, for root and for an ordinary user."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grader.guest import kernel


def needs_user_namespaces() -> None:
    """Skip the calling test where the machine lets nobody make a user namespace."""
    pid = os.fork()
    if pid == 0:
        try:
            kernel.unshare(kernel.Namespace.USER)
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        pytest.skip("this machine refuses user namespaces")


def bounding_capabilities() -> list[int]:
    """The capabilities that an `execve` could still give."""
    read_bounding_set, known = 23, int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    return [capability for capability in range(known + 1) if kernel.prctl(read_bounding_set, capability)]


def test_an_error_names_its_call() -> None:
    """A failed step of the confinement must be found in a log: errno alone does not say which of ten calls it was."""
    with pytest.raises(OSError) as caught:
        kernel.mount("nothing", "/nowhere", "tmpfs")
    assert caught.value.filename == "mount on /nowhere"
    assert caught.value.errno in (errno.ENOENT, errno.EPERM)


def test_a_failed_prctl_is_an_error() -> None:
    """A prctl that failed unseen would leave a privilege in place."""
    with pytest.raises(OSError) as caught:
        kernel.prctl(-1)
    assert caught.value.errno == errno.EINVAL


def test_syscall_passes_integers_and_buffers() -> None:
    """Whole 64-bit words must reach the kernel, else a filter test would test other arguments than it says."""
    import ctypes

    from grader.guest.syscall_table import numbers

    reading, writing = os.pipe()
    try:
        buffer = ctypes.create_string_buffer(b"whole", 5)
        assert kernel.syscall(numbers()["write"], writing, buffer, 5) == 5
        assert os.read(reading, 10) == b"whole"
    finally:
        os.close(reading)
        os.close(writing)


def test_no_new_privileges(isolated) -> None:
    """Without it a set-uid program in the sandbox would give a submission another identity."""

    def check():
        from grader.guest import kernel

        get_no_new_privileges = 39
        before = kernel.prctl(get_no_new_privileges)
        kernel.set_no_new_privileges()
        return [before, kernel.prctl(get_no_new_privileges)]

    assert isolated(check) == [0, 1]


def test_what_is_not_dumpable_cannot_be_opened_from_below(unprivileged) -> None:
    """The template's memory, environment and descriptors must not be readable by the submissions that it forks."""

    def check():
        import os

        from grader.guest import kernel

        answers, get_dumpable = [], 3
        for dumpable in (True, False):
            kernel.set_dumpable(dumpable)
            assert kernel.prctl(get_dumpable) == dumpable
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                kernel.set_dumpable(True)
                opened = 0
                for name in ("mem", "environ", "maps", "fd/0"):
                    try:
                        os.close(os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY))
                        opened += 1
                    except PermissionError:
                        continue
                os.write(writing, bytes([opened]))
                os._exit(0)
            os.waitpid(pid, 0)
            answers.append(os.read(reading, 1)[0])
        return answers

    assert unprivileged(check) == [4, 0]


def test_die_with_parent(isolated) -> None:
    """A template that is killed must take its submissions with it, or they would run on with nobody to stop them."""

    def check():
        import os
        import signal

        from grader.guest import kernel

        alive_reading, alive_writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            ready_reading, ready_writing = os.pipe()
            if os.fork() == 0:
                kernel.die_with_parent()
                os.write(ready_writing, b"!")
                signal.pause()
            os.read(ready_reading, 1)
            os._exit(0)
        os.close(alive_writing)
        # Every copy of the writing end is closed only when the grandchild, too, is gone.
        return len(os.read(alive_reading, 1))

    assert isolated(check) == 0


def test_adopt_orphans(isolated) -> None:
    """A process that a submission detached must stay in the tree that is watched and killed."""

    def check():
        import os

        from grader.guest import kernel

        kernel.adopt_orphans()
        pid = os.fork()
        if pid == 0:
            os._exit(3 if os.fork() else 4)
        codes = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(2)]
        return sorted(codes)

    assert isolated(check) == [3, 4]


def test_unshare_and_mount(isolated) -> None:
    """A submission's files must be its own: a private tmpfs over /tmp, unseen by the process that forked it."""
    needs_user_namespaces()

    def check():
        import os
        from pathlib import Path

        from grader.guest import kernel
        from grader.guest.kernel import MountFlag, Namespace

        user, group = os.getuid(), os.getgid()
        pid = os.fork()
        if pid == 0:
            kernel.unshare(Namespace.USER | Namespace.MOUNT | Namespace.IPC | Namespace.UTS | Namespace.NET)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
            kernel.mount("", "/", flags=MountFlag.PRIVATE | MountFlag.RECURSIVE)
            kernel.mount("tmpfs", "/tmp", "tmpfs", MountFlag.NO_SUID | MountFlag.NO_DEV, "size=1m,mode=0700")
            assert os.listdir("/tmp") == []
            Path("/tmp/private").write_text("x")
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return [code, Path("/tmp/private").exists()]

    assert isolated(check) == [0, False]


def test_drop_capabilities(isolated) -> None:
    """Root in the sandbox must be a name only, and an execve must not give anything back."""

    def check():
        import os
        import subprocess

        from grader.guest import kernel

        kernel.drop_capabilities()
        kernel.set_no_new_privileges()
        command = ["grep", "-E", "^Cap(Inh|Prm|Eff|Amb)", "/proc/self/status"]
        after = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [kernel.effective_capabilities(), sorted({line.split()[1] for line in after.splitlines()}), os.getuid()]

    effective, after_execve, user = isolated(check)
    assert effective == 0
    assert after_execve == ["0" * 16]
    assert user in (0, 65534, os.getuid())


def test_drop_capabilities_empties_the_bounding_set(tmp_path) -> None:
    """What root's bounding set keeps, a program with file capabilities could give back."""
    if os.geteuid() != 0:
        pytest.skip("only root has a bounding set to give up")
    pid = os.fork()
    if pid == 0:
        kernel.drop_capabilities()
        os._exit(0 if bounding_capabilities() == [] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
