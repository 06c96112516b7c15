"""What is written down of an answer: large ones that are a tensor of the network by its name, all others as they are."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.course.assignment import open_assignment
from grader.judge.answers import Expected
from grader.release.recorder import Recorder, _own_models, _size
from grader.wire.values import Model

torch = pytest.importorskip("torch", reason="needs torch")

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("pack", [lambda one: one, lambda one: (one, 1), lambda one: {"w": one}], ids=["alone", "tuple", "dict"])
def test_a_large_tensor_of_the_network(tmp_path: Path, pack: Any) -> None:
    """Protects the bundle's size; and references that answer with several arrays, which are no tensor of a network."""
    network = torch.nn.Linear(512, 512)
    torch.save(network.state_dict(), tmp_path / "net.pth")
    answer = pack(network.weight.detach().numpy())
    networks = SimpleNamespace(weights={"net": tmp_path / "net.pth"})
    reference: Any = SimpleNamespace(networks=networks, expect=lambda _part, _arguments: Expected(answer))
    recorder = Recorder(reference)
    call = recorder.recording.calls[recorder.number("p", (Model("net"),))]
    alone = not isinstance(answer, tuple | dict)
    assert call.tensor == (("net", "weight") if alone else ())
    assert (call.answer is None) is alone
    assert _size(answer) == network.weight.nbytes


def test_networks_that_a_submission_can_have_made(repository: Path) -> None:
    """Protects the bundle's size from answers to networks of the lab's own classes, which no submission's own stands for."""
    folder = open_assignment(repository / "assignments" / "lab15")
    material: Any = SimpleNamespace(assignment=folder.specification, folder=folder)
    assert set(folder.specification.models) > {"resnet50", "resnet18"}
    assert _own_models(material) == ["resnet50", "resnet18"]
