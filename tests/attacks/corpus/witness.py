"""Honest work that looks around first: whatever another submission has left behind becomes a mark."""

import builtins
import gc
import math
import os
import pathlib
import signal
import socket
import sys
import threading

from kit import *


def files_left():
    own = pathlib.Path.cwd()
    for place in ("/tmp", "/dev/shm", "/var/tmp", "/run", os.path.expanduser("~")):
        for folder, _, names in os.walk(place):
            for name in names:
                path = pathlib.Path(folder, name)
                if not path.is_relative_to(own):
                    yield f"file {path}"


def unexpected_at_the_top():
    known = {"bin", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "opt", "proc", "sbin", "tmp", "usr", "nix", "root"}
    top = set(os.listdir("/"))
    yield from (f"/{name}" for name in top - known - {"sys"} if not TARGET["prefix"].startswith(f"/{name}"))
    asked = [pathlib.Path("/sys/kernel/mm/transparent_hugepage", name) for name in ("enabled", "hpage_pmd_size")]  # by glibc
    yield from map(str, {*pathlib.Path("/sys").rglob("*")} - {*asked, *asked[0].parents})


def others_alive():
    # The template, the half of this session that waits for its end, and this process: /proc is that of the outer wall.
    found = [name for name in os.listdir("/proc") if name.isdigit()]
    if len(found) > 3:
        yield f"processes {found}"


def state_changed():
    if math.pi != 3.141592653589793 or builtins.sum([1, 2]) != 3 or len("four") != 4:
        yield "changed library"
    if "POISON" in os.environ or hasattr(builtins, "POISON") or hasattr(sys, "POISON") or "POISON" in sys.modules:
        yield "changed interpreter"
    if threading.active_count() != 1 or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield "threads or handlers"
    if os.umask(0o022) != 0o022:
        yield "changed umask"
    if any("POISON" in repr(type(one)) for one in gc.get_objects()):
        yield "objects"


def listeners():
    for kind in ("tcp", "tcp6", "udp", "unix"):
        lines = pathlib.Path("/proc/net", kind).read_text().splitlines()[1:]
        yield from (f"socket {line}" for line in lines if "POISON" in line or kind != "unix")
    for name in ("\0POISON", "/tmp/POISON.socket"):
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(name)
            except OSError:
                continue
            yield f"listener {name!r}"


# Without namespaces there are no sockets, and neither / nor /proc can be listed: what runs there the experiment looks at itself.
LOOKS = [files_left, state_changed] + [unexpected_at_the_top, others_alive, listeners] * (TARGET["wall"] == "bubblewrap")
for look in LOOKS:
    try:
        for trace in look():
            mark(f"{look.__name__}: {trace}")
    except OSError as error:
        mark(f"{look.__name__}: {error}")
