"""`grade` as a user meets it: exit status, what stands on which stream, and words for what cannot be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import __version__
from grader.cli.console import Console
from grader.cli.run import RunRequest, clear_leftovers
from grader.results import read_results

Grade = Callable[..., Any]
MakeClass = Callable[..., Path]


def refused(finished: Any) -> str:
    """What a user reads who asked for what cannot be: one sentence, perhaps a remedy, and no traceback."""
    assert finished.status == 2, finished
    assert finished.stdout == ""
    assert finished.stderr.startswith("grade: ")
    assert "Traceback" not in finished.stderr
    return finished.stderr


# -- without grading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["doctor", "--help"]], ids=" ".join)
def test_help(grade: Grade, arguments: list[str]) -> None:
    """Protects the way in: help on standard output, status 0."""
    finished = grade(*arguments)
    assert (finished.status, finished.stderr) == (0, "")
    assert "grade" in finished.stdout


def test_help_names_every_option(grade: Grade) -> None:
    """Protects the options that are promised, short forms included."""
    said = grade("run", "--help").stdout
    options = ["--assignment", "-a", "--out", "-o", "--jobs", "-j", "--device", "--sandbox", "--student", "--quiet", "-q"]
    assert [option for option in [*options, "--verbose", "-v", "--fresh", "--lang"] if option not in said] == []


def test_version(grade: Grade) -> None:
    """Protects bug reports."""
    assert grade("--version").stdout.strip().endswith(__version__)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], ["no such command or folder nowhere", "help: the commands are run, ", "see grade --help"]),
        (["rnu", "."], ["no such command or folder rnu; did you mean run?"]),
        (["submisions/"], ["no such command or folder submisions/; did you mean submissions?"]),
        (["submissions/tinny"], ["no such command or folder submissions/tinny; did you mean submissions/tiny?"]),
        (["nowhere/at/all"], ["no such command or folder nowhere/at/all\n"]),
        (["run"], ["grade run needs SUBMISSIONS", "help: see grade run --help"]),
        (["-q"], ["grade needs SUBMISSIONS, a folder to grade, or a command", "commands are run, "]),
        (["export"], ["grade export needs --to", "help: see grade export --help"]),
        (["."], ["no folder in . is named after an assignment", "help: name the assignment with --assignment"]),
        ([".", "-a", "no_such_lab"], ["no assignment 'no_such_lab' in"]),
        (["--no-such-option"], ["--no-such-option", "help: see grade --help"]),
        ([".", "--stundent", "x"], ["--stundent", "help: see grade --help"]),
        ([".", "-j", "many"], ["many"]),
        ([".", "-j", "-1"], ["--jobs must not be negative, but is -1"]),
        ([".", "--sandbox", "magic"], ["magic", "help: see grade --help"]),
        ([".", "--lang", "tlh"], ["--lang: no language 'tlh'; there are en, ru"]),
        ([".", "extra", "words"], ["grade has no use for extra words"]),
        ([".", "-o", "file"], ["--out: file is not a folder"]),
        ([".", "-o", "file/report"], ["--out: ", "/file is not a folder"]),
        ([".", "--jobs"], ["--jobs needs a value"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and value[0] in (".", "nowhere", "--no-such-option") else "",
)
def test_wrong_usage(grade: Grade, tmp_path: Path, arguments: list[str], said: list[str]) -> None:
    """Protects the user from a traceback, and scripts by exit status 2: the sentence names what was said and what there is."""
    (tmp_path / "file").write_text("")
    (tmp_path / "ann").mkdir()
    (tmp_path / "submissions" / "tiny").mkdir(parents=True)
    message = refused(grade(*arguments, cwd=tmp_path))
    assert [words for words in said if words not in message] == []
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["ann", "file", "submissions"], "nothing is made by a wrong command"


def test_two_assignments_match(grade: Grade, make_class: MakeClass, right: str, course_copy: Path, tmp_path: Path) -> None:
    """Protects against the wrong one of two courses: both are named."""
    place = make_class(ann=right)
    other = Path(shutil.copytree(course_copy, tmp_path / "other"))
    message = refused(grade(place, "-a", "tiny", cwd=other))
    assert all(str(course / "assignments" / "tiny") in message for course in (course_copy, other))


def test_a_wrong_specification(grade: Grade, make_class: MakeClass, right: str, course_copy: Path) -> None:
    """Protects exit status 2 for the course's own mistakes: file, key, value, and what was meant."""
    path = course_copy / "assignments" / "tiny" / "assignment.yaml"
    path.write_text(path.read_text().replace("memory_mb: 256", "memory_md: 256"))
    message = refused(grade(make_class(ann=right)))
    assert f"{path}: limits.memory_md: unknown key 'memory_md' (found 256); did you mean 'memory_mb'?" in message


