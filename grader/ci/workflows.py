"""The workflow templates that come with the package."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


def workflow(name: str) -> str:
    """The text of `student.yml`, `course.yml`, `gitlab-student.yml` or `gitlab-course.yml`."""
    return (TEMPLATES / name).read_text(encoding="utf-8")
