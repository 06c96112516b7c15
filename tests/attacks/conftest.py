"""A class of attackers: each exploit of `corpus/` handed in as a submission of the tiny course, one template for all of them.

An exploit is a file `corpus/<family>/<name>.py` or `.ipynb` (or a folder of that name). Its docstring says what it does;
comments of the form `# key: value` say what it must come to: `score` (by default 100, with every test as in honest work),
`status` (graded), `bare` (what it leaves where there is no wall), `landlock` (score and status behind the second wall, where
they differ from those behind the first). Beside it in the sandbox lie `kit.py` and `target.json`,
in which the attacker finds what a well-informed one would know: paths of the course, ports, process ids.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.course.submission import collect
from grader.judge.judge import Judge, JudgePlan
from grader.report.rendering import render
from grader.results import Results, SubmissionResult
from grader.run.plan import AssignmentRun, plan_run
from grader.run.run import make_results
from grader.sandbox.choice import choose_wall
from grader.sandbox.wall import Wall

CORPUS = Path(__file__).resolve().parent / "corpus"
LIMITS = {"load_seconds": 6, "cell_seconds": 2, "call_seconds": 2, "total_seconds": 25}
# Where an exploit is to work, a machine that is busy with other tests must not end it before.
PATIENT = {"load_seconds": 60, "cell_seconds": 30, "call_seconds": 30, "total_seconds": 120}
HIDDEN_INPUTS = ("40961", "31337.5", "Zanzibar", "zanzibar")
_HELPERS = ("kit.py", "witness.py")


@dataclass(frozen=True)
class Exploit:
    """One file of the corpus with what its header says."""

    path: Path
    document: str
    header: dict[str, str]

    @property
    def name(self) -> str:
        """`family/name`."""
        return f"{self.path.parent.name}/{self.path.stem}"

    def expected(self, wall: str) -> tuple[float | None, list[str]]:
        """The score that it must come to behind that wall (None: any that is no fault) and the statuses that it may have."""
        if wall == "landlock" and os.getuid() and "watched" in self.header:
            # No kernel limit is its own there: the watchdog ends too many tasks at its next look, if they are still there.
            score, _, status = self.header["watched"].partition(" ")
        elif wall == "landlock" and "landlock" in self.header:
            score, _, status = self.header["landlock"].partition(" ")
        else:
            score, status = self.header.get("score", "100"), self.header.get("status", "")
        return None if score == "any" else float(score), (status or "graded").split(" or ")


def exploits() -> list[Exploit]:
    """All of the corpus, in the order of their names."""
    return [_read(path) for path in sorted(CORPUS.glob("*/*")) if path.suffix in (".py", ".ipynb")]


def _read(path: Path) -> Exploit:
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        text = "".join(json.loads(text)["cells"][0]["source"])
    lines = [line[2:].partition(": ") for line in text.splitlines() if line.startswith("# ")]
    return Exploit(path, text.split('"""')[1].strip(), {key: value.strip() for key, _, value in lines if key.isidentifier()})


def marks(result: SubmissionResult) -> list[str]:
    """What exploits said of their success in it."""
    texts = [*result.messages, *(text for test in result.tests for text in (test.message, test.hint, test.expected, test.detail))]
    return [text for text in texts if "MARK" in text]