@pytest.mark.wall
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("file", "source", "said"),
    [
        ("tests/hidden/test_mean.py", "import no_such_module\n", "No module named 'no_such_module'"),
        ("comparison.py", "x = 1\n", "there is no function compare_mean(answer, expected, call)"),
        ("misconceptions.py", "1 / 0\n", "misconceptions.py:1: does not import: ZeroDivisionError"),
    ],
)
def test_a_course_that_does_not_import(
    grade: Grade,
    make_class: MakeClass,
    right: str,
    course_copy: Path,
    tmp_path: Path,
    file: str,
    source: str,
    said: str,
    jobs: int,
) -> None:
    """Protects exit status 2 when the course's Python is at fault, in this process or in a worker."""
    (course_copy / "assignments" / "tiny" / file).write_text(source)
    assert said in refused(grade(make_class(ann=right, bob=right), "-o", tmp_path / "out", "-j", jobs))


@pytest.fixture
def without_namespaces(tmp_path: Path) -> dict[str, str]:
    """An environment in which bubblewrap is found and cannot build anything."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (programs / "bwrap").chmod(0o755)
    return {"PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}"}


def test_no_wall_can_be_built(
    grade: Grade, make_class: MakeClass, right: str, tmp_path: Path, without_namespaces: dict[str, str]
) -> None:
    """Protects others' work from running without the wall that was named: exit status 2, the reason, every remedy."""
    message = refused(grade(make_class(ann=right), "--sandbox", "bubblewrap", cwd=tmp_path, env=without_namespaces))
    assert "no wall can be built on this machine: bubblewrap: bwrap: No permissions to create new namespace" in message
    assert "help: Linux is needed" in message
    assert all(word in message for word in ("user namespaces", "Landlock", "--sandbox none"))
    assert not (tmp_path / "report").exists()


@pytest.mark.wall("landlock")
def test_the_weaker_wall_is_told(
    grade: Grade, make_class: MakeClass, right: str, tmp_path: Path, without_namespaces: dict[str, str]
) -> None:
    """Protects the instructor from taking the weaker wall for the stronger: a warning, and the wall's name with the results."""
    finished = grade(make_class(ann=right), "-o", tmp_path / "out", env=without_namespaces)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    assert finished.stderr.startswith("Warning: The weaker wall is used: landlock.")
    assert "Wall: landlock" in finished.lines


