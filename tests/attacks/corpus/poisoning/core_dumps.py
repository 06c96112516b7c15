"""Crashes a hundred children with core files allowed, so that the machine writes memory images or starts its crash handler."""

import os
import resource
import signal

from kit import *


def raised():
    resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, resource.RLIM_INFINITY))
    return True


def handler():
    with open("/proc/sys/kernel/core_pattern", "w") as stream:
        return stream.write("|/bin/true")


marked(raised, handler)
for _ in range(100):
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGQUIT)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WCOREDUMP(status):
        mark("a core file")
marked(lambda: [name for name in os.listdir(".") if name.startswith("core")])
