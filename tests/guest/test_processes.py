"""Whatever a process started is ended, however it tried to get away."""

from __future__ import annotations

import signal
import subprocess

from grader.guest import processes
from grader.guest.processes import descendants


def test_everything_below_is_ended(isolated) -> None:
    """Protects the next submission, and the machine, from daemons of this one; the statuses of the dead are told."""

    def check():
        import os
        import signal
        import time

        from grader.guest import kernel, processes

        kernel.adopt_orphans()
        ready, tell = os.pipe()

        def daemon(depth):
            if os.fork() == 0:
                os.setsid()
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                    signal.signal(number, signal.SIG_IGN)
                if depth:
                    daemon(depth - 1)
                os.write(tell, b"x")
                while depth != 2:  # the middle one leaves its child an orphan
                    time.sleep(1)
                os._exit(7)

        for _ in range(3):
            daemon(3)
        for _ in range(12):
            os.read(ready, 1)
        known = {}
        processes.end_descendants(known)
        return [processes.descendants(os.getpid()), sorted(set(known.values())), len(known)]

    left, statuses, number = isolated(check)
    assert left == []
    assert set(statuses) <= {signal.SIGKILL, 7 << 8}
    assert number >= 3, "its own children at least; others are buried by parents that ignore them"


def test_a_fork_bomb_is_ended(unprivileged) -> None:
    """Protects the template from a race that it could lose: what forks as fast as it can is ended all the same."""

    def check():
        import os
        import resource

        from grader.guest import kernel, processes
        from grader.guest.limits import tasks_of

        kernel.adopt_orphans()
        most = tasks_of(os.getuid()) + 40
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
        if os.fork() == 0:
            while True:
                try:
                    os.fork()
                except OSError:
                    continue
        processes.end_descendants()
        return processes.descendants(os.getpid())

    assert unprivileged(check) == []


def test_a_process_whose_first_thread_has_ended_is_ended(isolated) -> None:
    """Protects the next submission from what looks like a zombie and runs: only its first thread has ended, by itself."""

    def check():
        import ctypes
        import os
        import signal
        import threading
        from pathlib import Path

        from grader.guest import kernel, processes

        kernel.adopt_orphans()
        libc = ctypes.CDLL(None)
        ready, tell = os.pipe()
        life, held = os.pipe()

        def work():
            while ") Z" not in Path(f"/proc/{os.getpid()}/stat").read_text():
                pass
            os.write(tell, b"!")
            os.read(life, 1)  # to the end of the test, whatever it finds
            os._exit(0)

        if os.fork() == 0:
            os.close(held)
            os.fork()  # below it another of its kind
            threading.Thread(target=work).start()
            libc.syscall(60 if os.uname().machine == "x86_64" else 93, 0)  # `exit` ends the calling thread alone
        for _ in range(2):
            os.read(ready, 1)
        signal.alarm(60)  # else it would look for the living for ever
        known = {}
        processes.end_descendants(known)
        return [processes.descendants(os.getpid()), set(known.values()) == {signal.SIGKILL}]

    assert isolated(check) == [[], True]


def test_a_process_whose_name_is_no_text_is_ended(isolated) -> None:
    """Protects the template and the warden: a name may be any bytes, as a Cyrillic one is that was cut within a letter."""

    def check():
        import ctypes
        import os

        from grader.guest import kernel, processes

        kernel.adopt_orphans()
        ready, tell = os.pipe()
        life, held = os.pipe()
        names = [b"\xd1\x81\xd1", b"a) Z 1 (", b"\rState:\tZ"]
        for name in names:
            if os.fork() == 0:
                os.close(held)
                ctypes.CDLL(None).prctl(15, name, 0, 0, 0)  # PR_SET_NAME
                os.write(tell, b"!")
                os.read(life, 1)  # to the end of the test, whatever it finds
                os._exit(0)
        for _ in names:
            os.read(ready, 1)
        known = {}
        living = [processes._is_alive(pid) for pid in processes.descendants(os.getpid())]
        processes.end_descendants(known)
        return [living, processes.descendants(os.getpid()), list(known.values())]

    assert isolated(check) == [[True] * 3, [], [signal.SIGKILL] * 3]


def test_who_cannot_be_looked_at_is_killed_all_the_same(isolated) -> None:
    """Protects the machine from a daemon that outlives the warden, whatever goes wrong there with a look at it."""

    def check():
        import os
        import signal

        from grader.guest import processes

        def refuse(pid):
            raise ValueError(pid)

        processes._is_alive = refuse
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            signal.pause()
        try:
            processes.end_descendants({})
        except ValueError as error:
            return error.args == (child,), os.waitpid(child, 0)[1]

    assert isolated(check) == [True, signal.SIGKILL]


def test_a_process_that_has_gone_has_no_descendants() -> None:
    """Protects from an error for a process that ended meanwhile."""
    assert descendants(2**22 + 1) == []


def test_a_living_child_is_not_waited_for(isolated) -> None:
    """Protects the template from waiting for ever for a process that was handed to it while it looked for descendants."""

    def check():
        import os
        import signal

        from grader.guest.processes import bury

        child = os.fork()
        if child == 0:
            signal.pause()
        living = bury()
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        return living, bury()

    assert isolated(check) == [False, True]


def test_who_is_gone_altogether_is_not_alive() -> None:
    """Protects the template: a process may be buried by its own parent between two looks at it."""
    child = subprocess.Popen(["true"])
    child.wait()
    assert not processes._is_alive(child.pid)
