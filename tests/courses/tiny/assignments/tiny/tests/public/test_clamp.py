import pytest


@pytest.mark.part("clamp")
def test_inside(check):
    """A value inside the interval stays."""
    check.clamp(3, 0, 10)
