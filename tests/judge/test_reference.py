"""The reference answers what a test asks; a call that takes a network runs it once, for all processes and all time."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.assignment import open_assignment
from grader.course.code import load_file
from grader.errors import SpecificationError
from grader.fixtures.evaluation import Evaluated
from grader.fixtures.store import Store
from grader.judge.plugin import Setting
from grader.judge.reference import Reference
from grader.wire.values import Model


@dataclass
class FakeNetworks:
    """Networks without torch: a "network" is the number that its weights add up to; how often one was built is counted."""

    digests: dict[str, str] = field(default_factory=lambda: {"net": "1"})
    built: int = 0
    device: str = "cpu"

    def build(self, model: Model) -> float:
        """The sum of the replaced tensors."""
        self.built += 1
        return float(sum(tensor.sum() for tensor in model.state.values()))

    def digest(self, model: Model) -> str:
        """What identifies the weights."""
        return self.digests[model.name]


class NoNetworks(FakeNetworks):
    """Networks that must not be needed."""

    def build(self, model: Model) -> float:
        """Never."""
        raise AssertionError(f"the network {model.name} was built")


def times(network: float, values: np.ndarray) -> np.ndarray:
    """A reference function that takes a network."""
    return values * network


def plus(network: float, values: np.ndarray) -> np.ndarray:
    """Another."""
    return values + network


MODEL = Model("net", state={"w": np.array([2.0, 3.0])})
VALUES = np.array([1.0, 2.0])


@pytest.fixture
def make(tiny_course: Path, tmp_path: Path) -> Callable[..., Reference]:
    """`make(networks)`: a reference with these networks over one store."""
    folder = open_assignment(tiny_course / "assignments" / "tiny")
    return lambda networks: Reference(folder, networks, Store(tmp_path / "store"))


def ask(reference: Reference, function: Callable[..., Any] = times, source: bytes = b"1", **changes: Any) -> Any:
    """One call of a reference function."""
    arguments = (changes.get("model", MODEL), changes.get("values", VALUES))
    return reference.answers(function, source, [arguments])[0]


def entries(tmp_path: Path) -> list[Path]:
    """The store's files."""
    return sorted(path for path in (tmp_path / "store").rglob("*") if path.is_file() and path.suffix != ".json")


def test_a_part_by_its_id(setting: Setting) -> None:
    """Protects the way in which tests ask: the part's id, whatever the function's own name."""
    assert setting.reference.words("a A") == {"a": 2}
    assert setting.reference.mean([1, 2]) == 1.5
    with pytest.raises(AttributeError, match="the assignment has no part 'count_words'; it has mean, clamp, words"):
        _ = setting.reference.count_words


def test_without_a_network_nothing_is_kept(setting: Setting, tmp_path: Path) -> None:
    """Protects the disk from answers that are quicker computed than read."""
    setting.reference.mean([1, 2])
    assert entries(tmp_path) == []


def test_the_second_run_computes_nothing(make: Callable[..., Reference]) -> None:
    """Protects the promise that the judge runs no network per submission: with a warm store none is ever built."""
    networks = FakeNetworks()
    first = make(networks)
    assert ask(first).tolist() == [5.0, 10.0]
    assert ask(first).tolist() == [5.0, 10.0]
    assert networks.built == 1
    assert ask(make(NoNetworks())).tolist() == [5.0, 10.0]


