"""Writes to the kernel's settings: /proc/sys, core patterns, sysrq, its own limits, cgroups, modules."""

import glob

from kit import *

for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/hostname",
    "/proc/sys/vm/drop_caches",
    "/proc/sys/kernel/yama/ptrace_scope",
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/user/max_user_namespaces",
    "/proc/sysrq-trigger",
    "/proc/irq/default_smp_affinity",
    "/proc/self/oom_score_adj",
    "/proc/self/coredump_filter",
    "/proc/self/attr/current",
    "/proc/self/timerslack_ns",
    "/sys/kernel/uevent_helper",
    "/sys/power/state",
    "/dev/kmsg",
):
    marked(lambda: open(path, "w").write("1"))
for path in glob.glob("/sys/fs/cgroup/**", recursive=True)[:1000]:
    if not path.endswith(("/", "cgroup")):
        marked(lambda: open(path, "w").write("max"))
