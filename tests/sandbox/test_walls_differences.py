"""Where the walls differ, as `docs/security.md` names it, and what only one of them has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import SubmissionCrashed
from grader.guest import landlock
from grader.sandbox import landlock_wall
from grader.sandbox.landlock_wall import LandlockWall
from grader.sandbox.wall import PACKAGE, Contents

from .conftest import Place, call

NAMESPACES = pytest.mark.parametrize("wall", [pytest.param("bubblewrap", marks=pytest.mark.wall("bubblewrap"))], indirect=True)
LANDLOCK = pytest.mark.parametrize("wall", [pytest.param("landlock", marks=pytest.mark.wall("landlock"))], indirect=True)
LOOK_OUTSIDE = "def probe(path): return [os.path.exists(path), tried(lambda: os.stat(path).st_size)]"
LOOPBACK = """
import threading
def probe():
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"))
        thread.start()
        with socket.create_connection(server.getsockname()) as client:
            said = client.recv(5).decode()
        thread.join()
    return said
"""
POOL = """
import multiprocessing
def probe():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(abs, [-1, -2])
"""
FILL = """
def probe():
    kept = []
    for number in range(100):
        stream = open(f"file{number}", "wb", buffering=0)
        kept.append(stream)
        stream.write(b"x" * (1 << 20))

def fill_again():
    probe()
    while True:  # somebody looks a few times a second
        time.sleep(1)
"""


@NAMESPACES
def test_with_namespaces_the_rest_of_the_machine_does_not_exist(place: Place, outside: Path) -> None:
    """Protects names, sizes and times of files; and honest code that uses its own loopback or a pool of processes."""
    assert place.look(LOOK_OUTSIDE, str(outside / "hidden_test.py")) == [False, "ENOENT"]
    assert place.look(LOOPBACK) == "hello"
    assert place.look(POOL) == [1, 2]
    assert place.look(FILL).types[0] == "OSError", "its own file system is full, which honest code can be told"


@LANDLOCK
def test_without_namespaces_it_can_be_looked_at(make_place: Callable[..., Place], outside: Path) -> None:
    """Protects the document from promising too much: what the second wall leaves, and what honest code loses."""
    place = make_place()
    path = outside / "hidden_test.py"
    assert place.look(LOOK_OUTSIDE, str(path)) == [True, ["done", path.stat().st_size]]
    assert place.look(LOOPBACK).types[0] == "PermissionError"
    assert place.look(POOL).types[0] == "PermissionError"
    with place.session(FILL) as (session, _), pytest.raises(SubmissionCrashed, match="disc space"):
        call(session, name="fill_again")
    assert place.look("def probe(): return 7") == 7


@LANDLOCK
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_as_root_every_template_has_a_user_of_its_own(make_place: Callable[..., Place]) -> None:
    """Protects two submissions that are graded at the same time from each other, and the instructor's files from their owner."""
    user = "def probe(): return [os.getuid(), os.getgid(), os.getgroups()]"
    found = make_place().look(user)
    assert found[0] == found[1] != 0
    assert found[2] == []


@LANDLOCK
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_as_root_files_in_a_closed_folder_are_handed_over(
    make_place: Callable[..., Place], contents: Contents, tmp_path: Path, mode: int
) -> None:
    """Protects root's user id from submissions where weights lie in `/root`, which is the default."""
    files = [contents.weights["net"], contents.pictures / "cat.jpg", contents.networks]
    for path in files:
        path.chmod(mode)
    tmp_path.chmod(0o700)
    place = make_place(contents)
    inside = place.template.inside
    code = """
    def probe(paths):
        texts = [open(path, "rb").read().decode() for path in paths]
        return [os.getuid(), texts, [tried(lambda: open(path, "ab")) for path in paths]]
    """
    named = [inside.weights["net"], f"{inside.hub}/checkpoints/net-1.pth", f"{inside.pictures}/cat.jpg", inside.networks]
    user, texts, written = place.look(code, named)
    assert user != 0
    assert texts == ["weights", "weights", "cat", "# networks"]
    assert set(written) == {"EACCES"}
    place.template.close()
    assert [path.read_text() for path in files] == ["weights", "cat", "# networks"]
    assert {path.stat().st_mode & 0o777 for path in files} == {mode}, "a link's mode is the file's own"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_where_root_cannot_become_another_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Protects the instructor from relying on another user id that no submission has: an interpreter in `/root`, say."""
    folder = tmp_path / "environment"
    folder.mkdir()
    assert LandlockWall().weakness() == ""
    monkeypatch.setattr(landlock_wall, "environment_folders", lambda: [folder])
    tmp_path.chmod(0o700)
    assert LandlockWall().weakness() == f"submissions keep root's user id: another user cannot read {folder}"


@pytest.mark.skipif(landlock.supported_abi() < 3, reason="the second wall needs Landlock")
def test_signals_are_refused_where_nothing_scopes_them(tmp_path: Path) -> None:
    """Protects the instructor's session on kernels before 6.12, where Landlock lets signals through: all are refused there."""
    program = """
import errno, os, signal
from grader.guest import isolation
isolation._SIGNAL_SCOPE_ABI = 1000
def run():
    found = []
    own, above = os.getpid(), os.getppid()
    for send in (lambda: os.kill(-1, 9), lambda: os.kill(above, 9), lambda: signal.raise_signal(15), lambda: os.kill(own, 9)):
        try:
            send()
        except OSError as error:
            found.append(error.errno == errno.EPERM)
    open("found", "w").write(str(found))
limits = {"memory_bytes": 1 << 30, "disk_bytes": 1 << 20, "processes": 64, "cpu_seconds": 60, "lent_bytes": 0}
confinement = isolation.Confinement("landlock", ("/usr", "/lib", "/lib64"), 0)
if os.fork() == 0:
    isolation.become_session(limits, os.getcwd(), confinement, run)
os.wait()
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(PACKAGE.parent)}, check=True, timeout=60)
    assert (tmp_path / "found").read_text() == str([True] * 4)
