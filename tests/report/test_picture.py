"""Figures become images with words, scales and legends, whatever is in them."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.figures import Box, BoxPicture, Figure, Grid, HeatMap, Masks
from grader.report.number import format_short
from grader.report.picture import Picture, picture
from grader.report.raster import photo
from grader.report.rendering import render
from grader.report.studentpage import Easel
from grader.results import PictureSummary, Results, TestStatus

MakeFigures = Callable[..., tuple[Figure, ...]]


def grid(values: list[list[int]]) -> Grid:
    """A grid of these levels."""
    array = np.array(values, np.uint8)
    return Grid(rows=array.shape[0], columns=array.shape[1], levels=base64.b64encode(array.tobytes()).decode())


def image(uri: str) -> Image.Image:
    """The image of a data URI."""
    assert uri.startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


@pytest.fixture
def jpeg() -> str:
    """A photo that is higher than wide."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 60), (200, 30, 90)).save(stream, "jpeg")
    return base64.b64encode(stream.getvalue()).decode()


MAP = HeatMap(caption="c", low=0, high=4, came=grid([[0, 255], [51, 102]]), expected=grid([[255, 255], [0, 102]]))


def test_both_maps_are_coloured_by_one_scale() -> None:
    """Protects the comparison by eye: one colour bar for both, a cell a pixel, the ends of viridis at the ends of the scale."""
    shown = picture(MAP, "", "en")
    assert [panel.name for panel in shown.panels] == ["Your map", "Expected map", "How far apart"]
    yours, expected, _apart = (np.asarray(image(panel.image)) for panel in shown.panels)
    assert yours.shape == (2, 2, 3)
    assert tuple(yours[0, 0]) == tuple(expected[1, 0]) == (68, 1, 84)
    assert tuple(yours[0, 1]) == tuple(expected[0, 0]) == (253, 231, 36)
    assert [(scale.name, scale.low, scale.high) for scale in shown.scales] == [
        ("Both maps", "0", "4"),
        ("How far apart", "0", "4"),
    ]


def test_the_difference_has_its_own_scale() -> None:
    """Protects small differences, which would be invisible on the scale of the maps."""
    near = MAP.model_copy(update={"came": grid([[240, 255], [0, 102]])})
    shown = picture(near, "", "ru")
    assert shown.scales[1].high == "0,235"
    assert tuple(np.asarray(image(shown.panels[2].image))[0, 0]) == (252, 254, 164), "the largest is inferno's brightest"
    same = picture(MAP.model_copy(update={"came": MAP.expected}), "", "en")
    assert same.panels[2].alternative == "They differ by up to 0.0157."


def test_maps_of_two_sizes_have_no_difference() -> None:
    """Protects from subtracting what does not lie on one another."""
    shown = picture(MAP.model_copy(update={"came": grid([[0, 255, 3]])}), "", "en")
    assert [panel.name for panel in shown.panels] == ["Your map", "Expected map"]
    assert len(shown.scales) == 1


def test_maps_lie_over_the_photo(jpeg: str) -> None:
    """Protects the place of the evidence: maps and their difference have the photo's proportions."""
    shown = picture(MAP.model_copy(update={"photo": "cat"}), jpeg, "en")
    assert [panel.name for panel in shown.panels] == ["Photo", "Your map", "Expected map", "How far apart"]
    assert {image(panel.image).size for panel in shown.panels} == {(40, 60)}
    assert base64.b64decode(shown.panels[0].image.partition(",")[2]) != base64.b64decode(jpeg), "it must be encoded again"


def test_the_alternative_says_where_the_evidence_is() -> None:
    """Protects a reader who cannot see the map."""
    shown = picture(MAP, "", "en")
    assert shown.panels[0].alternative == "2 by 2 cells; highest in row 0, column 1, counted from 0."


