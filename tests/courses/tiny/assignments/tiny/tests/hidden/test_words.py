import pytest

from grader.testing import gettext as _


@pytest.mark.part("words", weight=3)
def test_case(check):
    """Case does not matter."""
    check.words("Zanzibar  zanzibar\nЯ я", hint=_("Is it one word or two?"))
