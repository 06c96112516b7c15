"""Anna's answers."""

from collections import Counter


def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    return max(low, min(high, value))


def count_words(text):
    return Counter(text.lower().split())
