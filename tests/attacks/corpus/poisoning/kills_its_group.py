"""Sends signals to its own process group, in which once stood the half of the session that waits outside."""
# score: 0
# status: crashed
# landlock: 0 timed_out

import os
import signal

from kit import *

os.kill(0, signal.SIGSTOP)
os.kill(0, signal.SIGUSR1)
os.killpg(os.getpgid(0), signal.SIGKILL)
os.abort()
