"""Timers that fire all the time, handlers that start others, alarms of the guest's own limits taken over."""
# score: any
# status: graded or timed_out or crashed

import signal

from kit import *


def again(*_):
    signal.setitimer(signal.ITIMER_REAL, 1e-6)
    signal.setitimer(signal.ITIMER_PROF, 1e-6, 1e-6)


for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGVTALRM, signal.SIGXCPU):
    signal.signal(number, again)
signal.alarm = signal.setitimer = signal.signal = lambda *_: None


def mean(values):
    import _signal

    _signal.setitimer(_signal.ITIMER_VIRTUAL, 1e-6, 1e-6)
    while True:
        pass
