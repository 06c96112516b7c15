"""`grade similar` on the command line: files, words, what it refuses and how it lives with `grade run` and `grade report`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli.main import run_main
from grader.report.rendering import render
from grader.report.similarity import read_similarity
from grader.results import AssignmentSummary, GraderSummary, Results, SubmissionResult, SubmissionStatus

pytest.importorskip("copydetect", reason="needs copydetect (the extra `similar`)")

MakeClass = Callable[..., Path]
RIGHT = """
def mean(values):
    total, count = 0, 0
    for value in values:
        total += value
        count += 1
    return total / count


def clamp(value, low, high):
    if value < low:
        return low
    return high if value > high else value


def count_words(text):
    counted = {}
    for word in text.lower().split():
        counted[word] = counted.get(word, 0) + 1
    return counted
"""
OTHER = """
from collections import Counter
from statistics import fmean as mean


def clamp(value, low, high):
    assert low <= high, "the bounds are the wrong way round"
    return sorted([low, value, high])[1]


def count_words(text, *more):
    lines = [line.casefold().split(" ") for line in (text, *more)]
    return dict(sum((Counter(filter(None, line)) for line in lines), Counter()))
"""


def test_what_is_written_and_said(make_class: MakeClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the command as a whole: pages, JSON, ranked names, who was left out, and that likeness is no proof."""
    place = make_class(ann=RIGHT, ben=RIGHT.replace("values", "numbers"), carl=OTHER, dora="")
    out = tmp_path / "out"
    assert run_main(["similar", str(place), "-o", str(out)]) == 0
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        "similar.json",
        "similar/index.html",
        "similar/1.html",
    }
    said = capsys.readouterr().out
    assert "ann (100%)" in said
    assert "Not compared: dora" in said
    assert "Likeness is no proof" in said
    document = json.loads((out / "similar.json").read_text(encoding="utf-8"))
    assert document["schema"] == "grader/similarity/1"
    assert [document["works"][document["pairs"][0][side]]["student"] for side in ("first", "second")] == ["ann", "ben"]