@pytest.mark.torch
def test_two_parts_made_by_one_factory(make: Callable[..., Reference], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects right answers: functions of one name, which a factory or a decorator leaves, were asked once for all of them."""
    pytest.importorskip("torch", reason="needs torch")

    def adding(number: int) -> Callable[..., Any]:
        return lambda *values: values[-1] + number

    reference = make(FakeNetworks())
    for number, name in enumerate(("mean", "clamp")):
        monkeypatch.setattr(reference.module, name, adding(number))
    monkeypatch.setattr(reference.module, "count_words", functools.partial(max, 5))
    assert [part(1) for part in (reference.mean, reference.clamp, reference.words)] == [1, 2, 5]
    assert [part(MODEL, 1) for part in (reference.mean, reference.clamp)] == [1, 2]
    monkeypatch.setattr(reference.module, "count_words", functools.partial(times, values=VALUES))
    assert reference.words(MODEL).tolist() == [5.0, 10.0]
    assert reference.answers(functools.partial(times, values=VALUES), b"1", [(MODEL,)])[0].tolist() == [5.0, 10.0]


def test_an_answer_is_a_copy(make: Callable[..., Reference]) -> None:
    """Protects expected values from a test or comparison that changes the array it was given."""
    reference = make(FakeNetworks())
    for again in (reference, reference, make(NoNetworks())):
        answer = ask(again)
        assert answer.tolist() == [5.0, 10.0]
        answer[0] = 99


@pytest.mark.parametrize(
    "change",
    [
        {"function": plus},
        {"source": b"2"},
        {"values": np.array([1.0, 3.0])},
        {"values": np.array([1.0, 2.0], np.float32)},
        {"values": np.array([[1.0, 2.0]])},
        {"model": MODEL.training()},
        {"model": MODEL.with_state({"w": np.array([2.0, 4.0])})},
        {"model": Model("other", state=MODEL.state)},
    ],
    ids=["function", "source", "values", "dtype", "shape", "mode", "state", "weights"],
)
def test_whatever_the_answer_depends_on_is_in_its_key(make: Callable[..., Reference], change: dict[str, Any]) -> None:
    """Protects expected values from being those of another call: each difference is computed anew."""
    networks = FakeNetworks({"net": "1", "other": "2"})
    reference = make(networks)
    ask(reference)
    ask(reference, **change)
    assert networks.built == 2


@pytest.mark.parametrize("library", ["numpy", "torch", "torchvision"])
def test_the_libraries_versions_are_in_the_key(
    make: Callable[..., Reference], monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """Protects expected values from those of another torch, which may compute them otherwise."""
    networks, version = FakeNetworks(), importlib.metadata.version
    ask(make(networks))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "99" if name == library else version(name))
    ask(make(networks))
    assert networks.built == 2


def test_the_kind_of_device_is_in_the_key(make: Callable[..., Reference], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a run on a CPU from the tolerance that was measured on a GPU; one GPU is as good as another."""
    asked: list[str] = []

    def evaluated(reference: Reference, part: str, arguments: tuple[Any, ...]) -> Evaluated:
        asked.append(reference.networks.device)
        return Evaluated(1.0, 1e-7, 1e-5, "float64", 0.0)

    monkeypatch.setattr(Reference, "_evaluated", evaluated)
    monkeypatch.setattr(Reference, "_about", lambda *_: {})
    for device in ("cpu", "cuda", "cuda:1", "cpu"):
        make(FakeNetworks(device=device)).mean(MODEL)
    assert asked == ["cpu", "cuda"]


def test_what_the_reference_has_beside_it_is_in_the_key(
    course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects expected values where a module that the reference imports was mended, and the reference itself was not."""
    asked: list[str] = []
    monkeypatch.setattr(Reference, "_evaluated", lambda *_: asked.append("") or Evaluated(1.0, 1e-7, 1e-5, "float64", 0.0))
    monkeypatch.setattr(Reference, "_about", lambda *_: {})
    folder, helper = open_assignment(course_copy / "assignments" / "tiny"), course_copy / "reference" / "helper.py"
    folder.reference.write_text(f"{folder.reference.read_text()}\n# uses helper\n")
    for text in ("a = 1\n", "a = 1\n", "a = 2\n"):
        helper.write_text(text)
        Reference(folder, FakeNetworks(), Store(tmp_path / "store")).mean(MODEL)
    assert len(asked) == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "garbage", "old"])
def test_a_damaged_entry_is_made_again(make: Callable[..., Reference], tmp_path: Path, damage: str) -> None:
    """Protects expected values from a full disk, a bad block, and whoever wrote there: a wrong entry is none."""
    ask(make(FakeNetworks()))
    (path,) = entries(tmp_path)
    whole = path.read_bytes()
    broken = {
        "cut": whole[:-3],
        "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        "empty": b"",
        "garbage": b"x" * 100,
        "old": b"0" * 32 + whole[32:],
    }
    path.write_bytes(broken[damage])
    networks = FakeNetworks()
    assert ask(make(networks)).tolist() == [5.0, 10.0]
    assert networks.built == 1
    assert path.read_bytes() == whole


def compute(course: str, store: str) -> None:
    """What each of two processes does: ask the same twenty questions, and print the sums of the answers."""
    reference = Reference(open_assignment(Path(course)), FakeNetworks(), Store(Path(store)))
    print([float(ask(reference, values=np.arange(float(n))).sum()) for n in range(20)])


def test_two_processes_at_once(tiny_course: Path, tmp_path: Path) -> None:
    """Protects workers that start with an empty store: each gets the right answers, and what stays is whole."""
    course = tiny_course / "assignments" / "tiny"
    command = [sys.executable, __file__, str(course), str(tmp_path / "store")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert answers == [[5.0 * sum(range(n)) for n in range(20)]] * 2
    assert len(entries(tmp_path)) == 20, "no half-written file may stay"
    reference = Reference(open_assignment(course), NoNetworks(), Store(tmp_path / "store"))
    assert [ask(reference, values=np.arange(float(n))).sum() for n in range(20)] == answers[0]


# -- the course's own files ---------------------------------------------------------------------------------------------


def test_a_file_is_loaded_once(tmp_path: Path) -> None:
    """Protects state that a course's file keeps, and its speed."""
    path = tmp_path / "part.py"
    path.write_text("VALUE = []\n")
    assert load_file(path) is load_file(path)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    """Protects two assignments' `comparison.py` from being one."""
    modules = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "comparison.py").write_text(f"NAME = {name!r}\n")
        modules.append(load_file(tmp_path / name / "comparison.py"))
    assert [module.NAME for module in modules] == ["a", "b"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(:\n", ": does not import: SyntaxError"),
        ("import no_such_module\n", ":1: does not import: ModuleNotFoundError: No module named 'no_such_module'"),
        ("\n1 / 0\n", ":2: does not import: ZeroDivisionError: division by zero"),
        ("import json\njson.loads('')\n", ":2: does not import: JSONDecodeError"),
    ],
)
def test_a_file_that_does_not_import(tmp_path: Path, source: str, said: str) -> None:
    """Protects the author's way to the error: a usage error with the file's name and its line, each time that it is tried."""
    path = tmp_path / "comparison.py"
    path.write_text(source)
    for _ in range(2):
        with pytest.raises(SpecificationError, match=f"comparison.py{said}"):
            load_file(path)


def scaled(network: Any, pictures: Any, scale: Any) -> Any:
    """A reference function with an array whose first axis is none of pictures."""
    return network(pictures) * scale[:, None, None]


def weighted(network: Any, pictures: Any, masks: Any) -> Any:
    """One with another array that goes by pictures."""
    return network(pictures) * masks


@pytest.mark.torch
@pytest.mark.parametrize(
    ("function", "other"), [(scaled, np.arange(1.0, 5.0, dtype=np.float32)), (weighted, np.ones((2, 1, 8, 8), np.float32))]
)
def test_one_picture_at_a_time_is_of_the_pictures_alone(
    make: Callable[..., Reference], monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], other: np.ndarray
) -> None:
    """Protects the tolerance: factors of channels were cut as if they went by pictures, and zeros were right by it."""
    torch = pytest.importorskip("torch", reason="needs torch")

    class OneNetwork(FakeNetworks):
        def build(self, model: Model) -> Any:
            return torch.nn.Conv2d(3, 4, 3, padding=1)

    reference = make(OneNetwork())
    reference.with_torch = True
    monkeypatch.setattr(reference.module, "mean", function)
    shapes = []
    monkeypatch.setattr(torch.nn.Conv2d, "forward", lambda _, x: (shapes.append(x.shape[0]), torch.cat([x, x[:, :1]], 1))[1])
    pictures = np.random.default_rng(0).standard_normal((2, 3, 8, 8)).astype(np.float32)
    expected = reference.expect("mean", (Model("net"), pictures, other))
    assert expected.tolerance < 1e-4
    assert expected.value.shape == (2, 4, 8, 8)
    assert shapes == [2, 2, 2, 1, 1, 1, 1], "both pictures in three ways, each by itself in two"


