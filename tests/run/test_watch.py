"""What counts as a change of a folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from grader.run.watch import Fingerprint, fingerprint, wait_for_change

OUT = Path("/nonexistent/report")


def test_what_is_written_again_is_a_change(tmp_path: Path) -> None:
    """Protects a save that changes neither the length nor, as `cp -p` does, the time of the file."""
    path = tmp_path / "ann" / "lab.py"
    path.parent.mkdir()
    path.write_text("a = 1\n")
    before, times = fingerprint(tmp_path, OUT), path.stat()
    assert fingerprint(tmp_path, OUT) == before
    time.sleep(0.01)
    path.write_text("a = 2\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert fingerprint(tmp_path, OUT) != before


def test_new_gone_and_moved_files_are_changes(tmp_path: Path) -> None:
    """Protects a submission that comes late, is taken back, or is renamed."""
    seen = [fingerprint(tmp_path, OUT)]
    (tmp_path / "ann.py").write_text("")
    seen.append(fingerprint(tmp_path, OUT))
    (tmp_path / "ann.py").rename(tmp_path / "bob.py")
    seen.append(fingerprint(tmp_path, OUT))
    assert len(set(seen)) == 3
    (tmp_path / "bob.py").unlink()
    assert fingerprint(tmp_path, OUT) == seen[0] == frozenset()


def test_what_tools_leave_behind_is_no_change(tmp_path: Path) -> None:
    """Protects from grading because an editor, Jupyter or Python wrote beside the work, and from watching its own report."""
    for name in (".lab.py.swp", ".ipynb_checkpoints/lab.ipynb", "__pycache__/lab.pyc", "report/index.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert fingerprint(tmp_path, tmp_path / "report") == frozenset()


def test_a_missing_folder_and_a_link_to_above_do_not_end_it(tmp_path: Path) -> None:
    """Protects a demonstration from a folder that is being moved, and from walking in a circle."""
    assert fingerprint(tmp_path / "gone", OUT) == frozenset()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    assert len(fingerprint(tmp_path, OUT)) == 1


def test_a_save_in_several_steps_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from grading half a file: what is returned was seen twice in a row."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    states: list[Fingerprint] = [frozenset({(str(number), 0, 0, 0)}) for number in (0, 0, 1, 2, 3, 3, 4)]
    looks = iter(states)
    assert wait_for_change(lambda: next(looks), states[0]) == states[4]
    assert next(looks) == states[6]


def test_a_change_that_is_taken_back_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a round in which there is nothing to grade."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    states: list[Fingerprint] = [frozenset({(str(number), 0, 0, 0)}) for number in (1, 0, 0, 2, 2)]
    looks = iter(states)
    assert wait_for_change(lambda: next(looks), states[1]) == states[3]
