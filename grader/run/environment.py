"""What of the machine a verdict depends on: Python, and the libraries that judge and submissions compute with."""

from __future__ import annotations

import importlib.metadata
import platform

from grader import __version__
from grader.course.specification import Assignment
from grader.sandbox.gpu import find_gpu

# The distributions behind what submissions of any assignment import, and behind the judge's own comparisons.
_LIBRARIES = (
    *("matplotlib", "numpy", "opencv-python-headless", "pandas", "pillow", "pytest"),
    *("scikit-image", "scikit-learn", "scipy", "torch", "torchvision"),
)


def environment_of(assignment: Assignment) -> str:
    """`grader X, Python Y, numpy Z, ...`: the grader, Python, and the libraries that are there, the assignment's own included.

    Where an assignment asks for a GPU, also whether there is one.
    """
    preloaded = {name.partition(".")[0] for name in assignment.preload}
    found = {name: _version(name) for name in sorted({*_LIBRARIES, *preloaded})}
    if assignment.limits.gpu:
        found["gpu"] = "yes" if find_gpu().devices else "no"
    libraries = [f"{name} {version}" for name, version in found.items() if version]
    return ", ".join([f"grader {__version__}", f"Python {platform.python_version()}", *libraries])


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
