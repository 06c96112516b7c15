"""Text of students is made fit to be shown before anything else touches it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.text import clamp, clean, clean_record, prose, split_title
from grader.results import Misconception


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain text, ёжик, 李, naïve 🙂", "plain text, ёжик, 李, naïve 🙂"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\shown", "shown"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\tstays", "tab\tstays"),
        ("nul\x00bell\x07", "nul\N{REPLACEMENT CHARACTER}bell\N{REPLACEMENT CHARACTER}"),
        ("admin\u202etxt.exe", "admin\N{REPLACEMENT CHARACTER}txt.exe"),
        ("lone \ud800 surrogate", "lone \N{REPLACEMENT CHARACTER} surrogate"),
    ],
)
def test_unfit_characters_go(text: str, cleaned: str) -> None:
    """Protects terminals and pages from what a student's exception may print."""
    assert clean(text) == cleaned


@pytest.mark.parametrize("invisible", list("\xad\u115f\u200b\u200c\u200d\u2060\u2063\u3164\ufeff\U000e0041"))
def test_two_names_never_look_alike(invisible: str) -> None:
    """Protects a class's tables: a folder named as a classmate, and a character without room, passed for that one."""
    for name in ("Ann Lee", "Иван Петров", "李伟"):
        for alike in (f"{name[:2]}{invisible} {name[2:]}", f"{invisible}{name}", f"{name}{invisible}"):
            assert clean(alike) == alike.replace(invisible, "\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize("name", ["نیک\u200cنام", "ශ්\u200dරී", "👩\u200d💻", "葛\U000e0100城", "❤\ufe0f"])
def test_what_names_are_written_with_stays(name: str) -> None:
    """Protects names that are not whole without a joiner or a variant's selector."""
    assert clean(name) == name


@given(st.text())
def test_nothing_unfit_is_left(text: str) -> None:
    """Protects every output at once: no control character but tab and line end, nothing that reorders."""
    cleaned = clean(text)
    assert all(unicodedata.category(character) not in {"Cc", "Cs"} or character in "\t\n" for character in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_an_unterminated_command_hides_little() -> None:
    """Protects the rest of a message from one stray escape character."""
    assert "important" in clean("\x1b]0;" + "x" * 3000 + " important")


def test_a_record_is_cleaned_however_deep() -> None:
    """Protects texts that no template mentions yet."""
    assert clean_record(Misconception(id="\x1b[1ma", explanation="b\x00")) == Misconception(
        id="a", explanation="b\N{REPLACEMENT CHARACTER}"
    )


def test_prose_escapes_before_it_sets_code() -> None:
    """Protects the one place that makes markup out of text."""
    assert prose("`<b>` & <i>") == "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_prose_is_always_escaped(text: str, limit: int) -> None:
    """Protects against a clamp or a code span that cuts an entity in two."""
    bare = str(prose(text, limit)).replace("<code>", "").replace("</code>", "")
    assert not set(bare) & set("<>\"'")


def test_a_long_text_is_cut_visibly() -> None:
    """Protects the page's size, and says that something is missing."""
    assert clamp("x" * 100, 10) == "x" * 10 + " …"
    assert clamp("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("explanation", "title", "rest"),
    [("Title. Rest. More.", "Title.", "Rest. More."), ("Only a title", "Only a title", ""), ("", "", "")],
)
def test_an_explanation_has_a_title(explanation: str, title: str, rest: str) -> None:
    """Protects the catalogue's convention, and explanations that do not follow it."""
    assert split_title(explanation) == (title, rest)
