"""Files of submissions, notebooks and modules, through IPython's shell: what is left behind, what is told.

A process with a shell is started once and forks for each file, as the sandbox's template does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v3, v4

from grader.guest import starred
from grader.guest.notebook import Unreadable, read_cells

_SERVER = """
import json, os, sys
from pathlib import Path
from grader.guest.adaptations.console import BoundedText
from grader.guest.budget import Budget
from grader.guest.drawings import Drawings
from grader.guest.loading import Loader
from grader.guest.notes import Notes
from grader.guest.shell import make_shell

notes = Notes()
drawings = Drawings()
shell = make_shell(notes, drawings)
for line in sys.stdin:
    path = Path(json.loads(line))
    if os.fork() == 0:
        os.chdir(path.parent)
        sys.path.insert(0, str(path.parent))
        answers, sys.stdout = sys.stdout, BoundedText(10_000)
        loaded = Loader(shell, notes, drawings, Budget(20, 1)).load(path, path.parent)
        values = {key: value if isinstance(value, int | str) else value() if key.startswith("f") else None
                  for key, value in [*loaded.elsewhere.items(), *loaded.namespace.items()]
                  if not key.startswith("_") and (isinstance(value, int | str) or callable(value)) and len(key) < 4}
        left = {"values": values, "failures": loaded.failures, "notes": notes.take(), "unreadable": loaded.unreadable}
        print(json.dumps(left, default=str), file=answers, flush=True)
        os._exit(0)
    if os.wait()[1]:
        print("{}", flush=True)  # no answer, which nobody would wait for
"""


@dataclass
class Left:
    """What a file left behind: numbers and texts by name, and what functions named f... return; failures, notes, the reason."""

    values: dict[str, Any]
    failures: list[dict[str, Any]]
    notes: list[dict[str, str]]
    unreadable: str

    @property
    def told(self) -> list[tuple[int, str]]:
        """The failures: cell and type."""
        return [(failure["cell"], failure["types"][0]) for failure in self.failures]

    @property
    def codes(self) -> list[str]:
        """The notes."""
        return [note["code"] for note in self.notes]


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """The process with the shell."""
    process = subprocess.Popen([sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=30)


@pytest.fixture
def load(server: subprocess.Popen[str], tmp_path: Path) -> Callable[..., Left]:
    """`load(content, name)`: what a file left behind; text, bytes, or a list of cells for a notebook."""

    def load(content: str | bytes | list[str], name: str = "lab.py", **others: str) -> Left:
        for other, text in others.items():
            (tmp_path / f"{other}.py").parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / f"{other}.py").write_text(text)
        if isinstance(content, list):
            name = "lab.ipynb"
            content = nbformat.writes(v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in content]))
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        server.stdin.write(json.dumps(str(path)) + "\n")
        server.stdin.flush()
        return Left(**json.loads(server.stdout.readline()))

    return load


def test_cells_past_a_failing_one(load: Callable[..., Left]):
    """A first cell that cannot run costs nothing below it, and is told with its number."""
    left = load(["import not_here\nx = 1", "def f(): return x"])
    assert left.values["f"] == 1
    assert left.told == [(1, "ModuleNotFoundError")]
    assert left.failures[0]["line"] == 1


def test_shell_lines_and_magics(load: Callable[..., Left]):
    """Lines for the shell and for IPython are set aside with a note, those that change nothing without one."""
    left = load(
        [
            "!pip install torchcam\n%matplotlib inline\n%load_ext autoreload\nx = 1",
            "files = !ls\npip install timm",
            "%%bash\nrm -rf /",
            "%nonsense 5\ny = 2",
            "%%R\nplot(cars)",
        ]
    )
    assert (left.values["x"], left.values["y"]) == (1, 2)
    assert left.told == []
    assert left.codes == ["shell_line_skipped"] * 4 + ["magic_skipped", "language_skipped"]


def test_timeit_with_options(load: Callable[..., Left]):
    """Protects lines that are measured once: the options of `%timeit` are none of the statement, and `-o` gives a result."""
    lines = ["n = 0", "%timeit -n 10 -r 3 f()", "t = %timeit -o -q -n2 -r 1 f()", "m = 2", "%timeit -m", "x = t.average > 0"]
    left = load(["def f():\n    global n\n    n += 1", "\n".join(lines)])
    assert left.told == []
    assert (left.values["n"], left.values["x"]) == (2, True)


@pytest.mark.parametrize("first", ["%%time", "%%capture out", "%%timeit -n 3", "%%unheard_of"])
def test_cells_that_are_wrapped(load: Callable[..., Left], first: str):
    """Definitions in a cell that is measured or captured stand, past a failure in it too."""
    assert load([f"{first}\nx = missing\ndef f(): return 3"]).values["f"] == 3


@pytest.mark.parametrize("first", ["%%capture out", "%%capture --no-stderr out", "\n%%capture out --no-stderr"])
def test_what_a_cell_printed_is_there(load: Callable[..., Left], first: str):
    """Protects cells that read what `%%capture` caught, past a failure in that cell, and only that."""
    left = load(["print(1)", f"{first}\nprint(2)\nx = missing", "print(3)\ny = int(out.stdout)"])
    assert left.values["y"] == 2
    assert left.told == [(2, "NameError")]
    assert left.failures[0]["line"] == 3 + first.count("\n")


@pytest.mark.parametrize("statement", ["exit()", "quit()", "exit(0)"])
def test_leaving_a_notebook(load: Callable[..., Left], statement: str):
    """Protects what is told of a last cell that ends the kernel: that it did so, as in a module, and nothing of the shell."""
    left = load([statement, "x = 1"])
    assert left.values["x"] == 1
    assert left.told == [(1, "SystemExit")]


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), signal.SIGTERM)"])
@pytest.mark.parametrize("is_notebook", [True, False])
def test_a_runtime_that_is_restarted(load: Callable[..., Left], ending: str, is_notebook: bool):
    """Protects notebooks that restart Colab's runtime after an installation: the whole submission had no points."""
    pieces = [f"import os, signal\n{ending}", "x = 1", "def f(): return os._exit.__name__"]
    left = load(pieces) if is_notebook else load("\n".join(pieces))
    assert left.values == {"x": 1, "f": "_exit"}
    assert left.told == [(1 if is_notebook else 0, "SystemExit")]


