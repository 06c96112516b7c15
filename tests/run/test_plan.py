"""What a run is to grade; when that is nothing, the error says what was looked for and what was found."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from grader.course.submission import Work
from grader.errors import SpecificationError, UsageError
from grader.run.plan import AssignmentRun, passed_over, plan_run, plan_works


@pytest.fixture
def course(course_copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The tiny course with two students, and a working folder outside of it."""
    for student in ("ann", "bob"):
        place = course_copy / "submissions" / "tiny" / student
        place.mkdir(parents=True)
        (place / "tiny.py").write_text("pass\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return course_copy


def students(runs: list[AssignmentRun]) -> dict[str, list[str]]:
    """Assignment -> students."""
    return {run.folder.specification.id: [one.student for one in run.submissions] for run in runs}


def refusal(*arguments: object) -> str:
    """What the user reads."""
    with pytest.raises(UsageError) as raised:
        plan_run(*arguments)
    return f"{raised.value} {raised.value.remedy}"


def test_folders_named_after_assignments(course: Path) -> None:
    """Protects `grade submissions/`; other folders in it are passed over."""
    (course / "submissions" / "old").mkdir()
    (course / "submissions" / ".git").mkdir()
    assert students(plan_run(course / "submissions", None)) == {"tiny": ["ann", "bob"]}


def test_a_misspelt_folder_is_named(course: Path) -> None:
    """Protects a whole group whose folder is misspelt while another one fits; the report and hidden folders are nobody's."""
    place = course / "submissions"
    for name in ("tinny", "report", ".git"):
        (place / name).mkdir()
    assert passed_over(place, plan_run(place, None), place / "report") == ["tinny"]


def test_one_assignment_by_name(course: Path) -> None:
    """Protects `grade DIR -a tiny`, for the folder of submissions and for the one of the assignment."""
    assert students(plan_run(course / "submissions", "tiny")) == {"tiny": ["ann", "bob"]}
    assert students(plan_run(course / "submissions" / "tiny", "tiny")) == {"tiny": ["ann", "bob"]}


def test_the_assignment_by_its_folder(course: Path, tmp_path: Path) -> None:
    """Protects submissions that lie outside of any course."""
    (tmp_path / "homework").mkdir()
    (tmp_path / "homework" / "carl.py").write_text("pass\n")
    assert students(plan_run(tmp_path / "homework", str(course / "assignments" / "tiny"))) == {"tiny": ["carl"]}


def test_the_course_of_the_working_folder(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects `grade ~/Downloads/homework -a tiny`, said in the course's folder."""
    (tmp_path / "homework").mkdir()
    (tmp_path / "homework" / "carl.py").write_text("pass\n")
    monkeypatch.chdir(course / "reference")
    assert students(plan_run(tmp_path / "homework", "tiny")) == {"tiny": ["carl"]}


def test_students_by_pattern(course: Path) -> None:
    """Protects `--student`."""
    (run,) = runs = plan_run(course / "submissions", None, "b*")
    assert students(runs) == {"tiny": ["bob"]}
    assert run.left_out == 1


def test_works_of_an_archive_by_pattern(course: Path) -> None:
    """Protects the count of who is left out where a learning platform says whose each work is."""
    place = course / "submissions" / "tiny"
    works = [Work(name, place / name) for name in ("ann", "bob")]
    (run,) = plan_works(works, place, "tiny", "b*")
    assert ([one.student for one in run.submissions], run.left_out) == (["bob"], 1)


def test_a_pattern_as_macos_spells_it(course: Path) -> None:
    """Protects `--student` from a spelling that looks the same."""
    (course / "submissions" / "tiny" / "Алексей").mkdir()
    runs = plan_run(course / "submissions", "tiny", unicodedata.normalize("NFD", "Алексей"))
    assert students(runs) == {"tiny": ["Алексей"]}


def test_the_report_is_no_submission(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class that is graded in its own folder from a student called "report", the second time."""
    place = course / "submissions" / "tiny"
    (place / "report" / "students").mkdir(parents=True)
    monkeypatch.chdir(place)
    (run,) = runs = plan_run(Path(), "tiny", "*", Path("report"))
    assert (students(runs), run.left_out) == ({"tiny": ["ann", "bob"]}, 0)
    assert students(plan_run(Path(), "tiny")) == {"tiny": ["ann", "bob", "report"]}


def test_everything_of_the_course_is_hidden(course: Path) -> None:
    """Protects the course, its tests and reference, and all submissions, from whoever can see a library's folder."""
    (run,) = plan_run(course / "submissions", None)
    assert {course, course / "assignments" / "tiny", course / "reference", course / "submissions"} <= set(run.hidden)


def test_no_such_folder(course: Path) -> None:
    """Protects the words for a mistyped path, and for a file in its place."""
    assert "there is no folder" in refusal(course / "submisions", None)
    assert "there is no folder" in refusal(course / "submissions" / "tiny" / "ann" / "tiny.py", None)


def test_no_assignment_of_that_name(course: Path) -> None:
    """Protects the words for a mistyped assignment: where it was looked for, and the nearest."""
    said = refusal(course / "submissions", "tinny")
    assert f"no assignment 'tinny' in {course / 'assignments'}" in said
    assert "did you mean 'tiny'?" in said


def test_no_folder_named_after_an_assignment(course: Path) -> None:
    """Protects the words for a class's folder without `--assignment`: what lies there, what there is, and what to say."""
    said = refusal(course / "submissions" / "tiny", None)
    assert f"no folder in {course / 'submissions' / 'tiny'} is named after an assignment; found ann, bob" in said
    assert f"assignments in {course / 'assignments'}: tiny" in said
    assert "--assignment" in said


def test_the_folder_of_a_class_without_its_assignment(course: Path) -> None:
    """Protects the way on from the likeliest slip: a class's folder is named, or one student's, in the place of the one above."""
    place = course / "submissions" / "tiny"
    with pytest.raises(UsageError) as caught:
        plan_run(place, None)
    assert caught.value.remedy == "if these are the submissions of tiny, add --assignment tiny"
    with pytest.raises(UsageError) as caught:
        plan_run(place / "ann", None)
    assert caught.value.remedy == f"name the folder of the class, {place}, with --assignment tiny"


def test_the_report_is_not_told_as_found(tmp_path: Path) -> None:
    """Protects whoever named the wrong folder from one that they never made: the report's, which is there while a run is."""
    (tmp_path / "report").mkdir()
    with pytest.raises(UsageError, match="found no folders"):
        plan_run(tmp_path, None, "*", tmp_path / "report")


def test_no_course_at_all(tmp_path: Path, course: Path) -> None:
    """Protects the words where there is no course above, neither of the submissions nor of the working folder."""
    (tmp_path / "homework").mkdir()
    assert "found no folders; assignments in this folder or those above it: none" in refusal(tmp_path / "homework", None)


def test_two_assignments_match(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects against the wrong one of two courses: the submissions' and the working folder's."""
    other = Path(shutil.copytree(course, tmp_path / "other"))
    monkeypatch.chdir(other)
    said = refusal(course / "submissions", "tiny")
    assert "matches two folders" in said
    assert str(course / "assignments" / "tiny") in said
    assert str(other / "assignments" / "tiny") in said


def hostile(course: Path, place: Path) -> Path:
    """A student's folder of this path that holds an assignment of the course's name; `place`."""
    shutil.copytree(course / "assignments" / "tiny", place, dirs_exist_ok=True)
    return place


def test_a_student_called_assignments(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the instructor's account from a folder `assignments` among the submissions, whose files would run in the judge:
    whatever is graded, and wherever the command is typed, the course is the one above."""
    submissions = course / "submissions"
    real = course / "assignments" / "tiny"
    hostile(course, submissions / "assignments" / "tiny")
    hostile(course, submissions / "tiny" / "assignments" / "tiny")
    everyone = ["ann", "assignments", "bob"]
    for here in (course, submissions, submissions / "tiny", submissions / "tiny" / "assignments", course.parent / "elsewhere"):
        monkeypatch.chdir(here)
        for source, name in ((submissions, None), (submissions, "tiny"), (submissions / "tiny", "tiny")):
            (run,) = runs = plan_run(source, name)
            assert run.folder.path == real
            assert students(runs) == {"tiny": everyone}
        (run,) = plan_run(submissions / "tiny" / "ann", "tiny")
        assert run.folder.path == real
        works = [Work("ann", submissions / "tiny" / "ann")]
        for source in (submissions, submissions / "tiny"):
            assert [one.folder.path for one in plan_works(works, source, None)] == [real]
    monkeypatch.chdir(submissions / "tiny")
    assert [run.folder.path for run in plan_run(Path(), "tiny")] == [real]


def test_a_student_called_assignments_where_no_course_is_above(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects whoever grades a downloaded class from elsewhere, or in its own folder: no course is found rather than a
    student's, which is said; the course of the working folder counts as it did."""
    homework = tmp_path / "elsewhere" / "homework"
    hostile(course, homework / "assignments" / "tiny")
    shutil.copytree(homework / "assignments" / "tiny", homework / "tiny")
    (homework / "ann").mkdir()
    (homework / "ann" / "tiny.py").write_text("pass\n")
    for here in (homework, homework / "ann", tmp_path / "elsewhere"):
        monkeypatch.chdir(here)
        for name in (None, "tiny"):
            said = refusal(homework, name)
            assert "holds a folder assignments/, which may be somebody's work" in said
            assert "--assignment PATH" in said
            with pytest.raises(UsageError, match="may be somebody's work"):
                plan_works([Work("ann", homework / "ann")], homework, name)
    real = course / "assignments" / "tiny"
    assert [run.folder.path for run in plan_run(homework, str(real))] == [real]
    monkeypatch.chdir(course)
    assert [run.folder.path for run in plan_run(homework, "tiny")] == [real]


def test_a_student_called_as_the_assignment(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects `grade . -a tiny` from a student's folder `tiny` with an assignment in it; a path that is spelt out is one."""
    place = course / "submissions" / "tiny"
    hostile(course, place / "tiny")
    hostile(course, place)
    for here in (place, place.parent):
        monkeypatch.chdir(here)
        assert [run.folder.path for run in plan_run(place, "tiny")] == [course / "assignments" / "tiny"]
    monkeypatch.chdir(course / "assignments")
    assert [run.folder.path for run in plan_run(place, "tiny")] == [course / "assignments" / "tiny"]
    monkeypatch.chdir(course)
    assert [run.folder.path for run in plan_run(place, "./assignments/tiny")] == [course / "assignments" / "tiny"]


def test_an_archive_that_holds_assignments(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the judge from an `assignments/` in what was unpacked: the course is the archive's, or the working folder's."""
    unpacked = tmp_path / "elsewhere" / "report" / ".submissions"
    hostile(course, unpacked / "class" / "assignments" / "tiny")
    (unpacked / "class" / "ann.py").write_text("pass\n")
    assert "may be somebody's work" in refusal(unpacked / "class", "tiny", "*", None, tmp_path / "elsewhere")
    for near, here in ((course, tmp_path), (tmp_path / "elsewhere", course)):
        monkeypatch.chdir(here)
        (run,) = plan_run(unpacked / "class", "tiny", near=near)
        assert run.folder.path == course / "assignments" / "tiny"


def test_an_archive_of_an_assignments_folder(course: Path, tmp_path: Path) -> None:
    """Protects whoever packs `submissions/tiny` as it stands: its name says whose works they are, as it does unpacked."""
    unpacked = tmp_path / "report" / ".submissions" / "tiny"
    shutil.copytree(course / "submissions" / "tiny", unpacked)
    assert students(plan_run(unpacked, None, near=course)) == {"tiny": ["ann", "bob"]}
    assert "no folder in" in refusal(course / "submissions" / "tiny", None)
    shutil.copytree(course / "submissions" / "tiny", unpacked / "tiny")
    assert students(plan_run(unpacked, None, near=course)) == {"tiny": ["ann", "bob"]}


def test_nbgraders_folder_in_the_course(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects nbgrader's `submitted/` in a folder that holds the labs too, by whichever folder it is typed in."""
    works = [Work("ann", course / "submitted" / "ann" / "tiny", assignment="tiny")]
    works[0].root.mkdir(parents=True)
    for here in (course, course / "submitted", course.parent / "elsewhere"):
        monkeypatch.chdir(here)
        assert [run.folder.path for run in plan_works(works, course / "submitted", None)] == [course / "assignments" / "tiny"]


def test_no_submission(course: Path) -> None:
    """Protects the words for an empty folder, and for a pattern that matches nobody."""
    shutil.rmtree(course / "submissions" / "tiny" / "ann")
    assert "no submission of a student like 'ann' in" in refusal(course / "submissions", None, "ann")
    shutil.rmtree(course / "submissions" / "tiny" / "bob")
    assert f"no submission in {course / 'submissions' / 'tiny'}" in refusal(course / "submissions", None)


def test_links_out_of_the_folder(course: Path, tmp_path: Path) -> None:
    """Protects a class that was linked together from being graded in part, or not at all, without a word."""
    for student in ("ann", "bob"):
        shutil.move(course / "submissions" / "tiny" / student, tmp_path / student)
        (course / "submissions" / "tiny" / student).symlink_to(tmp_path / student)
    assert "links that lead out of the folder are not followed: ann, bob" in refusal(course / "submissions", None)
    (course / "submissions" / "tiny" / "carl.py").write_text("pass\n")
    (run,) = plan_run(course / "submissions", None)
    assert run.links_out == ("ann", "bob")


def test_a_broken_specification(course: Path) -> None:
    """Protects a run from an assignment that is not right: nothing is graded."""
    (course / "assignments" / "tiny" / "assignment.yaml").write_text("id: tiny\n")
    with pytest.raises(SpecificationError, match="the key is missing"):
        plan_run(course / "submissions", None)
