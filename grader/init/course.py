"""Writes a new course."""

from __future__ import annotations

from pathlib import Path

from grader import __version__
from grader.ci.workflows import workflow
from grader.course.master import starter_files
from grader.errors import UsageError

TEMPLATE = Path(__file__).parent / "course"
_SUFFIX = ".tmpl"


def write_course(out: Path) -> list[Path]:
    """Write the course into the folder `out`; its files' paths from there. Raises `UsageError` when `out` holds something."""
    if out.exists() and (not out.is_dir() or any(path.name != ".git" for path in out.iterdir())):
        raise UsageError(f"{out} is not empty; a new course is written into a new folder")
    written = []
    for path in sorted(TEMPLATE.rglob(f"*{_SUFFIX}")):
        name = path.relative_to(TEMPLATE).with_suffix("")
        written.append(_write(out, name, path.read_bytes().replace(b"{version}", __version__.encode())))
    for master in sorted(out.glob("assignments/*/master")):
        for file, raw in starter_files(master).items():
            written.append(_write(out, (master.parent / "starter" / file).relative_to(out), raw))
    written.append(_write(out, Path(".github/workflows/course.yml"), workflow("course.yml").encode()))
    return written


def _write(out: Path, name: Path, raw: bytes) -> Path:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(raw)
    return name
