"""The histogram counts every score once, says so in words, and brings no style that the policy would refuse."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.report.chart import bins, histogram
from grader.results import AssignmentSummary


def worth(points: float, **more: Any) -> AssignmentSummary:
    """An assignment of so many points."""
    return AssignmentSummary(id="a", title="A", max_score=points, **more)


@given(st.lists(st.floats(-10, 200), min_size=1), st.floats(0, 150))
def test_every_score_is_in_one_bar(scores: list[float], highest: float) -> None:
    """Protects the highest score, which belongs to the last bar, and scores beyond either end."""
    bars = bins(scores, highest)
    assert len(bars) == 10
    assert sum(bar.count for bar in bars) == len(scores)


def test_a_border_belongs_to_the_bar_above_it() -> None:
    """Protects the words "80 to 90": 80 is in, 90 is not, and full marks are."""
    assert [bar.count for bar in bins([80, 89.99, 90, 100], 100)][-2:] == [2, 2]


def test_the_chart_has_words_and_no_style() -> None:
    """Protects the text alternative, and the strict policy, which refuses style attributes and style elements."""
    svg = str(histogram([82.5, 90, 100], worth(100), "ru"))
    assert 'role="img"' in svg
    assert "от 80 до 90: 1" in svg
    assert "медиана 90" in svg
    assert not re.search(r"<style|style=|<script|<metadata|http://(?!www\.w3\.org)", svg)


def test_the_chart_takes_its_colours_from_the_page() -> None:
    """Protects dark mode and print: no colour of the chart is its own."""
    svg = str(histogram([1, 2, 2], worth(2, pass_score=1, boundaries=(1, 1.5)), "en"))
    assert "var(--bar)" in svg
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) <= {
        "none",
        "var(--bar)",
        "var(--ink)",
        "var(--quiet)",
        "var(--paper)",
    }


def test_the_pass_line_is_named() -> None:
    """Protects the line that decides: it is told in words, and stands where it belongs whatever the scores are."""
    svg = str(histogram([0, 0, 0], worth(100, pass_score=62.5, boundaries=(62.5, 80)), "ru"))
    assert "зачёт от 62,5" in svg
    assert "зачёт" not in str(histogram([0, 0, 0], worth(100), "ru"))