@dataclass
class Machine:
    """What an attacker may want of the machine, and what it must not have touched afterwards."""

    folder: Path
    course: Path
    home: Path
    drop: Path
    secrets: list[str] = field(default_factory=list)
    listeners: list[socket.socket] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, tiny: Path, limits: dict[str, int]) -> Machine:
        """A course with secrets in everything that is hidden, a home, and a folder that everybody may write to."""
        ignored = shutil.ignore_patterns("submissions", "__pycache__")
        course = Path(shutil.copytree(tiny, folder / "course", ignore=ignored))
        machine = cls(folder, course, folder / "home", folder / "drop")
        specification = course / "assignments" / "tiny" / "assignment.yaml"
        lines = specification.read_text("utf-8").splitlines()
        for name, value in limits.items():
            lines = [f"  {name}: {value}" if line.startswith(f"  {name}:") else line for line in lines]
        specification.write_text("\n".join(lines), "utf-8")
        for path in [*course.rglob("hidden/*.py"), *course.glob("reference/*.py"), *course.rglob("comparison.py")]:
            path.write_text(f"{path.read_text('utf-8')}\n# {machine.secret()}\n", "utf-8")
        for path in ("home/.ssh/id_rsa", "out/results.json", "out/.journal/journal.jsonl", "cache/fixtures/expected"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(machine.secret())
        (course / "submissions" / "tiny" / "neighbour").mkdir(parents=True)
        (course / "submissions" / "tiny" / "neighbour" / "tiny.py").write_text(f"# {machine.secret()}\n")
        machine.drop.mkdir()
        for path in (folder, *folder.parents[:2], machine.drop):  # if nothing but the wall kept a submission out
            path.chmod(0o777)
        return machine

    def secret(self) -> str:
        """A text that is nowhere else."""
        self.secrets.append(f"secret-{secrets.token_hex(16)}")
        return self.secrets[-1]

    def listen(self) -> dict[str, Any]:
        """Open what a submission could talk to: TCP, UDP, abstract and path sockets of this machine."""
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        names = {
            "abstract": f"\0grader-test-{secrets.token_hex(6)}",
            "socket": str(self.folder / "s"),
            "datagrams": str(self.folder / "d"),
        }
        unix = [socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)]
        for one, name in zip(unix, names.values(), strict=True):
            one.bind(name)
            if not name.startswith("\0"):
                os.chmod(name, 0o777)
        self.listeners = [tcp, udp, *unix]
        for listener in self.listeners:
            listener.setblocking(False)
            if listener.type == socket.SOCK_STREAM:
                listener.listen()
        return {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1], **names}

    def contacted(self) -> list[str]:
        """Which of the listeners heard from somebody."""
        heard = []
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                if listener.type == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(100)
                heard.append(str(listener.getsockname()))
        return heard

    def snapshot(self) -> dict[str, str]:
        """Every file below the folder that no submission may change, with its content."""
        kept = [self.course, self.home, self.drop, self.folder / "out", self.folder / "cache"]
        files = [path for place in kept for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return {str(path): f"{path.stat().st_mode:o} {path.read_text('utf-8', 'replace')}" for path in files}


class School:
    """The judge of this course with its one template; `grade` hands in a file of the corpus."""

    def __init__(self, machine: Machine, judge: Judge, run: AssignmentRun, target: dict[str, Any]) -> None:
        self.machine = machine
        self.judge = judge
        self.run = run
        self.target = target
        self.wall = judge.plan.wall.name
        self.number = 0

    def grade(self, path: Path) -> SubmissionResult:
        """Hand in the file (or the files of the folder of the same name) and grade it."""
        self.number += 1
        place = self.machine.folder / "handed_in" / f"student_{self.number:03}"
        extra = path.with_suffix("")
        shutil.copytree(extra, place, symlinks=True) if extra.is_dir() else place.mkdir(parents=True)
        shutil.copy(path, place / f"tiny{path.suffix}")
        for name in _HELPERS:
            shutil.copy(CORPUS / name, place)
        (place / "target.json").write_text(json.dumps(self.target))
        return self.judge.grade(self.collected(place.name))

    def collected(self, student: str) -> Any:
        """The submission of that name."""
        found = collect(self.machine.folder / "handed_in", self.judge.assignment)
        return next(one for one in found if one.student == student)

    def results(self, *results: SubmissionResult) -> Results:
        """The results of a run that graded these."""
        return make_results(self.run, {one.student: one for one in results}, "en")

    def pages(self, result: SubmissionResult) -> str:
        """All that the student is shown."""
        out = self.machine.folder / "report"
        shutil.rmtree(out, ignore_errors=True)
        render(self.results(result), out)
        return "\n".join(path.read_text("utf-8") for path in (out / "students").rglob("*.html"))

    def processes(self) -> list[psutil.Process]:
        """What runs below the judge: the template and what it started."""
        assert self.judge.template is not None
        return psutil.Process(self.judge.template.process.pid).children(recursive=True)


@contextlib.contextmanager
def open_school(folder: Path, tiny: Path, wall: Wall, limits: dict[str, int] = LIMITS) -> Iterator[School]:
    """A school in `folder` behind that wall."""
    machine = Machine.make(folder, tiny, limits)
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("GRADER_CACHE", str(machine.folder / "cache"))
        patch.setenv("HOME", str(machine.home))
        patch.setenv("GITHUB_TOKEN", machine.secret())
        target = {
            "folders": [str(machine.folder), str(machine.course), str(machine.home)],
            "files": [path for path in machine.snapshot() if "secret-" in Path(path).read_text()],
            "drop": str(machine.drop),
            "judge": os.getpid(),
            "prefix": sys.prefix,
            "wall": wall.name,
            **machine.listen(),
        }
        for listener in machine.listeners:
            stack.enter_context(listener)
        (run,) = plan_run(machine.course / "submissions", str(machine.course / "assignments" / "tiny"))
        judge = stack.enter_context(Judge(JudgePlan(run.folder, wall, run.hidden, "en")))
        yield School(machine, judge, run, target)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("bubblewrap", marks=pytest.mark.wall("bubblewrap")),
        pytest.param("landlock", marks=pytest.mark.wall("landlock")),
    ],
)
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny_course: Path) -> Iterator[School]:
    """The school of this session behind each kind of wall: one judge, one template."""
    with open_school(tmp_path_factory.mktemp("school"), tiny_course, choose_wall(request.param)) as opened:
        yield opened
