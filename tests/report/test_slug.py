"""A student's id becomes a folder's name that cannot do harm."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.slug import slug, unique_slugs

IDS = st.one_of(
    st.text(),
    st.text(alphabet="./\\ -:CONUL$\x00\u202e"),
    st.sampled_from(["..", ".", "", "/etc/passwd", "con", "NUL.txt", "a" * 5000, "Ё" * 300]),
)


@pytest.mark.parametrize(
    ("student", "name"),
    [
        ("ivanov", "ivanov"),
        ("Ольга_Ёлкина", "Ольга_Ёлкина"),
        ("李小龍", "李小龍"),
        ("anna.smith@example.org", "anna.smith@example.org"),
        ("Anna Maria  Smith", "Anna-Maria-Smith"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "student"),
        ("", "student"),
        ("con", "student-con"),
        ("aux.py", "student-aux.py"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("50% #1?", "50-1"),
    ],
)
def test_readable_names_stay_readable(student: str, name: str) -> None:
    """Protects letters of every script; only what a file system or a URL trips over goes."""
    assert slug(student) == name


@given(IDS)
def test_a_slug_is_one_safe_component(student: str) -> None:
    """Protects the disk: never empty, never up, never down, never hidden, never too long."""
    name = slug(student)
    assert name
    assert not name.startswith((".", "-"))
    assert Path("students", name).parent == Path("students")
    assert Path("students", name).name == name
    assert len(name.encode()) <= 200
    assert not set(name) & set('/\\:*?"<>|#%&\x00\n ')


@given(st.lists(IDS, max_size=12))
def test_no_two_students_share_a_folder(students: list[str]) -> None:
    """Protects one student's page from being overwritten by another's, on file systems that fold case too."""
    names = unique_slugs(students)
    folded = {unicodedata.normalize("NFKC", name.casefold()) for name in names}
    assert len(folded) == len(students)


def test_an_address_does_not_depend_on_the_order() -> None:
    """Protects links handed out before another student joined in."""
    students = ["Anna", "anna", "ivanov"]
    forward = dict(zip(students, unique_slugs(students), strict=True))
    backward = dict(zip(reversed(students), unique_slugs(list(reversed(students))), strict=True))
    assert forward == backward
    assert forward["ivanov"] == "ivanov"
