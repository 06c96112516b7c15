"""Boxes by what happened to them: drawn by matplotlib, told apart by line, label and hue."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any, Literal

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from grader.figures import Box, BoxPicture
from grader.report.svg import ACCENT, INK, ODD, PAPER, QUIET, RIGHT, SETTINGS, WRONG, inline
from grader.report.wording import box_word

_WIDTH = 3.6  # inches
_THINNEST = 0.02  # side of a window, as a share of the other
_LEGEND_ROW = 0.24  # inches
_LEGEND: dict[str, Any] = {"frameon": False, "fontsize": 9.5, "handlelength": 2.2, "columnspacing": 1.2, "borderaxespad": 0}
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
# Where a box's label stands: (at the right, at the bottom, offset, alignment). Boxes that lie nearly on one another have other
# roles, so that their labels are apart.
_Place = tuple[bool, bool, tuple[float, float], Literal["left", "right"], Literal["top", "bottom"]]
_LABEL: _Place = (False, False, (2, -2), "left", "top")
_LABELS: dict[str, _Place] = {
    "removed": (False, True, (2, 2), "left", "bottom"),
    "wrongly_kept": (False, False, (0, 2), "left", "bottom"),
    "wrongly_removed": (True, True, (0, -2), "right", "top"),
    "second": (True, True, (-2, 2), "right", "bottom"),
}


def box_chart(picture: BoxPicture, translations: NullTranslations) -> Markup:
    """The boxes as inline SVG with a text alternative, a legend below them."""
    roles = [role for role in _STYLES if any(box.role == role for box in picture.boxes)]
    rows = -(-len(roles) // 2)
    height = _WIDTH * min(max(picture.height / picture.width, 0.35), 0.9)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(_WIDTH, height + rows * _LEGEND_ROW), facecolor="none")
        share = rows * _LEGEND_ROW / (height + rows * _LEGEND_ROW)
        axes = figure.add_axes((0, share, 1, 1 - share), facecolor="none")
        _draw_window(axes, picture)
        for box in picture.boxes:
            _draw_box(axes, _in_window(box, picture))
        handles = [Rectangle((0, 0), 1, 1, fill=False, label=box_word(role, translations), **_STYLES[role]) for role in roles]
        figure.legend(handles=handles, loc="lower left", ncols=2, **_LEGEND)
    return inline(figure, _alternative(picture, roles, translations))


def _draw_window(axes: Axes, picture: BoxPicture) -> None:
    unit = max(picture.width, picture.height)
    axes.set_xlim(0, max(picture.width / unit, _THINNEST))
    axes.set_ylim(max(picture.height / unit, _THINNEST), 0)
    axes.set_aspect("equal", adjustable="box")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _in_window(box: Box, picture: BoxPicture) -> Box:
    """The box in units of the window's longer side: coordinates far from 0 would lose digits on their way through matplotlib."""
    unit = max(picture.width, picture.height)
    x1, x2 = ((x - picture.left) / unit for x in (box.x1, box.x2))
    y1, y2 = ((y - picture.top) / unit for y in (box.y1, box.y2))
    return box.model_copy(update={"x1": x1, "y1": y1, "x2": x2, "y2": y2})


def _draw_box(axes: Axes, box: Box) -> None:
    style = _STYLES[box.role]
    axes.add_patch(Rectangle((box.x1, box.y1), box.x2 - box.x1, box.y2 - box.y1, fill=False, **style))
    if box.label:
        right, below, offset, ha, va = _LABELS.get(box.role, _LABEL)
        axes.annotate(
            box.label,
            ((box.x1, box.x2)[right], (box.y1, box.y2)[below]),
            xytext=offset,
            textcoords="offset points",
            ha=ha,
            va=va,
            color=INK,
            parse_math=False,  # a label is text, whatever dollar signs are in it
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
        )


def _alternative(picture: BoxPicture, roles: list[str], translations: NullTranslations) -> str:
    told = []
    for role in roles:
        labels = ", ".join(box.label for box in picture.boxes if box.role == role and box.label)
        count = sum(box.role == role for box in picture.boxes)
        told.append(f"{box_word(role, translations)}: {count}" + (f" ({labels})" if labels else ""))
    return translations.gettext("Boxes") + ". " + "; ".join(told) + "."
