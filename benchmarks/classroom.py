"""Classes to measure with: as many submissions as wanted, made of the repository's samples, none two the same.

Of a hundred 85 are as the samples are (notebooks and modules, right and wrong, in many styles), ten compute for some seconds
more while they are loaded, and five are broken: a notebook cut off, no file, an exit while loading, a call that never ends, one
that asks for more memory than there is.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_BUSY = """
import time as _time

_end = _time.process_time() + {seconds}
while _time.process_time() < _end:
    sum(range(20_000))
"""
_EXITS = "import os\n\nos.abort()\n"
# Samples that hang, ask for all memory, or cannot be read: they are the broken ones, and no ordinary ones.
_NEVER_ENDS, _HUNGRY, _NO_WORK = "rossi_marco", "Попова Екатерина", ("Фёдоров Сергей", "Гусев Дмитрий", "mueller_hans")


@dataclass(frozen=True)
class Mix:
    """Shares of the class that are slow and broken, and the seconds of CPU that a slow one computes."""

    slow: float = 0.10
    broken: float = 0.05
    seconds: float = 2.0


def make_lab15(place: Path, count: int, mix: Mix) -> Path:
    """Write the class into the folder `place`, which is emptied before; the assignment's folder."""
    assignment = REPOSITORY / "assignments" / "lab15"
    samples = REPOSITORY / "submissions" / "lab15"
    special = {_NEVER_ENDS, _HUNGRY, *_NO_WORK}
    folders = [folder for folder in sorted(samples.iterdir()) if folder.name not in special]
    styles = [path for path in sorted((assignment / "styles").iterdir()) if path.suffix != ".md" and path.name != "__pycache__"]
    ordinary = [*folders, *styles]
    broken = [samples / _NEVER_ENDS, samples / _HUNGRY, samples / "Гусев Дмитрий", samples / "Фёдоров Сергей", _EXITS]
    _empty(place)
    for number, kind in enumerate(_kinds(count, mix)):
        student = place / (f"student{number:05}" if number % 2 else f"Студентова {number:05}")
        if kind == "broken":
            _write(broken[number // 20 % len(broken)], student, number)
        else:
            _write(ordinary[number % len(ordinary)], student, number, mix.seconds if kind == "slow" else 0)
    return assignment


def make_tiny(place: Path, count: int, mix: Mix) -> Path:
    """The same of the tiny course, whose submissions take no time: right ones, and ones that forget a part."""
    course = REPOSITORY / "tests" / "courses" / "tiny"
    samples = course / "submissions" / "tiny"
    ordinary = [samples / "anna", samples / "nadia_forgets", samples / "dina_misconception", samples / "lena_types"]
    _empty(place)
    for number, kind in enumerate(_kinds(count, mix)):
        source: Path | str = samples / "oleg_broken" if kind == "broken" else ordinary[number % len(ordinary)]
        _write(source, place / f"student{number:05}", number, mix.seconds if kind == "slow" else 0)
    return course / "assignments" / "tiny"


MAKERS = {"lab15": make_lab15, "tiny": make_tiny}


def _empty(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)


def _kinds(count: int, mix: Mix) -> Iterator[str]:
    """What each submission is; slow and broken ones spread evenly."""
    slow, broken = 0.5, 0.0  # half a step ahead, so that neither takes the place of the other
    for _ in range(count):
        slow, broken = slow + mix.slow, broken + mix.broken
        if broken >= 1 - 1e-9:
            broken -= 1
            yield "broken"
        elif slow >= 1 - 1e-9:
            slow -= 1
            yield "slow"
        else:
            yield "ordinary"


def _write(source: Path | str, student: Path, number: int, busy: float = 0) -> None:
    """A copy of a sample that differs from all others, and computes for `busy` seconds when it is loaded."""
    if isinstance(source, str):
        student.mkdir()
        (student / "lab15.py").write_text(f"# {number}\n{source}", encoding="utf-8")
        return
    if source.is_dir():
        shutil.copytree(source, student, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        student.mkdir()
        shutil.copy(source, student / source.name)
    for path in student.rglob("*"):
        if path.suffix == ".py":
            more = _BUSY.format(seconds=busy) if busy else ""
            path.write_text(f"{path.read_text(encoding='utf-8')}\n# {number}\n{more}", encoding="utf-8")
            busy = 0
        elif path.suffix == ".ipynb":
            busy = 0 if _add_cell(path, number, busy) else busy


def _add_cell(path: Path, number: int, busy: float) -> bool:
    """Add a cell to a notebook; a file that is none gets a blank more. Whether it is one."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = json.loads(text)
    except ValueError:
        path.write_text(text + " " * number, encoding="utf-8")
        return False
    source = f"# {number}\n" + (_BUSY.format(seconds=busy) if busy else "")
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    if tree.get("nbformat_minor", 0) >= 5:
        cell["id"] = "more"
    tree["cells"].append(cell)
    path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    return True
