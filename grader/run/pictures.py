"""The photos that figures lie over, made small and put into the results once, so that a report needs no other file."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from pathlib import Path

from grader.figures import HeatMap
from grader.results import PictureSummary, SubmissionResult

_LONGEST_SIDE = 256  # pixels
_QUALITY = 80


def shown_pictures(folder: Path | None, submissions: Iterable[SubmissionResult]) -> tuple[PictureSummary, ...]:
    """Those pictures of the assignment that a figure names, sorted by name; a name without a file is left out."""
    named = {
        figure.photo
        for submission in submissions
        for test in submission.tests
        for figure in test.figures
        if isinstance(figure, HeatMap) and figure.photo
    }
    files = {path.stem: path for path in sorted(folder.iterdir())} if folder is not None and named else {}
    return tuple(PictureSummary(name=name, jpeg=_small(files[name])) for name in sorted(named & files.keys()))


def _small(path: Path) -> str:
    from PIL import Image  # only where a figure lies over a photo

    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    stream = io.BytesIO()
    small.save(stream, "jpeg", quality=_QUALITY)
    return base64.b64encode(stream.getvalue()).decode()
