"""Answers that are costly to compare and to describe: thousands of near misses, texts alike but for the end, numbers that are none."""
# score: 0

NAN = float("nan")


def mean(values):
    return [[NAN] * 1000] * 100


def clamp(value, low, high):
    return "a" * 1_000_000 + "b"


def count_words(text):
    return {f"{word}{number}": NAN for word in text.lower().split() for number in range(5_000)}
