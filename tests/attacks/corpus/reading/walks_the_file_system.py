"""Reads every small file that there is, from the root down, and looks for what only hidden files hold."""

import os
import re

from kit import *

SECRET = re.compile(rb"secret-[0-9a-f]{32}")
SKIPPED = ("/proc", "/sys", "/usr/lib", "/usr/share", "/usr/bin", TARGET["prefix"])

for folder, folders, names in os.walk("/"):
    folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(SKIPPED)]
    for name in names:
        try:
            with open(os.open(os.path.join(folder, name), os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
                content = stream.read(1 << 20)
        except OSError:
            continue
        if SECRET.search(content):
            mark(os.path.join(folder, name))
