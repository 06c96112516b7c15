"""A report is not rendered again where nothing changed, and no page is ever stale.

Whatever changes, the report must be, byte for byte, what a rendering into an empty folder gives; which files were written is told
by their inodes, as every file is written beside its place and moved there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import grader
from grader.report import rendering
from grader.report.rendering import render
from grader.report.similarity import Similarity
from grader.report.stamps import FILE, code_digest, digest
from grader.results import PictureSummary, Results, TestResult, TestStatus

MakeClass = Callable[..., Results]
Change = Callable[[Results], Results]
PACKAGE = Path(grader.__file__).resolve().parent
CLASS_FILES = {"index.html", "grades.csv", "junit.xml"}


def places(out: Path) -> dict[str, int]:
    """The inode of every file of the report but the stamps."""
    found = {path.relative_to(out).as_posix(): path.lstat().st_ino for path in out.rglob("*") if not path.is_dir()}
    found.pop(FILE, None)
    return found


def pages(*students: str) -> set[str]:
    """Both editions of these students' pages."""
    return {f"{edition}/{name}/index.html" for edition in ("students", "instructor") for name in students}


def written(results: Results, out: Path, language: str | None = None) -> set[str]:
    """Render, and tell which files were written; all must be as in a report that is rendered from nothing."""
    before = places(out)
    render(results, out, language=language)
    after = places(out)
    fresh = out.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    if (out / "similar.json").exists():
        fresh.mkdir()
        shutil.copy(out / "similar.json", fresh)
    render(results, fresh, language=language)
    assert places(fresh).keys() == after.keys()
    for name in after:
        assert (out / name).read_bytes() == (fresh / name).read_bytes(), name
    return {name for name, inode in after.items() if before.get(name) != inode}


@pytest.fixture
def drawn(make_class: MakeClass, illustrate: Callable[..., Results]) -> Results:
    """Three students with pictures."""
    return illustrate(make_class(3))


@pytest.fixture
def out(drawn: Results, tmp_path: Path) -> Path:
    """Their report."""
    render(drawn, tmp_path / "report")
    return tmp_path / "report"


def test_nothing_is_written_when_nothing_changed(drawn: Results, out: Path) -> None:
    """Protects the seconds that it takes to grade an unchanged class."""
    stamps = (out / FILE).stat().st_ino
    assert written(drawn, out) == set()
    assert (out / FILE).stat().st_ino == stamps


