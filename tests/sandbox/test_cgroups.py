"""Control groups: found where they are, binding where they can be made, and never left behind."""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import WallError
from grader.sandbox import cgroups
from grader.sandbox.cgroup_place import Place, find_place
from grader.sandbox.cgroups import ControlGroup, available, remove_leftovers, remove_own

MIB = 1 << 20
KIND = available()
needs_groups = pytest.mark.skipif(KIND.startswith("none"), reason=f"no control groups here: {KIND}")


def folders_of(name: str, grader: int | str) -> list[Path]:
    """The folders of a group that the process `grader` has made."""
    return [folder for place in find_place().folders() for folder in place.glob(f"grade-*-{grader}-{name}")]


def run_in(group: ControlGroup, function, *arguments) -> int:
    """The wait status of a forked process that calls `function` once it is in the group."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        os.read(reading, 1)
        try:
            function(*arguments)
        except BaseException:  # noqa: BLE001  nothing may return into pytest
            os._exit(1)
        os._exit(0)
    os.close(reading)
    group.add(pid)
    os.close(writing)
    return os.waitpid(pid, 0)[1]


# In the kernel.


@needs_groups
def test_memory_beyond_the_limit_is_killed() -> None:
    """The kernel's own verdict, which needs no watcher and cannot be late."""
    with ControlGroup.create("memory", 64 * MIB, 10) as group:
        status = run_in(group, lambda: bytearray(os.urandom(1024)) * 1024 * 512)
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert group.oom_kills() > 0
        assert not group.processes_refused()


@needs_groups
def test_memory_that_no_limit_of_a_process_counts() -> None:
    """Shared mappings and memfd files are the ways around RLIMIT_DATA."""

    def shared() -> None:
        mmap.mmap(-1, 512 * MIB).write(bytes(512 * MIB))

    def file() -> None:
        descriptor = os.memfd_create("memory")
        for _ in range(512):
            os.write(descriptor, bytes(MIB))

    for function in (shared, file):
        with ControlGroup.create("shared", 64 * MIB, 10) as group:
            assert os.WTERMSIG(run_in(group, function)) == signal.SIGKILL
            assert group.oom_kills() > 0


@needs_groups
def test_memory_below_the_limit_is_left_alone() -> None:
    """Honest work ends by itself."""
    with ControlGroup.create("honest", 256 * MIB, 10) as group:
        status = run_in(group, lambda: bytearray(os.urandom(1024)) * 1024 * 64)
        assert status == 0
        assert group.oom_kills() == 0


@needs_groups
def test_processes_beyond_the_limit_are_refused_and_killed() -> None:
    """A fork bomb ends in errors of its own, and none of it is left when the group is."""

    def bomb() -> None:
        try:
            for _ in range(100):
                if os.fork() == 0:
                    signal.pause()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)

    with ControlGroup.create("bomb", 256 * MIB, 8) as group:
        assert os.WTERMSIG(run_in(group, bomb)) == signal.SIGKILL
        assert group.processes_refused()
        assert len(group.pids()) == 7
        group.kill()
        assert group.pids() == set()


@needs_groups
def test_nothing_is_left_behind(tmp_path) -> None:
    """A thousand submissions must not leave a thousand groups; not even when a process is still inside."""
    group = ControlGroup.create("gone", 64 * MIB, 10)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with process:
        group.add(process.pid)
        folders = folders_of("gone", os.getpid())
        assert len(folders) == len(find_place().folders())
        group.remove()
        assert process.wait() == -signal.SIGKILL
    assert not any(folder.exists() for folder in folders)
    group.remove()  # twice does no harm


@needs_groups
def test_the_groups_of_dead_graders_are_removed() -> None:
    """kill -9 of a run leaves its groups, with the submissions in them still running: the next run clears them away."""
    program = """
import os, signal, subprocess, sys
from grader.sandbox.cgroups import ControlGroup
group = ControlGroup.create("left", 64 << 20, 10)
child = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
group.add(child.pid)
print(os.getpid(), child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    mine = ControlGroup.create("mine", 64 * MIB, 10)
    try:
        dead = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        grader, pid = dead.stdout.split()
        assert folders_of("left", grader)
        assert remove_leftovers() >= 1
        assert not folders_of("left", grader)
        status = Path("/proc", pid, "status")
        assert not status.exists() or "\nState:\tZ" in status.read_text()
        assert len(folders_of("mine", os.getpid())) == len(find_place().folders()), "a living run's group"
    finally:
        mine.remove()


@needs_groups
def test_a_grader_that_must_exit_at_once_removes_its_own() -> None:
    """A worker that is told to end is in the middle of a submission: its group would stay until another run in the same place."""
    groups = [ControlGroup.create(name, 64 * MIB, 10) for name in ("one", "two")]
    with subprocess.Popen(["sleep", "1000"]) as process:
        groups[0].add(process.pid)
        assert remove_own() == 2
        assert process.wait() == -signal.SIGKILL
    assert not [folder for name in ("one", "two") for folder in folders_of(name, os.getpid())]


@needs_groups
def test_two_graders_remove_the_same_leftovers() -> None:
    """Workers start together after a run that was killed: the one that comes late must not take it for a fault of its own."""
    program = """
