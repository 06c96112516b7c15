"""A class graded by a real scheduler and real workers: the same results as here, whoever is killed meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.course.assignment import open_assignment
from grader.course.submission import collect
from grader.judge.regrading import Verdict
from grader.results import Results, read_results
from grader.run.dispatch import Job, Lost, Task

pytestmark = pytest.mark.wall
pytest.importorskip("distributed", reason="needs distributed (the extra `cluster`)")

PACKAGES = Path(__file__).resolve().parent.parent.parent
SECONDS = 400  # more than the product waits for a worker that does not answer, so that it says who that was

RIGHT = "def mean(values):\n    return sum(values) / len(values)\n"
CLASS = {
    "ann": RIGHT,
    "bob": "def average(numbers):\n    return sum(numbers) // len(numbers)\n",
    "carl": "def (\n",
    "dora": "import helper\n\n\ndef clamp(value, low, high):\n    return helper.clamp(value, low, high)\n",
    "emil": "def count_words(text):\n    import os\n    os._exit(1)\n",
    "fred": RIGHT,
    "gina": "def mean(values):\n    return 666\n",
    "hugo": RIGHT,
}
# Comparisons run in the judge. The first worker that sees the answer 666 says who it is, and waits for its end.
WAITS = """

_compare_mean = compare_mean


def compare_mean(answer, expected, call):
    import os, pathlib, time

    flag = pathlib.Path({flag!r})
    if answer == 666 and not flag.exists():
        flag.with_suffix(".new").write_text(str(os.getpid()))
        flag.with_suffix(".new").rename(flag)
        time.sleep(600)
    return _compare_mean(answer, expected, call)
"""
DIES = """

_compare_mean = compare_mean


def compare_mean(answer, expected, call):
    import os

    if answer == 666:
        os._exit(9)
    return _compare_mean(answer, expected, call)
"""


@dataclass
class School:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """Where the scheduler writes what it is."""
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        """The scheduler's address, once it says it."""
        until = time.monotonic() + SECONDS
        while not self.file.exists() or not self.file.read_text():
            assert time.monotonic() < until, "the scheduler does not start"
            time.sleep(0.05)
        return str(json.loads(self.file.read_text())["address"])

    def add(self, count: int, **changes: str) -> None:
        """Start workers, with changes to their environment."""
        self.workers += [_start("worker", self.folder, changes) for _ in range(count)]

    def abort(self) -> str:
        """End the workers by a signal on which each says in its log what all of its threads were doing; the log."""
        for worker in self.workers:  # one after the other, as they share the log
            worker.send_signal(signal.SIGABRT)
            worker.wait()
        return (self.folder / "worker.log").read_text()


