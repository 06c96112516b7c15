"""Numbers look as a reader of the language expects."""

from __future__ import annotations

import pytest

from grader.report.number import format_number, format_percent, reword_numbers


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (82.5, "82.5", "82,5"),
        (100.0, "100", "100"),
        (0.0, "0", "0"),
        (-0.001, "0", "0"),
        (-0.25, "−0.25", "−0,25"),
        (1234.5, "1234.5", "1234,5"),
        (12345.5, "12,345.5", "12\u202f345,5"),
        (9999.999, "10,000", "10\u202f000"),
        (None, "—", "—"),
        (float("nan"), "—", "—"),
        (float("inf"), "—", "—"),
    ],
)
def test_a_number_in_both_languages(value: float | None, english: str, russian: str) -> None:
    """Protects the decimal comma, the real minus sign and the dash for the unknown."""
    assert format_number(value, "en") == english
    assert format_number(value, "ru") == russian


def test_a_column_of_numbers_may_keep_its_zeros() -> None:
    """Protects tables in which the decimals stand under each other."""
    assert format_number(0.4, "en", fixed=True) == "0.40"
    assert format_number(-0.0, "ru", fixed=True) == "0,00"


def test_a_sentence_takes_the_pages_numbers() -> None:
    """Protects a caption from a point where the scale beside it has a comma; what is no number stays."""
    said = "от -0.19 до 8.24, 0.5-0.75, v0.1, 1.2.3, a-0.5, 12.34.5; до 33.4."
    assert reword_numbers(said, "ru") == "от −0,19 до 8,24, 0,5-0,75, v0.1, 1.2.3, a-0.5, 12.34.5; до 33,4."
    assert reword_numbers(said, "en") == said


def test_percent() -> None:
    """Protects the space that Russian sets before the sign."""
    assert format_percent(0.714, "en") == "71%"
    assert format_percent(0.714, "ru") == "71\u202f%"
    assert format_percent(None, "ru") == "—"
