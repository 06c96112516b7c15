"""Writes where it would leave something on the machine: a folder open to all, the course, the results, the home."""
# bare: MARK

import os

from kit import *

for path in (f"{TARGET['drop']}/mark", *(f"{folder}/mark" for folder in TARGET["folders"])):
    marked(lambda: open(path, "w").write("x"), lambda: os.mkdir(path + ".d") or "made")
for path in TARGET["files"]:
    marked(lambda: open(path, "a").write("x"), lambda: os.unlink(path) or "gone", lambda: os.truncate(path, 0) or "cut")
    marked(lambda: os.rename(path, path + ".x") or "moved")
