"""Standard output in code pages that lack letters: plainer words, the same exit status."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli.streams import prepare, take_any_letter

WORK = "def mean(values):\n    return sum(values) / len(values)\n"


def written(text: str, encoding: str, *, utf8: bool = False) -> str:
    """What arrives of the text."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    prepare(stream, utf8=utf8)
    stream.write(text)
    stream.flush()
    return raw.getvalue().decode("utf-8" if utf8 else encoding)


@pytest.mark.parametrize(
    ("encoding", "arrives"),
    [
        ("utf-8", "✓ Среднее – “é”, 7 × 7 … ∞"),
        ("cp1251", "+ Среднее – “e”, 7 x 7 … ~"),
        ("cp1252", "+ ??????? – “é”, 7 × 7 … ~"),
        ("cp866", '+ Среднее - "e", 7 x 7 ... ~'),
        ("ascii", '+ ??????? - "e", 7 x 7 ... ~'),
    ],
)
def test_what_a_code_page_lacks_is_written_plainer(encoding: str, arrives: str) -> None:
    """Protects a Russian and a Western Windows from a traceback in the place of the verdict."""
    assert written("✓ Среднее – “é”, 7 × 7 … ∞", encoding) == arrives


def test_a_name_that_is_no_text() -> None:
    """Protects from the surrogates of a file name that is not in UTF-8."""
    assert written("\udce9.py", "utf-8") == "\\udce9.py"


@pytest.mark.parametrize(
    ("windows", "environment", "encoding"),
    [(True, {}, "utf-8"), (True, {"PYTHONIOENCODING": "cp1251"}, "cp1251"), (False, {}, "cp1251")],
)
def test_pipes_of_windows(windows: bool, environment: dict[str, str], encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the Russian words in a log of a Windows runner; who names an encoding gets it."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1251")
    monkeypatch.setattr(sys, "stdout", stream)
    take_any_letter(environment, windows=windows)
    assert stream.encoding == encoding


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_check_in_such_a_code_page(grade: Callable[..., Any], course_copy: Path, encoding: str) -> None:
    """Protects the exit status and the words of `grade check`, at which an encoding error ended once."""
    lab = course_copy / "assignments" / "tiny"
    (lab / "tiny.py").write_text(WORK)
    for language, line in (("en", "+  Mean: 1 of 1 test"), ("ru", "+  ???????: 1 ?? 1 ?????")):
        finished = grade(
            "check", "-k", "mean", "--lang", language, cwd=lab, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        )
        assert (finished.status, finished.stderr) == (0, "")
        assert line in finished.lines