def test_children_end_as_ever(load: Callable[..., Left]):
    """Protects the loaded submission from a child that goes on in its place after `os._exit`, and other signals."""
    child = "import os\nn = os.fork()\nif n == 0:\n    os._exit(7)\nx = os.waitstatus_to_exitcode(os.waitpid(n, 0)[1])"
    left = load([child, "n = 0\nos.kill(os.getpid(), 0)\ny = 1"])
    assert (left.values["x"], left.values["y"], left.told) == (7, 1, [])


def test_written_modules_are_there(load: Callable[..., Left]):
    """`%%writefile` writes, an import and `%run` find what it wrote."""
    left = load(["%%writefile helper.py\ndef f(): return 4\n", "from helper import f", "%%file more.py\nz = 5\n", "%run more.py"])
    assert (left.values["f"], left.values["z"]) == (4, 5)


def test_written_modules_in_other_places(load: Callable[..., Left]):
    """Protects who writes into a folder that a skipped shell line was to make, or into one of another machine."""
    left = load(
        [
            "!mkdir -p lib",
            "%%writefile lib/one.py\ndef f(): return 4\n",
            "from lib.one import f",
            "%%writefile /proc/content/two.py\nz = 5\n",
            "import sys; sys.path.append('/proc/content')\nfrom two import z",
        ]
    )
    assert (left.values["f"], left.values["z"]) == (4, 5)
    assert not left.failures


def test_other_modules_of_the_submission(load: Callable[..., Left]):
    """What `import utils` brings is found though the notebook never names it."""
    assert load(["import utils"], utils="def f(): return 6").values["f"] == 6


def test_relative_imports(load: Callable[..., Left]):
    """Protects a lab that is written as a package: its file finds the others beside it by a dot, and they one another."""
    others = {"boxes": "from .areas import f2\ndef f(): return f2() + 1\n", "areas": "def f2(): return 6\n"}
    left = load("from .boxes import f\nfrom . import areas\nx = areas.f2()\n", **others)
    assert (left.values["f"], left.values["x"]) == (7, 6)
    assert left.told == []