def test_what_makes_pages_is_not_even_imported(drawn: Results, out: Path) -> None:
    """Protects the same: matplotlib takes longer to import than all the rest, and torch has no part in a report."""
    (out / "results.json").write_text(drawn.to_json(), encoding="utf-8")
    code = (
        "import sys, pathlib; from grader.report.rendering import render; from grader.results import read_results;"
        "out = pathlib.Path(sys.argv[1]); render(read_results(out / 'results.json'), out);"
        "print(sorted({'matplotlib', 'torch', 'grader.report.studentpage'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code, out], check=True, capture_output=True, text=True, env=environment(PACKAGE))
    assert done.stdout.strip() == "[]"


def of_first(change: Callable[[TestResult], TestResult]) -> Change:
    """Change the first wrong test of the first student."""

    def changed(results: Results) -> Results:
        first, *others = results.submissions
        wrong = next(number for number, test in enumerate(first.tests) if test.figures)
        tests = (*first.tests[:wrong], change(first.tests[wrong]), *first.tests[wrong + 1 :])
        return results.model_copy(update={"submissions": (first.model_copy(update={"tests": tests}), *others)})

    return changed


def of_submission(**changes: object) -> Change:
    """Change the first student's submission."""

    def changed(results: Results) -> Results:
        first, *others = results.submissions
        return results.model_copy(update={"submissions": (first.model_copy(update=changes), *others)})

    return changed


@pytest.mark.parametrize(
    "change",
    [
        of_first(lambda test: test.model_copy(update={"message": "Another message."})),
        of_first(lambda test: test.model_copy(update={"hint": "Another hint?"})),
        of_first(lambda test: test.model_copy(update={"detail": "Another traceback"})),
        of_first(lambda test: test.model_copy(update={"status": TestStatus.TIMED_OUT})),
        of_first(lambda test: test.model_copy(update={"figures": ()})),
        of_first(lambda test: test.model_copy(update={"figures": (test.figures[0].model_copy(update={"caption": "New"}),)})),
        of_submission(score=12.34),
        of_submission(messages=("Another note.",)),
        of_submission(seconds=98.7),
        of_submission(digest="sha256:another", path="elsewhere/lab.py"),
        of_submission(own_figures=()),
    ],
    ids="message hint detail status no-picture caption score note seconds file own-pictures".split(),  # noqa: SIM905
)
def test_another_result(drawn: Results, out: Path, change: Change) -> None:
    """Protects a student from the page of an earlier result, and the others' pages from being made again."""
    assert written(change(drawn), out) == pages("ivanov") | CLASS_FILES
    assert written(change(drawn), out) == set()


def of_assignment(**changes: object) -> Change:
    """Change the assignment."""
    return lambda results: results.model_copy(update={"assignment": results.assignment.model_copy(update=changes)})


def another_part(results: Results) -> Results:
    """The title of a part changed."""
    first, *others = results.assignment.parts
    return of_assignment(parts=(first.model_copy(update={"title": "Another title"}), *others))(results)


@pytest.mark.parametrize(
    "change",
    [
        of_assignment(title="Another title"),
        of_assignment(pass_score=51.0),
        of_assignment(boundaries=(50.0, 70.0)),
        of_assignment(max_score=120.0),
        of_assignment(pictures=()),
        of_assignment(pictures=(PictureSummary(name="cat", jpeg=""),)),
        another_part,
        lambda results: results.model_copy(update={"grader": results.grader.model_copy(update={"version": "9.9"})}),
        lambda results: results.model_copy(update={"language": "ru"}),
    ],
    ids="title pass-line boundaries points no-photo photo part version language".split(),  # noqa: SIM905
)
def test_what_all_pages_show(drawn: Results, out: Path, change: Change) -> None:
    """Protects every page from an assignment, a grader and a language that are no longer so."""
    everything = pages("ivanov", "petrova", "sidorov") | CLASS_FILES
    assert written(change(drawn), out) == everything
    assert written(change(drawn), out) == set()


def test_the_language_that_was_asked_for(drawn: Results, out: Path) -> None:
    """Protects `grade report --lang`, there and back."""
    everything = pages("ivanov", "petrova", "sidorov") | CLASS_FILES
    assert written(drawn, out, "ru") == everything
    assert written(drawn, out, "ru") == set()
    assert written(drawn, out) == everything


def test_the_class_changes(drawn: Results, out: Path) -> None:
    """Protects from the pages of who left, from those of a namesake, and those who stay from being made again."""
    fewer = drawn.model_copy(update={"submissions": drawn.submissions[1:]})
    assert written(fewer, out) == CLASS_FILES
    assert written(drawn, out) == pages("ivanov") | CLASS_FILES
    namesake = drawn.submissions[0].model_copy(update={"student": "IVANOV", "score": 1.0})
    both = drawn.model_copy(update={"submissions": (*drawn.submissions, namesake)})
    assert {path.partition("-")[0] for path in written(both, out) - CLASS_FILES} == {
        f"{edition}/{name}" for edition in ("students", "instructor") for name in ("ivanov", "IVANOV")
    }
    turned = drawn.model_copy(update={"submissions": drawn.submissions[::-1]})
    written(drawn, out)
    assert written(turned, out) == CLASS_FILES


@pytest.mark.parametrize("name", ["students/petrova/index.html", "instructor/petrova/index.html", *sorted(CLASS_FILES)])
def test_a_file_that_is_not_as_it_was_written(drawn: Results, out: Path, name: str) -> None:
    """Protects from a file that somebody edited, deleted, emptied, or replaced by a link to the same bytes."""
    whole = (out / name).read_bytes()
    elsewhere = out.parent / "elsewhere"
    elsewhere.write_bytes(whole)
    (out / name).unlink()
    assert written(drawn, out) == {name}
    os.utime(out / name, (0, 0))
    times = (out / name).stat()
    (out / name).write_bytes(whole[:-1] + b" ")  # the same size, and the time set back
    os.utime(out / name, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert written(drawn, out) == {name}
    (out / name).write_bytes(b"")
    assert written(drawn, out) == {name}
    (out / name).unlink()
    (out / name).symlink_to(elsewhere)
    assert written(drawn, out) == {name}
    assert not (out / name).is_symlink()
    assert elsewhere.read_bytes() == whole


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"schema": "grader/pages/2", "files": {}}', '{"schema": "grader/pages/1"}', "\xff"]
)
def test_stamps_that_cannot_be_read(drawn: Results, out: Path, text: str) -> None:
    """Protects the report from stamps that were cut off, or are another version's: everything is written."""
    (out / FILE).write_bytes(text.encode("latin-1"))
    assert written(drawn, out) == pages("ivanov", "petrova", "sidorov") | CLASS_FILES
    assert written(drawn, out) == set()


