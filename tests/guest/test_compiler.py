"""torch's compiler is not imported until something asks for it, and then it is the real one."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.torch

_IMPORTS = """
import sys
from grader.guest import compiler
with compiler.deferred():
    import torch, torchvision
"""


def _run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", _IMPORTS + program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_torchvision_does_not_bring_it() -> None:
    """Protects every start from a second, and every fork from 150 MB, for what hardly any submission uses."""
    assert (
        _run('print([name for name in ("torch._dynamo", "torch._dynamo.utils", "sympy", "triton") if name in sys.modules])')
        == "[]"
    )


def test_a_skeleton_does_not_bring_it() -> None:
    """Protects the template, which builds its networks without numbers: the shapes are there, the compiler is not."""
    program = """
with compiler.skeletons():
    network = torchvision.models.resnet18()
real = torchvision.models.resnet18()
assert {name: tensor.shape for name, tensor in network.state_dict().items()} == {
    name: tensor.shape for name, tensor in real.state_dict().items()
}
assert all(tensor.is_meta for tensor in network.state_dict().values())
assert real.fc.weight.std() > 0
print("torch._dynamo" in sys.modules)
"""
    assert _run(program) == "False"


def test_initialisers_do_not_bring_it() -> None:
    """Protects the template from a network that draws its numbers by `torch.nn.init`, as most do: 150 MB in every fork else."""
    program = """
from torch import nn
def drawn():
    layer = nn.Linear(3, 2)
    nn.init.normal_(layer.weight, std=0.1)
    assert nn.init.uniform_(tensor=layer.bias, a=0.5, b=1.5) is layer.bias
    nn.init.constant_(layer.bias, 1.0)
    nn.init.xavier_normal_(layer.weight)
    return layer
with compiler.skeletons():
    layer = drawn()
assert layer.weight.is_meta and layer.weight.shape == (2, 3) and layer.bias.is_meta
assert drawn().weight.std() > 0
print("torch._dynamo" in sys.modules)
"""
    assert _run(program) == "False"


def test_the_question_is_answered_when_it_is_asked() -> None:
    """Protects who pools boxes: torchvision gets the compiler's own answer."""
    program = """
from torchvision.ops import roi_align
asked = sys.modules["torchvision.ops.roi_align"].is_compile_supported
print(roi_align(torch.ones(1, 1, 8, 8), torch.tensor([[0.0, 0, 0, 4, 4]]), 2).sum().item(), "torch._dynamo" in sys.modules)
told = asked("cpu")
from torch._dynamo.utils import is_compile_supported
print(told == is_compile_supported("cpu"), type(told))
"""
    assert _run(program).splitlines() == ["4.0 False", "True <class 'bool'>"]


def test_who_compiles_gets_the_compiler() -> None:
    """Protects a submission that compiles its network or function."""
    assert _run('print(torch.compile(lambda x: x + 1, backend="eager")(torch.ones(2)).tolist())') == "[2.0, 2.0]"


def test_anything_else_is_the_real_ones() -> None:
    """Protects from a torchvision that imports more of it while the stand-in is there."""
    program = """
del sys.modules["torchvision"]
with compiler.deferred():
    from torch._dynamo.utils import counters
    from torch._dynamo.utils import is_compile_supported
import torch._dynamo.utils as real
print(counters is real.counters, is_compile_supported is real.is_compile_supported)
"""
    assert _run(program) == "True True"


def test_one_that_is_there_stays() -> None:
    """Protects a process that has imported it already."""
    program = """
import torch._dynamo.utils as real
with compiler.deferred():
    from torch._dynamo.utils import is_compile_supported
print(is_compile_supported is real.is_compile_supported and sys.modules["torch._dynamo.utils"] is real)
"""
    assert _run(program) == "True"


def test_an_assignment_may_ask_for_it() -> None:
    """Protects a lab in which everybody trains: with the compiler in `preload` no submission waits for its import."""
    program = """
import importlib
for name in [name for name in sys.modules if name.startswith("torch._dynamo")]:
    raise AssertionError(name)
with compiler.deferred():
    importlib.import_module("torch._dynamo")
import torch._dynamo.utils as utils
print(torch._dynamo.utils is utils, type(utils).__name__, callable(torch._dynamo.disable))
"""
    assert _run(program) == "True module True"
