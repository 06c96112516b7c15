import pytest


@pytest.mark.part("mean")
def test_fractions(check):
    """The fraction of a mean is kept."""
    check.mean([1, 2, 40961])


@pytest.mark.part("mean")
def test_one_number(check):
    """One number is its own mean."""
    check.mean([-7.25])
