"""Running pieces: every failure costs itself alone, time is shared, overwritten functions come back."""

from __future__ import annotations

import ast
import textwrap
import threading
import time

import pytest

from grader.guest import alarm, code
from grader.guest.budget import Budget
from grader.guest.notes import Notes
from grader.guest.pieces import Loaded, Runner

pytestmark = pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="alarms need the main thread")


class Bench:
    """A runner with what it left behind."""

    def __init__(self, piece: float = 5.0, total: float = 30.0) -> None:
        self.loaded = Loaded()
        self.notes = Notes()
        self.hooks: list[str] = []
        self.runner = Runner(self.loaded, Budget(total, piece), self.notes, lambda: bool(self.hooks))

    def run(self, source: str, number: int = 0) -> dict:
        """Run one piece and give the namespace."""
        name = f"<cell {number}>"
        self.loaded.cells[name] = number
        piece = code.Source(ast.parse(textwrap.dedent(source)), name, number)
        self.runner.run(piece)
        self.runner.run_bodies_of_main(piece)
        self.runner.restore_overwritten()
        return self.loaded.namespace

    @property
    def kinds(self) -> list[str]:
        """The failures' types."""
        return [failure["types"][0] for failure in self.loaded.failures]


def test_a_failing_statement_costs_itself_alone():
    """Statements below a missing picture run, calls that register hooks among them."""
    bench = Bench()
    namespace = bench.run("x = open('not here')\ny = []\ny.append(2)")
    assert namespace["y"] == [2]
    assert bench.kinds == ["FileNotFoundError"]


def test_of_a_cell_the_first_failure_is_told():
    """What fails because an earlier statement of the cell failed is not told as a failure of its own."""
    bench = Bench()
    bench.run("x = missing\nprint(x)\n", number=3)
    bench.run("z = missing\n", number=4)
    assert [failure["cell"] for failure in bench.loaded.failures] == [3, 4]


def test_a_failed_import_is_told_once():
    """Protects the report from one failure for each name of an import; another line's is told too."""
    bench = Bench()
    bench.run("from not_here import a, b, c\nimport not_here\n")
    assert [(failure["types"][0], failure["line"]) for failure in bench.loaded.failures] == [
        ("ModuleNotFoundError", 1),
        ("ModuleNotFoundError", 2),
    ]


@pytest.mark.parametrize(
    "statement", ["raise SystemExit(0)", "exit()", "raise KeyboardInterrupt", "import sys; sys.exit('done')"]
)
def test_leaving_does_not_end_the_file(statement: str):
    """A script that exits has still defined what stands below."""
    assert Bench().run(f"{statement}\nx = 1")["x"] == 1


def test_a_function_overwritten_by_its_result_comes_back():
    """`iou = iou(a, b)` keeps the function, for the tests and for other functions that call it."""
    bench = Bench()
    namespace = bench.run("def iou(a, b): return a / b\ndef nms(): return iou(1, 4)\niou = iou(1, 2)")
    assert namespace["iou"](3, 4) == 0.75
    assert namespace["nms"]() == 0.25
    assert {"code": "overwritten_restored", "name": "iou"} in bench.notes.take()


@pytest.mark.parametrize(
    ("made", "overwritten"),
    [
        ("area = lambda b: abs(b)\n", "area = area(-3)"),
        ("import math\ndef area(b): return int(math.fabs(b))\n", "math = area(-3)"),
        ("from math import fabs as size\ndef area(b): return int(size(b))\n", "for size in range(3): pass"),
        ("def area(b): return max(b, -b)\n", "max = area(-3)\nmin, abs = -3, 3"),
    ],
    ids=["lambda", "module", "imported function", "builtin"],
)
def test_what_functions_call_comes_back(made: str, overwritten: str):
    """Protects a notebook that runs from top to bottom, and gives a name that its functions use to a value at the end."""
    bench = Bench()
    assert bench.run(made + overwritten)["area"](-3) == 3
    assert [note["code"] for note in bench.notes.take()] == ["overwritten_restored"]


def test_a_value_that_functions_use_stays():
    """Protects a function that reads features from `F`, where a module of that name was imported but is never used."""
    bench = Bench()
    assert bench.run("import math as F\ndef cam(): return F.real + max\nF, max = 1, 2")["cam"]() == 3
    assert bench.notes.take() == []


def test_what_was_a_value_before_stays():
    """Protects the grade from help that Jupyter does not give: a function whose `float` was a value when it was made."""
    bench = Bench()
    assert not callable(bench.run("float = 'torch.float32'\ndef area(b): return float(b)")["float"])
    assert bench.notes.take() == []


