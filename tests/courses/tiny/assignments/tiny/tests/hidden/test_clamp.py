import pytest


@pytest.mark.part("clamp", weight=2)
def test_outside(check):
    """A value outside the interval becomes the nearer bound."""
    check.clamp(-31337.5, -20000, 10)
    check.clamp(99, 0, 10)
