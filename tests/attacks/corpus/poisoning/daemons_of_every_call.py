"""Starts a daemon in every call, by double fork, by nohup, by setsid and by multiprocessing."""

import multiprocessing
import os
import subprocess
import time

import kit
from kit import *


def detach():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    subprocess.Popen(["/usr/bin/nohup", "/bin/sleep", "1000"], stdout=subprocess.DEVNULL, start_new_session=True)
    multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,), daemon=True).start()


def mean(values):
    try:
        detach()
    except OSError:  # an ordinary user has reached the limit of processes by now
        pass
    return kit.mean(values)

