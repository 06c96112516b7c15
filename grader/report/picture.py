"""A figure of the results as the page shows it: images with words, scales, a legend; or a chart.

::

    Picture
    ├── panels: Panel*       images side by side, each named, with a text alternative
    ├── scales: Scale*       colour bars: the same for all maps, one for the difference
    ├── legend: Tone*        what the tones of masks and the lines of boxes mean
    └── chart                boxes, as inline SVG

Words are HTML, not part of an image: they follow language, zoom and screen readers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations

import numpy as np
from markupsafe import Markup

from grader.figures import BoxPicture, Figure, Grid, HeatMap, Masks
from grader.i18n import translator
from grader.report import raster
from grader.report.boxchart import box_chart, box_roles, line_sample
from grader.report.number import format_percent, format_short
from grader.report.wording import box_word

_SINGLE = {"first", "second", "shared"}  # of which there is one, and no need to count


@dataclass(frozen=True)
class Panel:
    """One image. `coarse`: a pixel is a cell, to be enlarged with its edges."""

    name: str
    image: str
    alternative: str
    coarse: bool = True


@dataclass(frozen=True)
class Scale:
    """A colour bar and the numbers at its ends."""

    name: str
    image: str
    low: str
    high: str


@dataclass(frozen=True)
class Tone:
    """An entry of a legend: a line's sample or the class of a tone's swatch, its meaning, how much of it there is."""

    kind: str
    word: str
    amount: str
    sample: Markup | str = ""


@dataclass(frozen=True)
class Picture:
    """What a figure looks like; without panels and chart, its caption is all there is."""

    panels: tuple[Panel, ...] = ()
    scales: tuple[Scale, ...] = ()
    legend: tuple[Tone, ...] = ()
    chart: Markup | str = ""

    @property
    def size(self) -> int:
        """About how many bytes it adds to a page."""
        return sum(len(panel.image) for panel in self.panels) + sum(len(scale.image) for scale in self.scales) + len(self.chart)


@lru_cache(maxsize=512)
def picture(figure: Figure, jpeg: str, language: str) -> Picture:
    """Draw a figure; `jpeg` is the photo under a heat map (base64), or empty.

    Kept for a while: both editions of a page show the same figures, and students make the same mistakes.
    """
    translations = translator(language)
    if isinstance(figure, BoxPicture):
        return Picture(chart=box_chart(figure, translations), legend=_lines(figure, translations))
    if isinstance(figure, Masks):
        return _masks(figure, language, translations)
    return _heat_map(figure, jpeg, language, translations)


def _heat_map(figure: HeatMap, jpeg: str, language: str, translations: NullTranslations) -> Picture:
    _ = translations.gettext
    under = raster.photo(jpeg) if jpeg else raster.embedded(figure.pixels) if figure.pixels else None
    panels = [Panel(_("Photo"), raster.photo_uri(under), "", coarse=False)] if under else []
    for name, grid in ((_("Your map"), figure.came), (_("Expected map"), figure.expected)):
        image = raster.map_over(grid, under) if under else raster.map_uri(grid)
        panels.append(Panel(name, image, _describe(grid, translations), coarse=under is None))
    scales = [
        Scale(
            _("Both maps"),
            raster.scale_uri(raster.MAP_COLOURS),
            format_short(figure.low, language),
            format_short(figure.high, language),
        )
    ]
    if (figure.came.rows, figure.came.columns) == (figure.expected.rows, figure.expected.columns):
        image, share = raster.difference(figure.came, figure.expected, under.size if under else None)
        largest = format_short(share * (figure.high - figure.low), language)
        alternative = _("They differ by up to {largest}.").format(largest=largest)
        panels.append(Panel(_("How far apart"), image, alternative))
        scales.append(Scale(_("How far apart"), raster.scale_uri(raster.DIFFERENCE_COLOURS), "0", largest))
    return Picture(tuple(panels), tuple(scales))


def _describe(grid: Grid, translations: NullTranslations) -> str:
    row, column = np.unravel_index(int(raster.levels(grid).argmax()), (grid.rows, grid.columns))
    text = translations.gettext("{rows} by {columns} cells; highest in row {row}, column {column}, counted from 0.")
    return text.format(rows=grid.rows, columns=grid.columns, row=int(row), column=int(column))


def _lines(figure: BoxPicture, translations: NullTranslations) -> tuple[Tone, ...]:
    counts: Counter[str] = Counter(box.role for box in figure.boxes)
    return tuple(
        Tone("line", box_word(role, translations), "" if role in _SINGLE else str(counts[role]), line_sample(role))
        for role in box_roles(figure)
    )


def _masks(figure: Masks, language: str, translations: NullTranslations) -> Picture:
    _ = translations.gettext
    image, shares = raster.mask_uri(figure.truth, figure.prediction)
    words = (_("in both"), _("only in the true mask"), _("only in the prediction"))
    legend = tuple(
        Tone(kind, word, format_percent(share, language))
        for kind, word, share in zip(("both", "missed", "extra"), words, shares, strict=True)
    )
    alternative = "; ".join(f"{tone.word}: {tone.amount}" for tone in legend) + "."
    return Picture((Panel(_("True mask and prediction"), image, alternative),), legend=legend)
