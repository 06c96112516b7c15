"""The inventory tells names, kinds and parameters, and which of them the student wrote."""

from __future__ import annotations

import functools
import math
import sys
from pathlib import Path, PureWindowsPath
from types import ModuleType

import numpy as np
import pytest

from grader.guest.inventory import Inventory, modules_in


def describe(source: str, hooks: tuple = (), defined: tuple = (), chosen: tuple = ()) -> dict:
    """The inventory of a submission with this source."""
    module = ModuleType("submitted_for_test")
    module.__file__ = "/somewhere/work/lab.py"
    sys.modules[module.__name__] = module
    try:
        exec(source, vars(module))
        made = {name: vars(module)[name] for name in defined}
        return Inventory([module], [vars(module)[name] for name in hooks], made, chosen).describe_all(vars(module))
    finally:
        del sys.modules[module.__name__]


def test_parameters_with_their_ways():
    """Which parameters there are, which must be given, and how, decides how a function is called."""
    parameters = describe("def f(a, b=1, *c, d, e=2, **g): return c")["f"]["parameters"]
    assert [(one["name"], one["required"], one["how"]) for one in parameters] == [
        ("a", True, "positional"),
        ("b", False, "positional"),
        ("c", False, "args"),
        ("d", True, "keyword"),
        ("e", False, "keyword"),
        ("g", False, "kwargs"),
    ]


def test_names_that_are_taken_out_of_kwargs():
    """Protects a threshold behind `**kwargs`: given under another name, or in order, it would be passed over without a word."""
    source = """
def f(a, *args, **kwargs):
    rest = kwargs.pop("rest", None)
    return kwargs.get("limit", 0.5), kwargs["b"], kwargs[a], rest, len(args)

def g(a, *args, **kwargs):
    def inner():
        return kwargs.get("limit", 0.5)
    x = 1
    return inner, kwargs["x"]

class A:
    def __init__(self, **config):
        self.limit = config.get("limit", 0.5)

def h(*args, **kwargs):
    return f(*args, **kwargs)
"""
    names = describe(source)
    found = {name: [(one["name"], one["how"], one["fraction"]) for one in names[name]["parameters"]] for name in names}
    ways = [("a", "positional", False), ("args", "args", False), ("kwargs", "kwargs", False)]
    assert found["f"] == [*ways, ("rest", "keyword", False), ("limit", "keyword", True), ("b", "keyword", False)]
    assert found["g"] == [ways[0], ways[2], ("x", "keyword", False)]
    assert found["A"] == [("config", "kwargs", False), ("limit", "keyword", True)]
    assert found["h"] == ways[1:]


def test_what_a_comprehension_uses():
    """Protects students of each release of Python alike: up to 3.11 a list comprehension is a function of its own, later none.
    What it mentions and takes out of `**kwargs` is its function's; a generator and a function within stay their own.
    """
    source = """
import numpy as np
import torch

def suppress(boxes, scores, **kwargs):
    order = np.argsort(scores)
    return [torch.as_tensor(boxes[each]) for each in order if kwargs.get("limit", 0.5)]

def pairs(boxes):
    return [{np.array([a, b]) for b in boxes} for a in boxes]

def lazily(boxes, **kwargs):
    return np.array(boxes), (torch.as_tensor(kwargs["limit"]) for each in boxes)
"""
    names = describe(source)
    forms = {name: names[name]["parameters"][0]["form"] for name in ("suppress", "pairs", "lazily")}
    assert forms == {"suppress": "", "pairs": "numpy", "lazily": "numpy"}
    asked = {name: [one["name"] for one in names[name]["parameters"]] for name in ("suppress", "lazily")}
    assert asked == {"suppress": ["boxes", "scores", "kwargs", "limit"], "lazily": ["boxes", "kwargs"]}


def test_who_is_written_for_tables():
    """Protects functions of a table of pandas: its type stands there, or they do with it what no array can do."""
    source = """
import numpy as np
def typed(found: "pd.DataFrame", limit=0.5): return np.array(found)
def sorts(df, limit): return df.sort_values("score")
def rows(df): return [np.sum(df.iloc[i]) for i in range(len(df))]
def arrays(table): return np.sort(table)
def best(table): return np.array(heapq.nlargest(2, table))
"""
    forms = {name: one["parameters"][0]["form"] for name, one in describe(source).items() if one["kind"] == "function"}
    assert forms == {"typed": "table", "sorts": "table", "rows": "table", "arrays": "numpy", "best": "numpy"}