@pytest.mark.parametrize("data", ["", "!!!", "AAAA", base64.b64encode(b"<svg onload='alert(1)'/>").decode()])
def test_what_is_no_photo_is_left_out(data: str) -> None:
    """Protects the page from a damaged results.json: the map is shown without the photo."""
    assert photo(data) is None
    assert "Photo" not in [panel.name for panel in picture(MAP, data, "en").panels]


def test_a_photo_that_unpacks_too_large_is_left_out() -> None:
    """Protects memory from a small file that is a giant picture, and from formats that nobody asked for."""
    for size, kind in (((2000, 2000), "jpeg"), ((10, 10), "png")):
        stream = io.BytesIO()
        Image.new("RGB", size).save(stream, kind)
        assert photo(base64.b64encode(stream.getvalue()).decode()) is None


def test_masks_have_three_tones_and_their_shares() -> None:
    """Protects the overlap's picture: both, only one, only the other, neither; told in per cent too."""
    masks = Masks(caption="c", truth=grid([[255, 255, 0, 0]]), prediction=grid([[255, 0, 255, 0]]))
    shown = picture(masks, "", "en")
    assert [(tone.word, tone.amount) for tone in shown.legend] == [
        ("in both", "25%"),
        ("only in the true mask", "25%"),
        ("only in the prediction", "25%"),
    ]
    cells = np.asarray(image(shown.panels[0].image).convert("RGBA"))
    assert [len(np.unique(cells[:, 4 * k : 4 * k + 4].reshape(-1, 4), axis=0)) for k in range(4)] == [1, 1, 2, 1]
    assert not cells[:, 12:].any(), "outside is the page"
    assert shown.panels[0].alternative == "in both: 25%; only in the true mask: 25%; only in the prediction: 25%."


def test_boxes_are_told_apart_without_colour(make_figures: MakeFigures) -> None:
    """Protects colour-blind readers and print: every role has its own line, a name in the legend, and is in the words."""
    shown = picture(make_figures()[3], "", "ru")
    words = [
        "оставлены верно",
        "отброшены верно",
        "оставлены зря",
        "отброшены зря",
        "первая рамка",
        "вторая рамка",
        "их общая часть",
    ]
    assert [tone.word for tone in shown.legend] == words
    chart = str(shown.chart)
    assert [word for word in words if f"{word}: 1" not in chart] == []
    assert 'role="img"' in chart
    samples = [str(tone.sample) for tone in shown.legend]
    lines = {tuple(re.findall(r'(?:stroke-dasharray|stroke-width|href|fill)="([^"]*)"', sample)) for sample in samples}
    assert len(lines) >= 6, "lines differ by more than their colour"
    assert all('aria-hidden="true"' in sample for sample in samples)


def test_charts_on_one_page_do_not_share_ids(make_figures: MakeFigures) -> None:
    """Protects a chart's clipping and hatching from another's on the same page; nothing refers to what is not there."""
    charts = [str(picture(make_figures(), "", "en").chart) for make_figures in (lambda: boxes(0), lambda: boxes(1))]
    ids = [set(re.findall(r' id="([^"]+)"', chart)) for chart in charts]
    assert ids[0]
    assert not ids[0] & ids[1]
    for chart, known in zip(charts, ids, strict=True):
        assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', chart)) <= {(one, "") for one in known} | {
            ("", one) for one in known
        }
        assert not re.search(r"<style|style=|<script|<metadata|http://(?!www\.w3\.org)", chart)


def boxes(shift: float, label: str = "0: 0.9") -> BoxPicture:
    """Two boxes with a part that they share."""
    made = (
        Box(x1=0, y1=0, x2=10, y2=10, role="first", label=label),
        Box(x1=5 + shift, y1=5, x2=15, y2=15, role="shared"),
    )
    return BoxPicture(caption="", left=-1, top=-1, width=20, height=20, boxes=made)


