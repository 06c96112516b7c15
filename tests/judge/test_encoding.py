"""A submission's pixels become image files of the judge's own."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from grader import figures
from grader.figures import MOST_OWN_BYTES, OwnFigure
from grader.guest import drawings as guest
from grader.judge.encoding import own_figures
from grader.judge.source import Source
from grader.results import MOST_OWN_FIGURES
from grader.sandbox.drawings import Drawings, Shown

NOTEBOOK = Source("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}]}).encode())


def encode(pixels: np.ndarray, cell: int = 1, title: str = "") -> OwnFigure:
    """The figure of one picture."""
    return own_figures(Drawings((Shown(cell, title, pixels),)), NOTEBOOK)[0]


def decoded(figure: OwnFigure) -> Image.Image:
    """What a browser makes of it."""
    return Image.open(io.BytesIO(base64.b64decode(figure.webp)), formats=("WEBP",)).convert("RGB")


def test_the_pixels_are_the_picture() -> None:
    """Protects what is seen: size and colours."""
    pixels = np.full((90, 120, 3), (200, 40, 40), np.uint8)
    figure = encode(pixels, title="Loss\nper\x00 epoch")
    assert (figure.cell, figure.title, figure.width, figure.height) == (1, "Loss per epoch", 120, 90)
    assert np.abs(np.asarray(decoded(figure)).astype(int) - pixels).max() < 12


def test_noise_of_the_largest_size_fits() -> None:
    """Protects the page's size: what cannot be compressed loses details, not its place."""
    noise = np.random.default_rng(0).integers(0, 256, (guest.TALLEST, guest.WIDEST, 3), np.uint8)
    figure = encode(noise)
    assert len(base64.b64decode(figure.webp)) <= MOST_OWN_BYTES
    assert (figure.width, figure.height) == (guest.WIDEST, guest.TALLEST)


def test_a_cell_that_the_file_does_not_have_is_dropped() -> None:
    """Protects readers from looking for cell 77."""
    assert encode(np.zeros((1, 1, 3), np.uint8), cell=77).cell == 0


def test_both_sides_agree_on_the_bounds() -> None:
    """Protects honest pictures: what the sandbox keeps is what the judge reads and the results may hold."""
    assert (guest.WIDEST, guest.TALLEST, guest.MOST) == (figures.WIDEST, figures.TALLEST, MOST_OWN_FIGURES)


@pytest.mark.parametrize("webp", ["", "no base64!", base64.b64encode(b"<svg onload=alert(1)>").decode(), "A" * 30_000])
def test_results_hold_no_other_kind_of_file(webp: str) -> None:
    """Protects the page from whatever else results might hold."""
    with pytest.raises(ValueError, match=r"webp|not base64|not a WebP"):
        OwnFigure(width=1, height=1, webp=webp)
