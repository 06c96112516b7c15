"""Grades go back where the submissions came from: rosters filled in, nobody guessed, everybody told."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from grader.cli.main import run_main
from grader.course.rules import Late as LateRules
from grader.errors import UsageError
from grader.export.canvas import Wanted, fill_gradebook
from grader.export.filled import Filled
from grader.export.marks import Mark
from grader.export.moodle import feedback_names, feedback_zip, fill_worksheet
from grader.export.table import Table, read_table
from grader.export.tables import filled_roster, nbgrader_table, plain_table
from grader.gradebook.book import Gradebook, open_gradebook
from grader.gradebook.decisions import Decision, comment, override
from grader.gradebook.recording import Handing, record
from grader.gradebook.rules import Rules
from grader.intake.names import moodle_name
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    read_results,
)

ENGLISH = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),\
Last modified (grade),Feedback comments
Participant 101,Ольга Ёлкина,olga@example.org,Submitted for grading,,100.00,Yes,"Tuesday, 24 November 2026, 12:35 PM",-,
Participant 102,Ann O'Neill,ann@example.org,Submitted for grading,55.00,100.00,Yes,-,-,old words
Participant 103,Bob Smith,bob@example.org,Submitted for grading,,100.00,No,-,-,
Participant 104,Carl Smith,carl@example.org,No submission,,100.00,Yes,-,-,
"""
RUSSIAN = """\
Идентификатор,Полное имя,Состояние,Оценка,Максимальная оценка,Оценка может быть изменена,Последнее изменение (оценка),\
Отзыв в виде комментария
Участник 101,Ольга Ёлкина,Ответы для оценки,,"100,00",Да,-,
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Tiny (77),Other lab (78),Current Score,Final Score
,,,,,Manual Posting,,(read only),(read only)
    Points Possible,,,,,100.00,10,(read only),(read only)
"Lovelace, Ada",11,s11,ada,Group A,,3,1,1
"Ёлкина, Ольга",12,s12,olga,Group A,EX,,1,1
"Student, Test",13,,,Group A,N/A,,,
"""
Write = Callable[[str], Table]


@pytest.fixture
def table(tmp_path: Path) -> Write:
    """`table(text)`: a CSV file that was read."""

    def write(text: str) -> Table:
        path = tmp_path / "roster.csv"
        path.write_text(text, encoding="utf-8")
        return read_table(path)

    return write


def mark(student: str, score: float | None = 82.5, comment: str = "", maximum: float = 100) -> Mark:
    """A mark."""
    return Mark(student, score, score, maximum, (("mean", score),), comment)


def rows(filled: Filled) -> list[dict[str, str]]:
    """The table that came out."""
    return list(csv.DictReader(io.StringIO(filled.text.removeprefix("\ufeff"))))


def test_moodle(table: Write) -> None:
    """Protects the worksheet: grade and comment are written, all else stays; who has no row or a closed one is told."""
    marks = [
        mark("Ольга Ёлкина_101", comment="Среднее: <хорошо> & точно\nСлова: да"),
        mark("Group 1-Ann O'Neill_102", 70),
        mark("Bob Smith_103"),
        mark("dora"),
        mark("Иванов Иван_104"),
        mark("Eve_999"),
    ]
    worksheet = table(ENGLISH)
    done = fill_worksheet(worksheet, marks)
    found = rows(done)
    assert [row["Grade"] for row in found] == ["82.5", "70", "", ""]
    assert found[0]["Feedback comments"] == "Среднее: &lt;хорошо&gt; &amp; точно<br>Слова: да"
    assert found[1]["Feedback comments"] == "old words"
    assert found[0]["Last modified (submission)"] == "Tuesday, 24 November 2026, 12:35 PM"
    assert list(found[0]) == worksheet.header
    assert done.filled == 2
    assert dict(done.unmatched) == {
        "dora": "fits no row",
        "Иванов Иван_104": "number 104 is Carl Smith there",
        "Eve_999": "fits no row",
    }
    assert dict(done.left) == {
        "Bob Smith": "Moodle says that the grade cannot be changed",
        "Carl Smith": "nothing to hand on",
    }