import sys
from grader.sandbox.cgroups import remove_leftovers
for line in sys.stdin:
    print(remove_leftovers(), flush=True)
"""
    command = [sys.executable, "-c", program]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as second,
    ):
        for _ in range(100):
            dead = os.fork()
            if dead == 0:
                for name in ("one", "two", "three"):
                    ControlGroup.create(name, 64 * MIB, 10)
                os._exit(0)
            os.waitpid(dead, 0)
            for each in (first, second):
                each.stdin.write("again\n")
                each.stdin.flush()
            answers = [each.stdout.readline() for each in (first, second)]
            assert all(answer.strip().isdigit() for answer in answers), "one of them ended with an error"
            assert not [folder for name in ("one", "two", "three") for folder in folders_of(name, dead)]


@needs_groups
def test_the_group_of_a_dead_grader_with_the_same_pid() -> None:
    """In a container each grader may have the pid of the one before it, whose group cost a submission its grade."""
    for place in find_place().folders():
        (place / f"grade-{os.stat('/proc/self/ns/pid').st_ino}-{os.getpid()}-again").mkdir()
    with ControlGroup.create("again", 64 * MIB, 10) as group:
        assert run_in(group, lambda: None) == 0
    assert not folders_of("again", os.getpid())


def test_a_leftover_that_stays_is_told_and_left(monkeypatch, tmp_path) -> None:
    """A process that hangs in the kernel cannot be killed: each submission of every later run was a fault of the grader by it."""
    monkeypatch.setattr(cgroups, "find_place", lambda: Place("v2", tmp_path, tmp_path))
    program = "import os; print(os.getpid(), end='')"
    dead = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True).stdout
    for name in ("before", "hangs", "then"):
        (tmp_path / f"grade-{os.stat('/proc/self/ns/pid').st_ino}-{dead}-{name}").mkdir()
    stays = next(tmp_path.glob("*-hangs"))
    (stays / "held").touch()  # what is not empty the kernel does not remove
    told: list[str] = []
    assert remove_leftovers(told.append) == 2
    assert list(tmp_path.iterdir()) == [stays]
    assert len(told) == 1
    assert str(stays) in told[0]
    assert remove_leftovers() == 0


@needs_groups
def test_a_process_that_has_ended_cannot_be_added() -> None:
    """Silence here would be a submission that runs outside of its limits."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    with ControlGroup.create("late", 64 * MIB, 10) as group, pytest.raises(ProcessLookupError):
        group.add(pid)


@pytest.mark.parametrize("name", ["", "a/b", "../up", "a b", "x" * 101])
def test_a_name_is_a_plain_file_name(name) -> None:
    """A student's name in a path must not lead out of the folder."""
    with pytest.raises(ValueError, match="not a name"):
        ControlGroup.create(name, 1, 1)


def test_whose_groups_are_leftovers() -> None:
    """A living grader's groups, another container's, and everyone else's folders are not this run's to remove."""
    namespace = os.stat("/proc/self/ns/pid").st_ino
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    assert cgroups._is_leftover(f"grade-{namespace}-{dead}-ivanov.3")
    assert not cgroups._is_leftover(f"grade-{namespace}-{os.getpid()}-ivanov.3")
    assert not cgroups._is_leftover(f"grade-{namespace + 1}-{dead}-ivanov.3")
    assert not cgroups._is_leftover("user.slice")


# Where they can be made: on machines drawn as folders, since one kernel has one version.


@pytest.fixture
def machine(tmp_path):
    """`machine(mounts, groups)` writes a process's description; mounts are (type, root, folder below tmp_path, options)."""

    def describe(mounts, groups) -> Path:
        lines = [
            f"30 23 0:26 {root} {tmp_path / folder} rw,relatime shared:9 - {kind} none rw,{options}\n"
            for kind, root, folder, options in mounts
        ]
        (tmp_path / "mountinfo").write_text(f"22 1 0:20 / / rw - ext4 /dev/root rw\n{''.join(lines)}")
        (tmp_path / "cgroup").write_text("".join(f"{group}\n" for group in groups))
        return tmp_path

    return describe


def make_v2(folder: Path, handed_down: str) -> None:
    """A group of version 2, as a folder."""
    folder.mkdir(parents=True)
    (folder / "cgroup.procs").touch()
    (folder / "cgroup.subtree_control").write_text(handed_down)