def test_a_notebook_saved_as_a_module(load: Callable[..., Left]):
    """Colab's export keeps shell lines and calls of `get_ipython`; the rest is Python."""
    left = load("!pip install x\nget_ipython().system('ls')\n%cd data\ndef f(): return 7\n")
    assert left.values["f"] == 7
    assert set(left.codes) == {"shell_line_skipped"}
    assert left.told == []


@pytest.mark.parametrize("magic", ["time", "capture", "timeit", "prun", "unheard_of"])
def test_wrapped_cells_of_a_notebook_saved_as_a_module(load: Callable[..., Left], magic: str):
    """Protects the definitions in such cells: nbconvert writes each as one call with a text, which ran in another namespace."""
    cell = "\nx = missing\n!ls\n@nowhere\ndef f(): return y\n"
    left = load(f"y = 3\nget_ipython().run_cell_magic({magic!r}, '', {cell!r})\ndef f2(): return f()\n")
    assert (left.values["f"], left.values["f2"]) == (3, 3)
    assert [(failure["types"][0], failure["line"]) for failure in left.failures] == [("NameError", 2)]


def test_magics_of_a_module_run_in_it(load: Callable[..., Left]):
    """Protects what a line magic and a captured cell run in a module: they see its names, and what they define is there."""
    shell = "shell = get_ipython()\nshell.run_line_magic('time', 'x = f()')\n"
    left = load(f"def f(): return 4\n{shell}shell.run_cell('def f2(): return x')\nassert f2() == 4\n")
    assert (left.values["x"], left.values["f2"]) == (4, 4)
    assert left.told == []


@pytest.mark.parametrize(
    "first",
    ["from numpy import *", "try:\n    from numpy import *\nexcept ImportError:\n    pass", "exec('from numpy import *')"],
)
def test_python_after_a_star_import_of_numpy(load: Callable[..., Left], first: str):
    """Protects `max(0, x2 - x1)`, which meant Python's `max` until NumPy 2 exported its own; and who means that, of arrays."""
    pytest.importorskip("numpy", minversion="2", reason="NumPy before 2 exports no `max` of its own")
    functions = [
        "def f1(): return str((max(-3, 0), min(4, 5, 3), round(2.6), pow(2, 3, 5), abs(-1), bool is type(True)))",
        "def f2(): return str((float(max(array([[1, 5], [7, 2]]))), max(array([[1, 5], [7, 2]]), axis=0).tolist()))",
        "def f3(): return str((max([3, 9], key=lambda n: -n), max([[1, 2], [0, 9]]), round(array([1.6])).tolist()))",
        "def f4():\n    try:\n        return max(3)\n    except TypeError as error:\n        return str(error)",
    ]
    taken = "del fix"  # a function, with as short a name as those
    left = load([first, "\n".join(functions), taken])
    assert {name: value for name, value in left.values.items() if name in ("f1", "f2", "f3", "f4")} == {
        "f1": "(0, 3, 3, 3, 1, True)",
        "f2": "(7.0, [7, 5])",
        "f3": "(3, [1, 2], [2.0])",
        "f4": "'int' object is not iterable",
    }
    assert left.codes == ["python_names_given_back"]


def test_numpy_itself_keeps_its_functions():
    """Protects NumPy and its parts from being taken for modules of the submission, where they lie beside its file."""
    numpy = pytest.importorskip("numpy", minversion="2", reason="NumPy before 2 exports no `max` of its own")
    before = dict(vars(numpy))
    assert not starred.give_back(vars(numpy))
    assert vars(numpy) == before
    assert not starred.give_back({**before, "__name__": "numpy._core"})
    assert starred.give_back({**before, "__name__": "utils"})


