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
    marked(lambda: os.chmod(real, 0o777) or "mode", lambda: os.utime(real) or "time", lambda: os.chown(real, -1, -1) or "owner")
    marked(lambda: os.setxattr(real, "user.x", b"1") or "attribute", lambda: os.unlink(real) or "gone")
