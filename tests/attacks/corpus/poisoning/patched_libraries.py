"""Changes the library for whoever comes later: builtins, math, numpy, json, the import system, interned constants."""

import builtins
import ctypes
import json
import math
import os
import sys

import numpy

import kit
from kit import *

os.environ["POISON"] = "1"
builtins.POISON = sys.POISON = 1
math.pi = 3
numpy.pi = 4
json.loads = lambda *_: {}
sys.meta_path.insert(0, None)
os.umask(0o777)
ctypes.memset(id(257) + 24, 0x55, 1)
