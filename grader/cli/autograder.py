"""`python -m grader.cli.autograder ROOT [VISIBILITY]`: what `run_autograder` starts in Gradescope's container.

Exit status: 0 a result was written; 1 or 2 none was, with the reason on standard error, so that nobody gets a zero by it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from grader.cli.main import tell
from grader.cli.status import OK
from grader.errors import GraderError, UsageError
from grader.export.autograder import grade_there
from grader.export.visibility import visibility_named


def autograder_command(arguments: Sequence[str]) -> int:
    """Grade the one submission there; the exit status."""
    try:
        if len(arguments) not in (1, 2):
            raise UsageError("run_autograder names /autograder, and the visibility of hidden tests if it likes")
        print(grade_there(Path(arguments[0]), visibility_named(*arguments[1:])))
    except GraderError as error:
        return tell(error)
    except OSError as error:
        return tell(GraderError(f"{error.filename or 'a file'} cannot be used: {error.strerror or error}"))
    return OK


if __name__ == "__main__":
    sys.exit(autograder_command(sys.argv[1:]))
