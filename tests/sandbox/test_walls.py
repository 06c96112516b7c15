"""What every wall must do, seen from inside: files, and what a session has of its caller.

One suite for all walls, in four files: this one, `test_walls_others.py`, `test_walls_limits.py`, and the differences, named, in
`test_walls_differences.py`. `docs/security.md` names the same differences; a new one belongs into both.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.sandbox.wall import INNER_ENVIRONMENT, Contents

from .conftest import NOTHING_DONE, Place, nothing_done

HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
LIBRARY, RELEASE = platform.libc_ver()
GLIBC_ASKS = (
    LIBRARY == "glibc"
    and tuple(map(int, RELEASE.split("."))) >= (2, 35)
    and HUGE_PAGES.is_file()
    and "[madvise]" in HUGE_PAGES.read_text()
)


def test_the_inside_finds_its_files(make_place: Callable[..., Place], contents: Contents) -> None:
    """Protects weights, hub, pictures and networks: the wall says where the inside finds them, and a session does."""
    place = make_place(contents)
    inside = place.template.inside
    paths = [inside.weights["net"], *(f"{inside.hub}/checkpoints/net-{n}.pth" for n in (1, 2)), f"{inside.pictures}/cat.jpg"]
    code = "def probe(paths): return [open(path).read() for path in paths]"
    assert place.look(code, [*paths, inside.networks]) == ["weights"] * 3 + ["cat", "# networks"]
    code = "def probe(paths): return {path: tried(lambda: open(path, 'r+b').close()) for path in paths}"
    assert nothing_done(place.look(code, [*paths, inside.networks])) == {}


def test_a_file_outside_is_out_of_reach(place: Place, outside: Path) -> None:
    """Protects hidden tests, references and other submissions: files that the submission's own user could open."""
    code = """
    def probe(folder):
        path = folder + "/hidden_test.py"
        os.symlink(path, "link")
        return {
            "read": tried(lambda: open(path).read()),
            "through a link": tried(lambda: open("link").read()),
            "through a root": tried(lambda: open("/proc/self/root" + path).read()),
            "relative": tried(lambda: open(os.path.relpath(path)).read()),
            "list": tried(lambda: os.listdir(folder)),
            "list above": tried(lambda: folder.split("/")[2] in os.listdir("/tmp") or missing),
            "write": tried(lambda: open(path, "w").write("x")),
            "append": tried(lambda: open(path, "a").write("x")),
            "empty": tried(lambda: os.truncate(path, 0)),
            "remove": tried(lambda: os.unlink(path)),
            "move": tried(lambda: os.rename(path, "mine")),
            "hard link": tried(lambda: os.link(path, "mine")),
            "make": tried(lambda: open(folder + "/made", "w").close()),
            "folder": tried(lambda: os.mkdir(folder + "/made.d")),
            "copy in": tried(lambda: os.rename("link", folder + "/link")),
        }
    """
    answers = place.look(code, str(outside))
    assert nothing_done({**answers, "list above": answers["list above"].replace("NameError", "EACCES")}) == {}
    assert [(path.name, path.read_text()) for path in outside.iterdir()] == [("hidden_test.py", "expected = 42")]


def test_attributes_of_files_outside_stay(place: Place, outside: Path) -> None:
    """Protects the instructor's files from being made unreadable, or old: mode, owner, times, extended attributes."""
    path = outside / "hidden_test.py"
    before = path.stat()
    code = """
    def probe(path):
        for action in (lambda: os.chmod(path, 0), lambda: os.utime(path, (1, 1)), lambda: os.chown(path, 1, 1),
                       lambda: os.setxattr(path, "user.x", b"1"), lambda: os.lchown(path, 1, 1)):
            tried(action)
    """
    place.look(code, str(path))
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)
    assert os.listxattr(path) == []


def test_flags_of_files_that_may_be_read_stay(make_place: Callable[..., Place], contents: Contents) -> None:
    """Protects the course from a submission that makes its pictures immutable, through a file that is open for reading only."""
    place = make_place(contents)
    code = """
    def probe(path):
        import fcntl

        return tried(lambda: fcntl.ioctl(os.open(path, os.O_RDONLY), 0x40086602, (0x40).to_bytes(8, "little")))
    """
    assert place.look(code, f"{place.template.inside.pictures}/cat.jpg") in NOTHING_DONE


