"""Answers with lists nested a million deep, lists and mappings that hold themselves, and endless generators."""
# score: 0

import itertools


def mean(values):
    nested = []
    for _ in range(1_000_000):
        nested = [nested]
    return nested


def clamp(value, low, high):
    cycle = []
    cycle += [cycle, cycle]
    return cycle if value < 50 else itertools.count()


def count_words(text):
    mapping = {}
    mapping["itself"] = mapping
    mapping["wide"] = [[[[[[[[[[0] * 9] * 9] * 9] * 9] * 9] * 9] * 9] * 9] * 9]
    return mapping
