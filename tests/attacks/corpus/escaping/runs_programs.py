"""Starts programs and shells, whose processes must stay within the same wall."""

import subprocess

from kit import *

LOOK = "cat " + " ".join(TARGET["files"]) + "; ls " + " ".join(TARGET["folders"]) + f"; echo x > {TARGET['drop']}/shell; echo x > /POISON"
for command in (["/bin/sh", "-c", LOOK], ["/usr/bin/env", "-i", "sh", "-c", LOOK], ["python3", "-c", f"print(open({TARGET['files'][0]!r}).read())"]):
    marked(lambda: "secret-" in subprocess.run(command, capture_output=True, text=True, timeout=5).stdout)
