"""`grade init`: a new course."""

from __future__ import annotations

from pathlib import Path


def init(folder: Path) -> int:
    """Write a new course with one small lab that passes grade validate.

    Parameters
    ----------
    folder
        A new folder.
    """
    from grader.init.course import write_course

    written = write_course(folder)
    print(f"{folder}: {len(written)} files. Next:")
    print(f"  cd {folder}")
    print("  grade validate          # are the tests themselves right?")
    print("  grade run submissions/  # grade the samples")
    return 0
