"""An object that answers to a look by raising costs its submission nothing, wherever the sandbox looks at what a file left."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from grader.guest.budget import Budget
from grader.guest.calls import networks_of
from grader.guest.drawings import Drawings
from grader.guest.glance import attribute, elements_of, has, is_a, items_of, names_of, slots_of
from grader.guest.inventory import Inventory, modules_in
from grader.guest.loading import Loader
from grader.guest.memory import Remembered
from grader.guest.notes import Notes
from grader.guest.reach import Snapshot, holders
from grader.guest.records import Record, build
from grader.guest.values import Registry, to_wire

SOURCE = """
import numpy as np
class Settings:
    def __init__(self, d): self.__dict__["d"] = d
    def __getattr__(self, name): return self.d[name]
class InSlots:
    __slots__ = ("d", "never")
    def __init__(self, d): self.d = d
    def __getattr__(self, name): raise KeyError(name)
class Late:
    def __init__(self): object.__setattr__(self, "kept", [])
    def __getattribute__(self, name): raise RuntimeError("not loaded yet")
    def __setattr__(self, name, value): raise RuntimeError("not loaded yet")
class Unshown:
    model = None
    def __repr__(self): return self.model.name
class Called(Unshown):
    def __call__(self, model, x): return x
class Needing:
    def __init__(self, a, b=Unshown()): pass
    def __repr__(self): raise ValueError
class Unequal:
    def __eq__(self, other): raise TypeError("do not compare")
    def __hash__(self): raise TypeError("do not hash")
class Bag(dict):
    def items(self): raise RuntimeError("not now")
    def __iter__(self): raise RuntimeError("not now")
class Row(list):
    def __iter__(self): raise RuntimeError("not now")
    def __len__(self): raise RuntimeError("not now")
class Property:
    @property
    def __dict__(self): raise OSError
    @property
    def value(self): raise OSError
class Meta(type):
    def __getattr__(cls, name): raise KeyError(name)
class Made(metaclass=Meta):
    def __init__(self, a): pass
class Partial:
    def __init__(self, function): functools.update_wrapper(self, function)
    def __call__(self, *given): return given
settings, slots, late, unshown = Settings({"layer": "layer4"}), InSlots({}), Late(), Unshown()
called, needing, unequal, bag, row, prop, made = Called(), Needing(1), Unequal(), Bag(a=1), Row([1]), Property(), Made(1)
def iou(a: unshown, b=settings): return settings.layer, np.zeros(a)
def nms(a: "np.ndarray"): return np.sort(a)
wrapped = Partial(iou)
"""


@pytest.fixture
def module() -> Any:
    """A submission that has one of each."""
    module = ModuleType("odd_for_test")
    module.__file__ = "/somewhere/work/lab.py"
    vars(module)["functools"] = functools
    sys.modules[module.__name__] = module
    exec(SOURCE, vars(module))
    yield module
    del sys.modules[module.__name__]


def test_the_inventory(module: ModuleType) -> None:
    """Protects whole submissions: one settings object with `__getattr__`, or one `__repr__` that fails, must not be their end."""
    names = Inventory([module]).describe_all(vars(module))
    assert {"settings", "slots", "late", "unshown", "called", "unequal", "prop", "made"} <= names.keys()
    assert all(names[name]["kind"] == "instance" and names[name]["own"] for name in ("settings", "late", "unshown", "called"))
    assert names["bag"]["kind"] == "mapping"
    assert names["row"]["kind"] == "sequence"
    assert [one["name"] for one in names["called"]["methods"]["__call__"]["parameters"]] == ["model", "x"]
    assert [one["name"] for one in names["iou"]["parameters"]] == ["a", "b"]
    assert names["nms"]["parameters"][0]["form"] == "numpy"
    assert names["wrapped"]["kind"] == "function"
    assert {"Needing", "Made", "Settings"} <= names.keys()


def test_what_cannot_be_described_is_left_out(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the same from what nobody has thought of: the one name is missing, the others are there."""
    describe = Inventory.describe

    def fails_at_one(self: Inventory, value: Any) -> dict[str, Any]:
        if value is vars(module)["bag"]:
            raise RuntimeError("odd")
        return describe(self, value)

    monkeypatch.setattr(Inventory, "describe", fails_at_one)
    names = Inventory([module]).describe_all(vars(module))
    assert "bag" not in names
    assert "iou" in names


