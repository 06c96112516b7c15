"""A course and a submission that travel as bytes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.submission import Submission, collect
from grader.run.parcel import carry, pack_course


def test_a_course_arrives(tiny_course: Path, tmp_path: Path) -> None:
    """Protects a worker from a course that lacks something, or is another: its digest is the same there."""
    folder = open_assignment(tiny_course / "assignments" / "tiny")
    parcel = pickle.loads(pickle.dumps(pack_course(folder)))
    arrived = parcel.unpack(tmp_path / "there")
    assert arrived.digest() == folder.digest()
    assert arrived.specification == folder.specification
    assert arrived.reference.is_file()


def test_every_change_of_a_course_is_another_key(course_copy: Path) -> None:
    """Protects from grading by a course that a worker was given before."""
    folder = open_assignment(course_copy / "assignments" / "tiny")
    keys = {pack_course(folder).key}
    (folder.path / "tests" / "helper.py").write_text("")
    keys.add(pack_course(folder).key)
    folder.reference.write_text(folder.reference.read_text() + "\n")
    keys.add(pack_course(folder).key)
    assert len(keys) == 3


def test_weights_beside_the_course_travel_too(course_copy: Path, tmp_path: Path) -> None:
    """Protects assignments that keep a network's weights outside of their folder; those of packages are there already."""
    (course_copy / "weights.pth").write_bytes(b"w")
    path = course_copy / "assignments" / "tiny" / "assignment.yaml"
    models = "models:\n  a: {{factory: x.y, weights: file, file: {0}, sha256: {1}}}\n"
    for file, sent in (("../../weights.pth", True), ("package:numpy/version.py", False)):
        text = path.read_text().partition("models:")[0].rstrip("\n") + "\n"
        path.write_text(text + models.format(file, "a" * 64))
        assert ("weights.pth" in pack_course(open_assignment(path.parent)).files) is sent


def test_what_the_reference_imports_travels_too(course_copy: Path, tmp_path: Path) -> None:
    """Protects a reference that is split into modules: a worker had the first of them alone. What it does not mention stays."""
    folder = open_assignment(course_copy / "assignments" / "tiny")
    for name in ("helper", "unhelpful"):
        (folder.reference.parent / f"{name}.py").write_text("")
    folder.reference.write_text(f"{folder.reference.read_text()}\n# import helper\n")
    parcel = pack_course(folder)
    assert [name for name in parcel.files if name.startswith("reference/")] == ["reference/tiny.py", "reference/helper.py"]
    assert parcel.unpack(tmp_path / "there").digest() == folder.digest()


def submissions(tiny_course: Path) -> list[Submission]:
    """Those of the tiny course."""
    folder = open_assignment(tiny_course / "assignments" / "tiny")
    return collect(tiny_course / "submissions" / "tiny", folder.specification)


def test_a_submission_arrives(tiny_course: Path) -> None:
    """Protects a student from being judged by other files than those that were handed in, wherever that is done."""
    for one in submissions(tiny_course):
        carried = pickle.loads(pickle.dumps(carry(one, 1 << 20)))
        assert (carried.student, carried.place, carried.main) == (one.student, one.place, one.main)
        assert carried.digest(1 << 20) == one.digest(1 << 20)
        if one.main is not None:
            assert list(carried.files(1 << 20).items()) == list(one.files(1 << 20).items())


def test_what_cannot_be_read_is_told_there(tiny_course: Path, tmp_path: Path) -> None:
    """Protects the run from a file that is too large, or that went away: the judge says so, as it does here."""
    large = next(one for one in submissions(tiny_course) if one.student == "anna")
    with pytest.raises(ValueError, match="bytes"):
        pickle.loads(pickle.dumps(carry(large, 10))).files(10)
    gone = pickle.loads(pickle.dumps(carry(Submission("x", tmp_path / "x.py", tmp_path / "x.py"), 10)))
    with pytest.raises(OSError, match="No such file"):
        gone.files(10)
