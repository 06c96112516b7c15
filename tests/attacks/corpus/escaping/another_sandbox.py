"""Runs the wall's own program, or brings one along, to build a sandbox in which it is root."""

import os
import shutil
import subprocess
import sys

from kit import *

programs = [shutil.which("bwrap"), shutil.which("unshare"), shutil.which("newgrp"), shutil.which("systemd-run")]
for folder in (sys.prefix, "/usr/lib"):
    for root, _, names in os.walk(folder):
        programs += [os.path.join(root, "bwrap")] if "bwrap" in names else []
for program in filter(None, programs):
    for arguments in (["--unshare-all", "--ro-bind", "/", "/", "true"], ["--ro-bind", "/", "/", "--proc", "/proc", "true"], ["-Urm", "true"]):
        marked(lambda: subprocess.run([program, *arguments], capture_output=True, timeout=3).returncode == 0)
