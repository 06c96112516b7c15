"""Answers that never end when they are walked: generators, containers whose length and items lie, finalisers that loop."""
# score: 0

import collections
import itertools


class Endless(list):
    def __iter__(self):
        return itertools.count()

    def __len__(self):
        return 1 << 60


class Mapping(collections.abc.Mapping):
    def __getitem__(self, key):
        return Mapping()

    def __iter__(self):
        return itertools.count()

    def __len__(self):
        return 1


class Stubborn:
    def __del__(self):
        while True:
            pass


def mean(values):
    return itertools.count()


def clamp(value, low, high):
    return Endless([Stubborn()])


def count_words(text):
    return Mapping()