def test_version_2_takes_the_nearest_group_that_hands_down(machine, tmp_path) -> None:
    """As systemd lays it out: the session's own group holds processes, its slice hands the controllers down."""
    make_v2(tmp_path / "unified", "cpu memory pids")
    make_v2(tmp_path / "unified/user.slice", "memory pids")
    make_v2(tmp_path / "unified/user.slice/session.scope", "")
    process = machine([("cgroup2", "/", "unified", "nsdelegate")], ["0::/user.slice/session.scope"])
    place = tmp_path / "unified/user.slice"
    assert find_place(process) == Place("v2", place, place)


def test_paths_are_any_bytes(machine, tmp_path) -> None:
    """Protects the limits from a mount or a group whose name is no text, or holds what ends a line elsewhere."""
    make_v2(tmp_path / "unified", "memory pids")
    process = machine([("cgroup2", "/", "unified", "nsdelegate")], ["0::/"])
    with (tmp_path / "mountinfo").open("ab") as stream:
        stream.write(b"36 22 8:1 / /media/\xd1\x0codd\xc2\x85 rw - vfat /dev/sda rw\n")
    with (tmp_path / "cgroup").open("ab") as stream:
        stream.write(b"1:name=\xd1\r:/\xd1\n")
    assert find_place(process) == Place("v2", tmp_path / "unified", tmp_path / "unified")


def test_version_2_without_controllers(machine, tmp_path) -> None:
    """A container's root group: the reason, and what to do about it, must reach the instructor."""
    make_v2(tmp_path / "unified", "")
    with pytest.raises(WallError, match="version 2") as caught:
        find_place(machine([("cgroup2", "/", "unified", "nsdelegate")], ["0::/"]))
    assert "systemd-run" in caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the ordinary user's run covers this")
def test_version_2_that_is_not_ours(machine, tmp_path) -> None:
    """A login session without a user manager: the slice above is root's."""
    make_v2(tmp_path / "unified", "memory pids")
    (tmp_path / "unified").chmod(0o555)
    with pytest.raises(WallError, match="version 2"):
        find_place(machine([("cgroup2", "/", "unified", "nsdelegate")], ["0::/"]))


def test_version_1_in_a_container(machine, tmp_path) -> None:
    """A container sees its group as the top of the mount, and the path of the host in /proc/self/cgroup."""
    (tmp_path / "memory/inner").mkdir(parents=True)
    (tmp_path / "pids/inner").mkdir(parents=True)
    mounts = [
        ("cgroup", "/docker/abc", "memory", "memory"),
        ("cgroup", "/docker/abc", "pids", "pids"),
        ("cgroup2", "/", "unified", "nsdelegate"),
    ]
    make_v2(tmp_path / "unified", "")
    process = machine(mounts, ["8:pids:/docker/abc/inner", "4:memory:/docker/abc/inner", "0::/"])
    assert find_place(process) == Place("v1", tmp_path / "memory/inner", tmp_path / "pids/inner")


def test_version_1_outside_of_the_mount(machine, tmp_path) -> None:
    """A guess would put submissions into another container's group."""
    (tmp_path / "memory").mkdir()
    (tmp_path / "pids").mkdir()
    mounts = [("cgroup", "/docker/abc", "memory", "memory"), ("cgroup", "/docker/abc", "pids", "pids")]
    with pytest.raises(WallError, match="version 1"):
        find_place(machine(mounts, ["8:pids:/docker/abcdef", "4:memory:/docker/abc"]))


def test_no_groups_at_all(machine, monkeypatch, tmp_path) -> None:
    """macOS, or /proc hidden: a reason, not a traceback."""
    with pytest.raises(WallError, match="no control groups"):
        find_place(tmp_path / "nowhere")
    with pytest.raises(WallError):
        find_place(machine([], ["0::/"]))

    def nowhere() -> Place:
        raise WallError("nowhere")

    monkeypatch.setattr(cgroups, "find_place", nowhere)
    assert available() == "none: nowhere"
    assert remove_leftovers() == 0


def test_the_files_of_version_2(monkeypatch, tmp_path) -> None:
    """Swap would be a way around the limit, and a half-killed submission one that answers nonsense."""
    monkeypatch.setattr(cgroups, "find_place", lambda: Place("v2", tmp_path, tmp_path))
    folder = tmp_path / f"grade-{os.stat('/proc/self/ns/pid').st_ino}-{os.getpid()}-two"
    made = Path.mkdir

    def mkdir(path: Path, *arguments: object, **keywords: object) -> None:
        made(path, *arguments, **keywords)
        for name in ("memory.max", "memory.swap.max", "memory.oom.group", "memory.events", "pids.max", "pids.events"):
            (path / name).write_text("")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    group = ControlGroup.create("two", 100, 7)
    written = {path.name: path.read_text() for path in folder.iterdir()}
    assert written == {
        "memory.max": "100",
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "memory.events": "",
        "pids.max": "7",
        "pids.events": "",
    }
    assert group.oom_kills() == 0
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (folder / "pids.events").write_text("max 3\n")
    assert group.oom_kills() > 0
    assert group.processes_refused()
