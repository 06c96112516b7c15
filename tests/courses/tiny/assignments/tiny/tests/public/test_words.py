import pytest


@pytest.mark.part("words")
def test_repeated_word(check):
    """A word that occurs twice is counted twice."""
    check.words("to be or not to be")