def test_defaults_that_are_fractions():
    """Protects a threshold under a name of its own: a float as a default tells it from a number of boxes or a flag."""
    parameters = describe("def f(a, b=1, c=0.5, d=True, e=None, *, g=1.0): pass")["f"]["parameters"]
    assert [one["name"] for one in parameters if one["fraction"]] == ["c", "g"]


def test_defaults_that_are_words():
    """Protects code that can be asked in several ways: which one it takes by itself shows in a default, of `**kwargs` too. A
    small whole number is told as well."""
    source = """
def f(a, b="midpoint", c=True, d=1, e=None, *, g=False, h=b"midpoint", i="x" * 99, **more):
    return more.get("fmt", "xywh")
"""
    found = {one["name"]: one["default"] for one in describe(source)["f"]["parameters"] if one["default"]}
    assert found == {"b": "midpoint", "c": "true", "d": "1", "g": "false", "i": "x" * 50, "fmt": "xywh"}
    members = "from enum import Enum\nclass F(Enum):\n    XYWH = 1\n    MID = 'midpoint'\ndef f(a=F.XYWH, b=F.MID): pass"
    assert [one["default"] for one in describe(members)["f"]["parameters"]] == ["xywh", "midpoint"]
    steps = "from torch import nn, sigmoid\ndef g(x): pass\nN = nn.Linear(1, 1)\ndef f(a=sigmoid, b=nn.Sigmoid(), c=g, d=N): pass"
    assert [one["default"] for one in describe(steps)["f"]["parameters"]] == ["sigmoid", "sigmoid", "g", ""]


def test_annotations_that_tell_a_network():
    """Protects functions whose parameters have names of their own: what they are then shows in annotations, text or not."""
    source = "def f(a: np.ndarray, b: nn.Module | None, c: my_module.Box, d): pass\ndef g(a, b): pass\n"
    names = describe(source + "import numpy\nclass Module: pass\ng.__annotations__ = {'a': numpy.ndarray, 'b': Module}")
    assert [one["said"] for one in names["f"]["parameters"]] == ["array", "network", "other", ""]
    assert [one["said"] for one in names["g"]["parameters"]] == ["array", "network"]


def test_annotations_that_tell_several_numbers():
    """Protects `cam(features, weights, classes: List[int])` from being given one class as a bare number."""
    source = "def f(a: int, b: List[int], c: Optional[list[int]], d: 'Sequence[float]', e: list[str]): pass"
    said = [one["said"] for one in describe(f"from typing import List, Optional\n{source}")["f"]["parameters"]]
    assert said == ["number", "numbers", "numbers", "numbers", "other"]


def test_own_and_imported():
    """A function of a library under a part's name must not stand in for the student's own."""
    names = describe("from math import hypot\nfrom functools import partial\ndef iou(a, b): pass\nnms = partial(iou, 1)\nx = 3")
    assert [name for name, entry in names.items() if not entry["own"]] == ["hypot", "partial"]


def test_star_imports_do_not_push_the_students_names_out():
    """The student's names come first, however many others there are."""
    source = "".join(f"from math import sin as s{number}\n" for number in range(2_100)) + "def iou(): pass"
    names = describe(source)
    assert len(names) == 2_000
    assert next(iter(names)) == "iou"


def test_functions_below_more_values_than_are_listed() -> None:
    """Protects who keeps thousands of numbers as globals: the functions below them were not found."""
    lines = [f"number_{number} = {number}" for number in range(3_000)]
    names = describe("\n".join(["def first(): return 1", *lines, "def last(): return 2"]))
    assert len(names) == 2_000
    assert list(names)[:2] == ["first", "number_0"]
    assert list(names)[-1] == "last"


def test_methods_and_their_kinds():
    """Methods are described without `self`; one that needs no instance is told."""
    source = "class A:\n    def __call__(self, x): pass\n    @staticmethod\n    def f(y): pass\n    def _hidden(self): pass"
    methods = describe(source)["A"]["methods"]
    assert {name: ([one["name"] for one in method["parameters"]], method["static"]) for name, method in methods.items()} == {
        "__call__": (["x"], False),
        "f": (["y"], True),
    }


def test_classes_within_classes():
    """Protects `class Lab: class Metrics: ...`: what is written within is found, what only lies there is not."""
    source = "class Box: pass\nclass Lab:\n    kind = Box\n    class Metrics:\n        @staticmethod\n        def iou(a, b): pass"
    names = describe(source)
    assert set(names) == {"Box", "Lab", "Lab.Metrics"}
    assert names["Lab.Metrics"]["methods"]["iou"]["static"]