@pytest.mark.parametrize("called", ["by its name", "by a path from here", "below a link"])
def test_a_hidden_folder_inside_a_visible_one(
    make_place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch, called: str
) -> None:
    """Protects a course that lies in the interpreter's own folder, or among system libraries, which the inside does see."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="grader-prefix-") as name:
        prefix, link = Path(name, "prefix"), Path(name, "link")
        (prefix / "lib" / "course" / "hidden").mkdir(parents=True)
        link.symlink_to(prefix)
        (prefix / "lib" / "course" / "hidden" / "test.py").write_text("expected = 42")
        (prefix / "lib" / "module.py").write_text("x = 1")
        (prefix / "submissions").mkdir()
        (prefix / "submissions" / "other.py").write_text("theirs")
        for path in (Path(name), prefix, *prefix.rglob("*")):
            path.chmod(0o755)
        seen = link if called == "below a link" else prefix
        monkeypatch.setattr(sys, "base_exec_prefix", str(seen))
        hidden_folder = prefix / "lib" / "course"
        if called == "by a path from here":
            hidden_folder = Path(os.path.relpath(hidden_folder))
        place = make_place(Contents(hidden=(hidden_folder,)))
        code = """
        def probe(prefix):
            names = ("lib/module.py", "lib/course/hidden/test.py", "submissions/other.py")
            return [tried(lambda: open(f"{prefix}/{name}").read()) for name in names]
        """
        found, *hidden = place.look(code, str(seen))
    assert found == ["done", "x = 1"]
    assert {*hidden} <= NOTHING_DONE


def test_of_this_package_only_the_guest_is_inside(place: Place) -> None:
    """Protects the judge's code from being imported or patched there."""
    code = """
    import importlib
    def probe():
        names = ("grader.judge", "grader.run", "grader.course", "grader.sandbox", "grader.cli", "grader.guest.session")
        return [name for name in names if tried(lambda: importlib.import_module(name) and None) == ["done", None]]
    """
    assert place.look(code) == ["grader.guest.session"]


def test_nothing_is_left_for_the_next(place: Place) -> None:
    """Protects students from each other, and the template from all: files, modules, environments of one are gone for the next."""
    leave = """
    import math, tempfile
    for folder in (".", os.path.expanduser("~"), tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "/", "/etc", "/dev"):
        tried(lambda: open(f"{folder}/left", "w").write("x"))
    math.left = 1
    sys.modules["left"] = math
    os.environ["LEFT"] = "x"
    os.umask(0)
    def probe():
        return tried(lambda: open(f"{tempfile.gettempdir()}/again", "w").write("x"))
    """
    look = """
    import math, tempfile
    def probe():
        folders = {".", os.path.expanduser("~"), tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "/", "/etc", "/dev"}
        found = [f"{folder}/{name}" for folder in folders for name in ("left", "again") if os.path.exists(f"{folder}/{name}")]
        return [found, hasattr(math, "left"), "left" in sys.modules, "LEFT" in os.environ, os.umask(0)]
    """
    umask = os.umask(0o022)
    os.umask(umask)
    assert place.look(leave) == ["done", 1]
    assert place.look(look) == [[], False, False, False, umask]
    assert [path for path in place.template.scratch.iterdir() if path.name.startswith("tmp")] == [], "no folder is left either"


def test_honest_code_finds_what_it_needs(place: Place) -> None:
    """Protects honest work: folders to write to, temporary files, subprocesses, threads, databases, signals to children."""
    code = """
    import concurrent.futures, datetime, json, pathlib, random, shutil, sqlite3, subprocess, tempfile, threading, zipfile
    import numpy as np

    def probe():
        pathlib.Path("results/deep").mkdir(parents=True)
        np.save("results/deep/array.npy", np.arange(3))
        shutil.copy("results/deep/array.npy", os.path.expanduser("~/copy.npy"))
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(f"{folder}/x.zip", "w") as archive:
            archive.write("results/deep/array.npy")
        with tempfile.NamedTemporaryFile() as named, tempfile.TemporaryFile() as unnamed:
            named.write(b"x")
            unnamed.write(b"x")
        with sqlite3.connect("data.sqlite") as base:
            base.execute("create table t (x)")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            total = sum(pool.map(abs, [-1, -2]))
        said = subprocess.run(["/bin/sh", "-c", "echo hello"], capture_output=True, text=True).stdout.strip()
        own = os.fork()
        if own == 0:
            time.sleep(100)
        os.kill(own, 15)
        os.chmod("data.sqlite", 0o600)
        return [total, said, os.waitpid(own, 0)[1], len(os.urandom(4)), int(np.load("results/deep/array.npy").sum())]
    """
    assert place.look(code) == [3, "hello", signal.SIGTERM, 4, 3]


