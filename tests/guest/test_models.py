"""The shelf lends networks: the same object from test to test while it comes back as it was, never one that was changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not os.access("/proc/self/pagemap", os.R_OK), reason="this system does not tell which pages were written"),
]

SCRIPT = Path(__file__).parent / "scripts" / "shelf.py"


def check(tmp_path: Path, name: str) -> None:
    """Run a function of the script: the shelf replaces factories in torchvision itself, so each has a process of its own."""
    command = [sys.executable, SCRIPT, name, str(tmp_path / "weights.pth")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_modes_are_put_back_for_the_next_test(tmp_path: Path) -> None:
    """Protects the next test from the mode that an earlier one left, and its speed: the process need not be given up."""
    check(tmp_path, "modes_are_put_back_for_the_next_test")


def test_other_numbers_come_in_a_network_that_nobody_has_seen(tmp_path: Path) -> None:
    """Fair to `functools.cache` on a function of a network: the same object never has other numbers than before."""
    check(tmp_path, "other_numbers_come_in_a_network_that_nobody_has_seen")


def test_networks_are_lent_on_top_of_the_memory(tmp_path: Path) -> None:
    """Protects code with memory of its own from the networks that are mapped for it, one for each question and way to ask."""
    check(tmp_path, "networks_are_lent_on_top_of_the_memory")


def test_a_network_that_a_function_makes_stands_in_too(tmp_path: Path) -> None:
    """Protects a function that makes its network itself: it was told that it got one with the test's numbers, and did not."""
    check(tmp_path, "a_network_that_a_function_makes_stands_in_too")


def test_a_spoilt_network_is_told(tmp_path: Path) -> None:
    """Protects the next test: what it would be lent is not as it was, so the process is given up."""
    check(tmp_path, "a_spoilt_network_is_told")


def test_the_submissions_own_networks(tmp_path: Path) -> None:
    """Protects a part from what another one did to the submission's own network: modes are put back, and all else is told."""
    check(tmp_path, "the_submissions_own_networks")


def test_the_digest_of_an_untouched_network(tmp_path: Path) -> None:
    """A network whose numbers are those of its file has one digest, read or not, and any change gives it another."""
    check(tmp_path, "the_digest_of_an_untouched_network")


def test_a_network_with_a_hook_is_not_lent_again(tmp_path: Path) -> None:
    """Protects the next test from a hook that stayed, and those who remove none, as most do, from a process for each test."""
    check(tmp_path, "a_network_with_a_hook_is_not_lent_again")


def test_what_cannot_be_looked_at_has_changed(tmp_path: Path) -> None:
    """Protects an answer from what its function did to the network besides: that is no error of the function's."""
    check(tmp_path, "what_cannot_be_looked_at_has_changed")


def test_a_class_stays_under_its_name(tmp_path: Path) -> None:
    """Protects a submission that copies a network of the assignment's own by `pickle` or `torch.save`, as it can a ResNet50."""
    (tmp_path / "networks.py").write_text(
        "from torchvision.models.resnet import BasicBlock, ResNet\n"
        "class Tiny(ResNet):\n"
        "    def __init__(self):\n"
        "        super().__init__(BasicBlock, [1, 1, 1, 1])\n"
    )
    check(tmp_path, "a_class_stays_under_its_name")
