"""Sends SIGKILL, SIGSTOP and SIGTERM to everybody: all processes, its group, the first process, the judge, every pid it reads."""

import os
import signal

from kit import *

if os.fork() == 0:
    os.fork()
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        own = {os.getpid(), int(os.readlink("/proc/self"))}
        for pid in {1, 0, TARGET["judge"], *(int(name) for name in os.listdir("/proc") if name.isdigit())} - own:
            for send in (lambda: os.kill(pid, number), lambda: os.killpg(pid, number)):
                try:
                    send()
                except OSError:
                    pass
        try:
            os.kill(-1, number)
        except OSError:
            pass
    os._exit(0)
else:
    os.wait()
