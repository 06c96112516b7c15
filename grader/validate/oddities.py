"""Answers, and changed networks, that no author thinks of: what students' work gives by mistake, or on purpose.

A comparison, or a test that looks at an answer itself, has to take each of them for a wrong one. Where it raises instead, whoever
returns such a thing has no score, and the run a fault of the course's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.validate.local import LocalSubmission
from grader.wire.values import Handle, Model

ODD_ANSWERS: dict[str, Any] = {
    "a number": 5,
    "True": True,
    "infinity": float("inf"),
    "a whole number of 400 digits": 10**400,
    "a list with a whole number of 400 digits": [10**400],
    "a text": "text",
    "an empty list": [],
    "rows of unequal length": [[1.0, 2.0], [3.0]],
    "a list of numbers and a text": [1.0, "text"],
    "a pair with None": (1.0, None),
    "a list of own objects": [Handle(0, "Box"), Handle(1, "Box")],
    "bytes": b"text",
    "a complex number": 1 + 2j,
    "a dictionary": {"answer": 1.0},
    "a set": {1.0, 2.0},
    "an array of NaN": np.full(3, np.nan),
    "an array without numbers": np.zeros((0, 3)),
    "an array of five axes": np.zeros((1, 2, 1, 2, 3), dtype=np.float32),
    "complex numbers": np.array([1j, 2.0]),
    "an array of whole numbers": np.arange(4, dtype=np.uint8),
}


class WithoutOutput(LocalSubmission):
    """One whose networks give no array after a test's calls: their layers were replaced."""

    output: NDArray[Any] | None = None

    def state(self, model: Model, *inputs: Any) -> dict[str, Any]:
        """As of a network that was changed."""
        return {"digest": "", "training": True, "output": self.output}


class WithAnotherOutput(WithoutOutput):
    """One whose networks give arrays of another shape."""

    output = np.zeros((1, 5))


ODD_NETWORKS = {"networks that give nothing": WithoutOutput, "networks of another output": WithAnotherOutput}
