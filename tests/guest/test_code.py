"""Statements of a submission: what is run, and what is left of a definition that cannot stand as it is."""

from __future__ import annotations

import ast
import inspect
import textwrap

import pytest

from grader.guest import code


def tree(source: str) -> ast.Module:
    """The tree of an indented source."""
    return ast.parse(textwrap.dedent(source))


def texts(source: str) -> list[str]:
    """The statements that would run, as text."""
    return [ast.unparse(node) for node in code.statements(tree(source))]


def test_one_missing_package_costs_no_other_import():
    """`import a, b` runs as two imports, so that a package that is not here takes no other one along."""
    assert texts("import numpy, timm as t\nfrom os import path, sep") == [
        "import numpy",
        "import timm as t",
        "from os import path",
        "from os import sep",
    ]


@pytest.mark.parametrize("test", ['__name__ == "__main__"', '"__main__" == __name__'])
def test_what_a_script_runs_is_run(test: str):
    """Statements under `if __name__ == "__main__"` count one by one: a script is graded as if it had been started."""
    assert texts(f"if {test}:\n    x = 1\n    y = 2") == ["x = 1", "y = 2"]


def test_other_conditions_stay_whole():
    """An `if` that is no main block is one statement."""
    assert texts("if x == 1:\n    y = 2") == ["if x == 1:\n    y = 2"]


def test_names_that_are_defined_twice_are_seen_twice():
    """A student is told about a second definition of a name, one under the main block included."""
    source = "def f(): pass\nif __name__ == '__main__':\n    def f(): pass\nclass g: pass"
    assert code.names_defined(tree(source)) == ["f", "f", "g"]


def test_parts_of_one_definition_are_no_second_one():
    """Protects from "defined more than once" for overloads, accessors, other types of one function, and functions named `_`."""
    source = """
    @overload
    def f(a: int): ...
    @typing.overload
    def f(a: str): ...
    def f(a): pass
    @property
    def g(self): pass
    @g.setter
    def g(self, value): pass
    @f.register(list)
    def _(a): pass
    @f.register
    def _(a: tuple): pass
    @cache
    def h(): pass
    """
    assert code.names_defined(tree(textwrap.dedent(source))) == ["f", "g", "h"]


def test_future_imports_hold_for_statements_below():
    """An annotation that `from __future__ import annotations` defers is not evaluated in a later statement either."""
    whole = tree("from __future__ import annotations\ndef f(x: not_here): return x")
    namespace: dict = {}
    for node in code.statements(whole):
        exec(code.compiled(node, code.Source(whole, "<test>"), code.futures_of(whole)), namespace)
    assert namespace["f"](3) == 3


def test_decorators_and_annotations_that_are_not_here_fall_away():
    """A function behind a missing package's decorator or annotation is still defined, with what it computes."""
    node = tree("@njit(fastmath=True)\ndef f(x: Tensor[4], y=3) -> Tensor:\n    return x + y").body[0]
    first, note = next(code.weaker_forms(node))
    assert note == "definition_reduced"
    assert ast.unparse(first) == "def f(x, y=3):\n    return x + y"


def test_default_values_that_are_not_here_become_none():
    """A default that cannot be evaluated costs the default, not the function."""
    node = tree("def f(x, model=model, *, k=3, w=W): pass").body[0]
    *_, (last, note) = code.weaker_forms(node)
    assert note == "defaults_left_out"
    assert ast.unparse(last) == "def f(x, model=None, *, k=3, w=None):\n    pass"


def test_what_makes_a_class_stays():
    """Static methods, properties and dataclasses keep the decorators that make them what they are."""
    node = tree("@dataclass\n@wraps_it\nclass A:\n    @staticmethod\n    @njit\n    def f(x: T): pass\n    y: T = 1").body[0]
    first, _ = next(code.weaker_forms(node))
    assert ast.unparse(first) == "@dataclass\nclass A:\n\n    @staticmethod\n    def f(x):\n        pass\n    y: 'T' = 1"


def test_base_classes_that_are_not_here():
    """Protects what a class defines from a base of a missing package, and the words about it."""
    *_, (last, note) = code.weaker_forms(tree("class A(missing.Base, metaclass=M): x = 1").body[0])
    assert (ast.unparse(last), note) == ("class A:\n    x = 1", "bases_left_out")


def test_names_that_a_statement_chooses():
    """Protects whom a name was given by: an import under the library's own name says less than one under another."""
    source = "import a\nimport b as c\nfrom d import e as f\nfrom g import h as h\ni = 1\nj: int = 2\ndef k(): pass\nprint(l)"
    assert set().union(*map(code.names_chosen, tree(source).body)) == {"c", "f", "i", "j"}


def test_bodies_of_main_are_found():
    """Definitions inside a `main()` that takes nothing are offered; those of a function with parameters are not."""
    source = """
        def main(verbose=False):
            def iou(a, b): ...
            W = 3
            layer.register_forward_hook(iou)
            model.eval()
            print(W)
        def run(x):
            def nms(): ...
    """
    assert [sorted(code.names_bound(node)) for node in code.main_bodies(tree(source))] == [["iou"], ["W"], [], []]


_COUNTING = """def make():
    n = 0
    @wraps(x)
    def one(a: unknown = 2, b=ruin()) -> T:
        nonlocal n
    return one
"""
MAKERS = {
    _COUNTING: "(a: 'unknown' = 2, b=None) -> 'T'",
    "def make(s):\n    def one(a, b=1.5): return a\n    def two(c, *, d): return one(c)\n    return two": "(c, *, d)",
    "def make():\n    return lambda a, b=-1: a": "(a, b=None)",
    "def make(s):\n    if s:\n        def one(a): return a\n    else:\n        def one(a): return -a\n    return one": "(a)",
    "def make(a):\n    def one(b): return b\n    if a:\n        return 1\n    return one": "",
    "def make(a):\n    def one(b): return b\n    return one(a)": "",
    "def make(a):\n    class One:\n        def one(b): return b\n    return One": "",
    "def make(a): return a": "",
    "make = 1": "",
}


@pytest.mark.parametrize("source", MAKERS)
def test_what_a_function_makes(source: str):
    """Protects the parameters of what `make_loss(smooth)` gives back, which are known without a call: none of its code runs."""
    given = code.function_given(tree(source).body[0])
    assert (str(inspect.signature(code.likeness(given, {}))) if given is not None else "") == MAKERS[source]
