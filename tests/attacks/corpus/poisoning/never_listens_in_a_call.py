"""Loads as it should, and then catches everything and waits for ever in every call."""
# score: 30

import signal
import threading

import kit
from kit import *


def mean(values):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        try:
            threading.Event().wait()
        except BaseException:
            continue


def count_words(text):
    while True:
        try:
            mean([])
        except BaseException:
            continue