@pytest.mark.wall("landlock")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root could become another user")
def test_where_submissions_keep_roots_user_id_it_is_told(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects root from relying on a line of defence that is not there: another user cannot reach the temporary folder."""
    (tmp_path / "closed").mkdir(mode=0o700)
    env = {"TMPDIR": str(tmp_path / "closed")}
    finished = grade(make_class(ann=right), "-o", tmp_path / "out", "--sandbox", "landlock", env=env)
    assert finished.status == 0, finished.stderr
    assert "Warning: Wall: landlock, but submissions keep root's user id: another user cannot read" in finished.stderr


# -- with grading -------------------------------------------------------------------------------------------------------


def test_what_killed_runs_left_running_is_told_before_workers_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Protects whoever grades with half of the machine's memory from not knowing why; workers have nobody to tell."""
    monkeypatch.setattr("grader.cli.run.remove_leftovers", lambda warn: warn("grade-1-2-left stays"))
    request = RunRequest(submissions=tmp_path, assignment=None, out=tmp_path)
    clear_leftovers(request, Console(quiet=True, verbose=False))
    assert "grade-1-2-left stays" in capsys.readouterr().err
    clear_leftovers(replace(request, cluster="tcp://127.0.0.1:8786"), Console(quiet=True, verbose=False))
    assert capsys.readouterr().err == ""


def test_without_a_wall_every_run_warns(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects whoever says `--sandbox none` from forgetting it: a warning on standard error, each time and also with -q."""
    place = make_class(ann=right)
    for options in ([], ["-q"]):
        finished = grade(place, "--sandbox", "none", *options, "-o", tmp_path / "out")
        assert finished.status == 0, finished.stderr
        assert finished.stderr.startswith("Warning: No wall: ")
        assert finished.left_behind == []
    assert read_results(tmp_path / "out" / "results.json").submissions[0].score == 100


@pytest.mark.wall
def test_lines_where_there_is_no_terminal(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects logs: a line per submission, a table and the report's place on standard output; no colours, no cursor."""
    finished = grade(make_class(ann=right, bob="pass\n"), "-o", tmp_path / "out", "-j", 1)
    assert (finished.status, finished.stderr) == (0, "")
    assert "\x1b" not in finished.stdout
    assert finished.lines[0].startswith("tiny: 1 of 2: ann: 100 of 100 (graded), about ")
    assert finished.lines[1].startswith("tiny: 2 of 2: bob: 0 of 100 (graded)")
    assert finished.lines[-1] == f"Report: {tmp_path / 'out' / 'index.html'}"
    table = [line.split() for line in finished.lines if "│" in line]
    assert ["│", "ann", "│", "graded", "│", "100", "│", "40", "│", "30", "│", "30", "│"] in table


@pytest.mark.wall
def test_a_bar_on_a_terminal(start_grade: Callable[..., Any], make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects the progress bar: counts and the last student on a terminal, and no line per submission."""
    terminal, end = os.openpty()
    place = make_class(ann=right, bob="pass\n", carl=right)
    running = start_grade(
        place, "-o", tmp_path / "out", "-j", 1, stdout=end, env={"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    )
    os.close(end)
    said = b""
    with os.fdopen(terminal, "rb", buffering=0) as stream:
        try:
            while part := stream.read(4096):
                said += part
        except OSError:
            pass  # how a terminal says that nobody writes to it any more
    assert running.finish().status == 0
    text = said.decode()
    assert "\x1b[" in text
    assert "3/3" in text
    assert "tiny: 1 of 3" not in text
    assert "Report: " in text


@pytest.mark.wall
@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["colour", "NO_COLOR"])
def test_colours(
    grade: Grade, make_class: MakeClass, right: str, tmp_path: Path, variables: dict[str, str], coloured: bool
) -> None:
    """Protects `NO_COLOR`: what is coloured on a terminal is not where it is set."""
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm-256color", **variables}
    finished = grade(make_class(ann=right), "-o", tmp_path / "out", env=terminal)
    assert finished.status == 0, finished.stderr
    assert ("\x1b[32m" in finished.stdout) is coloured


@pytest.mark.wall
def test_quiet(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects scripts: -q says nothing when nothing is wrong, and writes the same files."""
    finished = grade(make_class(ann=right), "-o", tmp_path / "out", "-q")
    assert (finished.status, finished.stdout, finished.stderr) == (0, "", "")
    assert (tmp_path / "out" / "index.html").is_file()


@pytest.mark.wall
def test_verbose(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects -v: every message of every submission and of each test that it fails, as text and not as markup."""
    wrong = right.replace("sum(values) / len(values)", "sum(values) / (len(values) - 1)")
    source = "raise ValueError('[red]not[/red] \x1b[31mred')\n" + wrong
    place = make_class(ann=source)
    finished = grade(place, "-o", tmp_path / "out", "-v")
    assert finished.status == 0, finished.stderr
    (result,) = read_results(tmp_path / "out" / "results.json").submissions
    failed = [test for test in result.tests if test.message]
    assert failed
    assert [line for line in finished.lines if line.startswith(("    public/", "    hidden/"))] == [
        f"    {test.id} ({test.status}): {test.message}" for test in failed
    ]
    assert "    Line 1 failed: ValueError: [red]not[/red] [31mred. What follows still ran." in finished.lines
    again = grade(place, "-o", tmp_path / "out", "-v")
    told = [line for line in finished.lines if line.startswith("    ")]
    assert [line for line in again.lines if line.startswith("    ")] == told  # the verdict is kept, and so is what it says
    assert f"tiny: ann: {result.score:g} of 100 (graded)" in again.lines


@pytest.mark.wall
def test_some_students(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects `--student`, and the words when it matches nobody; a folder that fits no assignment is told, also when quiet."""
    place = make_class(ann=right, anton=right, bob=right)
    (place / "tinny").mkdir()
    (place / "tiny" / "linked").symlink_to(tmp_path)
    finished = grade(place, "--student", "an*", "-o", tmp_path / "out", "-q")
    assert finished.status == 0
    assert "named after no assignment, so nobody in there is graded: tinny" in finished.stderr
    assert "links that lead out of the folder are not followed, so not graded: linked" in finished.stderr
    assert [one.student for one in read_results(tmp_path / "out" / "results.json").submissions] == ["ann", "anton"]
    assert "no submission of a student like 'x*' in" in refused(grade(place, "--student", "x*", "-o", tmp_path / "out"))


@pytest.mark.wall
def test_the_default_place_of_the_report(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects `report/` in the working folder, and `grade run` as the same command."""
    place = make_class(ann=right)
    (tmp_path / "here").mkdir()
    assert grade("run", place, cwd=tmp_path / "here").status == 0
    assert (tmp_path / "here" / "report" / "results.json").is_file()


@pytest.mark.wall
def test_the_language_of_the_feedback(grade: Grade, make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects `--lang`: the assignment's own by default, and results of one language not taken for the other's."""
    place = make_class(ann=right.replace("def clamp", "def other"))
    for lang, words in (("en", "Nothing was found"), ("ru", "Ничего не найдено")):
        assert grade(place, "--lang", lang, "-o", tmp_path / "out", "-q").status == 0
        results = read_results(tmp_path / "out" / "results.json")
        assert results.language == lang
        messages = [test.message for test in results.submissions[0].tests if test.status == "not_found"]
        assert lang == "ru" or all(words in message for message in messages)
        assert len(messages) == 2


@pytest.mark.wall
def test_a_fault_of_the_grader(grade: Grade, make_class: MakeClass, right: str, course_copy: Path, tmp_path: Path) -> None:
    """Protects exit status 1: a bug in a test leaves a submission without a score, is told, and is tried again next time."""
    test = course_copy / "assignments" / "tiny" / "tests" / "hidden" / "test_mean.py"
    test.write_text(test.read_text().replace("check.mean([-7.25])", "1 / 0"))
    place = make_class(ann=right, bob="pass\n")
    for _ in range(2):
        finished = grade(place, "-o", tmp_path / "out", "-j", 1)
        assert finished.status == 1, finished.stderr
        assert finished.lines[0].startswith("tiny: 1 of 2: ann: not graded (grader_error)")
        ann = read_results(tmp_path / "out" / "results.json").submissions[0]
        assert (ann.score, [part.score for part in ann.parts]) == (None, [None, 30, 30])
        fault = "hidden/test_mean.py::test_one_number: call: ZeroDivisionError: division by zero (tests/hidden/test_mean.py:13)"
        assert finished.stderr.splitlines() == [f"ann, bob: {fault}"]
    assert grade(place, "-o", tmp_path / "out", "-j", 1, "-q").stderr.splitlines() == [f"ann, bob: {fault}"]


@pytest.mark.wall
def test_a_reader_that_goes_away(start_grade: Callable[..., Any], make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects `grade ... | head -1`: no traceback, and no process left behind."""
    running = start_grade(make_class(**{f"s{n}": right for n in range(6)}), "-o", tmp_path / "out", "-j", 1)
    running.read_until("1 of 6")
    running.process.stdout.close()
    running.process.stdout = None
    finished = running.finish()
    assert "Traceback" not in finished.stderr
    assert finished.left_behind == []
