"""Only the helpers that public tests use are released, whole and as they were written."""

from __future__ import annotations

import textwrap

import pytest

from grader.release.pruning import prune

SHARED = textwrap.dedent(
    '''\
    """What the tests share."""

    import numpy as np
    import pytest

    MEAN = 3
    SECRET = 40961


    # The photo of
    # everyone's cat.
    @pytest.fixture
    def photo(pictures):
        """A picture."""
        return _scaled(pictures["cat"])


    def _scaled(picture):
        return picture / MEAN


    @pytest.fixture
    def secret():
        """A hidden input."""
        return _hidden(SECRET)


    def _hidden(value):
        return np.array(value)


    @pytest.fixture(autouse=True)
    def _always(everywhere):
        yield


    @pytest.fixture
    def everywhere():
        return 1


    def pytest_configure(config):
        config.addinivalue_line("markers", "slow")
    '''
)


def test_what_public_tests_use_is_kept() -> None:
    """Protects public tests: fixtures by parameter, what those mention, what acts unasked; comments and decorators go along."""
    kept = prune(SHARED, ["def test_it(check, photo):\n    check.mean(photo)\n"])
    for words in (
        "# everyone's cat.\n@pytest.fixture\ndef photo",
        "def _scaled",
        "MEAN = 3",
        "autouse",
        "def everywhere",
        "addinivalue",
    ):
        assert words in kept
    for words in ("secret", "SECRET", "_hidden", "40961", "A hidden input"):
        assert words not in kept
    compile(kept, "conftest.py", "exec")


@pytest.mark.parametrize(
    "user",
    [
        '@pytest.mark.usefixtures("secret")\ndef test_it():\n    pass\n',
        'def test_it(request):\n    request.getfixturevalue("secret")\n',
        "from conftest import SECRET as one\nsecret = one\n",
    ],
)
def test_other_ways_to_use(user: str) -> None:
    """Protects tests that ask for a fixture by its name in a string, or that import."""
    assert "def secret" in prune(SHARED, [user])


def test_nothing_to_prune() -> None:
    """Protects a conftest that is all used, and an empty one: byte for byte."""
    users = ["def test_it(photo, secret):\n    pass\n"]
    assert prune(SHARED, users) == SHARED
    assert prune("", users) == ""


@pytest.mark.parametrize("sign", ["\x0c", "\x85", "\u2028", "\x1c"])
def test_signs_that_end_a_line_elsewhere(sign: str) -> None:
    """Protects hidden inputs in a conftest with form feeds between its functions: the lines beside them were taken out."""
    marked = SHARED.replace("\n\n\n", f"\n# {sign}\n\n\n" if sign != "\x0c" else f"\n{sign}\n\n")
    found = prune(marked, ["def test_it(photo): pass"])
    assert [name for name in ("secret", "SECRET", "_hidden", "40961") if name in found] == []
    assert "def photo(pictures)" in found
    assert "def _scaled(picture):\n    return picture / MEAN\n" in found