def test_a_disk_that_fills_up_on_the_way(drawn: Results, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from pages of two results that stand side by side: what was not written is written by the next run."""
    changed = of_assignment(title="Another title")(drawn)
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "remove_stale_pages", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space"):
            render(changed, out)
    assert written(drawn, out) == pages("ivanov", "petrova", "sidorov")
    assert written(changed, out) == pages("ivanov", "petrova", "sidorov") | CLASS_FILES


def test_who_is_like_whom(make_class: MakeClass, tmp_path: Path, make_similarity: Callable[..., Similarity]) -> None:
    """Protects the class page, which names them."""
    results, out = make_class(12), tmp_path / "report"
    render(results, out)
    (out / "similar.json").write_text(make_similarity(results).to_json(), encoding="utf-8")
    assert {name for name in written(results, out) if not name.startswith("similar")} == {"index.html"}
    (out / "similar.json").unlink()
    shutil.rmtree(out / "similar")
    assert written(results, out) == {"index.html"}


def test_another_code_makes_other_pages(drawn: Results, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from pages of an earlier grader."""
    monkeypatch.setattr(rendering, "CODE", "another")
    assert written(drawn, out) == pages("ivanov", "petrova", "sidorov") | CLASS_FILES


@pytest.mark.parametrize(
    "name",
    [
        "__init__.py",
        "figures.py",
        "i18n.py",
        "locale/ru/LC_MESSAGES/grader.mo",
        "report/feedback.py",
        "report/templates/class.js",
        "report/templates/page.css",
        "report/templates/student.html",
        "results.py",
    ],
)
def test_what_the_code_is(copied: Path, name: str) -> None:
    """Protects from an edited template, style sheet, catalogue or module whose version nobody raised."""
    before = code_digest(copied)
    assert code_digest(copied) == before == code_digest(PACKAGE)
    (copied / name).write_bytes((copied / name).read_bytes() + b"\n")
    assert code_digest(copied) != before


def test_an_edited_template_through_the_command(drawn: Results, out: Path, copied: Path) -> None:
    """Protects the whole way, with another process and its own copy of the package."""
    (out / "results.json").write_text(drawn.to_json(), encoding="utf-8")
    before = places(out)
    command = [sys.executable, "-m", "grader", "report", out]
    subprocess.run(command, check=True, capture_output=True, env=environment(copied), cwd=out)
    assert places(out) == before
    template = copied / "report" / "templates" / "student.html"
    template.write_text(template.read_text(encoding="utf-8").replace("<footer", "<footer title='edited'"), encoding="utf-8")
    assert "title='edited'" in template.read_text(encoding="utf-8")
    subprocess.run(command, check=True, capture_output=True, env=environment(copied), cwd=out)
    for name in pages("ivanov", "petrova", "sidorov"):
        assert "title='edited'" in (out / name).read_text(encoding="utf-8")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The package, to be edited."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, tmp_path / "installed" / "grader", ignore=ignored))


def environment(package: Path) -> dict[str, str]:
    """The variables of a process that imports this package."""
    return {**os.environ, "PYTHONPATH": str(package.parent)}


def test_the_digest_tells_parts_from_one_another(drawn: Results) -> None:
    """Protects from two lists of parts that run together to the same bytes; lone surrogates are letters like others."""
    assert digest("ab", "c") != digest("a", "bc") != digest("abc")
    assert digest("1:a", "") != digest("", "1:a")
    assert digest("\udcff") != digest("\udcfe")
    first = drawn.submissions[0]
    odd = first.model_copy(update={"messages": ("\udcff",)})
    assert digest(first) != digest(odd)
    assert digest(first) == digest(type(first).model_validate(json.loads(first.model_dump_json()), strict=False))