def test_moodle_in_russian_and_blind(table: Write) -> None:
    """Protects a Russian Moodle's header and decimal comma, and a blind worksheet without names."""
    (row,) = rows(fill_worksheet(table("\ufeff" + RUSSIAN), [mark("Participant_101")]))
    assert row["Оценка"] == "82.5"
    assert fill_worksheet(table("\ufeff" + RUSSIAN), []).text.startswith("\ufeffИдентификатор")
    blind = "Identifier,Status,Grade,Maximum Grade,Last modified (grade)\nParticipant 7,Submitted,,100,-\n"
    assert rows(fill_worksheet(table(blind), [mark("Participant_7")]))[0]["Grade"] == "82.5"


@pytest.mark.parametrize("student", ["olga@example.org", " OLGA@example.org", "Ольга  Ёлкина", "Ёлкина Ольга_101"])
def test_moodle_by_an_exact_cell(table: Write, student: str) -> None:
    """Protects submissions that did not come from Moodle's archive: an id that stands in the row, or a name turned around."""
    assert rows(fill_worksheet(table(ENGLISH), [mark(student)]))[0]["Grade"] == "82.5"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_as_macos_spells_them(table: Write, form: Literal["NFC", "NFD"]) -> None:
    """Protects whose name has a й or a ё from having no row: both sides are compared composed."""
    roster = table(unicodedata.normalize(form, "id,last_name,first_name,email\nЁлкин Андрей,Ёлкин,Андрей,\n"))
    marks = [mark(unicodedata.normalize("NFD", "Ёлкин Андрей"))]
    assert filled_roster(roster, marks, "id").filled == 1
    assert nbgrader_table("tiny", "", marks, roster).unmatched == []
    worksheet = table(unicodedata.normalize(form, ENGLISH))
    assert fill_worksheet(worksheet, [mark(unicodedata.normalize("NFD", "Ёлкина Ольга_101"))]).filled == 1


def test_two_that_fit_are_not_guessed(table: Write) -> None:
    """Protects namesakes from each other's grades, whichever side has two."""
    twice = table("Identifier,Full name,Grade\nParticipant 1,Ann,\nParticipant 2,Ann,\n")
    assert fill_worksheet(twice, [mark("Ann")]).unmatched == [("Ann", "fits 2 rows")]
    done = fill_worksheet(table(ENGLISH), [mark("ann@example.org"), mark("Ann O'Neill_102")])
    assert {reason for _, reason in done.unmatched} == {"2 students fit the same row"}
    assert done.filled == 0


def test_other_points(table: Write) -> None:
    """Protects grades from another maximum: refused, or scaled where that was asked for."""
    with pytest.raises(UsageError, match="50 points here, 100 there"):
        fill_worksheet(table(ENGLISH), [mark("Ann O'Neill_102", 25, maximum=50)])
    assert rows(fill_worksheet(table(ENGLISH), [mark("Ann O'Neill_102", 25, maximum=50)], scale=True))[1]["Grade"] == "50"
    with pytest.raises(UsageError, match="100 points here, 10 there"):
        fill_gradebook(table(CANVAS), [mark("adalovelace_11")], Wanted("78", ()))


def test_no_score_is_no_zero(table: Write) -> None:
    """Protects who could not be graded from a zero."""
    done = fill_worksheet(table(ENGLISH), [mark("Ann O'Neill_102", None)])
    assert (rows(done)[1]["Grade"], done.unmatched) == ("55.00", [("Ann O'Neill_102", "has no score")])