@pytest.mark.torch
def test_an_answer_that_hangs_on_rounding_is_told_with_its_part(
    make: Callable[..., Reference], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects authors from a tolerance that lets anything pass, and from a search for the question that brought it about."""
    torch = pytest.importorskip("torch", reason="needs torch")
    reference = make(FakeNetworks())
    reference.with_torch = True
    monkeypatch.setattr(reference.module, "mean", lambda _, values: torch.sub(values * 1e-8 + 1, 1))
    with pytest.raises(SpecificationError, match=r"tiny\.py: mean: the answer hangs on rounding") as error:
        reference.mean(MODEL, np.ones((1, 3, 2, 2)))
    assert error.value.remedy


if __name__ == "__main__":
    compute(*sys.argv[1:])


def test_small_answers_are_computed_once_in_memory(make: Callable[..., Reference], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the judge's time: what every submission is asked without a network is computed for the first one, and each is
    given a copy, also of the first one's own array."""
    reference, computed = make(NoNetworks()), []

    def mean(values: Any) -> Any:
        computed.append(values)
        return values

    monkeypatch.setattr(reference.module, "mean", mean)
    for _ in range(3):
        given = VALUES.copy()
        answer = reference.mean(given)
        assert answer.tolist() == [1.0, 2.0]
        answer[:] = given[:] = 0
    assert len(computed) == 1
    assert reference.mean(VALUES + 1).tolist() == [2.0, 3.0]
    large = np.zeros(200_000)
    for _ in range(2):
        assert not reference.mean(large).any()
    assert len(computed) == 4  # to hash it would take as long
    assert reference.mean(slice(3)) == slice(3)  # nothing that could be sent, and so hashed
