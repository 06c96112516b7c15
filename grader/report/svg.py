"""matplotlib's SVG made part of a page: its text is the page's text (font, zoom, search), its colours follow light and dark.

For that, `style` attributes, which a strict content security policy refuses, become presentation attributes, and each
colour that stands for a role becomes a custom property of the page's style sheet. Ids that nothing refers to go; the
others get a prefix, because several drawings share a page.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import xml.etree.ElementTree as ET
from typing import Any

from markupsafe import Markup

from grader.report.plotting import Figure, own_settings

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")

# Colours that only stand for a role; what they look like is decided by the style sheet.
INK, QUIET, BAR, PAPER = "#010101", "#020202", "#030303", "#040404"
ACCENT, RIGHT, WRONG, ODD = "#050505", "#060606", "#070707", "#080808"
_ROLES = {
    INK: "var(--ink)",
    QUIET: "var(--quiet)",
    BAR: "var(--bar)",
    PAPER: "var(--paper)",
    ACCENT: "var(--accent)",
    RIGHT: "var(--right)",
    WRONG: "var(--wrong)",
    ODD: "var(--odd)",
}
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "grader",
    "font.family": "sans-serif",
    "font.size": 10.5,
    "text.color": INK,
}


def inline(figure: Figure, alternative: str) -> Markup:
    """The drawing as an `<svg>` element with a text alternative; without one it is hidden from screen readers, as decoration.

    Make and draw the figure within `own_settings(SETTINGS)`.
    """
    buffer = io.BytesIO()
    with own_settings(SETTINGS), warnings.catch_warnings():
        # The page's fonts draw the text; that matplotlib's own lacks a letter does not matter.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 -- what matplotlib wrote a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in {"metadata", "style"}:
                parent.remove(child)
        _restyle(parent)
    _rename_ids(root, hashlib.sha256(buffer.getvalue()).hexdigest()[:8])
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    if alternative:
        root.set("role", "img")
        root.set("aria-label", alternative)
        root.set("class", "chart")
    else:
        root.set("aria-hidden", "true")
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 -- ElementTree escaped every text in it


def _restyle(element: ET.Element) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (piece.strip() for piece in declaration.partition(":"))
        if name == "font":  # a shorthand has no presentation attribute; matplotlib writes "10.5px 'sans-serif'"
            element.set("font-size", value.split()[0])
        elif name and name != "font-family":
            element.set(name, _ROLES.get(value, value))


def _rename_ids(root: ET.Element, prefix: str) -> None:
    used = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found = _REFERENCE.search(value)
            target = value[1:] if name.endswith("href") and value.startswith("#") else found.group(1) if found else ""
            if target:
                used.add(target)
                element.set(name, value.replace(f"#{target}", f"#{prefix}-{target}"))
    for element in root.iter():
        identifier = element.attrib.pop("id", "")
        if identifier in used:
            element.set("id", f"{prefix}-{identifier}")