def test_lazy_modules(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects submissions that import a library which loads its parts when they are asked for, and fails at that."""

    class Lazy(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            raise ImportError(name)

    monkeypatch.setitem(sys.modules, "lazy_for_test", Lazy("lazy_for_test"))
    assert module in modules_in(Path("/somewhere/work"))


def test_what_a_module_of_its_own_defines(module: ModuleType, tmp_path: Path) -> None:
    """Protects a submission of several files: what stands in a helper counts, whatever lies beside it there."""
    main = tmp_path / "lab.py"
    main.write_bytes(b"\0")  # nothing of it is run
    elsewhere = Loader(None, Notes(), Drawings(), Budget(60, 60)).load(main, Path("/somewhere/work")).elsewhere
    assert {"Settings", "Made", "iou", "nms", "settings", "slots", "unshown"} <= elsewhere.keys()
    assert {"np", "functools"} & elsewhere.keys() == set()


def test_the_walks(module: ModuleType) -> None:
    """Protects every call of such a submission: what hooks stored and calls left behind is looked for among these."""
    namespace = vars(module)
    before = Remembered([namespace])
    assert Remembered([namespace]) == before
    snapshot = Snapshot([namespace, *namespace.values()])
    assert snapshot.fresh() == []
    found = networks_of(SimpleNamespace(handed=[]), SimpleNamespace(namespace=namespace, modules=[]))  # type: ignore[arg-type]
    assert found == []
    for value in [value for name, value in namespace.items() if not name.startswith("__")]:
        assert holders(value)
    assert build({"x": 1.0}, "torch", namespace) == Record(x=1.0)
    with pytest.raises(LookupError):
        build({"x": 1.0}, "own", {"made": namespace["Made"], "late": namespace["late"]})


@pytest.mark.parametrize("name", ["settings", "slots", "late", "bag", "row"])
def test_what_they_keep_is_seen_all_the_same(module: ModuleType, name: str) -> None:
    """Protects the next test from what an earlier one left in such an object."""
    namespace = vars(module)
    before = Remembered([namespace])
    keep = {
        "settings": lambda: namespace["settings"].d.update(x=1),
        "slots": lambda: namespace["slots"].d.update(x=1),
        "late": lambda: object.__getattribute__(namespace["late"], "kept").append(1),
        "bag": lambda: namespace["bag"].update(x=1),
        "row": lambda: namespace["row"].append(1),
    }
    keep[name]()
    assert Remembered([namespace]) != before


def test_answers_that_are_odd(module: ModuleType) -> None:
    """Protects a call's answer: an object that fails at a look stays behind a handle, as any other does."""
    namespace = vars(module)
    for name in ("settings", "slots", "unshown"):
        assert type(to_wire(namespace[name], Registry())).__name__ == "Handle"
    assert len(to_wire({namespace["unshown"], 1}, Registry())) == 2
    assert to_wire({namespace["unshown"]: 1}, Registry()) == {"Unshown": 1}


@pytest.mark.torch
def test_a_part_whose_constructor_forgot_the_base_class() -> None:
    """Protects a submission that has put such a part into a network: it has nothing below it, which is no failure."""
    torch = pytest.importorskip("torch", reason="needs torch")
    from grader.guest.hooks import Hook, HookBook
    from grader.guest.imprint import modules_of, places

    class Bare(torch.nn.Module):
        def __init__(self) -> None:
            pass

    network = torch.nn.Sequential(torch.nn.Linear(2, 2))
    network._modules["last"] = bare = Bare()
    assert modules_of(network) == [network, network[0], bare]
    assert len(places(network)) == 2
    assert HookBook().place(Hook(bare, None, None, False), [("", bare), ("net", network)])[0] in ("", "net")


@pytest.mark.torch
def test_a_tensor_of_inference_mode() -> None:
    """Protects submissions that ran their demonstration under `torch.inference_mode`: such tensors count no versions."""
    torch = pytest.importorskip("torch", reason="needs torch")
    with torch.inference_mode():
        kept = [torch.ones(2) + 1]
    assert Remembered([kept]) == Remembered([kept])


def test_the_plain_case() -> None:
    """Protects what these looks find in objects that are not odd at all."""

    class Pair:
        __slots__ = ("one", "two")

        def __init__(self) -> None:
            self.one = 1

    assert is_a(True, str, int)
    assert attribute(1, "none", 7) == 7
    assert names_of(SimpleNamespace(a=1)) == {"a": 1}
    assert names_of(Pair()) == {}
    assert slots_of(Pair()) == [1, None]
    assert has(Pair, "__slots__")
    assert items_of({1: 2}) == [(1, 2)]
    assert elements_of((1, 2), (list, tuple)) == [1, 2]
    assert elements_of("ab", (list, tuple)) is None