def test_a_later_function_wins():
    """The last definition of a name counts, as everywhere in Python."""
    assert Bench().run("def f(): return 1\nf = 3\ndef f(): return 2")["f"]() == 2


def test_who_gave_a_name_last():
    """Protects whose function a name stands for: a plain import of it takes back what an assignment had put there."""
    bench = Bench()
    bench.run("from math import dist as gap\nhypot = abs\nfrom math import hypot\ndef gap(): pass\nx = 1")
    assert bench.loaded.chosen == {"x"}


def test_a_value_is_no_overwritten_function():
    """A name that was never a function stays the value that it is."""
    assert Bench().run("W = 3\nW = 4")["W"] == 4


def test_definitions_stand_without_what_is_not_here():
    """A decorator of a missing package does not take the function with it, and that is told."""
    bench = Bench()
    namespace = bench.run("@njit\ndef f(x: Tensor): return x + 1\n")
    assert namespace["f"](1) == 2
    assert bench.notes.take() == [{"code": "definition_reduced", "name": "f", "reason": "NameError"}]


def test_future_imports_hold_in_the_cells_below():
    """Protects annotations that nothing evaluates in Jupyter either."""
    bench = Bench()
    bench.run("from __future__ import annotations\nx = 1", number=1)
    assert (
        bench.run("class Box:\n    left: Missing\n    def area(self: Other) -> Another: return 2", number=2)["Box"]().area() == 2
    )
    assert bench.notes.take() == []
    assert bench.kinds == []


def test_top_level_await():
    """Cells may wait for coroutines, as in Jupyter."""
    assert Bench().run("async def f(): return 5\nx = await f()")["x"] == 5


def test_main_gives_what_stands_nowhere_else():
    """A function inside `main()` is found; one that stands outside too is not replaced by it."""
    namespace = Bench().run("def g(): return 1\ndef main():\n    def f(): return 2\n    def g(): return 3\n    return f()\n")
    assert namespace["f"]() == 2
    assert namespace["g"]() == 1


LAYER = """
class Layer:
    register_forward_hook = hooks.append
    def eval(self):
        evaluated.append(1)
layer, evaluated = Layer(), []
def main():
    {first}
    layer.register_forward_hook("mine")
    layer.eval()
"""


@pytest.mark.parametrize(("first", "call"), [("open('not here')", "main()"), ("pass", "")], ids=["fails before", "not called"])
def test_main_registers_its_hooks(first: str, call: str):
    """Protects the points of a hook that stands in a `main()` which failed before it, or which nobody has called."""
    bench = Bench()
    bench.loaded.namespace["hooks"] = bench.hooks
    assert bench.run(LAYER.format(first=first) + call)["evaluated"] == [1]
    assert bench.hooks == ["mine"]
    assert [note["code"] for note in bench.notes.take()] == ["main_unfolded"]


def test_main_registers_no_hook_twice():
    """Protects who counts what a hook stored: `main()` has run."""
    bench = Bench()
    bench.loaded.namespace["hooks"] = bench.hooks
    bench.run(LAYER.format(first="pass") + "main()")
    assert bench.hooks == ["mine"]


def test_an_endless_loop_costs_its_time_alone():
    """A demonstration that never ends is interrupted; what stands below it runs."""
    bench = Bench(piece=0.2)
    assert bench.run("while True: pass\nx = 1")["x"] == 1
    assert bench.kinds == ["Interrupted"]


def test_a_piece_ends_before_the_file_has_to(monkeypatch: pytest.MonkeyPatch):
    """Protects a file with an endless loop on a machine that is busy with others: however little of the time it ran, the loop is
    interrupted while the judge still waits for what stands below it."""
    start = time.monotonic()
    monkeypatch.setattr(alarm, "_time_waited", lambda: time.monotonic() - start)
    bench = Bench(piece=0.2, total=1)
    assert bench.run("import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass\nx = 1")["x"] == 1
    assert bench.kinds == ["Interrupted"]


def test_a_loop_that_catches_everything_ends_too():
    """`except:` inside an endless loop swallows the interruption at first, but not for good."""
    bench = Bench(piece=0.2)
    assert bench.run("while True:\n    try:\n        x = 0\n    except:\n        pass\ny = 1")["y"] == 1


def test_heavy_cells_leave_time_for_those_below(monkeypatch: pytest.MonkeyPatch):
    """Cells that take all that they may are given ever less, so that the file as a whole comes to an end in time."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    budget, given = Budget(total=30, piece=5), []
    for _ in range(10):
        given.append(budget.next_piece())
        now += given[-1]
    assert given[:3] == [5, 5, 5]
    assert given == sorted(given, reverse=True)
    assert sum(given) < 30
    assert given[-1] == 0.5
    assert budget.is_over
