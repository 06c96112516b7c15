"""What honest labs ask of the machine that they were written on, answered here so that it costs them nothing.

Each module has one function `install(...)`, which replaces library functions in this process and adds a note when one is used.
They are installed once, in the template, before any submission is seen; a library that is imported only later is adapted when
it is. They are conveniences, never a wall.

::

    console         standard streams with a bound, `input()` without a person
    arguments       a command line that nobody gave
    colab           Google Colab's modules
    windows         windows that nobody will see
    threads         pools of libraries, kept at one thread
    older           names of older releases
    compiling       `torch.compile` and numba without a compiler
    progress        tqdm's bars for notebooks
    weights         files of weights that are not here
    pictures        pictures that are not here
    transforms      pictures that come prepared
    devices         `.cuda()` where no GPU is given

    gallery         the assignment's own pictures, for those that are not here
    importing       a library adapted at the moment when it is imported
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.guest.adaptations import (
    arguments,
    colab,
    compiling,
    console,
    older,
    pictures,
    progress,
    threads,
    transforms,
    weights,
    windows,
)
from grader.guest.adaptations.gallery import Gallery
from grader.guest.adaptations.importing import Watch
from grader.guest.drawings import Drawings
from grader.guest.notes import Notes


@dataclass(frozen=True)
class Places:
    """What the assignment provides: a folder of pictures, and torch's hub folder with the weights of its models."""

    pictures: Path
    hub: Path


def install(places: Places, notes: Notes, drawings: Drawings) -> None:
    """Install all of them but `devices`, which is for those who are given no GPU."""
    watch = Watch()
    gallery = Gallery(places.pictures, notes)
    console.install(notes)
    arguments.install(notes)
    colab.install(gallery, notes, drawings)
    windows.install(watch, drawings)
    threads.install(watch)
    older.install(watch, notes)
    compiling.install(notes)
    progress.install(watch)
    weights.install(places.hub / "checkpoints", notes)
    pictures.install(gallery, watch)
    transforms.install(notes)
