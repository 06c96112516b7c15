"""Answers with integers of more digits than Python agrees to print, which would break whoever prints them."""
# score: 0


def mean(values):
    return 16**3300


def clamp(value, low, high):
    return 1 << 14_500 if value < 50 else 10**1_000_000


def count_words(text):
    return {10**4000: 10**4000, "x": [-(10**3000)]}
