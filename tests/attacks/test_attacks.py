"""Every exploit of `corpus/` against the real wall, all in one session: graded as honest work would be, none leaving its mark.

There is a test per exploit, named after it, with the exploit's own docstring. Each is the same experiment: the exploit is
handed in, and after it honest work that looks for traces of it. That the experiment would notice is shown in
`test_without_a_wall.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import CORPUS, HIDDEN_INPUTS, Exploit, School, exploits, marks

# What these do, they do to the judge: it is the same behind every wall.
FAMILIES_FOR_ONE_WALL = ("forging", "reporting", "exfiltrating")


@pytest.fixture(scope="session")
def honest(school: School) -> dict[str, Any]:
    """What honest work comes to before any attack."""
    result = school.grade(CORPUS / "witness.py")
    assert marks(result) == []
    school.pages(result)  # the first report on a machine has matplotlib write its list of fonts to the home, which is no attack
    return _verdict(result)


def _verdict(result: Any) -> dict[str, Any]:
    """A result without what differs between two students who hand in the same."""
    return json.loads(result.model_dump_json(exclude={"student", "path", "digest", "seconds"}))


def _make_test(exploit: Exploit) -> Callable[..., None]:
    def test(school: School, honest: dict[str, Any]) -> None:
        if school.wall == "landlock" and exploit.path.parent.name in FAMILIES_FOR_ONE_WALL:
            pytest.skip("the same behind every wall")
        before = school.machine.snapshot()
        result = school.grade(exploit.path)
        told = result.model_dump_json()
        assert marks(result) == []
        assert not any(secret in told for secret in school.machine.secrets)
        score, statuses = exploit.expected(school.wall)
        assert str(result.status) in statuses, told
        assert score is None or result.score == score, told
        if score == honest["score"]:
            assert _verdict(result)["tests"] == honest["tests"]
        pages = school.pages(result)
        assert not any(hidden in pages for hidden in HIDDEN_INPUTS)
        after = school.grade(CORPUS / "witness.py")
        assert marks(after) == []
        assert _verdict(after) == honest
        assert school.machine.contacted() == []
        assert len(school.processes()) == 1, "of this worker nothing runs but the template"
        assert school.machine.snapshot() == before

    test.__name__ = test.__qualname__ = f"test_{exploit.path.stem}"
    test.__doc__ = exploit.document
    setattr(test, exploit.path.parent.name, True)  # so that `-k escaping` selects a family
    return test


for _exploit in exploits():
    assert f"test_{_exploit.path.stem}" not in globals(), f"two exploits are named {_exploit.path.stem}"
    globals()[f"test_{_exploit.path.stem}"] = _make_test(_exploit)
