"""What an assignment's own Python files may use: tests, `comparison.py`, `misconceptions.py`, `figures.py`, `calling.py`.

Everything else of the package may change between versions; these names do not without a note in the changelog.
"""

from typing import NoReturn

from grader.figures import BoxRole
from grader.judge.alternatives import Alternative, Probe, Reading, Situation
from grader.judge.drawing import Drawing, as_map, box_picture, heat_map, mask_picture
from grader.judge.misconception import misconception
from grader.judge.outcome import Call, Difference, Mismatch
from grader.judge.remembered import remembered
from grader.judge.text import AnyText, Text, gettext
from grader.wire.values import Handle, Model


def fail(came: AnyText, *, expected: AnyText = "", hint: AnyText = "", detail: AnyText = "") -> NoReturn:
    """End the running test as failed: raises `Mismatch`, whose fields mean what those of a `Difference` do."""
    raise Mismatch(came, expected=expected, hint=hint, detail=detail)


__all__ = [
    "Alternative",
    "AnyText",
    "BoxRole",
    "Call",
    "Difference",
    "Drawing",
    "Handle",
    "Mismatch",
    "Model",
    "Probe",
    "Reading",
    "Situation",
    "Text",
    "as_map",
    "box_picture",
    "fail",
    "gettext",
    "heat_map",
    "mask_picture",
    "misconception",
    "remembered",
]