def test_canvas(table: Write) -> None:
    """Protects Canvas's table: the columns it needs, its two head rows, who is excused, and who is not there."""
    done = fill_gradebook(
        table(CANVAS), [mark("adalovelace_11"), mark("ёлкинаольга_12"), mark("anon_x7"), mark("bob_11")], Wanted("", ("Tiny",))
    )
    found = list(csv.reader(io.StringIO(done.text)))
    assert found[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Tiny (77)"]
    assert [row[-1] for row in found[1:]] == ["Manual Posting", "100.00", "82.5", "EX", "N/A"]
    assert found[2][0] == "    Points Possible"
    assert dict(done.unmatched) == {"anon_x7": "fits no row", "bob_11": "number 11 is Lovelace, Ada there"}
    assert ("Ёлкина, Ольга", "is excused") in done.left
    by_login = fill_gradebook(table(CANVAS), [mark("ada")], Wanted("77", ("whatever",)))
    assert by_login.filled == 1


@pytest.mark.parametrize("wanted", [Wanted("", ("Nothing",)), Wanted("Tin", ()), Wanted("99", ())])
def test_canvas_column(table: Write, wanted: Wanted) -> None:
    """Protects another assignment's column: no likeness counts, and those that there are are told."""
    with pytest.raises(UsageError, match=r"no assignment is called .*; there are Tiny \(77\), Other lab \(78\)") as raised:
        fill_gradebook(table(CANVAS), [], wanted)
    assert "--column" in raised.value.remedy


def test_any_roster(table: Write) -> None:
    """Protects a list of students of any kind, and a spreadsheet from formulas."""
    roster = table("name,student\nAnn,ann1\nBob,bob1\n")
    done = filled_roster(roster, [mark("ANN1", comment="=1+1"), mark("eve")], "student")
    assert rows(done)[0] == {"name": "Ann", "student": "ann1", "score": "82.5", "max_score": "100", "comment": "'=1+1"}
    assert (done.unmatched, done.left) == ([("eve", "fits no row")], [("bob1", "nothing to hand on")])
    with pytest.raises(UsageError, match="there is no column 'login'; there are name, student") as told:
        filled_roster(roster, [], "login")
    assert told.value.remedy == "name the column that holds the students' ids with --key"


def test_rows_that_are_longer_than_the_header(table: Write) -> None:
    """Protects grades from the wrong column: one moved on by a comma too many, and 82.5 points became the maximum."""
    done = filled_roster(table("student,group\nann,1,\nbob,2\n"), [mark("ann"), mark("bob")], "student")
    assert [(row["score"], row["max_score"]) for row in rows(done)] == [("82.5", "100")] * 2
    with pytest.raises(UsageError, match=r"roster.csv: line 3: has 3 cells, and the first line 2"):
        table("student,name\nann,Ann\nbob,Smith, Bob\n")


def test_plain_and_nbgrader(table: Write) -> None:
    """Protects the tables without a roster: empty where there is no score; nbgrader's columns and its penalty."""
    assert plain_table([mark("ann"), mark("=bob", None)]).text == (
        "student,score,max_score,mean,comment\nann,82.5,100,82.5,\n'=bob,,100,,\n"
    )
    late = Mark("ann", 72, 80, 100)
    text = nbgrader_table("tiny", "2026-12-01", [late], table("id,last_name,first_name,email\nann,Lee,Ann,a@example.org\n")).text
    assert text.splitlines()[1] == "tiny,2026-12-01,,ann,Lee,Ann,a@example.org,80,8,72,100"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_separates_cells_stays(table: Write, separator: str) -> None:
    """Protects tables as a spreadsheet in Russian saves them; a comma within a name separates nothing."""
    head = ["Идентификатор", '"Фамилия, имя"' if separator == "," else "Фамилия, имя", "Оценка", "Максимальная оценка"]
    worksheet = table(separator.join(head) + "\n" + separator.join(["Участник 101", "Ольга Ёлкина", "", '"100,00"']) + "\n")
    done = fill_worksheet(worksheet, [mark("Ольга Ёлкина_101", 90)])
    assert (done.filled, worksheet.column("Фамилия, имя")) == (1, 1)
    assert done.text.splitlines()[1].replace('"', "") == separator.join(["Участник 101", "Ольга Ёлкина", "90", "100,00"])
    semicolons = table(CANVAS.replace("100.00", '"100,00"'))
    assert fill_gradebook(semicolons, [mark("adalovelace_11")], Wanted("77", ())).filled == 1


@pytest.mark.parametrize("cell", ["-", "сто", "1,000.00", "1e2", "nan"])
def test_a_maximum_that_is_no_number(table: Write, cell: str) -> None:
    """Protects from Python's own words: the cell is named, in both systems."""
    with pytest.raises(UsageError, match=rf"roster.csv: line 3: column 'Maximum Grade': '{re.escape(cell)}' is no number"):
        fill_worksheet(table(ENGLISH.replace("55.00,100.00", f'55.00,"{cell}"')), [mark("Ann O'Neill_102")])
    with pytest.raises(UsageError, match=rf"roster.csv: line 3: column 'Tiny \(77\)': '{re.escape(cell)}' is no number"):
        fill_gradebook(table(CANVAS.replace("100.00", f'"{cell}"')), [mark("adalovelace_11")], Wanted("77", ()))


def test_another_encoding(tmp_path: Path) -> None:
    """Protects whoever saved a table from a spreadsheet in Russian from the codec's own words."""
    path = tmp_path / "x.csv"
    path.write_bytes("id;имя\n1;Ольга\n".encode("cp1251"))
    with pytest.raises(UsageError, match="is no text in UTF-8; spreadsheets in Russian write Windows-1251") as raised:
        read_table(path)
    assert "CSV UTF-8" in raised.value.remedy


@pytest.mark.parametrize("raw", [b"", b"one column\n", b"\xff\xfe\x00", b'a,b\n"open'])
def test_what_is_no_table(tmp_path: Path, raw: bytes) -> None:
    """Protects from a file that a spreadsheet wrote in its own way."""
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    with pytest.raises(UsageError, match="is no"):
        read_table(path)


def test_feedback_names(table: Write) -> None:
    """Protects feedback from landing at another student: Moodle reads the number after the first underscore."""
    names = feedback_names(["olga@example.org", "x_y_102"], table(ENGLISH))
    assert names == {"olga@example.org": "Ольга Ёлкина_101"}
    raw = feedback_zip({"a_1": "<p>a", "b_2": "<p>b"}, {"a_1": "a_1", "b_2": "b_2"})
    assert raw == feedback_zip({"b_2": "<p>b", "a_1": "<p>a"}, {"b_2": "b_2", "a_1": "a_1"})
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.namelist() == ["a_1_assignfeedback_file_feedback.html", "b_2_assignfeedback_file_feedback.html"]
    # Moodle's own reading of it, in `is_valid_filename_for_import`:
    assert ["a", "1", "assignfeedback", "file", "feedback.html"] == ["a", "1", "assignfeedback", "file", "feedback.html"]
    assert moodle_name("Ольга Ёлкина_101_assignsubmission_file") is not None


def keep(score: float = 50, student: str = "Ольга Ёлкина_101", late: float = 0) -> Gradebook:
    """A gradebook that knows one of the report's students; handed in so many hours late, at 10 % a day."""
    part = PartSummary(id="mean", title="Mean", max_score=100)
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    results = read_results(Path("report/results.json"))
    one = results.submissions[0]
    parts = (PartResult(id="mean", score=score, max_score=100),)
    one = one.model_copy(update={"student": student, "score": score, "parts": parts})
    rules = Rules(title="Tiny", max_score=100, parts=(part,), deadline=noon, late=LateRules(penalty_percent=10))
    book = open_gradebook("g.db", create=True)
    handings = {student: Handing(noon + timedelta(hours=late))}
    record(book, results.model_copy(update={"submissions": (one,)}), rules, handings, "prof")
    return book


def page_of(report: Path) -> str:
    """The text of the one page in the feedback zip."""
    with zipfile.ZipFile(report / "export" / "tiny-feedback.zip") as archive:
        (name,) = archive.namelist()
        return " ".join(re.sub(r"<[^>]+>", " ", archive.read(name).decode().partition("<body")[2]).split())


TO_MOODLE = ["export", "--to", "moodle", "--roster", "worksheet.csv", "-g", "g.db"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_says_what_counts(report: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    """Protects from two grades for one work: the page in the zip says what the worksheet says, and why."""
    path = report / "report" / "results.json"
    path.write_text(read_results(path).model_copy(update={"language": language}).to_json(), encoding="utf-8")
    with keep(late=5) as book:
        whose = Decision("Ольга Ёлкина_101", None, "prof", "x")
        override(book, whose, "mean", 80)
        comment(book, whose, "mean", "Seen <in> class.")
    run_main(TO_MOODLE)
    assert "72,100.00" in (report / "export" / "tiny-moodle.csv").read_text("utf-8")
    page = page_of(report)
    told = {
        "en": (
            "72 of 100 points",
            "This is the grade that counts.",
            "The tests below gave 50 of 100.",
            "set to 80 of 100 by your",
        ),
        "ru": ("72 из 100", "Это итоговая оценка.", "Тесты ниже дали 50 из 100.", "преподаватель поставил 80 из 100"),
    }
    for words in (*told[language], "Mean: Seen &lt;in&gt; class.", {"en": "It came 5 hours late", "ru": "на 5 ч"}[language]):
        assert words in page
    assert "Every test passes" not in page
    assert "Pages from other results" not in capsys.readouterr().err


def test_the_page_of_another_grading(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from a page whose tests are not those of the grade: page and instructor are told."""
    keep(score=90).engine.dispose()
    assert run_main(TO_MOODLE) == 0
    page = page_of(report)
    for words in ("90 of 100 points", "The grade comes from another attempt, or from another grading, than the tests below."):
        assert words in page
    assert "Pages from other results than the grade: 1" in capsys.readouterr().err


def test_a_grade_that_is_the_tests_alone(report: Path) -> None:
    """Protects the usual page from a notice."""
    keep().engine.dispose()
    run_main(TO_MOODLE)
    assert "50 of 100 points" in page_of(report)
    assert "grade that counts" not in page_of(report)


def test_results_of_others_make_no_empty_zip(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from an empty zip where the run that wrote into the gradebook reported elsewhere."""
    keep(student="Ann O'Neill_102").engine.dispose()
    assert run_main(TO_MOODLE) == 2
    said = capsys.readouterr().err
    assert "report: holds nobody of the gradebook's 1 students" in said
    assert "name the report of the run" in said
    assert not (report / "export").exists()


@pytest.mark.parametrize("system", [["csv"], ["csv", "-g", "g.db"], ["gradescope"]])
def test_who_could_not_be_tested(report: Path, capsys: pytest.CaptureFixture[str], system: list[str]) -> None:
    """Protects from a zero that goes out unseen: who handed in several files or none is told, until somebody decides."""
    path = report / "report" / "results.json"
    found = read_results(path)
    two = [
        one.model_copy(update={"status": status, "score": 0.0, "messages": (message,)})
        for one, status, message in zip(
            found.submissions,
            (SubmissionStatus.NOT_LOADABLE, SubmissionStatus.MISSING),
            ("Several files could be the submission: a.py, b.py.", "There is no notebook."),
            strict=True,
        )
    ]
    results = found.model_copy(update={"submissions": tuple(two)})
    path.write_text(results.to_json(), encoding="utf-8")
    with open_gradebook("g.db", create=True) as book:
        rules = Rules(title="Tiny", max_score=100, parts=results.assignment.parts)
        record(book, results, rules, {}, "prof")
        override(book, Decision("Zoe_900", None, "prof", "by mail"), "mean", 0)
    assert run_main(["export", "--to", *system]) == 0
    said = capsys.readouterr().err
    assert "Ольга Ёлкина_101: not loadable: Several files could be the submission: a.py, b.py." in said
    assert ("Zoe_900: missing: There is no notebook." in said) is ("g.db" not in system)


@pytest.mark.parametrize("system", ["canvas", "nbgrader"])
def test_comments_that_stay(report: Path, capsys: pytest.CaptureFixture[str], system: str) -> None:
    """Protects what an instructor said from being taken for told, where the other system's table has no place for it."""
    with keep() as book:
        comment(book, Decision("Ольга Ёлкина_101", None, "prof", "x"), "mean", "Well done.")
    Path("canvas.csv").write_text(CANVAS, encoding="utf-8")
    run_main(["export", "--to", system, "-g", "g.db", *(["--roster", "canvas.csv"] if system == "canvas" else [])])
    said = capsys.readouterr().err
    assert "Comments that stay here: this table has no room for them: 1" in said
    assert "Ольга Ёлкина_101: Mean: Well done." in said


def test_the_variable_is_not_used_in_silence(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects whoever has set the variable once from results that are taken for the gradebook's."""
    monkeypatch.setenv("GRADER_GRADEBOOK", "g.db")
    assert run_main(["export", "--to", "gradescope"]) == 0
    assert "GRADER_GRADEBOOK is not used" in capsys.readouterr().err


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with results of two students from Moodle."""
    parts = (PartSummary(id="mean", title="Mean", max_score=100),)
    found = tuple(
        SubmissionResult(
            student=student,
            path="",
            digest="sha256:1",
            status=SubmissionStatus.GRADED,
            score=50,
            max_score=100,
            parts=(PartResult(id="mean", score=50, max_score=100),),
        )
        for student in ("Ольга Ёлкина_101", "Zoe_900")
    )
    assignment = AssignmentSummary(id="tiny", title="Tiny", max_score=100, parts=parts)
    results = Results(grader=GraderSummary(version="1"), assignment=assignment, submissions=found)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "results.json").write_text(results.to_json(), encoding="utf-8")
    (tmp_path / "worksheet.csv").write_text(ENGLISH, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_report_of_several_labs(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects whoever graded a whole course at once: a table is of one lab, and how to name it is said."""
    text = (report / "report" / "results.json").read_text(encoding="utf-8")
    for lab in ("one", "two"):
        (report / "labs" / lab).mkdir(parents=True)
        (report / "labs" / lab / "results.json").write_text(text.replace('"tiny"', f'"{lab}"'), encoding="utf-8")
    assert run_main(["export", "labs", "--to", "csv"]) == 2
    assert "name one, as in grade export labs/one" in " ".join(capsys.readouterr().err.split())
    assert run_main(["export", "labs/one", "--to", "csv"]) == 0


def test_export_to_moodle(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the command: both files, who is missing on standard error, exit status 1."""
    assert run_main(["export", "--to", "moodle", "--roster", "worksheet.csv"]) == 1
    said = capsys.readouterr()
    assert "export/tiny-moodle.csv: 1 of 2 students" in said.out
    assert "Zoe_900: fits no row" in said.err
    with zipfile.ZipFile(report / "export" / "tiny-feedback.zip") as archive:
        assert archive.namelist() == ["Ольга Ёлкина_101_assignfeedback_file_feedback.html"]
        assert b"<!doctype html>" in archive.read(archive.namelist()[0])[:100]
    assert run_main(["export", "--to", "csv"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "gradescope", "-g", "none.db"], "--gradebook: --to gradescope does not use it; it is for moodle, canvas, csv"),
        (["--to", "gradescope", "--roster", "worksheet.csv"], "--roster: --to gradescope does not use it"),
        (["--to", "csv", "--scale"], "--scale: --to csv does not use it; it is for moodle, canvas"),
        (["--to", "csv", "--column", "Tiny"], "--column: --to csv does not use it; it is for canvas"),
        (["--to", "moodle", "--key", "login"], "--key: --to moodle does not use it; it is for csv"),
        (["--to", "canvas", "--hidden-tests", "hidden"], "--hidden-tests: --to canvas does not use it; it is for gradescope"),
        (["--to", "csv", "--key", "login"], "--key names a column of the roster: add --roster"),
        (["--to", "moodle"], "--to moodle fills in a table: name it with --roster"),
        (["--to", "canvas"], "in Canvas: Grades, Export"),
        (["--to", "canvas", "--roster", "worksheet.csv"], "there is no column Student"),
        (["--to", "moodle", "--roster", "none.csv"], "none.csv: cannot be read"),
        (["--to", "csv", "--gradebook", "none.db"], "there is no gradebook none.db"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(report: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """Protects from half an export and from a traceback: the remedy says where the table comes from."""
    assert run_main(["export", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (report / "export").exists()
