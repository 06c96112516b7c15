"""Lab 15's own networks, as the sandbox's template builds them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

ASSIGNMENT = Path(__file__).resolve().parents[2] / "assignments" / "lab15"
_BUILD = """
import sys
from importlib import import_module
from pathlib import Path
from grader.course.assignment import open_assignment
from grader.guest import compiler
assignment = open_assignment(Path(sys.argv[1]))
sys.path.insert(0, str(assignment.networks.parent))
with compiler.deferred():
    import torchvision
for model in assignment.specification.models.values():
    module, _, name = model.factory.rpartition(".")
    with compiler.skeletons():
        network = getattr(import_module(module), name)()
    assert all(tensor.is_meta for tensor in network.state_dict().values()), model
print([name for name in ("torch._dynamo", "sympy", "triton") if name in sys.modules])
"""


def test_none_brings_the_compiler() -> None:
    """Protects every grading of the lab: one that did cost each fork 150 MB, and nothing else told."""
    done = subprocess.run([sys.executable, "-c", _BUILD, str(ASSIGNMENT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