@pytest.mark.skipif(
    not GLIBC_ASKS, reason="huge pages are not to be asked for here, or glibc is older than 2.35, or another library"
)
@pytest.mark.parametrize("wall", [pytest.param("bubblewrap", marks=pytest.mark.wall("bubblewrap"))], indirect=True)
def test_memory_comes_in_huge_pages(place: Place) -> None:
    """Protects the class's time: a forward pass takes what it needs by 2 MiB, and not by 4 KiB. Landlock lets no session look."""
    code = """
    def probe():
        held = [b"x" * 100_000 for _ in range(500)]
        name, flags = "", []
        for line in open("/proc/self/smaps"):
            first, *rest = line.split()
            name = rest[-1] if "-" in first and not first.endswith(":") else name
            if first == "VmFlags:" and name == "[heap]":
                flags += rest
        return [len(held), "hg" in flags]
    """
    assert place.look(code) == [500, True]


def test_nothing_of_the_callers_environment(make_place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects tokens in the instructor's shell; and the settings that keep each worker to one thread."""
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    found = make_place().look("def probe(): return dict(os.environ)")
    assert "hunter2" not in found.values()
    kept = {name: value for name, value in INNER_ENVIRONMENT.items() if name != "MPLCONFIGDIR"}
    assert kept.items() <= found.items()
    assert set(found) <= {
        *INNER_ENVIRONMENT,
        "CUDA_VISIBLE_DEVICES",
        "PATH",
        "HOME",
        "USER",
        "PYTHONPATH",
        "TMPDIR",
        "PWD",
        "LC_CTYPE",
    }


def test_no_descriptor_but_its_own_conversation(place: Place) -> None:
    """Protects the template's conversation with the judge, the log, and whatever else was open when the session was forked."""
    code = """
    import stat
    FOUND = []
    for number in range(3, 512):
        if tried(lambda: os.fstat(number).st_mode)[0] == "done":
            FOUND.append(stat.S_ISSOCK(os.fstat(number).st_mode))
    def probe():
        return [FOUND, [os.path.samestat(os.fstat(number), os.stat("/dev/null")) for number in (0, 1, 2)]]
    """
    assert place.look(code) == [[True], [True, True, True]]


def test_no_privilege(place: Place) -> None:
    """Protects the machine: no capability, no way to one, a filter, and never the instructor's root."""
    code = """
    STATUS = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
    def probe():
        return [[STATUS[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp")],
                tried(lambda: os.setuid(0)), tried(lambda: os.setgroups([0])), os.getuid()]
    """
    status, to_root, groups, user = place.look(code)
    assert status == ["0" * 16] * 4 + ["1", "2"]
    assert {to_root, groups} <= NOTHING_DONE | {"EINVAL"}
    assert user != 0


def test_calls_that_exploits_need(place: Place) -> None:
    """Protects the kernel: further namespaces, mounts, tracing, keys and the like are refused behind every wall."""
    code = """
    import ctypes
    LIBC = ctypes.CDLL(None, use_errno=True)
    def call(*arguments):
        if LIBC.syscall(*arguments) < 0:
            raise OSError(ctypes.get_errno(), "")
    def probe():
        wanted = {"unshare": (272, 0x10000000), "mount": (165, b"x", b"/", b"tmpfs", 0, 0), "ptrace": (101, 16, 1, 0, 0),
                  "bpf": (321, 0, 0, 0), "keyctl": (250, 0, -4, 1), "io_uring": (425, 1, 0), "userfaultfd": (323, 0),
                  "perf": (298, 0, 0, -1, -1, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0), "inotify": (294, 0)}
        return {name: tried(lambda: call(*arguments)) for name, arguments in wanted.items()}
    """
    found = place.look(code)
    assert found == dict.fromkeys(found, "EPERM")
