"""The security document lists the system calls that the filter really allows and refuses."""

from __future__ import annotations

from pathlib import Path

from grader.guest import syscalls

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "security.md"
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
