"""The histogram of scores: drawn by matplotlib, set by the page's own style sheet (`svg`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import NullTranslations

import numpy as np
from markupsafe import Markup

from grader.i18n import translator
from grader.report.number import format_number
from grader.report.plotting import Axes, Figure, LineStyleType, own_settings
from grader.report.svg import BAR, INK, PAPER, QUIET, SETTINGS, inline
from grader.results import AssignmentSummary

_BINS = 10
_HEIGHT = 1.62  # of the drawing, in tallest bars: room for two names above them


@dataclass(frozen=True)
class Bin:
    """One bar: the scores from `low` (included) up to `high` (excluded, but for the last bar)."""

    low: float
    high: float
    count: int


def bins(scores: Sequence[float], highest: float) -> list[Bin]:
    """Ten bars of equal width from 0 to the assignment's points; scores outside (bonus, malus) go to the outermost."""
    edges = np.linspace(0.0, highest if highest > 0 else 1.0, _BINS + 1)
    counts, _ = np.histogram(np.clip(scores, edges[0], edges[-1]), edges)
    return [Bin(float(low), float(high), int(count)) for low, high, count in zip(edges, edges[1:], counts, strict=False)]


def histogram(scores: Sequence[float], assignment: AssignmentSummary, language: str) -> Markup:
    """The distribution of scores as inline SVG with a text alternative; median, pass line and boundaries are marked."""
    translations = translator(language)
    bars = bins(scores, assignment.max_score)
    with own_settings(SETTINGS):
        figure = _draw(bars, float(np.median(scores)), assignment, language)
    return inline(figure, _alternative(bars, language, translations))


def _draw(bars: Sequence[Bin], median: float, assignment: AssignmentSummary, language: str) -> Figure:
    _ = translator(language).gettext
    figure = Figure(figsize=(4.8, 2.35), facecolor="none")
    axes = figure.add_axes((0.015, 0.13, 0.97, 0.85), facecolor="none")
    for boundary in assignment.boundaries:
        axes.axvline(boundary, ymax=1.1 / _HEIGHT, color=QUIET, linewidth=0.6)
    _draw_bars(axes, bars, language)
    _draw_mark(axes, bars, (median, 1.24), _("median {score}").format(score=format_number(median, language)), (0, (1.5, 1.5)))
    if assignment.pass_score is not None:
        label = _("passed from {score}").format(score=format_number(assignment.pass_score, language))
        _draw_mark(axes, bars, (assignment.pass_score, 1.46), label, "solid")
    _draw_scale(axes, bars, language)
    return figure


def _draw_bars(axes: Axes, bars: Sequence[Bin], language: str) -> None:
    width = bars[0].high - bars[0].low
    axes.bar([bar.low for bar in bars], [bar.count for bar in bars], width=width * 0.94, align="edge", color=BAR)
    for bar in bars:
        if bar.count:
            axes.annotate(
                format_number(bar.count, language),
                (bar.low + width * 0.47, bar.count),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=INK,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
            )


def _draw_mark(axes: Axes, bars: Sequence[Bin], at: tuple[float, float], label: str, line: LineStyleType) -> None:
    """A line across the scores with its name; `at` is (score, height of the name in tallest bars)."""
    score, height = at
    top = _tallest(bars) * height
    axes.vlines(score, 0, top * 1.09, color=INK, linewidth=1.0, linestyle=line)
    on_the_right = score > bars[-1].high / 2
    axes.annotate(
        label,
        (score, top),
        xytext=(-4 if on_the_right else 4, 0),
        textcoords="offset points",
        ha="right" if on_the_right else "left",
        va="bottom",
        color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
    )


def _draw_scale(axes: Axes, bars: Sequence[Bin], language: str) -> None:
    edges = [bar.low for bar in bars] + [bars[-1].high]
    width = edges[1] - edges[0]
    axes.set_xlim(edges[0] - width * 0.3, edges[-1] + width * 0.4)
    axes.set_ylim(0, _tallest(bars) * _HEIGHT)
    axes.set_xticks(edges, [format_number(edge, language) for edge in edges])
    axes.tick_params(axis="x", length=0, pad=4, labelcolor=QUIET)
    axes.set_yticks([])
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_edgecolor(QUIET)


def _tallest(bars: Sequence[Bin]) -> int:
    return max(1, *(bar.count for bar in bars))


def _alternative(bars: Sequence[Bin], language: str, translations: NullTranslations) -> str:
    told = [
        translations.gettext("{low} to {high}: {count}").format(
            low=format_number(bar.low, language),
            high=format_number(bar.high, language),
            count=format_number(bar.count, language),
        )
        for bar in bars
        if bar.count
    ]
    return translations.gettext("Histogram, points and how many students have them.") + " " + "; ".join(told) + "."
