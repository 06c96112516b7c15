"""Answers that no author thinks of: what students' functions return by mistake, or on purpose.

A comparison, or a test that looks at an answer itself, has to take each of them for a wrong one. Where it raises instead, whoever
returns such a thing has no score, and the run a fault of the course's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.wire.values import Handle

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