def _start(kind: str, folder: Path, changes: dict[str, str]) -> subprocess.Popen[bytes]:
    options = ["--no-nanny", "--nthreads", "1", "--local-directory", str(folder)] if kind == "worker" else ["--port", "0"]
    file = ["--scheduler-file", str(folder / "scheduler.json")]
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
        **{"HOME": str(folder), "TMPDIR": str(folder), "GRADER_CACHE": str(folder / "cache"), "PYTHONPATH": str(PACKAGES)},
        **{"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONFAULTHANDLER": "1", **changes},
    }
    with (folder / f"{kind}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--host", "127.0.0.1", "--no-dashboard", *file, *options],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _ends(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A scheduler without workers."""
    folder = tmp_path / "school"
    folder.mkdir()
    made = School(folder, _start("scheduler", folder, {}))
    yield made
    for process in made.workers:
        process.terminate()
    stubborn = [process for process in made.workers if not _ends(process)]
    made.scheduler.terminate()
    assert _ends(made.scheduler)
    assert not stubborn, (folder / "worker.log").read_text()
    assert not list(folder.glob("grader-course-*")) or any(
        process.returncode == -signal.SIGKILL or process.returncode == 9 for process in made.workers
    )


@pytest.fixture
def course(course_copy: Path) -> Path:
    """The tiny course with a class."""
    for student, source in CLASS.items():
        place = course_copy / "submissions" / "tiny" / student
        place.mkdir(parents=True)
        (place / "tiny.py").write_text(source)
    helper = "def clamp(value, low, high):\n    return max(low, min(high, value))\n"
    (course_copy / "submissions" / "tiny" / "dora" / "helper.py").write_text(helper)
    (course_copy / "submissions" / "tiny" / "ivan").mkdir()
    return course_copy


def results(out: Path) -> Results:
    """The results in a folder, without the seconds."""
    found = read_results(out / "results.json")
    timeless = tuple(one.model_copy(update={"seconds": 0}) for one in found.submissions)
    return found.model_copy(update={"submissions": timeless})


def test_one_of_three_is_killed(
    school: School, course: Path, start_grade: Callable[..., Any], grade: Callable[..., Any], tmp_path: Path
) -> None:
    """Protects a class from a node that goes away: its work is done again elsewhere, and everything is as if graded here.

    The same command then finds that nothing has changed.
    """
    flag = tmp_path / "flag"
    comparison = course / "assignments" / "tiny" / "comparison.py"
    comparison.write_text(comparison.read_text() + WAITS.format(flag=str(flag)))
    school.add(3)
    arguments = (course / "submissions", "-o", tmp_path / "far", "--cluster", school.address)
    running = start_grade(*arguments, env={"PYTHONFAULTHANDLER": "1"})
    until = time.monotonic() + SECONDS
    while not flag.exists():
        if time.monotonic() > until:
            running.kill(signal.SIGABRT)
            pytest.fail(f"nobody came to it: {running.finish()}\n{school.abort()}")
        assert running.process.poll() is None, running.finish()
        time.sleep(0.05)
    victim = int(flag.read_text())
    assert victim in {worker.pid for worker in school.workers}
    os.kill(victim, signal.SIGKILL)
    finished = running.finish()
    assert (finished.status, finished.stderr, finished.left_behind) == (0, "", []), finished
    assert grade(course / "submissions", "-o", tmp_path / "here", "-j", 1).status == 0
    assert results(tmp_path / "far") == results(tmp_path / "here")
    again = grade(*arguments)
    assert again.status == 0, again.stderr
    assert [line for line in again.lines if line.startswith("tiny: ")] == []


def test_the_client_renews_what_it_knows(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects workers from being taken for lost when the client asks the scheduler in the background, as it does all the time.

    It asks for no workers then. Here that comes where it did the harm: between an answer and whoever waits for it.
    """
    from grader.run.cluster import Cluster  # where there is no distributed this file is skipped before

    school.add(1)
    with Cluster(school.address, "auto", pytest.fail) as cluster:
        cluster.client.wait_for_workers(1, timeout=SECONDS)
        ask = cluster.client.sync

        def ask_and_renew(*arguments: Any, **keywords: Any) -> Any:
            answer = ask(*arguments, **keywords)
            ask(cluster.client._update_scheduler_info)
            return answer

        monkeypatch.setattr(cluster.client, "sync", ask_and_renew)
        assert len(cluster.addresses()) == 1


def test_a_worker_that_does_not_hand_over(school: School, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class from a machine that goes out of reach when it has graded and before its verdict is fetched.

    Dask would have the same machine grade again, and wait for that without end. Once it can be reached, it is taken again.
    """
    from grader.run import cluster as module

    school.add(1)
    told: list[str] = []
    folder = open_assignment(course / "assignments" / "tiny")
    submission = collect(course / "submissions" / "tiny", folder.specification)[0]
    with module.Cluster(school.address, "auto", told.append) as cluster:
        cluster.client.wait_for_workers(1, timeout=SECONDS)
        cluster.environment(folder.specification)
        crew = module.ClusterCrew(cluster, Task(folder, (), "en", "cpu"))
        with crew:
            (worker,) = crew.free()
            crew.give(worker, Job(submission))
            cluster.wait_for({worker: crew.running[worker][1]})
            school.workers[0].send_signal(signal.SIGSTOP)
            with monkeypatch.context() as impatient:
                impatient.setattr(module, "_FETCH_SECONDS", 0.5)
                impatient.setattr(module, "_AGAIN_SECONDS", 0.0)
                ((job, outcome),) = crew.collect()
            assert job.submission == submission
            assert isinstance(outcome, Lost)
            assert list(crew.free()) == []
            school.workers[0].send_signal(signal.SIGCONT)
            while not crew.free():
                assert crew.collect() == []
            assert list(crew.free()) == [worker]
    assert told == [f"The worker {worker} is left out: it does not hand over what it has graded"]


def test_a_worker_that_comes_later_and_does_not_answer_yet(school: School, course: Path) -> None:
    """Protects the pace of a class from machines that come in: those at work waited until each was looked over, and warm."""
    from grader.run import cluster as module

    school.add(1)
    told: list[str] = []
    folder = open_assignment(course / "assignments" / "tiny")
    submission = collect(course / "submissions" / "tiny", folder.specification)[0]
    with module.Cluster(school.address, "auto", told.append) as cluster:
        cluster.client.wait_for_workers(1, timeout=SECONDS)
        cluster.environment(folder.specification)
        with module.ClusterCrew(cluster, Task(folder, (), "en", "cpu")) as crew:
            (first,) = crew.free()
            school.add(1)
            cluster.client.wait_for_workers(2, timeout=SECONDS)
            school.workers[1].send_signal(signal.SIGSTOP)
            while crew.size() == 1:
                assert crew.collect() == []
            crew.give(first, Job(submission))
            while not (over := crew.collect()):
                assert list(crew.free()) == []
            assert [(job.submission, type(outcome)) for job, outcome in over] == [(submission, Verdict)]
            assert [one for one in told if "left out" in one] == []
            school.workers[1].send_signal(signal.SIGCONT)
            while len(crew.free()) == 1:
                assert crew.collect() == []


def test_the_scheduler_is_killed(school: School, course: Path, start_grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects the words for the end of a cluster, which is no bug of the grader; what is graded is kept."""
    flag = tmp_path / "flag"
    comparison = course / "assignments" / "tiny" / "comparison.py"
    comparison.write_text(comparison.read_text() + WAITS.format(flag=str(flag)))
    school.add(1)
    running = start_grade(course / "submissions", "-o", tmp_path / "far", "--cluster", school.address)
    running.read_until("tiny: 6 of 9")
    school.scheduler.kill()
    finished = running.finish()
    school.workers[0].kill()  # it waits for its end in the middle of the seventh work
    assert (finished.status, finished.left_behind) == (1, []), finished
    assert finished.stderr.splitlines()[-1] == "grade: the cluster's scheduler is gone; what was finished is kept"
    assert len((tmp_path / "far" / ".journal" / "journal.jsonl").read_text().splitlines()) == 6


def test_ctrl_c(school: School, course: Path, start_grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects the instructor's patience: what is graded is kept, the worker is not ended but free again."""
    (course / "submissions" / "tiny" / "zoe").mkdir()
    (course / "submissions" / "tiny" / "zoe" / "tiny.py").write_text("def mean(values):\n    while True:\n        pass\n")
    school.add(1)
    running = start_grade(course / "submissions", "-o", tmp_path / "far", "--cluster", school.address)
    running.read_until("tiny: 9 of 10")
    running.interrupt()
    finished = running.finish()
    assert (finished.status, finished.left_behind) == (130, []), finished
    assert "Stopped: 9 of 10 submissions are graded and kept." in finished.stderr
    assert "Traceback" not in finished.stderr
    assert school.workers[0].poll() is None


def test_work_that_kills_two_workers_is_given_up(school: School, course: Path, grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects a cluster from one work that would kill worker after worker: two are lost, the third grades the rest."""
    comparison = course / "assignments" / "tiny" / "comparison.py"
    comparison.write_text(comparison.read_text() + DIES)
    school.add(3)
    finished = grade(course / "submissions", "-o", tmp_path / "far", "--cluster", school.address)
    assert (finished.status, finished.left_behind) == (1, []), finished
    found = {one.student: one for one in results(tmp_path / "far").submissions}
    assert (found["gina"].status, found["gina"].score) == ("grader_error", None)
    assert "was lost" in found["gina"].messages[0]
    assert {one.status for student, one in found.items() if student != "gina"} == {"graded", "not_loadable", "missing"}
    assert sum(worker.poll() is None for worker in school.workers) == 1


def path_without_bubblewrap(place: Path) -> str:
    """A PATH on which bubblewrap comes first that cannot be used."""
    programs = place / "bin"
    programs.mkdir()
    (programs / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n")
    (programs / "bwrap").chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


@pytest.mark.wall("landlock")
def test_a_weak_wall_is_told_once(school: School, course: Path, grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects who grades on a cluster from taking its wall for the first one, or submissions there for another user's."""
    for student in set(CLASS) - {"ann"}:
        shutil.rmtree(course / "submissions" / "tiny" / student)
    school.folder.chmod(0o700)  # nobody but root can read the worker's files, so that submissions have to stay root
    school.add(2, PATH=path_without_bubblewrap(tmp_path))
    finished = grade(course / "submissions", "-o", tmp_path / "far", "--cluster", school.address)
    assert finished.status == 0, finished
    assert finished.stderr.count("The weaker wall is used: landlock.") == 1
    assert finished.stderr.count("submissions keep root's user id") == (os.getuid() == 0)


def test_a_worker_without_the_wall_is_left_out(school: School, course: Path, grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects a machine without a wall from others' work, and says so; where there is no other, nothing is graded."""
    school.add(1, PATH=path_without_bubblewrap(tmp_path))
    arguments = (course / "submissions", "-o", tmp_path / "far", "--cluster", school.address, "--sandbox", "bubblewrap")
    refused = grade(*arguments)
    assert refused.status == 2, refused
    assert "the cluster has no worker that can be used" in refused.stderr
    assert "No permissions" in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-j", "2"], "--jobs: with --cluster every worker grades one submission at a time"),
        (["--sandbox", "none"], "--sandbox none: a cluster's workers grade behind a wall only"),
        ([], "--cluster: no scheduler answers at tcp://127.0.0.1:9"),
    ],
)
def test_what_cannot_be(course: Path, grade: Callable[..., Any], tmp_path: Path, options: list[str], said: str) -> None:
    """Protects the words for a wrong address, and for options that would say something else than they do."""
    refused = grade(course / "submissions", "-o", tmp_path / "far", "--cluster", "tcp://127.0.0.1:9", *options)
    assert refused.status == 2, refused
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
