"""Landlock leaves the allow-list and refuses the rest, on every version of its interface that this kernel can play."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from grader.guest import landlock

ABI = landlock.supported_abi()
pytestmark = pytest.mark.skipif(ABI == 0, reason="this kernel has no Landlock, or it is switched off")
SYSTEM = [path for path in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/opt") if Path(path).exists()]


@pytest.fixture
def place(isolated) -> Path:
    """A directory with `secret/file`, `public/file` and `work/`, which the isolated process owns."""
    for name in ("secret", "public", "work"):
        (isolated.directory / name).mkdir()
        (isolated.directory / name / "file").write_text("x")
    if isolated.user == "nobody":
        for path in isolated.directory.rglob("*"):
            os.chown(path, 65534, 65534)
    return isolated.directory


@pytest.mark.parametrize("abi", range(1, ABI + 1))
def test_files_outside_the_list_are_out_of_reach(isolated, place, abi) -> None:
    """Hidden tests, other submissions and the instructor's home are files that the process' own user may read."""

    def check(abi, system):
        import os
        from pathlib import Path

        from grader.guest import landlock

        landlock.supported_abi = lambda: abi  # an older kernel handles a part of the rights
        assert landlock.restrict([*system, "public", "missing"], ["work", *landlock.DEVICES]) == abi
        allowed = [
            lambda: Path("public/file").read_text(),
            lambda: os.listdir("public"),
            lambda: Path("work/file").write_text("y"),
            lambda: Path("work/directory").mkdir(),
            lambda: Path("work/file").rename("work/moved"),
            lambda: Path("work/moved").unlink(),
            lambda: Path("/dev/null").write_text("x"),
            lambda: os.mkfifo("work/pipe"),
        ]
        refused = [
            lambda: Path("secret/file").read_text(),
            lambda: Path("public/../secret/file").read_text(),
            lambda: os.listdir("secret"),
            lambda: os.listdir("."),
            lambda: Path("secret/file").write_text("y"),
            lambda: Path("secret/new").touch(),
            lambda: Path("secret/file").unlink(),
            lambda: Path("public/file").write_text("y"),
            lambda: Path("public/new").touch(),
            lambda: Path("public/file").rename("work/stolen"),
            lambda: os.link("secret/file", "work/link"),
            lambda: Path("new").touch(),
            lambda: os.listdir("/"),
            lambda: os.listdir("/proc"),
            lambda: Path("/etc/hostname").read_text(),
        ]
        os.symlink("../secret/file", "work/symlink")
        refused.append(lambda: Path("work/symlink").read_text())
        if abi >= 3:
            refused.append(lambda: os.truncate("secret/file", 0))
            refused.append(lambda: os.close(os.open("public/file", os.O_RDONLY | os.O_TRUNC)))
        for step in allowed:
            step()
        passed = []
        for index, step in enumerate(refused):
            try:
                step()
                passed.append(index)
            except OSError:
                continue
        return passed

    assert isolated(check, abi, SYSTEM) == []
    assert (place / "secret/file").read_text() == "x"
    assert (place / "public/file").read_text() == "x"


def test_descendants_are_confined(isolated, place) -> None:
    """The subprocesses of a submission are the submission."""

    def check(system):
        import subprocess

        from grader.guest import landlock

        landlock.restrict([*system, "public"], ["work", *landlock.DEVICES])
        command = "cat public/file; cat secret/file"
        return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True).stdout

    assert isolated(check, SYSTEM) == "x"


def test_processes_outside_are_out_of_reach(unprivileged) -> None:
    """The judge runs as the same user where no namespace can be made: its memory holds the hidden tests."""

    def check(abi):
        import os
        import signal

        from grader.guest import landlock

        reading, writing = os.pipe()
        signals = []
        signal.signal(signal.SIGUSR1, lambda number, frame: signals.append(number))
        pid = os.fork()
        if pid == 0:
            landlock.restrict(["/proc"], [])
            opened = 0
            for name in ("mem", "environ", "maps", "fd/0"):
                try:
                    os.close(os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY))
                    opened += 1
                except OSError:
                    continue
            try:
                os.kill(os.getppid(), signal.SIGUSR1)
                opened += 10 if abi >= 6 else 0
            except PermissionError:
                pass
            os.kill(os.getpid(), 0)  # its own domain stays in reach
            os.write(writing, bytes([opened]))
            os._exit(0)
        os.waitpid(pid, 0)
        return [os.read(reading, 1)[0], len(signals) if abi >= 6 else 0]

    assert unprivileged(check, ABI) == [0, 0]


@pytest.mark.skipif(ABI < 4, reason="this kernel's Landlock does not cover TCP")
@pytest.mark.parametrize("connect_tcp", [False, True])
def test_tcp(isolated, connect_tcp) -> None:
    """Without a network namespace nothing else keeps a submission from posting what it sees to the internet."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def check(system, port, connect_tcp):
            import socket

            from grader.guest import landlock

            landlock.restrict(system, [], connect_tcp)  # idna is imported at the first connection
            found = []
            for call in (
                lambda: socket.create_connection(("127.0.0.1", port)).close(),
                lambda: socket.create_server(("127.0.0.1", 0)).close(),
            ):
                try:
                    call()
                    found.append(True)
                except PermissionError:
                    found.append(False)
            return found

        assert isolated(check, SYSTEM, server.getsockname()[1], connect_tcp) == [connect_tcp, connect_tcp]


@pytest.mark.skipif(ABI < 6, reason="this kernel's Landlock has no scopes")
def test_abstract_sockets_outside_are_out_of_reach(isolated) -> None:
    """Abstract names are no files: without a network namespace the desktop's services listen on them."""
    name = f"\0grader-test-{os.getpid()}-{isolated.user}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()

        def check(name):
            import socket

            from grader.guest import landlock

            landlock.restrict([], [])
            own = socket.socket(socket.AF_UNIX)
            own.bind(name + "-own")
            own.listen()
            socket.socket(socket.AF_UNIX).connect(name + "-own")
            try:
                socket.socket(socket.AF_UNIX).connect(name)
            except PermissionError:
                return "refused"

        assert isolated(check, name) == "refused"


def test_single_files_and_missing_paths(isolated, place) -> None:
    """A list made for many machines names files, and paths that this machine lacks; neither may break the wall."""

    def check(system):
        from pathlib import Path

        from grader.guest import landlock

        landlock.restrict([*system, "public/file", "nowhere/at/all", "public/file/below"], ["work/file"])
        Path("work/file").write_text("y")
        found = [Path("public/file").read_text()]
        try:
            Path("work/new").touch()
        except PermissionError:
            found.append("refused")
        return found

    assert isolated(check, SYSTEM) == ["x", "refused"]


def test_a_kernel_without_landlock_is_reported(isolated, place) -> None:
    """The caller decides whether that is a wall; a silent success would be taken for one."""

    def check():
        from pathlib import Path

        from grader.guest import landlock

        landlock.supported_abi = lambda: 0
        return [landlock.restrict([], []), Path("secret/file").read_text()]

    assert isolated(check) == [0, "x"]


def test_the_filter_leaves_landlock_alone(isolated, place) -> None:
    """Both walls stand together, in either order."""

    def check(system):
        from pathlib import Path

        from grader.guest import landlock, syscalls

        syscalls.install_filter()
        abi = landlock.restrict([*system], ["work"])
        try:
            Path("secret/file").read_text()
        except PermissionError:
            return abi

    assert isolated(check, SYSTEM) == ABI
