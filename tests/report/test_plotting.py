"""Charts are drawn by matplotlib's own settings, wherever the command is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from grader.figures import Box, BoxPicture
from grader.i18n import translator
from grader.report.boxchart import box_chart, line_sample
from grader.report.chart import histogram
from grader.results import AssignmentSummary

_DRAW = """
from grader.report.chart import histogram
from grader.results import AssignmentSummary
print(histogram([1, 2], AssignmentSummary(id="a", title="A", max_score=2), "en"))
"""


def drawn(folder: Path, user: dict[str, Any] | None = None, **variables: str) -> tuple[str, str]:
    """The histogram that a process in this folder draws with these variables, and what it complains of."""
    repository = Path(__file__).resolve().parents[2]
    code = f"import sys; sys.path.insert(0, {str(repository)!r}){_DRAW}"
    environment = os.environ | variables
    finished = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **(user or {}),
    )
    return finished.stdout, finished.stderr


@pytest.mark.parametrize(
    "content",
    [b"text.usetex: True\nfont.size: 40\n", b"\xff\xfe no text", b"backend: module://evil\n\x1b[2Jno: \x1b[31m\n"],
    ids=["TeX", "no text", "unknown"],
)
def test_a_students_settings(tmp_path: Path, content: bytes) -> None:
    """Protects the report of a class that is graded in its own folder from a file `matplotlibrc` among the submissions."""
    (tmp_path / "matplotlibrc").write_bytes(content)
    (tmp_path / "evil.py").write_text("raise SystemExit('evil')\n")
    (tmp_path / "empty").mkdir()
    right = drawn(tmp_path / "empty")
    assert "<svg" in right[0]
    assert drawn(tmp_path) == right


def test_a_home_that_is_closed(tmp_path: Path) -> None:
    """Protects what a service user reads from matplotlib's two complaints; the folder that it is lent is gone afterwards."""
    (tmp_path / "file").write_text("no folder")
    home, temporary = tmp_path / "file" / "home", tmp_path / "temporary"
    temporary.mkdir()
    variables = {"HOME": str(home), "USERPROFILE": str(home), "XDG_CONFIG_HOME": "", "MPLCONFIGDIR": "", "TMPDIR": str(temporary)}
    picture, complaints = drawn(tmp_path, **variables)
    assert "<svg" in picture
    assert (complaints, list(temporary.iterdir())) == ("", [])


def test_a_home_of_somebody_else(tmp_path: Path, ordinary_user: dict[str, Any]) -> None:
    """Protects the report of whom `su` or a container has left with root's HOME: it may not even be looked into."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir(mode=0)
    temporary.mkdir()
    temporary.chmod(0o777)
    variables = {"HOME": str(home), "XDG_CONFIG_HOME": "", "MPLCONFIGDIR": "", "TMPDIR": str(temporary)}
    picture, complaints = drawn(tmp_path, ordinary_user, **variables)
    home.chmod(0o700)
    assert "<svg" in picture, complaints
    assert (complaints, list(temporary.iterdir())) == ("", [])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become a user without a name")
@pytest.mark.usefixtures("ordinary_user")
def test_a_user_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects what a container's user reads, who has neither an entry nor a HOME, from matplotlib's complaint."""
    monkeypatch.delenv("HOME", raising=False)
    (temporary := tmp_path / "temporary").mkdir()
    for folder in (tmp_path, temporary):  # the working folder, too, below which `~` would be taken for a place
        folder.chmod(0o777)
    nobody = {"user": 54_321, "group": 54_321, "extra_groups": []}
    picture, complaints = drawn(tmp_path, nobody, XDG_CONFIG_HOME="", MPLCONFIGDIR="", TMPDIR=str(temporary))
    assert "<svg" in picture
    assert (complaints, list(temporary.iterdir())) == ("", [])


def test_an_instructors_settings() -> None:
    """Protects pages from what matplotlib was told before, here or in the instructor's own settings."""
    assignment = AssignmentSummary(id="a", title="A", max_score=2)
    box = Box(x1=1, y1=1, x2=5, y2=5, role="kept", label="1")
    picture = BoxPicture(caption="", left=0, top=0, width=10, height=10, boxes=(box,))

    def charts() -> list[str]:
        line_sample.cache_clear()
        drawings = histogram([1, 2], assignment, "en"), box_chart(picture, translator("en")), line_sample("kept")
        return [str(one) for one in drawings]

    right = charts()
    with mpl.rc_context({"lines.linewidth": 9, "patch.linewidth": 9, "svg.fonttype": "path", "axes.grid": True}):
        assert charts() == right
    assert mpl.rcParams["svg.fonttype"] == mpl.rcParamsDefault["svg.fonttype"], "what others draw is as it was"
