"""Where nothing is left of earlier tests, the next one may begin; else it may not. Each check has a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="networks are torch's")

SCRIPT = Path(__file__).parent / "scripts" / "leftovers.py"


def check(name: str, *sources: str) -> None:
    """Run a function of the script: what is left behind is left in the process."""
    done = subprocess.run([sys.executable, SCRIPT, name, *sources], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_is_left() -> None:
    """Protects the speed of grading: what was not touched, and what could be put back, costs no process."""
    check("nothing_is_left")


@pytest.mark.parametrize(
    ("loaded", "called"),
    [
        ("big = np.zeros(10_000)", "big[0] = 1"),
        ("net = torch.nn.Sequential(torch.nn.Linear(2, 2))", "torch.nn.init.zeros_(net[0].weight)"),
        ("net = torch.nn.Sequential(torch.nn.Linear(2, 2))", "net.out = 5"),
        ("kept = iter([1, 2, 3])", "next(kept)"),
    ],
    ids=["an array", "a network's numbers", "a network's attribute", "an iterator"],
)
def test_what_is_left_unseen(loaded: str, called: str) -> None:
    """Protects right code, and parts from one another: nothing is put back beside it, and no other part begins after it."""
    check("what_is_left_unseen", loaded, called)


@pytest.mark.parametrize(
    "code",
    [
        "torch.autocast('cpu', torch.bfloat16).__enter__()",
        "torch.nn.modules.module.register_module_forward_hook(print)",
        "torch.set_default_dtype(torch.float64)",
        "np.seterr(all='raise')",
    ],
)
def test_settings(code: str) -> None:
    """Protects the next test from what an earlier one set for the whole process."""
    check("settings", code)
