"""Without a pid namespace: a process above the template that outlives it, to end whatever submissions started.

Runs as `python -m grader.guest.warden <command> ...`, starts the command, and ends with it. When the judge is gone, however it
went, the kernel tells this process, and nobody else is left who would look for a daemon that some submission left behind.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from grader.guest import kernel, processes


def main(command: list[str]) -> NoReturn:
    """Start the command, wait for its end or for SIGTERM, end everything below."""
    signal.signal(signal.SIGTERM, _stop)
    judge = os.getppid()
    kernel.adopt_orphans()
    kernel.set_dumpable(False)
    kernel.die_with_parent(signal.SIGTERM)
    status = 1
    try:
        child = os.fork()
        if child == 0:
            os.execv(command[0], command)  # noqa: S606  as the grader gave it
        if os.getppid() == judge:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        processes.end_descendants()
        os._exit(status & 0xFF)


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit


if __name__ == "__main__":
    main(sys.argv[1:])
