"""What was freed goes back to the kernel."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator is asked")
def test_freed_memory_is_given_back() -> None:
    """Protects the class's time: what a submission freed while it was loaded is not copied with every fork."""
    code = """
import resource
from grader.guest import heap
def pages():
    return int(open("/proc/self/statm").read().split()[1])
held = [b"x" * 100_000 for _ in range(600)]
above = b"x" * 100_000  # what lies at the heap's end keeps all below it from going back by itself
del held
before = pages()
heap.trim()
print((before - pages()) * resource.getpagesize())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 50_000_000
