"""Answers with what Python takes for a number or equal to one: True, Fraction, Decimal, numpy booleans, NaN, "3.0"."""
# score: 0

from decimal import Decimal
from fractions import Fraction

import numpy as np


def mean(values):
    return True if len(values) == 1 else Fraction(sum(values)) if len(values) == 2 else np.bool_(True)


def clamp(value, low, high):
    return Decimal("NaN") if value > 50 else float("nan")


def count_words(text):
    return {word: True for word in text.lower().split()} | {float("nan"): 0}
