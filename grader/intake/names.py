"""Whose file it is, by the name that a learning platform gave it.

Moodle: `{Full name}_{N}_assignsubmission_file/...` (before 4.1 with a trailing `_`) or flat `..._file_{name}`; N is the number in
"Participant N" of the grading worksheet; a blind one is `Participant_{N}`, a group `{Group}_{id}` (mod/assign/locallib.php).

Canvas: `{sortablename}[_LATE]_{user}_{attachment}_{file}`, anonymous `anon_{id}_[LATE_]{attachment}_{file}`; text entered online
`{sortablename}[_LATE]_{user}_text.html` (or `_link.html`). Source: app/models/content_zipper.rb.

A Moodle name that holds its pattern twice is of two students: one may call a file, or oneself, so. It is nobody's.

A Canvas name that itself holds two numbers between underscores cannot be told from a number of a user: the shortest is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOODLES = r"_(?P<id>\d+)_assignsubmission_(?P<plugin>file|onlinetext)(?:_(?P<file>.*))?"
_MOODLE = re.compile(rf"(?P<name>.+?){_MOODLES}", re.DOTALL)
_MOODLE_LONGEST = re.compile(rf"(?P<name>.+){_MOODLES}", re.DOTALL)
_FILE = r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<online>text|link)\.html)"
_CANVAS = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_" + _FILE)
_CANVAS_BLIND = re.compile(r"anon_(?P<user>[A-Za-z0-9]+)(?P<late>_LATE)?_" + _FILE)


@dataclass(frozen=True)
class Named:
    """A student's id, the name of the file as the student called it (empty for a whole folder), and Canvas's mark.

    `attachment` tells files of one name apart. `is_ambiguous`: it could be another's as well.
    """

    student: str
    file: str
    late: bool = False
    attachment: str = ""
    is_ambiguous: bool = False


def platform_of(name: str) -> str:
    """`moodle`, `canvas` or empty: who gave this name to a file or folder at an archive's top.

    A student's own part of a name may look like the other platform's (`x_9_assignsubmission_file_y.py`, `x_1_2_y.py`). It comes
    after what the platform wrote, so that of two readings the one with the shorter student is right.
    """
    moodle, canvas = moodle_name(name), canvas_name(name)
    if moodle is None or canvas is None:
        return "moodle" if moodle is not None else "canvas" if canvas is not None else ""
    return "moodle" if len(moodle.student) < len(canvas.student) else "canvas"


def moodle_name(part: str) -> Named | None:
    """Of a first component of a path in Moodle's archive; None for another name. The id is `{Full name}_{N}`."""
    match, longest = _MOODLE.fullmatch(part), _MOODLE_LONGEST.fullmatch(part)
    if match is None or longest is None:
        return None
    return Named(f"{match['name']}_{match['id']}", match["file"] or "", is_ambiguous=match["name"] != longest["name"])


def canvas_name(name: str) -> Named | None:
    """Of a file in Canvas's flat archive; None for another name. The id is `{sortablename}_{user}` or `anon_{id}`."""
    blind = _CANVAS_BLIND.fullmatch(name)
    match = blind or _CANVAS.fullmatch(name)
    if match is None:
        return None
    student = f"anon_{match['user']}" if blind else f"{match['name']}_{match['user']}"
    file = match["file"] or f"{match['online']}.html"
    return Named(student, file, match["late"] is not None, match["attachment"] or "")
