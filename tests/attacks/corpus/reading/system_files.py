"""Reads accounts, host names and the configuration of the machine."""
# bare: MARK

from kit import *

for path in ("passwd", "shadow", "group", "hostname", "hosts", "resolv.conf", "machine-id", "ssh/ssh_config", "fstab", "environment"):
    marked(lambda path=path: open(f"/etc/{path}").read())
for path in ("/root", "/boot", "/srv", "/mnt", "/media", "/var/log", "/var/lib/dpkg", "/run", "/sys/class/net", "/sys/fs/cgroup"):
    marked(lambda path=path: list(pathlib.Path(path).iterdir()))
