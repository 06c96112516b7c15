"""Boxes by what happened to them: drawn by matplotlib, told apart by line, label and hue.

The shapes are put on the figure itself, without axes: nothing is measured here, and axes cost three times as much as all
that is drawn. The legend is the page's, with a sample of each line.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations
from typing import Any, Literal

from markupsafe import Markup

from grader.figures import Box, BoxPicture
from grader.report.plotting import Figure, IdentityTransform, Rectangle, own_settings
from grader.report.svg import ACCENT, INK, ODD, PAPER, QUIET, RIGHT, SETTINGS, WRONG, inline
from grader.report.wording import box_word

_POINTS = 72  # to the inch, and pixels of a figure here
_WIDTH = 260.0  # points
_FLATTEST, _HIGHEST = 0.3, 0.85  # height of a window, as a share of its width
_SAMPLE = (30.0, 14.0)  # points
_FONT_SIZE = 10.5
# Wrong boxes are drawn thicker than right ones: it is they that the picture is about.
_STYLES: dict[str, dict[str, Any]] = {
    "kept": {"edgecolor": RIGHT, "linestyle": "solid", "linewidth": 1.6},
    "removed": {"edgecolor": QUIET, "linestyle": (0, (1, 2)), "linewidth": 1.2},
    "wrongly_kept": {"edgecolor": WRONG, "linestyle": (0, (6, 2)), "linewidth": 2.6},
    "wrongly_removed": {"edgecolor": ODD, "linestyle": (0, (6, 2, 1, 2)), "linewidth": 2.6},
    "first": {"edgecolor": INK, "linestyle": "solid", "linewidth": 1.6},
    "second": {"edgecolor": ACCENT, "linestyle": (0, (6, 2)), "linewidth": 1.8},
    "shared": {"edgecolor": QUIET, "linestyle": "solid", "linewidth": 0.5, "hatch": "///"},
}

# Where a box's label stands: (at the right, at the bottom, offset in points, alignment). Boxes that lie nearly on one another
# have other roles, so that their labels are apart.
_Place = tuple[bool, bool, tuple[float, float], Literal["left", "right"], Literal["top", "bottom"]]
_LABEL: _Place = (False, False, (2, -2), "left", "top")
_LABELS: dict[str, _Place] = {
    "removed": (False, True, (2, 2), "left", "bottom"),
    "wrongly_kept": (False, False, (0, 2), "left", "bottom"),
    "wrongly_removed": (True, True, (0, -2), "right", "top"),
    "second": (True, True, (-2, 2), "right", "bottom"),
}


def box_roles(picture: BoxPicture) -> list[str]:
    """The roles that occur, in the order of the legend."""
    return [role for role in _STYLES if any(box.role == role for box in picture.boxes)]


def box_chart(picture: BoxPicture, translations: NullTranslations) -> Markup:
    """The boxes as inline SVG with a text alternative."""
    height = _WIDTH * min(max(picture.height / picture.width, _FLATTEST), _HIGHEST)
    scale = min(_WIDTH / picture.width, height / picture.height)
    with own_settings(SETTINGS):
        figure = _figure(_WIDTH, height)
        for box in picture.boxes:
            x1, x2 = ((x - picture.left) * scale for x in (box.x1, box.x2))
            y1, y2 = (height - (y - picture.top) * scale for y in (box.y1, box.y2))
            _draw_rectangle(figure, box.role, (x1, y1), (x2, y2))
            _draw_label(figure, box, (x1, x2), (y1, y2))
    return inline(figure, _alternative(picture, translations))


@lru_cache(maxsize=16)
def line_sample(role: str) -> Markup:
    """A line of the legend, as an SVG that says nothing to a screen reader: the word stands beside it."""
    with own_settings(SETTINGS):
        figure = _figure(*_SAMPLE)
        _draw_rectangle(figure, role, (2, 3), (_SAMPLE[0] - 2, _SAMPLE[1] - 3))
    return inline(figure, "")


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width / _POINTS, height / _POINTS), dpi=_POINTS, facecolor="none")


def _draw_rectangle(figure: Figure, role: str, one: tuple[float, float], other: tuple[float, float]) -> None:
    width, height = other[0] - one[0], other[1] - one[1]
    figure.add_artist(Rectangle(one, width, height, fill=False, transform=IdentityTransform(), **_STYLES[role]))


def _draw_label(figure: Figure, box: Box, xs: tuple[float, float], ys: tuple[float, float]) -> None:
    if not box.label:
        return
    right, below, offset, ha, va = _LABELS.get(box.role, _LABEL)
    figure.text(
        xs[right] + offset[0],
        ys[below] + offset[1],
        box.label,
        transform=IdentityTransform(),
        ha=ha,
        va=va,
        color=INK,
        fontsize=_FONT_SIZE,
        parse_math=False,  # a label is text, whatever dollar signs are in it
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
    )


def _alternative(picture: BoxPicture, translations: NullTranslations) -> str:
    told = []
    for role in box_roles(picture):
        labels = ", ".join(box.label for box in picture.boxes if box.role == role and box.label)
        count = sum(box.role == role for box in picture.boxes)
        told.append(f"{box_word(role, translations)}: {count}" + (f" ({labels})" if labels else ""))
    return translations.gettext("Boxes") + ". " + "; ".join(told) + "."
