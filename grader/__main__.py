"""`python -m grader`.

Python puts the current folder first among the places to import from. It may be a folder of submissions, where a student's
`torch.py` would run with the instructor's rights: it is taken out before anything is imported, unless the grader itself lies
there.
"""

import os
import sys

if __name__ == "__main__":
    if not sys.flags.safe_path and os.path.realpath(sys.path[0]) != os.path.dirname(os.path.dirname(os.path.realpath(__file__))):
        del sys.path[0]
    from grader.cli import main

    main()
