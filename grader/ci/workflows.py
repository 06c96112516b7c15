"""The workflow templates that come with the package."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


def workflow(name: str) -> str:
    """The text of a template: `student.yml`, `course.yml`, `gitlab.yml`. Raises `FileNotFoundError` for any other."""
    return (TEMPLATES / name).read_text(encoding="utf-8")
