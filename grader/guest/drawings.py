"""What a submission shows while its file runs, as small plain pixels: what a notebook would have below its cells.

Pictures leave the sandbox as numbers, never as an image file: nothing that a submission encoded is decoded outside. They are
kept while the file is loaded, before any test asks anything, so that none can hold a hidden input; what comes later is dropped.

A figure is closed when it is shown and at the end of its cell, as Jupyter does, but drawn only by `take`: it must not cost the
time of the cells.
"""

from __future__ import annotations

import base64
import contextlib
import io
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.guest.alarm import Interrupted, interrupt_after
from grader.guest.bounds import LONGEST_TITLE
from grader.guest.budget import Budget

MOST = 4
MOST_OF_A_CELL = 2  # a loop that shows a hundred pictures leaves room for the cells below
WIDEST, TALLEST = 480, 360  # pixels
_MOST_PIXELS = 50_000_000  # of a picture before it is made small
_SECONDS = 3.0  # to draw one figure
_ENCODED = ("image/png", "image/jpeg")


@dataclass
class _Shown:
    cell: int
    content: Any  # a matplotlib figure that is still to be drawn, or pixels


class Drawings:
    """Keeps what is shown; `cell` is the number of the cell that runs, 0 in a module."""

    def __init__(self) -> None:
        self.cell = 0
        self.shown: list[_Shown] = []
        self.left_out = 0
        self.over = False

    def listen(self) -> None:
        """Take what a cell's last line gives, as a notebook shows it."""
        sys.displayhook = self.show

    def show(self, value: Any) -> None:
        """Keep a figure or a picture (PIL's); anything else is words, at which nobody looks."""
        content = _content(value)
        if content is not None:
            self._keep(content)

    def show_encoded(self, data: Any) -> None:
        """Keep what a rich display gives: a mapping of media types to data."""
        for kind in _ENCODED:
            raw = data.get(kind) if isinstance(data, dict) else None
            if raw:
                with contextlib.suppress(Exception):  # whatever a submission made; not being shown costs it nothing
                    self._keep(_decoded(raw))
                return

    def show_array(self, value: Any) -> None:
        """Keep an array of OpenCV's, (h, w) or (h, w, 3) as blue, green, red: 0 to 255, or 0 to 1 when it is of floats."""
        with contextlib.suppress(Exception):  # as above
            pixels = np.asarray(value)
            pixels = (np.clip(pixels, 0, 1) * 255 if pixels.dtype.kind == "f" else pixels).astype(np.uint8)
            self._keep(_small(pixels if pixels.ndim == 2 else pixels[..., 2::-1]))

    def show_figures(self) -> None:
        """Keep the open figures of pyplot, and close them."""
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        with contextlib.suppress(Exception):  # pyplot is the submission's, too: it may have put anything in its place
            for number in pyplot.get_fignums():
                self.show(pyplot.figure(number))
            pyplot.close("all")

    def clear(self) -> None:
        """Forget what the running cell has shown: a loop draws over its own output."""
        self.shown = [one for one in self.shown if one.cell != self.cell]

    def take(self, budget: Budget) -> dict[str, Any]:
        """`shown` (of each `cell`, `title` and uint8 `pixels` (h, w, 3)) and `left_out`, how many were more; then it is over."""
        self.over = True
        drawn = [(one.cell, *_draw(one.content, budget)) for one in self.shown]
        self.shown = []
        found = [{"cell": cell, "title": title, "pixels": pixels} for cell, title, pixels in drawn if pixels is not None]
        return {"shown": found, "left_out": self.left_out}

    def _keep(self, content: Any) -> None:
        if self.over:
            return
        of_this_cell = sum(one.cell == self.cell for one in self.shown)
        if len(self.shown) >= MOST or (self.cell and of_this_cell >= MOST_OF_A_CELL):
            self.left_out += 1
        else:
            self.shown.append(_Shown(self.cell, content))


def _content(value: Any) -> Any:
    """A figure with something on it, or a picture's pixels; None for anything else."""
    figures, pictures = (sys.modules.get(name) for name in ("matplotlib.figure", "PIL.Image"))
    with contextlib.suppress(Exception):  # see `show_encoded`
        if figures is not None and isinstance(value, figures.Figure):
            return value if len(value.get_children()) > 1 else None  # its background alone
        if pictures is not None and isinstance(value, pictures.Image):
            return _small(value)
    return None


def _decoded(raw: Any) -> Any:
    from PIL import Image  # only where a submission shows an encoded picture

    return _small(Image.open(io.BytesIO(base64.b64decode(raw) if isinstance(raw, str) else raw)))


def _small(picture: Any) -> Any:
    """Pixels of at most `TALLEST` x `WIDEST`, on white. Raises whatever PIL does; `ValueError` for too large a picture."""
    from PIL import Image  # as above

    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(np.ascontiguousarray(picture))
    if picture.width * picture.height > _MOST_PIXELS:
        raise ValueError("too many pixels")
    if picture.mode in ("RGB", "L"):
        picture = picture.copy()
        picture.thumbnail((WIDEST, TALLEST))
        return np.asarray(picture.convert("RGB"))
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    ground.thumbnail((WIDEST, TALLEST))
    return np.asarray(ground.convert("RGB"))


def _draw(content: Any, budget: Budget) -> tuple[str, Any]:
    """(title, pixels); None for pixels where a figure cannot be drawn, or not in time."""
    if isinstance(content, np.ndarray):
        return "", content
    try:
        with interrupt_after(min(_SECONDS, budget.next_piece()), budget.ends):
            return _title(content), _rendered(content)
    except (Exception, Interrupted):  # noqa: BLE001  artists run a submission's code; a picture is worth no failure
        return "", None


def _rendered(figure: Any) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    width, height = figure.get_size_inches()
    figure.set_dpi(min(figure.get_dpi(), WIDEST / width, TALLEST / height))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return _small(np.asarray(canvas.buffer_rgba())[..., :3])


def rehearse() -> None:
    """Draw a figure and forget it, where pyplot is loaded: who forks from here finds its fonts and layouts looked up."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        figure, axes = pyplot.subplots()
        axes.imshow(np.zeros((2, 2)))
        axes.set_title("0")
        _rendered(figure)
        pyplot.close(figure)


def _title(figure: Any) -> str:
    """What stands above a figure, else above each of its axes."""
    titles = [figure.get_suptitle()] if figure.get_suptitle() else [axes.get_title() for axes in figure.axes]
    return "; ".join(dict.fromkeys(title for title in titles if title))[:LONGEST_TITLE]
