"""What a reference has beside it, told by names."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.companions import companions


def written(place: Path, files: dict[str, str]) -> Path:
    """The folder `place` with these files."""
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import helper", ["deep/__init__.py", "deep/inner.py", "helper.py"]),
        ("spec_from_file_location('other', here / 'other.py')", ["other.py"]),
        ("from deep.inner import a", ["deep/__init__.py", "deep/inner.py"]),
        ("helpers = unhelper = 1", []),
    ],
    ids=["and so on", "by path", "package", "none"],
)
def test_a_module(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Protects from verdicts by a helper's old text, and a course of many labs from each other's changes."""
    files = {"lab.py": text, "helper.py": "import deep", "other.py": "", "deep/__init__.py": "", "deep/inner.py": "import lab"}
    place = written(tmp_path, {**files, "data/helper.txt": "", "lab15.py": "import helper"})
    assert [path.relative_to(place).as_posix() for path in companions(place / "lab.py")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HERE.with_name('classes.json')", ["classes.json"]),
        ("open('имена классов.txt')", ["имена классов.txt"]),
        ("json.load(open(HERE / 'data' / 'first-table.csv'))", ["data/deep/first-table.csv"]),
        ("import helper", ["helper.py", "weights.npz"]),
        ("classes = json = table = first = csv = 'table.csv'", []),
    ],
    ids=["beside", "with a space", "in a folder", "by a helper", "words of a name"],
)
def test_what_is_read(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Protects from verdicts by old data: its answers are remembered, and a cluster's workers must have the file at all."""
    files = {"lab.py": text, "helper.py": "np.load('weights.npz')", "classes.json": "", "weights.npz": "", "other.json": ""}
    files["имена классов.txt"] = ""
    place = written(tmp_path, {**files, "data/deep/first-table.csv": "", "data/.env": "", "elsewhere/first-table.csv": ""})
    assert [path.relative_to(place).as_posix() for path in companions(place / "lab.py")] == expected


def test_what_a_package_reads(tmp_path: Path) -> None:
    """Protects the same of a package's modules, which need not be mentioned to read something."""
    place = written(
        tmp_path, {"lab/__init__.py": "", "lab/a.py": "open(HERE / 'in' / 'b.txt')", "lab/in/b.txt": "", "lab/c.txt": ""}
    )
    assert companions(place / "lab" / "__init__.py") == [place / "lab" / "a.py", place / "lab" / "in" / "b.txt"]


def test_a_package(tmp_path: Path) -> None:
    """Protects the same where the reference is a package, whose modules need not be mentioned."""
    place = written(tmp_path, {"lab/__init__.py": "", "lab/a.py": "", "lab/in/b.py": "", "c.py": ""})
    assert companions(place / "lab" / "__init__.py") == [place / "lab" / "a.py", place / "lab" / "in" / "b.py"]


def test_a_changed_mention(tmp_path: Path) -> None:
    """Protects from what was remembered of a file before it was changed."""
    place = written(tmp_path, {"lab.py": "", "helper.py": ""})
    assert companions(place / "lab.py") == []
    (place / "lab.py").write_text("import helper")
    assert companions(place / "lab.py") == [place / "helper.py"]


def test_recorded_answers_have_none(tmp_path: Path) -> None:
    """Protects a student's bundle, whose answers are no text."""
    place = written(tmp_path, {"answers.npz": "import helper", "helper.py": ""})
    assert companions(place / "answers.npz") == []