def test_python_after_a_star_import_in_another_module(load: Callable[..., Left]):
    """Protects a helper module with such an import; and whoever takes one name of NumPy's on purpose."""
    pytest.importorskip("numpy", minversion="2", reason="NumPy before 2 exports no `max` of its own")
    left = load(
        ["import utils\nfrom numpy import max", "def f2(): return max(-3, 0).item()"],
        utils="from numpy import *\ndef f(): return max(-3, 0)",
    )
    assert (left.values["f"], left.values["f2"]) == (0, -3)
    assert left.codes == ["python_names_given_back"]


def test_old_notebooks(load: Callable[..., Left]):
    """A notebook of format 3 has the same cells."""
    sheet = v3.new_worksheet(cells=[v3.new_code_cell(input="def f(): return 8")])
    assert load(nbformat.writes(v3.new_notebook(worksheets=[sheet]), version=3), "old.ipynb").values["f"] == 8


def test_a_notebook_that_breaks_the_schema(monkeypatch: pytest.MonkeyPatch):
    """Protects what another tool wrote, and each fork from compiling nbformat's schema, which takes longer than most cells."""

    def compiled(*_: object, **__: object) -> None:
        pytest.fail("the schema was compiled")

    monkeypatch.setattr("nbformat.validator.get_validator", compiled)
    code = {"cell_type": "code", "metadata": {}, "source": ["f = 3\n", "g = f + 1"]}  # no outputs, and a text for a number
    text = json.dumps({"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": "5"})
    assert [(cell.number, cell.source) for cell in read_cells(text)] == [(1, "f = 3\ng = f + 1")]


@pytest.mark.parametrize(
    "raw",
    [
        "def f(): return 'ж'\r\nx = 1\r\n".encode("utf-8-sig"),
        "# -*- coding: cp1251 -*-\ndef f(): return 'ж'\n".encode("cp1251"),
        "def f(): return 'ж'".encode(),
    ],
    ids=["a byte order mark", "a coding cookie", "plain UTF-8"],
)
def test_encodings(load: Callable[..., Left], raw: bytes):
    """What Python reads is read, whatever editor wrote it."""
    assert load(raw).values["f"] == "ж"


@pytest.mark.parametrize(("encoding", "said"), [("cp1251", "Windows-1251"), ("utf-16", "UTF-16")])
def test_encodings_of_windows(load: Callable[..., Left], encoding: str, said: str):
    """What Windows editors and shells write in Russian is read too, and told: names and strings may be in it."""
    left = load("# лаба\r\nдлина = 1\r\ndef f(): return 'ж' * длина\r\n".encode(encoding))
    assert left.values["f"] == "ж"
    assert left.notes == [{"code": "encoding_guessed", "encoding": said}]


@pytest.mark.parametrize(("encoding", "said"), [("cp1251", "Windows-1251"), ("utf-16", "UTF-16")])
def test_notebooks_of_windows(load: Callable[..., Left], encoding: str, said: str):
    """Protects notebooks that an editor or a shell of Windows has rewritten: they are read as modules are."""
    cells = [v4.new_code_cell("# лаба\nдлина = 1\ndef f(): return 'ж' * длина")]
    left = load(nbformat.writes(v4.new_notebook(cells=cells)).encode(encoding), "lab.ipynb")
    assert left.values["f"] == "ж"
    assert left.notes == [{"code": "encoding_guessed", "encoding": said}]


def test_notebooks_that_leave_out_what_says_nothing(load: Callable[..., Left]):
    """Protects notebooks without metadata and outputs, which Colab, VS Code and converters write and open."""
    code = {"cell_type": "code", "source": "def f(): return 5"}
    bare = {"cells": [{"cell_type": "markdown", "source": "text"}, code, {**code, "outputs": None}], "nbformat": 4}
    assert load(json.dumps(bare), "lab.ipynb").values["f"] == 5
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "def f(): return 6"}]}], "nbformat": 3}
    assert load(json.dumps(old), "lab.ipynb").values["f"] == 6


