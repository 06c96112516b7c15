"""`python -m grader`, and the command `grade`.

Python puts the current folder first among the places to import from. It may be a folder of submissions, where a student's
`torch.py` would run with the instructor's rights: it is taken out before anything is imported, unless the grader itself lies
there.
"""

import os
import sys

_STOPPED = 130  # `grader.cli.status`, which may not be imported yet


def main() -> None:
    """Run the command line and exit. Ctrl-C in the third of a second that its imports take is no traceback either."""
    try:
        from grader.cli import main as run_command_line

        run_command_line()
    except (KeyboardInterrupt, RuntimeError) as error:
        # Python 3.11 makes a RuntimeError of whatever ends the making of a class, as of each record when it is imported.
        if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        print("Stopped.", file=sys.stderr)
        sys.exit(_STOPPED)


if __name__ == "__main__":
    if not sys.flags.safe_path and os.path.realpath(sys.path[0]) != os.path.dirname(os.path.dirname(os.path.realpath(__file__))):
        del sys.path[0]
    main()
