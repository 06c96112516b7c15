"""Writes a new course."""

from __future__ import annotations

from pathlib import Path

from grader.ci.workflows import workflow
from grader.course.master import starter_files
from grader.errors import UsageError
from grader.origin import requirement

TEMPLATE = Path(__file__).parent / "course"
_SUFFIX = ".tmpl"


def write_course(out: Path, install: str = "") -> list[Path]:
    """Write the course into the folder `out`; its files' paths from there. Raises `UsageError` when `out` holds something.

    `install`: what pip installs the grader from in its CI; where this one came from by default.
    """
    if out.exists() and (not out.is_dir() or any(path.name != ".git" for path in out.iterdir())):
        raise UsageError(f"{out} is not empty; a new course is written into a new folder")
    written = []
    for path in sorted(TEMPLATE.rglob(f"*{_SUFFIX}")):
        name = path.relative_to(TEMPLATE).with_suffix("")
        written.append(_write(out, name, path.read_bytes().replace(b"{requirement}", (install or requirement()).encode())))
    for master in sorted(out.glob("assignments/*/master")):
        for file, raw in starter_files(master).items():
            written.append(_write(out, (master.parent / "starter" / file).relative_to(out), raw))
    written.append(_write(out, Path(".github/workflows/course.yml"), workflow("course.yml").encode()))
    written.append(_write(out, Path(".gitlab-ci.yml"), workflow("gitlab-course.yml").encode()))
    return written


def _write(out: Path, name: Path, raw: bytes) -> Path:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(raw)
    return name
