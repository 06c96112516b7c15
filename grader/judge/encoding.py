"""Pictures that a submission showed, encoded by the judge from pixels: no byte of an image file that it made goes any further.

They were shown while the file was loaded, before any test sent anything into the sandbox, which is why a student may see them.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from grader.figures import MOST_OWN_BYTES, OwnFigure
from grader.judge.source import Source
from grader.judge.words import one_line
from grader.sandbox.drawings import Drawings, Shown

_QUALITIES = (80, 60, 40, 20, 5)


def own_figures(drawings: Drawings, source: Source) -> tuple[OwnFigure, ...]:
    """The pictures as they are shown; a cell that the file does not have is dropped."""
    return tuple(_encoded(shown, source) for shown in drawings.shown)


def _encoded(shown: Shown, source: Source) -> OwnFigure:
    from PIL import Image  # only where a submission drew something

    picture = Image.fromarray(shown.pixels)
    return OwnFigure(
        cell=shown.cell if source.has_cell(shown.cell) else 0,
        title=one_line(shown.title),
        width=picture.width,
        height=picture.height,
        webp=base64.b64encode(_webp(picture)).decode(),
    )


def _webp(picture: Any) -> bytes:
    """The picture in so good a quality as fits; noise, which no quality makes small, loses its details first."""
    while True:
        for quality in _QUALITIES:
            stream = io.BytesIO()
            picture.save(stream, "webp", quality=quality, method=3)
            if stream.tell() <= MOST_OWN_BYTES:
                return stream.getvalue()
        picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))
