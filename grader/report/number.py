"""Numbers as a reader of the language writes them: decimal comma in Russian, real minus signs, no trailing zeros."""

from __future__ import annotations

import math
import re

UNKNOWN = "—"
_MINUS = "−"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_DECIMAL = re.compile(r"(?<![\w.,-])(-?)(\d+\.\d+(?:-\d+\.\d+)?)(?!\w|\.\w)")  # or a range; a point after it may end the sentence


def format_number(value: float | None, language: str, digits: int = 2, *, fixed: bool = False) -> str:
    """The number with at most `digits` decimals (`fixed`: with exactly as many), thousands apart from 10,000 on.

    A dash for None, NaN and infinity.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    text = f"{abs(value):,.{digits}f}" if round(abs(value), digits) >= 10_000 else f"{abs(value):.{digits}f}"
    if "." in text and not fixed:
        text = text.rstrip("0").rstrip(".")
    sign = _MINUS if value < 0 and text.strip("0.") else ""
    if _is_russian(language):
        text = text.replace(",", _NARROW_SPACE).replace(".", ",")
    return sign + text


def reword_numbers(text: str, language: str) -> str:
    """A sentence of the course's with its numbers as the rest of the page has them; versions and names (`1.2.3`, `v0.1`) stay."""
    if not _is_russian(language):
        return text
    return _DECIMAL.sub(lambda found: f"{_MINUS if found[1] else ''}{found[2].replace('.', ',')}", text)


def format_short(value: float, language: str) -> str:
    """The number with three significant digits, however large or small: `0.0123`, `1.23·10⁹`."""
    if value and math.isfinite(value) and not 1e-3 <= abs(value) < 1e5:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        power = str(int(exponent)).translate(_SUPERSCRIPTS)
        return f"{format_number(float(mantissa), language)}·10{power}"
    digits = 2 if not value or not math.isfinite(value) else max(0, 2 - math.floor(math.log10(abs(value))))
    return format_number(value, language, digits)


def format_percent(share: float | None, language: str) -> str:
    """A share (0 to 1) as whole percent, `71%` in English and `71 %` in Russian; a dash for None."""
    if share is None or not math.isfinite(share):
        return UNKNOWN
    return format_number(share * 100, language, 0) + (f"{_NARROW_SPACE}%" if _is_russian(language) else "%")


def _is_russian(language: str) -> bool:
    return language.lower().replace("-", "_").split("_")[0] == "ru"