def test_earlier_years_of_one_lab(
    make_class: MakeClass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects whose work was copied from a namesake of another year: the folder of a lab is called alike in all of them."""
    place = make_class(ann=RIGHT)
    for year, text in (("2024", RIGHT), ("2025", OTHER)):
        (tmp_path / year / "tiny" / "ivan").mkdir(parents=True)
        (tmp_path / year / "tiny" / "ivan" / "tiny.py").write_text(text)
    monkeypatch.chdir(tmp_path / "2024" / "tiny")
    arguments = ["similar", str(place), "-o", str(tmp_path / "out")]
    assert run_main([*arguments, "--against", "."]) == 0
    assert "tiny/ivan (100%)" in capsys.readouterr().out
    assert run_main([*arguments, "--against", ".", "--against", "../../2025/tiny"]) == 0
    assert "2024/tiny/ivan (100%)" in capsys.readouterr().out


def test_language_and_bounds(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects `--lang`, `--least` and `--most`."""
    place = make_class(ann=RIGHT, ben=RIGHT, carl=OTHER, dora=OTHER)
    assert run_main(["similar", str(place), "-o", str(tmp_path), "--lang", "ru", "--least", "0", "--most", "1", "-q"]) == 0
    similarity = read_similarity(tmp_path / "similar.json")
    assert similarity is not None
    assert len(similarity.pairs) == 1
    assert "Сходство — не доказательство" in (tmp_path / "similar" / "index.html").read_text(encoding="utf-8")


def test_the_class_page_tells_of_it(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects the report of a class that is graded already: its first page names who is very alike."""
    place = make_class(ann=RIGHT, ben=RIGHT.replace("values", "numbers"), carl=OTHER)
    assert run_main(["similar", str(place), "-o", str(tmp_path), "-q"]) == 0
    similarity = read_similarity(tmp_path / "similar.json")
    assert similarity is not None
    submissions = tuple(
        SubmissionResult(
            student=work.student, path=work.path, digest=work.digest, status=SubmissionStatus.GRADED, score=1.0, max_score=1.0
        )
        for work in similarity.works
    )
    results = Results(
        grader=GraderSummary(version="0"),
        assignment=AssignmentSummary(id="tiny", title="Tiny", max_score=1.0),
        submissions=submissions,
    )
    (tmp_path / "results.json").write_text(results.to_json(), encoding="utf-8")
    (tmp_path / "similar.json").unlink()
    render(results, tmp_path)
    assert "very similar code" not in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert run_main(["similar", str(place), "-o", str(tmp_path), "-q"]) == 0
    assert "like ben, 100%" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert run_main(["report", str(tmp_path), "--lang", "ru"]) == 0
    assert "Похожие работы" in (tmp_path / "similar" / "index.html").read_text(encoding="utf-8")
    assert run_main(["similar", str(place), "-o", str(tmp_path), "-q"]) == 0
    assert languages(tmp_path) == {"ru"}, "the report's language was asked for"
    assert run_main(["similar", str(place), "-o", str(tmp_path), "-q", "--lang", "en"]) == 0
    assert languages(tmp_path / "similar") == {"en"}
    assert languages(tmp_path / "students") == languages(tmp_path / "instructor") == {"ru"}


def languages(folder: Path) -> set[str]:
    """The languages of all pages below the folder."""
    pages = folder.rglob("*.html")
    return {path.read_text(encoding="utf-8").partition('<html lang="')[2].partition('"')[0] for path in pages}


def test_a_download_earlier_work_and_handed_out_code(
    make_class: MakeClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects archives on both sides, and what was handed out beside the starter from being anybody's code."""
    course = make_class(ann=OTHER).parent
    for name, students in (("now", {"Ёлкин Пётр_11": RIGHT, "Orlova Vera_12": OTHER}), ("then", {"Иванова Ада_7": RIGHT})):
        with zipfile.ZipFile(course / f"{name}.zip", "w") as archive:
            for student, source in students.items():
                archive.writestr(f"{student}_assignsubmission_file/tiny.py", source)
    arguments = ["similar", str(course / "now.zip"), "-o", str(tmp_path), "-a", "tiny", "--against", str(course / "then.zip")]
    assert run_main(arguments) == 0
    assert "then.zip/Иванова Ада_7 (100%)" in capsys.readouterr().out
    given = tmp_path / "lecture.py"
    given.write_text(RIGHT)
    assert run_main([*arguments, "--handed-out", str(given)]) == 0
    said = capsys.readouterr().out
    assert "0 pairs" in said
    assert "Not compared: then.zip/Иванова Ада_7, Ёлкин Пётр_11" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--most", "0"], "--most must be positive"),
        (["--least", "1.5"], "--least must lie between 0 and 1"),
        (["--lang", "tlh"], "no language 'tlh'"),
        (["--against", "nowhere"], "--against: there is no nowhere"),
        (["--handed-out", "nowhere"], "--handed-out: there is no nowhere"),
        (["--assignment", "other"], "no assignment 'other'"),
    ],
)
def test_wrong_usage(
    make_class: MakeClass, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    """Protects exit status 2 and words without a traceback."""
    assert run_main(["similar", str(make_class(ann=RIGHT)), "-o", str(tmp_path), *options]) == 2
    assert said in capsys.readouterr().err


def test_what_tools_left_beside_handed_out_code(
    make_class: MakeClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects who names a folder that Jupyter and an environment lie in from "cannot be read as code", and from waiting."""
    given = tmp_path / "given"
    for name in (".ipynb_checkpoints", "env", "old.py"):
        (given / name).mkdir(parents=True)
    (given / "lecture.py").write_text(RIGHT)
    (given / ".ipynb_checkpoints" / "lecture-checkpoint.ipynb").write_text("{")
    (given / "env" / "pyvenv.cfg").touch()
    (given / "env" / "library.py").write_bytes(b"\0")
    arguments = ["similar", str(make_class(ann=RIGHT, ben=RIGHT)), "-o", str(tmp_path / "out"), "--handed-out", str(given)]
    assert run_main(arguments) == 0
    assert "0 submissions compared" in capsys.readouterr().out


def test_handed_out_code_that_cannot_be_read(make_class: MakeClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the instructor from a reason that only the source explains: it is told in the words of the pages."""
    given = tmp_path / "lecture.ipynb"
    given.write_text("no notebook")
    assert run_main(["similar", str(make_class(ann=RIGHT)), "-o", str(tmp_path / "out"), "--handed-out", str(given)]) == 2
    assert f"{given} cannot be read as code: the file is not a notebook\n" in capsys.readouterr().err


def test_the_tiny_course_s_samples(tiny_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from samples that cannot be read breaking the comparison: broken, binary, missing, Cyrillic names."""
    assert run_main(["similar", str(tiny_course / "submissions"), "-o", str(tmp_path)]) == 0
    assert "compared" in capsys.readouterr().out
    similarity = read_similarity(tmp_path / "similar.json")
    assert similarity is not None
    assert "egor_two_files" in [one.student for one in similarity.left_out]
