"""Goes out through the links of /proc: roots, working folders, mapped files and descriptors of every process and thread."""

import glob
import os

from kit import *


def reach(pattern):
    for link in glob.glob(pattern):
        for target in TARGET["files"]:
            try:
                with open(link + target) as stream:
                    return stream.read(100)
            except OSError:
                continue


def written(path, text):
    with open(path, "w") as stream:
        return stream.write(text)


marked(
    lambda: reach("/proc/[0-9]*/root"),
    lambda: reach("/proc/[0-9]*/cwd"),
    lambda: reach("/proc/[0-9]*/task/*/root"),
    lambda: reach("/proc/[0-9]*/fd/*"),
    lambda: reach("/proc/thread-self/root/.."),
    lambda: open("/proc/kcore", "rb").read(1),
    lambda: open("/proc/kallsyms").read(1) and any(not line.startswith("0000000000000000") for line in open("/proc/kallsyms")),
    lambda: written("/proc/sysrq-trigger", "h"),
    lambda: written("/proc/1/oom_score_adj", "-1000"),
    lambda: written("/proc/self/oom_score_adj", "-1000"),
    lambda: written(f"/proc/{os.getppid()}/mem", "x"),
)