@pytest.mark.parametrize("label", ["$x^{", "<b>&</b>", "\\alpha", "%s{0}", "ё李"])
def test_labels_are_text(label: str) -> None:
    """Protects the chart from labels that mean something to matplotlib or to a browser."""
    chart = str(picture(boxes(0, label), "", "en").chart)
    assert "<b>" not in chart
    assert f">{label.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</text>" in chart


@pytest.mark.parametrize(
    "figure",
    [
        BoxPicture(
            caption="",
            left=-1e9,
            top=-1e9,
            width=1e9,
            height=1e-9,
            boxes=(Box(x1=-1e9, y1=1e9, x2=-1e9, y2=1e9, role="kept", label="x"),),
        ),
        BoxPicture(
            caption="", left=0, top=0, width=1e-6, height=1e9, boxes=(Box(x1=0, y1=0, x2=0, y2=0, role="wrongly_kept"),) * 64
        ),
        HeatMap(caption="", low=-1e9, high=1e9, came=grid([[0]]), expected=grid([[0]])),
        HeatMap(caption="", low=0, high=5e-324, came=grid([[0]]), expected=grid([[255]])),
        Masks(caption="", truth=grid([[0]]), prediction=grid([[0]])),
    ],
)
def test_extremes_are_drawn(figure: Figure) -> None:
    """Protects a report from a single figure at the ends of what a record allows."""
    assert isinstance(picture(figure, "", "en"), Picture)


def test_a_page_has_a_bound(make_figures: MakeFigures) -> None:
    """Protects the bound of 2 MB: what is beyond it keeps its caption only."""
    easel = Easel({}, "en", taken=0)
    drawn = [easel.draw(figure) for seed in range(200) for figure in make_figures(seed=seed)[1:2]]
    assert drawn[0].panels
    assert drawn[-1] == Picture()
    assert sum(one.size for one in drawn) <= 1_500_000


def test_pages_with_pictures(make_class: Callable[..., Results], illustrate: Callable[..., Results], tmp_path: Path) -> None:
    """Protects both editions: the instructor sees every picture, the student those of public tests; no page is over 2 MB."""
    results = illustrate(make_class(8))
    render(results, tmp_path)
    for submission in results.submissions:
        wrong = [test for test in submission.tests if test.status is not TestStatus.PASSED]
        if submission.status != "graded":
            continue
        pages = [
            (tmp_path / edition / submission.student / "index.html").read_text(encoding="utf-8")
            for edition in ("instructor", "students")
        ]
        assert max(len(page) for page in pages) < 2_000_000
        public = [test for test in wrong if test.visibility == "public"]
        assert [page.count('<figure class="shown">') for page in pages] == [len(wrong), len(public)]


def test_the_photo_of_the_results_is_used(
    make_class: Callable[..., Results], illustrate: Callable[..., Results], tmp_path: Path
) -> None:
    """Protects `grade report`: results.json alone brings the photos; one that is missing there leaves the map."""
    results = illustrate(make_class(1))
    for pictures, count in ((results.assignment.pictures, 2), ((PictureSummary(name="dog", jpeg=""),), 0)):
        assignment = results.assignment.model_copy(update={"pictures": pictures})
        again = Results.model_validate_json(results.model_copy(update={"assignment": assignment}).to_json())
        render(again, tmp_path)
        page = (tmp_path / "instructor" / "ivanov" / "index.html").read_text(encoding="utf-8")
        assert page.count(">Photo<") == count


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (0, "en", "0"),
        (0.5, "ru", "0,5"),
        (-1.2345, "en", "−1.23"),
        (123.456, "en", "123"),
        (0.0123456, "en", "0.0123"),
        (1.5e-7, "en", "1.5·10⁻⁷"),
        (-2.5e9, "ru", "−2,5·10⁹"),
        (99999, "en", "99,999"),
        (float("nan"), "en", "—"),
    ],
)
def test_the_ends_of_a_scale(value: float, language: str, text: str) -> None:
    """Protects the colour bar's numbers: three digits, however large or small."""
    assert format_short(value, language) == text
