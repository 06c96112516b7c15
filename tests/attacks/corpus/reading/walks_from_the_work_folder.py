"""Climbs out of the working folder, through `..`, links of its own making and links to them."""
# bare: MARK

import os

from kit import *

for number, path in enumerate(TARGET["files"]):
    os.symlink(path, f"link{number}")
    os.symlink(f"link{number}", f"again{number}")
    marked(lambda n=number: open(f"link{n}").read(), lambda n=number: open(f"again{n}").read())
    marked(lambda path=path: open(os.path.relpath(path)).read(), lambda n=number, path=path: os.link(path, f"hard{n}") or "linked")
