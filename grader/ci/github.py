"""What a check says on GitHub: annotations at the student's lines, a summary of the step, and GitHub Classroom's result.

Sources: workflow commands (docs.github.com, "Workflow commands for GitHub Actions"), limits ("10 warning and 10 error annotations
per step", a step summary of at most 1 MiB), and classroom-resources/autograding-grading-reporter for the result.
"""

from __future__ import annotations

import base64
import html
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.check.checking import Checked
from grader.check.telling import reservation
from grader.ci.places import Places, places_in
from grader.i18n import translator
from grader.report.feedback import feedback
from grader.report.text import clamp
from grader.report.wording import TEST_SYMBOLS, test_word
from grader.results import SubmissionStatus, TestResult, TestStatus

MOST_ANNOTATIONS = 10
SUMMARY_BYTES = 1 << 20
_LIMIT = 600
_MOST_TESTS = 150  # of a step's outputs GitHub takes 1 MiB: so many tests with so long messages stay below it


def on_github(environment: Mapping[str, str]) -> bool:
    """Whether this process is a step of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


@contextmanager
def commands_stopped() -> Iterator[None]:
    """What is printed meanwhile is text: a student's exception could else set outputs and hide lines (`::stop-commands::`)."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"::{token}::", flush=True)


def annotate(checked: Checked, path: str, raw: bytes) -> Iterator[str]:
    """The commands that mark a student's file (`path` as the repository knows it): an error per test, a warning per adaptation.

    At most ten of each kind, as GitHub shows no more; the last error says how many more there would be.
    """
    places = places_in(path, raw)
    wrong = [test for test in checked.submission.tests if test.status is not TestStatus.PASSED]
    translations = translator(checked.results.language)
    if checked.submission.status is not SubmissionStatus.GRADED and checked.submission.messages:
        yield _command("error", path, 1, checked.results.assignment.title, " ".join(checked.submission.messages))
        return
    for number, test in enumerate(wrong[:MOST_ANNOTATIONS], start=1):
        words = [test_word(test.status, translations), test.message, test.code]
        words += [test.misconception.explanation] if test.misconception else []
        words += [translations.gettext("Expected") + f": {test.expected}"] if test.expected else []
        words += [translations.gettext("Hint") + f": {test.hint}"] if test.hint else []
        if number == MOST_ANNOTATIONS < len(wrong):
            more = translations.gettext("This and {count} more tests do not pass.")
            words.append(more.format(count=len(wrong) - MOST_ANNOTATIONS))
        yield _command("error", path, _line_of(test, checked, places), test.title, "\n".join(word for word in words if word))
    for message in checked.submission.messages[:MOST_ANNOTATIONS]:
        yield _command("warning", path, 1, translations.gettext("What was done to your file"), message)


def _line_of(test: TestResult, checked: Checked, places: Places) -> int:
    found = places.line(test.cell, test.line) if test.line else 0
    return found or places.definition(checked.names.get(test.part, ())) or 1


def _command(kind: str, path: str, line: int, title: str, message: str) -> str:
    properties = {"file": path, "line": str(line), "title": title}
    told = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{kind} {told}::{_escaped(clamp(message, _LIMIT))}"


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def summary(checked: Checked) -> str:
    """The step's summary in Markdown: parts, what is wrong, and what is left to hidden tests; never beyond GitHub's limit."""
    language = checked.results.language
    translations = translator(language)
    _ = translations.gettext
    view = feedback(checked.results.assignment, checked.submission)
    lines = [f"### {_text(checked.submission.student)}: {_text(checked.results.assignment.title)}", ""]
    lines += ["| | " + _("Part") + " | " + _("Tests") + " |", "| --- | --- | --- |"]
    for part in view.parts:
        total = len(part.passed) + sum(len(finding.tests) for finding in part.findings)
        sign = "–" if not total else "✓" if not part.findings else "✗"
        lines.append(f"| {sign} | {_text(part.title)} | {len(part.passed)} / {total} |")
    lines.append("")
    lines += [f"- {_text(message)}" for message in checked.submission.messages]
    for part in view.wrong:
        for mistake in part.mistakes:
            lines.append(f"- **{_text(part.title)}**: {_text(mistake.explanation)}")
        for finding in part.findings:
            for test in finding.tests:
                word = test_word(test.status, translations)
                lines.append(f"- {TEST_SYMBOLS[test.status]} **{_text(test.title)}** ({_text(word)})  ")
            lines += [f"  {_text(words)}  " for words in (finding.message, finding.hint) if words]
    for words, indent in reservation(checked):
        lines += [f"- {_text(words)}"] if indent else ["", _text(words), ""]
    return _bounded("\n".join(lines) + "\n", SUMMARY_BYTES, _("The rest was left out.") + "\n")


def _text(text: str) -> str:
    """Text that neither Markdown nor HTML takes for more than text."""
    flat = " ".join(clamp(text, _LIMIT).split())
    return "".join(f"\\{c}" if c in "\\`*_[]#|~" else c for c in html.escape(flat, quote=False))


def _bounded(text: str, most: int, rest: str) -> str:
    raw = text.encode()
    if len(raw) <= most:
        return text
    kept = raw[: most - len(rest.encode()) - 1].decode("utf-8", "ignore")
    return f"{kept.rpartition(chr(10))[0]}\n{rest}"


def classroom_result(checked: Checked) -> str:
    """GitHub Classroom's result in base64: public tests alone, with their points."""
    tests = [
        {
            "name": test.title,
            "status": "pass" if test.status is TestStatus.PASSED else "error" if test.score is None else "fail",
            "score": test.score or 0,
            "message": clamp(" ".join((test.message, test.hint)).strip(), _LIMIT),
            "line_no": test.line,
            "test_code": test.code,
        }
        for test in checked.submission.tests
    ]
    faulty = checked.submission.status is SubmissionStatus.GRADER_ERROR
    document = {
        "status": "error" if faulty else "pass" if checked.all_pass else "fail",
        "max_score": round(sum(test.max_score for test in checked.submission.tests), 2),
        "tests": tests[:_MOST_TESTS],
    }
    return base64.b64encode(json.dumps(document, ensure_ascii=False).encode()).decode()


def tell_github(checked: Checked, path: Path, environment: Mapping[str, str]) -> None:
    """Print annotations, and write summary and result where this step's environment says."""
    root = environment.get("GITHUB_WORKSPACE", "")
    place = path.resolve()
    name = (
        place.relative_to(Path(root).resolve()).as_posix() if root and place.is_relative_to(Path(root).resolve()) else path.name
    )
    for line in annotate(checked, name, path.read_bytes()):
        print(line)
    _append(environment.get("GITHUB_STEP_SUMMARY", ""), summary(checked))
    _append(environment.get("GITHUB_OUTPUT", ""), f"result={classroom_result(checked)}\n")


def _append(path: str, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(text)
