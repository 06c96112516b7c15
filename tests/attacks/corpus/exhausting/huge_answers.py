"""Answers with far more than may be sent: arrays, text, lists and mappings."""
# score: 0

import numpy as np


def mean(values):
    return np.zeros(1 << 22)


def clamp(value, low, high):
    return "x" * (1 << 26) if value > 50 else [0.5] * 3_000_000


def count_words(text):
    return {str(number): number for number in range(1_000_000)}
