import os


def mean(values):
    return sum(values) / len(values)


os.abort()
