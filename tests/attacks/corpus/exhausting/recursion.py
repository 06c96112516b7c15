"""Recurses without end in Python, in C code and in its own conversions."""
# score: 0

import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __repr__(self):
        return repr(self)

    def __iter__(self):
        return iter([self])


def mean(values):
    return mean(values)


def clamp(value, low, high):
    return Deep()


def count_words(text):
    nested = ()
    for _ in range(10_000_000):
        nested = (nested,)
    return hash(nested) or repr(nested)
