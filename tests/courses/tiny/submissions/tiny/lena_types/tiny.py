import numpy as np


def mean(values):
    if len(values) == 1:
        return np.zeros((3, 1))
    if isinstance(values[0], float):
        return None
    return float("nan")


def clamp(value, low, high):
    if value > 50:
        raise ValueError("too large")
    return np.zeros((4000, 4000))


def count_words(text):
    return open
