"""A class of 50 in which every fifth submission is an attack: the other 40 get exactly what they get alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.results import Results, SubmissionResult, read_results

from .conftest import CORPUS, marks

# Of every family those that reach furthest for others: processes, memory, discs, sockets, descriptors, the template itself.
ATTACKS = [
    "exhausting/fork_bomb.py",
    "exhausting/memory_piece_by_piece.py",
    "exhausting/inodes.py",
    "exhausting/spins_on_every_core.py",
    "forging/answers_for_the_session.py",
    "forging/patched_graders.py",
    "poisoning/closes_every_descriptor.py",
    "poisoning/kills_everything.py",
    "poisoning/leaves_files_everywhere.py",
    "poisoning/patched_libraries.py",
]
# Right, wrong in each part, incomplete, failing in every way that depends on limits of time and memory: eight, five times over.
HONEST = ["anna", "boris", "carl_wrong", "dina_misconception", "frida_missing", "gleb_crash", "lena_types", "pavel_failing_cell"]
TARGET = {"folders": [], "files": [], "drop": "/nowhere", "judge": 1, "prefix": "/usr", "wall": "bubblewrap", "tcp": 1, "udp": 1}


def hand_in(place: Path, tiny_course: Path, number: int) -> None:
    """The work of student `number` of 50."""
    name = f"student_{number:02}"
    if number % 5:
        source = HONEST[(number // 5 * 4 + number % 5 - 1) % len(HONEST)]
        shutil.copytree(tiny_course / "submissions" / "tiny" / source, place / name)
        return
    (place / name).mkdir(parents=True)
    shutil.copy(CORPUS / ATTACKS[number // 5 - 1], place / name / "tiny.py")
    for helper in ("kit.py", "witness.py"):
        shutil.copy(CORPUS / helper, place / name)
    (place / name / "target.json").write_text(json.dumps({**TARGET, "socket": "/nowhere", "abstract": "", "datagrams": ""}))


def told(results: Results) -> dict[str, Any]:
    """What each student gets, by student; the two classes lie in different folders."""
    return {one.student: json.loads(one.model_dump_json(exclude={"path", "seconds"})) for one in results.submissions}


@pytest.mark.wall
def test_a_class_of_fifty(grade: Callable[..., Any], course_copy: Path, tiny_course: Path, tmp_path: Path) -> None:
    """Protects the other 40 of a class: verdicts, scores and every word are those of a class without attackers."""
    specification = course_copy / "assignments" / "tiny" / "assignment.yaml"
    specification.write_text(specification.read_text().replace("call_seconds: 3", "call_seconds: 2"))
    for kind in ("alone", "together"):
        for number in range(1, 51):
            if kind == "together" or number % 5:
                hand_in(tmp_path / kind / "tiny", tiny_course, number)
    found = {}
    for kind in ("alone", "together"):
        finished = grade(tmp_path / kind, "-a", course_copy / "assignments" / "tiny", "-o", tmp_path / f"{kind}.out")
        assert (finished.status, finished.left_behind) == (0, []), finished.stderr
        found[kind] = read_results(tmp_path / f"{kind}.out" / "results.json")
    alone, together = told(found["alone"]), told(found["together"])
    assert len(alone) == 40
    assert len(together) == 50
    assert {student: together[student] for student in alone} == alone
    attackers: list[SubmissionResult] = [one for one in found["together"].submissions if one.student not in alone]
    assert [mark for one in attackers for mark in marks(one)] == []
