import ctypes
import os


def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    os._exit(3)


def count_words(text):
    return ctypes.string_at(0)
