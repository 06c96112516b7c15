"""Writes to what is bound from the machine: the interpreter, its libraries, the grader's own guest, the linker's cache."""

import os
import sys
import sysconfig

import numpy

from kit import *

import grader.guest.session as guest

for path in (sys.executable, os.__file__, numpy.__file__, guest.__file__, "/etc/ld.so.cache", "/bin/sh", sysconfig.get_paths()["purelib"]):
    real = os.path.realpath(path)
    marked(lambda: open(real, "ab").write(b""), lambda: open(real, "r+b").close() or True, lambda: os.open(real, os.O_RDWR))
    marked(lambda: os.truncate(real, os.stat(real).st_size) or "cut", lambda: os.rename(real, real + ".old") or "moved")
    before = os.stat(real)
    for change in (lambda: os.chmod(real, 0o777), lambda: os.utime(real), lambda: os.setxattr(real, "user.x", b"1")):
        try:
            change()  # the second wall says that it is done, and does nothing
        except OSError:
            pass
    if os.stat(real) != before or "user.x" in os.listxattr(real):
        mark("attributes")
    marked(lambda: os.unlink(real) or "gone")