def test_classes_that_register_hooks():
    """Protects classes whose hook is a private method: what they make keeps a layer's output, whatever it is called."""
    names = describe("""
class Keeper:
    def __init__(self, model):
        model.register_forward_hook(self._keep)

    def _keep(self, module, inputs, output):
        self._kept = output


class Heir(Keeper):
    pass


class Other:
    def __init__(self, model):
        self.model = model
""")
    assert {name: one.get("hooking", False) for name, one in names.items()} == {"Keeper": True, "Heir": True, "Other": False}


def test_attributes():
    """Properties and what constructors assign, inherited ones too; nothing private, nothing of a local variable."""
    source = """
from functools import cached_property
class A:
    def __init__(self, model):
        self.model, self._x, y = model, 1, A
        y.z = 3
    @property
    def weights(self): return 1
class B(A):
    @cached_property
    def map(self): return 2
b = B(None)
"""
    names = describe(source)
    assert set(names["A"]["attributes"]) == {"model", "weights"}
    assert set(names["B"]["attributes"]) == set(names["b"]["attributes"]) == {"model", "weights", "map"}
    assert names["B"]["methods"] == {}, "a property is no method, cached or not"


def test_definitions_that_a_decorator_turned_into_a_librarys():
    """Protects `@torch.jit.script def iou(...)`: its object is the library's, and what it says is the student's."""
    source = "import operator\n@lambda f: operator.itemgetter(0)\ndef iou(a, b): pass\nother = iou"
    assert not describe(source)["iou"]["own"]
    assert describe(source, defined=("iou",))["iou"]["own"]
    assert not describe(source, defined=("iou",))["other"]["own"]


def test_names_given_to_what_a_library_has():
    """Protects `get_weights = attrgetter("fc.weight")`. A function of a library under its own name there is a mere import."""
    source = (
        "import math\nfrom operator import itemgetter\nfirst = itemgetter(0)\nfrom math import dist as gap\nhypot = math.hypot\n"
    )
    names = describe(source + "def own(a): pass", chosen=("first", "gap", "hypot", "own"))
    assert [name for name, entry in names.items() if entry.get("chosen")] == ["first", "gap"]


@pytest.mark.torch
def test_layers_that_stand_as_a_default():
    """Protects who has cut a network and gives it as a default; a network as such may be exchanged for another."""
    pytest.importorskip("torch", reason="needs torch")
    source = "from torch import nn\ndef maps(x, net=nn.Sequential(nn.ReLU()), layer=nn.ReLU(), n=1): pass"
    assert [one.get("kept", False) for one in describe(source)["maps"]["parameters"]] == [False, True, False, False]


@pytest.mark.parametrize(
    "body",
    [
        "return f(a, b)",
        "return a + f(*b)",
        "return f(b, a=a)",
        "return [f(a, one) for one in b]",
        "return all(f(a, one) for one in b)",
        "return max(b, key=lambda one: f(a, one))",
        "return [(lambda: f(one)) for one in b]",
        "inner = f\n    def inner(x):\n        return f(a, x)\n    return inner(b)",
        "nowhere = (a, b, f(a))\n    return nowhere",
    ],
)
def test_parameters_that_are_called(body: str):
    """Protects `nms(boxes, scores, overlap, threshold)`, which must be given a function; what is handed on may be anything."""
    own = f"def own(a, f, b):\n    {body}\n\nclass Own:\n    def __init__(self, a, f, b):\n        f(a)(b)\n"
    names = describe(own + "from typing import Callable\ndef said(a, f: Callable[..., float], b: int): return max(f, a, b)")
    assert [[one["name"] for one in names[name]["parameters"] if one.get("called")] for name in ("own", "Own", "said")] == [
        ["f"]
    ] * 3


def test_functions_that_serve_as_hooks():
    """A registered hook is never called as if it were the part that it is named after."""
    assert describe("def get_features(a, b, c): pass", hooks=("get_features",))["get_features"]["kind"] == "hook"


def test_methods_that_serve_as_hooks():
    """A method that is registered, or that makes an object one, is none that a test calls; the others of its class are."""
    source = """
class Features:
    def __call__(self, a, b, c): pass
    def get(self, x): pass

class Keeper:
    def keep(self, a, b, c): pass
    def get(self, x): pass

features = Features()
keep = Keeper().keep
"""
    names = describe(source, hooks=("features", "keep"))
    assert [list(names[name]["methods"]) for name in ("Features", "features", "Keeper")] == [["get"]] * 3


