"""Ignores every signal, catches every exception and never comes back."""
# status: timed_out
# score: 0

import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
while True:
    try:
        signal.setitimer(signal.ITIMER_REAL, 0)
        while True:
            pass
    except BaseException:
        continue
