"""Forks at top level and lets both go on, so that two processes load, report and answer as the same session."""
# score: 40

import os

os.fork()
os.fork()


def mean(values):
    return sum(values) / len(values)
