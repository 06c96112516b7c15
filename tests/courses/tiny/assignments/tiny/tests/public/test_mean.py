import pytest


@pytest.mark.part("mean")
def test_three_numbers(check):
    """The mean of three numbers is their sum over three."""
    check.mean([1.0, 2.0, 6.0], hint="1 + 2 + 6 is 9.")
