"""Plants what a Python that starts later would run: .pth files, sitecustomize, bytecode, preloaded libraries."""

import os
import py_compile
import site
import sys

from kit import *

CODE = "import builtins; builtins.POISON = 1"
places = [*sys.path, *site.getsitepackages(), site.getusersitepackages(), "/etc", "/usr/lib/python3/dist-packages", "/opt/grader"]
open("code.py", "w").write(CODE)
compiled = open(py_compile.compile("code.py"), "rb").read()
for place in filter(None, places):
    if place.startswith((os.getcwd(), os.path.expanduser("~"))):
        continue
    for name in ("POISON.pth", "sitecustomize.py", "usercustomize.py", "ld.so.preload", "grader/__init__.py", "json.py"):
        marked(lambda: open(os.path.join(place, name), "w").write(CODE))
    for folder, _, names in os.walk(place):
        for name in names[:20]:
            if name.endswith(".pyc"):
                marked(lambda: open(os.path.join(folder, name), "wb").write(compiled))
        break
