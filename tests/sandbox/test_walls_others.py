"""What every wall must do about others: processes, network, what is left behind."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from grader.errors import SandboxFault, SubmissionStopped

from .conftest import Place, call, nothing_done


def test_other_processes_are_out_of_reach(place: Place, victim: subprocess.Popen[bytes]) -> None:
    """Protects the judge, the template, the instructor's shell: memory, environments, signals, limits, priorities."""
    judge = psutil.Process()
    pids = [victim.pid, os.getpid(), place.template.process.pid, *(one.pid for one in judge.children(recursive=True))]
    before = [psutil.Process(pid).nice() for pid in pids[:2]]
    affinity = os.sched_getaffinity(victim.pid)
    code = """
    import resource, signal
    def probe(pids):
        found = {}
        for pid in [1, *pids]:
            for name in ("environ", "mem", "maps", "cmdline"):
                found[f"{name} of {pid}"] = tried(lambda: len(open(f"/proc/{pid}/{name}", "rb").read(1)))
            for name in ("root", "cwd", "fd", "map_files"):
                found[f"{name} of {pid}"] = tried(lambda: os.listdir(f"/proc/{pid}/{name}"))
            for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, 0):
                found[f"{number} to {pid}"] = tried(lambda: os.kill(pid, number))
                found[f"{number} to group {pid}"] = tried(lambda: os.killpg(pid, number)) if pid > 1 else "ESRCH"
                found[f"{number} by descriptor to {pid}"] = tried(lambda: signal.pidfd_send_signal(os.pidfd_open(pid), number))
            found[f"limits of {pid}"] = tried(lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)) and None)
            tried(lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
            tried(lambda: os.sched_setaffinity(pid, {0}))
        return found

    def everybody():
        if os.fork() == 0:
            tried(lambda: os.kill(-1, signal.SIGKILL))
            tried(lambda: os.kill(0, signal.SIGKILL))
            os._exit(0)
        os.wait()
    """
    answers = place.look(code, pids)
    with contextlib.suppress(SubmissionStopped), place.session(code) as (session, _):
        call(session, name="everybody")
    # In a pid namespace these numbers are the submission's own processes: there the victim's life is the proof.
    own = {f"{kind} of {pid}" for kind in ("cmdline",) for pid in [1, *pids]}
    if place.template.inside.mode == "landlock":
        assert nothing_done({name: answer for name, answer in answers.items() if name not in own}) == {}
    else:
        assert (
            nothing_done({name: answers[name] for name in answers if " of " in name and name not in own and " 1" not in name})
            == {}
        )
    assert victim.poll() is None
    assert psutil.Process(victim.pid).status() != psutil.STATUS_STOPPED
    assert [psutil.Process(pid).nice() for pid in pids[:2]] == before
    assert os.sched_getaffinity(victim.pid) == affinity
    assert place.look("def probe(): return 7") == 7, "the template answers as before"


def test_no_network(place: Place, outside: Path) -> None:
    """Protects the machine's servers, the container daemon's socket, the network: no kind of socket reaches any of it."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket(socket.AF_UNIX) as path:
        abstract = socket.socket(socket.AF_UNIX)
        datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with abstract, datagrams:
            tcp.bind(("127.0.0.1", 0))
            udp.bind(("127.0.0.1", 0))
            path.bind(str(outside / "s"))
            datagrams.bind(str(outside / "d"))
            abstract.bind(f"\0grader-test-{os.getpid()}")
            for name in ("s", "d"):
                (outside / name).chmod(0o777)
            for listener in (tcp, udp, path, abstract, datagrams):
                listener.setblocking(False)
                if listener.type == socket.SOCK_STREAM:
                    listener.listen()
            code = """
            def connect(family, kind, address):
                with socket.socket(family, kind) as client:
                    client.settimeout(1)
                    client.connect(address)
                    client.send(b"x")

            def through_a_pair(kind, address):
                first, second = socket.socketpair(socket.AF_UNIX, kind)
                second.close()
                first.sendto(b"x", address)

            def probe(tcp, udp, path, datagrams, abstract):
                found = {}
                for kind, address in ((socket.SOCK_STREAM, ("127.0.0.1", tcp)), (socket.SOCK_DGRAM, ("127.0.0.1", udp))):
                    found[str(address)] = tried(lambda: connect(socket.AF_INET, kind, address))
                for kind, name in ((socket.SOCK_STREAM, path), (socket.SOCK_DGRAM, datagrams), (socket.SOCK_STREAM, abstract)):
                    found[name] = tried(lambda: connect(socket.AF_UNIX, kind, name))
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
                    for name in (path, datagrams, abstract):
                        tried(lambda: through_a_pair(kind, name))
                return found
            """
            names = [str(outside / "s"), str(outside / "d"), f"\0grader-test-{os.getpid()}"]
            place.look(code, tcp.getsockname()[1], udp.getsockname()[1], *names)
            for listener in (tcp, path, abstract):
                with pytest.raises(BlockingIOError):
                    listener.accept()
            for listener in (udp, datagrams):
                with pytest.raises(BlockingIOError):
                    listener.recv(1)


def test_no_process_is_left(place: Place) -> None:
    """Protects the machine from daemons: forked twice, in sessions of their own, deaf to signals, or headless."""
    code = """
    import ctypes, signal, subprocess, threading
    def headless():
        if os.fork() == 0:
            threading.Thread(target=time.sleep, args=(600,)).start()
            ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)  # ends its first thread alone
    def daemon():
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in range(1, 65):
                    tried(lambda: signal.signal(number, signal.SIG_IGN))
                os.closerange(0, 256)
                while True:
                    time.sleep(1)
            os._exit(0)
    daemon()
    headless()
    subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
    def probe():
        daemon()
        headless()
        return 1
    """
    before = {one.pid for one in psutil.Process(place.template.process.pid).children(recursive=True)}
    assert place.look(code) == 1
    after = {one.pid for one in psutil.Process(place.template.process.pid).children(recursive=True)}
    assert after == before


@pytest.mark.parametrize("how", ["close", "kill"])
def test_no_process_outlives_the_template(make_place: Callable[..., Place], how: str) -> None:
    """Protects the machine when a run is broken off while a submission's daemons run."""
    place = make_place()
    code = """
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
        os._exit(0)
    """
    with contextlib.suppress(SandboxFault), place.session(code):
        below = psutil.Process(place.template.process.pid).children(recursive=True)
        assert len(below) >= 3
        place.template.close() if how == "close" else place.template.kill()
        _, alive = psutil.wait_procs(below, timeout=30)
    assert alive == []