def test_kinds_of_values():
    """Only arrays can stand for a matrix: an image's width under the name W cannot."""
    inventory = Inventory([])
    values = [np.zeros((2, 3)), 224, [1], {"a": 1}, math.sin, np.vectorize(math.sin), functools.lru_cache(math.sin), "text"]
    assert [inventory.describe(value).get("kind", "") for value in values] == [
        "array",
        "number",
        "sequence",
        "mapping",
        "function",
        "function",
        "function",
        "other",
    ]
    assert inventory.describe(np.zeros((2, 3)))["axes"] == 2


def test_functions_that_cannot_return():
    """A starter's function that only raises is tried once, not in every form; whatever may return is not such a one."""
    source = """
def todo(a):
    "What is to be done."
    print("todo")
    raise NotImplementedError("todo")

def checks(a):
    if a is None:
        raise ValueError(a)
    return a

def nothing(a): pass
def items(a):
    yield a
    raise ValueError
async def later(a): raise ValueError
"""
    names = describe(source)
    assert {name: names[name]["returns"] for name in ("todo", "checks", "nothing", "items", "later")} == {
        "todo": False,
        "checks": True,
        "nothing": True,
        "items": True,
        "later": True,
    }


def test_functions_that_give_something_back():
    """Protects what a drawing function is taken for: one that ends in None, in all its ways, computes nothing for a test."""
    source = """
def draws(a):
    print(a)

def gives_up(a):
    if a is None:
        return None
    print(a)

def gives(a):
    if a is None:
        return
    print(a)
    return a

def chooses(a):
    return a if a else None

def counts(a):
    return 1

def goes_on(a):
    yield a
"""
    names = describe(source)
    answering = [name for name in ("draws", "gives_up", "gives", "chooses", "counts", "goes_on") if names[name]["answers"]]
    assert answering == ["gives", "chooses", "counts", "goes_on"]


def test_classes_that_are_asked_by_a_call():
    """Protects `class IoU(float)` and a `__new__` that gives back a number; a record, a member of an enumeration and an object
    with methods are no answers."""
    source = """
import collections, enum, typing
class Ratio(float): pass
class Kept(list):
    def __init__(self, boxes): pass
class Maker:
    def __new__(cls, a, b): return a / b
class Derived(Maker): pass
class Plain:
    def __init__(self, a, b): pass
class Box(typing.NamedTuple):
    x: float
class Other(collections.namedtuple("Pair", "a b")): pass
class Colour(enum.IntEnum):
    RED = 1
"""
    found = describe(source)
    assert {name for name, one in found.items() if one.get("answers")} == {"Ratio", "Kept", "Maker", "Derived"}
    assert [one["name"] for one in found["Derived"]["parameters"]] == ["a", "b"]


def test_methods_that_give_an_answer():
    """Protects objects that are told first and asked then: what ends in None, or in the object itself, is no answer; a decorator
    that stands around it gives back what it does. `forget` stores and gives back in one line: from 3.13 on one instruction."""
    source = """
from functools import wraps

def quietly(function):
    @wraps(function)
    def inner(*a, **k):
        return function(*a, **k)
    return inner

class Metric:
    def update(self, a):
        self.a = a

    @quietly
    def feed(self, a):
        self.a = a

    def fit(self, a):
        self.a = [b for b in a if b > self.least]
        return self

    def chain(self, a):
        self.all = all(b > self.least for b in a)
        return self

    def forget(self, a):
        last = self.a; return self

    def compute(self):
        return self.a

    @quietly
    def value(self):
        return self.a
"""
    methods = describe(source)["Metric"]["methods"]
    assert [name for name, one in methods.items() if one["answers"]] == ["compute", "value"]


def test_modules_that_were_there_before(tmp_path: Path):
    """Of modules only those are looked at that came after the template's: the submission's own, in the order of their import."""
    names = [f"module_{number}_of_this_test" for number in range(3)]
    for name in names:
        sys.modules[name] = module = ModuleType(name)
        module.__file__ = str(tmp_path / f"{name}.py")
    try:
        assert [module.__name__ for module in modules_in(tmp_path)] == names
        assert [module.__name__ for module in modules_in(tmp_path, names[0])] == names[1:]
        assert modules_in(tmp_path / "elsewhere", names[0]) == []
    finally:
        for name in names:
            del sys.modules[name]


def test_the_modules_of_a_folder_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects what a submission's helper modules define from the other separator: none of them was seen."""
    for name, file in (("inventory_e", "C:\\work\\utils.py"), ("inventory_f", "C:\\work too\\utils.py")):
        module = ModuleType(name)
        module.__file__ = file
        monkeypatch.setitem(sys.modules, name, module)
    assert [module.__name__ for module in modules_in(PureWindowsPath("C:\\work"))] == ["inventory_e"]
