"""A network made from the places of its tensors in the file is the one that `torch.load` makes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from grader.guest.compiler import skeletons
from grader.guest.weights import Weights

torch = pytest.importorskip("torch", reason="torch is not installed")
nn = torch.nn
pytestmark = pytest.mark.torch


class Tied(nn.Module):  # type: ignore[misc,name-defined]
    """A parameter under two names, one that lies across in its storage, a buffer without dimensions, one that does not train."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.here = nn.Linear(4, 4)
        self.there = nn.Linear(4, 4)
        self.there.weight = self.here.weight
        self.across = nn.Parameter(torch.empty(3, 5), requires_grad=False)


class WithTable(nn.Module):  # type: ignore[misc,name-defined]
    """A buffer that the file does not have: its numbers are made when the network is."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.register_buffer("table", torch.arange(4.0), persistent=False)


def _weights(kind: Any, folder: Path) -> tuple[Weights, Any]:
    """The weights of a network with random numbers, saved, and that network."""
    torch.manual_seed(5)
    real = kind()
    if kind is Tied:
        real.across = nn.Parameter(torch.randn(5, 3).t(), requires_grad=False)
    torch.save(real.state_dict(), folder / "weights.pth")
    with skeletons():
        skeleton = kind()
    return Weights(skeleton, str(folder / "weights.pth")), real


def _same(one: Any, other: Any) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return list(ours) == list(theirs) and all(
        torch.equal(ours[name], theirs[name]) and ours[name].stride() == theirs[name].stride() for name in ours
    )


def test_the_same_numbers(tmp_path: Path) -> None:
    """Protects every test from a tensor that is read from another's place."""
    weights, real = _weights(Tied, tmp_path)
    assert weights._places, "made from places, not loaded again"
    network = weights.network()
    assert _same(network, real)
    assert network.there.weight is network.here.weight
    assert [parameter.requires_grad for parameter in network.parameters()] == [p.requires_grad for p in real.parameters()]
    assert type(network.norm.running_mean) is torch.Tensor


def test_each_is_its_own(tmp_path: Path) -> None:
    """Protects the next test from what a submission does to a network: numbers, layers, hooks; and the file that all share."""
    weights, real = _weights(Tied, tmp_path)
    spoilt = weights.network()
    with torch.no_grad():
        for tensor in spoilt.state_dict().values():
            tensor.fill_(7)
    spoilt.here.bias = None
    spoilt.norm = nn.Identity()
    spoilt.there.register_forward_hook(print)
    after = weights.network()
    assert _same(after, real)
    assert not after.there._forward_hooks
    assert all(map(torch.equal, torch.load(tmp_path / "weights.pth", weights_only=True).values(), real.state_dict().values()))


def test_what_a_student_sees_of_a_tensor(tmp_path: Path) -> None:
    """Protects a student who saves one tensor, or asks for its storage, from getting the whole file."""
    weights, real = _weights(Tied, tmp_path)
    network, saved = weights.network(), io.BytesIO()
    torch.save(network.here.bias, saved)
    assert network.here.bias.untyped_storage().nbytes() == real.here.bias.untyped_storage().nbytes() == 16
    assert len(saved.getvalue()) < (tmp_path / "weights.pth").stat().st_size


def test_a_network_with_more_than_its_file(tmp_path: Path) -> None:
    """Protects networks whose tensors are not all in the file: they are loaded as torch loads them."""
    weights, real = _weights(WithTable, tmp_path)
    assert not weights._places
    assert _same(weights.network(), real)


def test_a_file_of_another_network(tmp_path: Path) -> None:
    """Protects a course from weights that do not fit: torch says what is missing."""
    _weights(WithTable, tmp_path)
    with skeletons():
        skeleton = Tied()
    with pytest.raises(RuntimeError, match="Missing key"):
        Weights(skeleton, str(tmp_path / "weights.pth"))


def test_resnet(tmp_path: Path) -> None:
    """Protects the real thing: the same scores, bit for bit."""
    from torchvision.models import resnet18

    weights, real = _weights(resnet18, tmp_path)
    assert weights._places
    picture = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.equal(weights.network().eval()(picture), real.eval()(picture))


def test_a_class_that_a_submission_put_under_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a network made later from a student's own class of that name: it is of the library's class, as the first was."""
    from torchvision.models import resnet, resnet18

    weights, _ = _weights(resnet18, tmp_path)
    own = resnet.ResNet
    monkeypatch.setattr(resnet, "ResNet", nn.Identity)
    assert type(weights.network()) is own


def test_a_network_that_cannot_be_pickled(tmp_path: Path) -> None:
    """Protects a course whose network holds a function without a name: it is copied as `copy.deepcopy` does."""

    class Unnamed(nn.Linear):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__(2, 2)
            self.activation = lambda x: x * 2

    weights, real = _weights(Unnamed, tmp_path)
    network, other = weights.network(), weights.network()
    assert weights._places
    assert _same(network, real)
    assert network.activation(3) == 6
    assert network.weight is not other.weight


def test_a_file_that_fits_is_not_loaded_into_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the time of a start: where tensors lie is known from the file alone; only what does not fit goes the long way."""
    monkeypatch.setattr(nn.Module, "load_state_dict", _refuse)
    weights, real = _weights(Tied, tmp_path)
    assert _same(weights.network(), real)
    with pytest.raises(AssertionError, match="the long way"):
        _weights(WithTable, tmp_path)


def _refuse(*_arguments: Any, **_keywords: Any) -> None:
    raise AssertionError("the long way")
