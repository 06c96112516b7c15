"""Makes notes, failures, names and messages without end, each as long as can be."""
# score: 0

LONG = "n" * 100_000
for number in range(20_000):
    globals()[f"{LONG[:2000]}{number}"] = number
for number in range(500):
    input(f"{number} {LONG}")


class Long(Exception):
    def __str__(self):
        return LONG * 100


Long.__name__ = LONG


def mean(values):
    raise Long


def clamp(value, low, high):
    raise type(LONG[:50_000], (Long,), {})(LONG)


def count_words(text):
    for number in range(500):
        input(f"{number} {LONG}")
    return LONG
