"""What the inside may read of this machine: the interpreter, packages, system libraries and, of this package, only `guest`."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.wall import PACKAGE

_SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share")
_ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
# Of a prefix, and never the prefix itself: in a course that is a virtual environment at the same time all else is the course.
_PREFIX_PARTS = ("bin", "lib", "lib64", "libexec", "share", "etc/fonts", "pyvenv.cfg")

LINKS = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
"""Folders that on most systems are links into `/usr`."""

GUEST_FILES = ("__init__.py", "errors.py", "guest", "wire")
"""What the inside needs of this package, and not a file more."""


def libraries() -> list[Path]:
    """System libraries and programs, and what libraries read of `/etc`."""
    return [Path(path) for path in (*_SYSTEM, *_ETC) if os.path.exists(path) and not os.path.islink(path)]


def environment_folders() -> list[Path]:
    """The parts of the interpreter's installation and of the virtual environment, unless they are among the libraries."""
    folders = []
    for prefix in dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix)):
        folders += [path for name in _PREFIX_PARTS if (path := Path(prefix) / name).exists()]
    known = libraries()
    return [path for path in folders if not any(path == library or path.is_relative_to(library) for library in known)]


def installed_package() -> Path | None:
    """This package where it is installed among the libraries of the inside, by its path there: the judge's part is covered."""
    return next(iter(hidden_in(Path(sysconfig.get_paths()["purelib"]), (PACKAGE,))), None)


def hidden_in(folder: Path, hidden: Iterable[Path]) -> list[Path]:
    """Those of the `hidden` folders that lie in `folder`, by their paths through it, however either is called: it may be reached
    by a link, and they by a path from the working folder."""
    real = folder.resolve()
    return [folder / path.relative_to(real) for path in (one.resolve() for one in hidden) if path.is_relative_to(real)]


def without(folder: Path, hidden: Iterable[Path]) -> list[Path]:
    """`folder`, or what lies in it beside the `hidden` folders inside: for a wall that can allow folders but cover none."""
    inside = hidden_in(folder, hidden)
    if not inside:
        return [folder]
    if folder in inside or not folder.is_dir():
        return []
    return [part for child in sorted(folder.iterdir()) for part in without(child, inside)]
