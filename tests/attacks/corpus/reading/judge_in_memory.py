"""Looks for the judge in its own process: modules, objects, frames of callers, closures, the whole of its memory."""

import gc
import re
import sys

from kit import *

WORDS = ("grader.judge", "grader.course", "grader.run", "grader.sandbox", "grader.report", "pytest", "_pytest")


def look():
    for name in sys.modules:
        if name.startswith(WORDS):
            mark(name)
    frame = sys._getframe()
    while frame:
        for key in ("expected", "reference", "expectation", "hidden", "rubric"):
            if key in frame.f_locals:
                mark(f"{frame.f_code.co_qualname}: {key}")
        frame = frame.f_back
    for one in gc.get_objects():
        if type(one) is dict and ("compare_mean" in one or "expected" in one):
            mark(list(one)[:5])


def scan():
    secret = re.compile(rb"secret-[0-9a-f]{32}")
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps.read().splitlines():
            span, rights = line.split()[:2]
            first, last = (int(end, 16) for end in span.split("-"))
            if rights.startswith("rw") and last - first < 64 << 20:
                memory.seek(first)
                found = secret.search(memory.read(last - first))
                if found:
                    mark(found.group())


look()
scan()
