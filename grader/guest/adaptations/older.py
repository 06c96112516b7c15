"""Names that older releases of NumPy, Pillow and matplotlib had, and that mean what newer ones call otherwise.

Code that was written, or learnt, some years ago has them (`boxes.astype(np.float)`), and runs as it stands where it was written.
What has gone for good, as SciPy's `imread`, is still gone.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from grader.guest.adaptations.importing import Watch
from grader.guest.notes import Notes

# Up to NumPy 1.23 those were Python's own types; `bool` is NumPy's own again since 2.0. The others are gone since 2.0 or later.
_TYPES = {"float": float, "int": int, "bool": bool, "object": object, "str": str, "complex": complex}
_RENAMED = {
    "float_": "float64",
    "complex_": "complex128",
    "unicode_": "str_",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "PINF": "inf",
    "NaN": "nan",
    "NAN": "nan",
    "product": "prod",
    "cumproduct": "cumprod",
    "alltrue": "all",
    "sometrue": "any",
    "round_": "round",
    "trapz": "trapezoid",
    "row_stack": "vstack",  # gone in 2.5, which Python 3.11 does not get
}


def install(watch: Watch, notes: Notes) -> None:
    """Let such names mean what they meant; a note is added when one of NumPy's is used."""
    watch.when_imported("numpy", partial(_adapt_numpy, notes=notes))
    watch.when_imported("PIL.Image", _adapt_pillow)
    watch.when_imported("matplotlib.cm", _adapt_colormaps)


def _adapt_numpy(numpy: Any, notes: Notes) -> None:
    older: dict[str, Any] = {name: kind for name, kind in _TYPES.items() if name not in vars(numpy)}
    older |= {name: vars(numpy)[new] for name, new in _RENAMED.items() if name not in vars(numpy) and new in vars(numpy)}
    if "in1d" not in vars(numpy):  # unlike `isin`, its answer has one axis whatever it is given
        older["in1d"] = lambda values, *more, **named: numpy.isin(numpy.ravel(values), *more, **named)
    others = numpy.__getattr__

    def find(name: str) -> Any:
        if name not in older:
            return others(name)
        notes.add("older_name_read")
        return older[name]

    numpy.__getattr__ = find  # a module's own, which is asked for names that it does not have


def _adapt_pillow(image: Any) -> None:
    if not hasattr(image, "ANTIALIAS"):
        image.ANTIALIAS = image.Resampling.LANCZOS


def _adapt_colormaps(colormaps: Any) -> None:
    if not hasattr(colormaps, "get_cmap"):
        colormaps.get_cmap = _get_cmap


def _get_cmap(name: Any = None, lut: int | None = None) -> Any:
    from matplotlib import pyplot  # imports what is adapted here

    return pyplot.get_cmap(name, lut)
