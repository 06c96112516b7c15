"""`grade init`: a new course."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from grader.cli.status import OK


def init(folder: Path, *, install: str = "") -> int:
    """Write a new course with one small lab that passes grade validate.

    Parameters
    ----------
    folder
        A new folder.
    install
        What pip installs the grader from in the course's CI (a line of requirements.txt); by default what this one was
        installed from, as far as others can reach it.
    """
    from grader.init.course import write_course

    written = write_course(folder, install)
    print(f"{folder}: {len(written)} files. Next:")
    # As it must be typed: a name with a blank in it would be two words.
    print(f"  cd {subprocess.list2cmdline([str(folder)]) if os.name == 'nt' else shlex.quote(str(folder))}")
    print("  grade validate          # are the tests themselves right?")
    print("  grade run submissions/  # grade the samples")
    return OK
