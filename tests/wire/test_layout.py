"""How large an array of an answer would be, before anybody makes one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.wire.layout import text_layout
from grader.wire.values import Array, Handle

_TEXTS = st.recursive(
    st.one_of(st.text(max_size=9), st.binary(max_size=9)), lambda inner: st.lists(inner, min_size=1, max_size=4)
)


def test_the_longest_text_times_all_parts() -> None:
    """Protects the judge's memory from one long text among many short ones, at any depth and in any container."""
    assert text_layout(["x" * 3_000_000] + ["a"] * 1000) == 4 * 3_000_000 * 1001
    assert text_layout([[b"x" * 1000, b""], ({"key": 1}, {2})]) == 4 * 1000 * 5
    assert text_layout([Array(np.zeros(3)), ["xx", "", ""]]) == 4 * 2 * 6


def test_what_no_array_is_made_of() -> None:
    """Protects honest answers: numbers of any count, one long text, a word beside a large map."""
    assert text_layout([Array(np.zeros(10_000)), 1.5, None, Handle(0, "Thing")]) == 0
    assert text_layout("x" * 1000) == 4000
    assert text_layout(["cam", Array(np.zeros((100, 100)))]) == 4 * 3 * 2


@given(_TEXTS)
def test_numpy_takes_no_more(value: object) -> None:
    """Protects the sum itself: what numpy makes of texts is not larger, but for an empty one's place."""
    try:
        made = np.asarray(value)
    except (ValueError, UnicodeDecodeError):
        return
    assert made.nbytes <= max(text_layout(value), 4 * made.size)