@pytest.mark.parametrize(
    ("raw", "name", "reason"),
    [
        (b" \n", "a.py", "empty"),
        (b"x = 1\0", "a.py", "binary"),
        (b"\xff\x05\x91\x13", "a.py", "binary"),
        (b"x = '\x98'", "a.py", "not_utf8"),
        (b"\xff\xfex", "a.py", "not_utf8"),
        (b"def (\n", "a.py", "syntax"),
        (b"{", "a.ipynb", "not_a_notebook"),
        (b"\xff\xfe", "a.ipynb", "not_a_notebook"),
        (b"\xff\xfex", "a.ipynb", "not_utf8"),
        (b"[]", "a.ipynb", "not_a_notebook"),
        (b'{"nbformat": 4, "cells": [' + b"{}," * 2000 + b"{}]}", "a.ipynb", "too_many_cells"),
        (b'{"nbformat": 3, "worksheets": [' + b"{}," * 2000 + b"{}]}", "a.ipynb", "too_many_cells"),
        (b'{"nbformat": 3, "worksheets": [{"cells": [' + b"{}," * 2000 + b"{}]}]}", "a.ipynb", "too_many_cells"),
    ],
)
def test_what_cannot_be_read(load: Callable[..., Left], raw: bytes, name: str, reason: str):
    """Each kind of unreadable file has its own reason."""
    assert load(raw, name).unreadable == reason


def test_a_notebook_of_many_cells(load: Callable[..., Left]):
    """Protects long notebooks: as many cells as are taken are read."""
    code = {"cell_type": "code", "source": ["def f(): ", "return 8"]}
    cells = [{"cell_type": "markdown", "source": ""}] * 1999
    assert load(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [code, *cells]}), "lab.ipynb").values["f"] == 8


@pytest.mark.parametrize("place", ["outputs", "metadata", "unknown", "source"])
@pytest.mark.parametrize("of", ["cell", "notebook"])
def test_what_is_not_code_is_not_converted(place: str, of: str):
    """Protects the judge, which reads notebooks for likeness, from gigabytes of nbformat's objects for megabytes of `{}`."""
    much = [{}] * 100_000
    cell = {"cell_type": "code", "source": "x = 1"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (cell if of == "cell" else notebook)[place] = {"in it": much} if place == "metadata" else much
    text = json.dumps(notebook)
    tracemalloc.start()
    try:
        read = [one.source for one in read_cells(text)]
    except Unreadable as error:
        read = [error.code]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == (["not_a_notebook"] if (of, place) == ("cell", "source") else ["x = 1"])
    assert peak < 40 << 20, "as parsed, a tenth of what nbformat makes of it"


def test_a_broken_statement_in_a_module(load: Callable[..., Left]):
    """The functions around a statement that is no Python count; the statement is told with its line."""
    left = load("def f(): return 9\ndef broken(:\n    pass\n")
    assert left.values["f"] == 9
    assert [(failure["types"][0], failure["line"]) for failure in left.failures] == [("SyntaxError", 2)]


def test_a_file_named_like_a_library(load: Callable[..., Left]):
    """`json.py` is graded, and does not take the place of the library that everything uses."""
    assert load("import json as j\ndef f(): return j.dumps([1])\n", "json.py").values["f"] == "[1]"


@pytest.mark.parametrize("place", ["lab", "src/lab"])
def test_a_file_beside_a_package_of_its_name(load: Callable[..., Left], place: str):
    """Protects a lab whose functions are in a package, and a script of the same name that imports them."""
    package = {f"{place}/__init__": "from .boxes import f1\n", f"{place}/boxes": "def f1(): return 1\n"}
    start = "import sys\nsys.path.insert(0, 'src')\n" if "/" in place else ""
    left = load(start + "from lab import *\nfrom lab.boxes import f1 as f2\n", **package)
    assert (left.values["f1"], left.values["f2"]) == (1, 1)
    assert left.told == []


def test_scripts(load: Callable[..., Left]):
    """What runs only when the script is started, or stands in its `main()`, is there."""
    left = load("def main():\n    def f1(): return 1\nif __name__ == '__main__':\n    def f2(): return 2\n    main()\n")
    assert (left.values["f1"], left.values["f2"]) == (1, 2)
    assert left.codes == ["main_unfolded"]


def test_a_cell_that_never_ends(load: Callable[..., Left]):
    """It is told; those below run."""
    left = load(["while True: pass", "def f(): return 1"])
    assert left.values["f"] == 1
    assert left.told == [(1, "Interrupted")]
