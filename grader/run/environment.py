"""What of the machine a verdict depends on: Python, and the libraries that judge and submissions compute with."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable

from grader import __version__
from grader.course.specification import Assignment
from grader.origin import installed
from grader.sandbox.gpu import find_gpu

# The distributions behind what submissions of any assignment import, and behind the judge's own comparisons.
_LIBRARIES = (
    *(
        "matplotlib",
        "numpy",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
        "opencv-python",
        "opencv-python-headless",
    ),
    *("pandas", "pillow", "pytest", "scikit-image", "scikit-learn", "scipy", "torch", "torchvision"),
)
_AMONG_THEM = {"PIL", "cv2", "skimage", "sklearn"}  # modules of theirs that are called otherwise


def environment_of(assignment: Assignment) -> str:
    """`grader X, Python Y, numpy Z, ...`: the grader, Python, and the libraries that are there, the assignment's own included.

    Where an assignment asks for a GPU, also whether there is one.
    """
    found = {name: installed(name) for name in sorted({*_LIBRARIES, *_behind(assignment.preload)})}
    if assignment.limits.gpu:
        found["gpu"] = "yes" if find_gpu().devices else "no"
    libraries = [f"{name} {version}" for name, version in found.items() if version]
    return ", ".join([f"grader {__version__}", f"Python {platform.python_version()}", *libraries])


def _behind(modules: Iterable[str]) -> set[str]:
    """The distributions that modules come from, which for most have the module's name: to read it of all takes 0.4 s."""
    imported = {name.partition(".")[0] for name in modules} - _AMONG_THEM
    unknown = {name for name in imported if not installed(name)}
    told = importlib.metadata.packages_distributions() if unknown else {}
    return imported - unknown | {distribution for name in unknown for distribution in told.get(name, ())}
