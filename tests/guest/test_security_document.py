"""The security document names calls, files and numbers as they really are."""

from __future__ import annotations

import re
from pathlib import Path

from grader.guest import isolation, syscalls
from grader.sandbox import quota, watchdog

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- system calls: begin -->\n", "<!-- system calls: end -->"


def render() -> str:
    """The filter's table in Markdown."""
    lines = ["| Answer | Calls | Why |", "| --- | --- | --- |"]
    for entry in syscalls.entries():
        calls = ", ".join(f"`{name}`" for name in sorted(entry.calls))
        lines.append(f"| {entry.answer} | {calls} | {entry.why} |")
    return "\n".join(lines) + "\n"


def test_the_document_lists_the_filter() -> None:
    """Who relies on the document must not rely on a filter of last year. The cure: paste what `render` gives."""
    written = DOCUMENT.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert written.strip() == render().strip()


def test_every_file_that_it_names_is_there() -> None:
    """Protects who looks a mechanism or its test up from a name of last year."""
    text = DOCUMENT.read_text("utf-8")
    named = set(re.findall(r"`((?:guest|sandbox|wire|report|run)/[\w./]*)`", text))
    assert len(named) >= 8
    assert [name for name in named if not (ROOT / "grader" / name).exists()] == []
    paths = set(re.findall(r"\b(?:tests|benchmarks)/[\w/]+(?:\*?\.py)?", text))
    assert len(paths) >= 5
    assert [path for path in paths if not list(ROOT.glob(path.rstrip("/")))] == []


def test_the_faults_are_tested() -> None:
    """Protects the promise that each line about faults is a test: there are at least as many tests as lines."""
    section = DOCUMENT.read_text("utf-8").partition("## Faults of the grader's own\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    tests = re.findall(r"^def (test_\w+)", (ROOT / "tests" / "cli" / "test_faults.py").read_text("utf-8"), re.MULTILINE)
    assert 7 <= len(lines) <= len(tests)


def test_numbers() -> None:
    """Protects who reckons with how far a submission can get before it is ended."""
    text = " ".join(DOCUMENT.read_text("utf-8").split())
    assert ("within a tenth of a second" in text) == (watchdog._SECONDS == 0.1)
    assert ("measured five times a second" in text) == (quota._SECONDS == 0.2)
    assert f"leaves room for {isolation._SPARE_TASKS} others" in text
