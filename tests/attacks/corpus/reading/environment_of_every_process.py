"""Reads the environment of every process: there lie tokens and the paths of the course."""
# bare: MARK

import os
import pathlib

from kit import *

if any("secret-" in value or TARGET["folders"][0] in value for value in os.environ.values()):
    mark(dict(os.environ))
for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
    marked(lambda path=path: any(word in path.read_text() for word in ("secret-", TARGET["folders"][0])))
