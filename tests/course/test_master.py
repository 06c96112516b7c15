"""A starter is its master without the solution: nothing of it is left, and nothing else changes."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from grader.course.master import module_of, stale, starter_files, without_solution
from grader.errors import SpecificationError

MODULE = '''\
"""Numbers."""


def mean(values):
    """The mean."""
    ### BEGIN SOLUTION
    ### STARTER total = 0
    ### STARTER raise NotImplementedError("mean is not done yet")
    secret = sum(values)
    return secret / len(values)
    ### END SOLUTION


def clamp(value, low, high):
    # BEGIN SOLUTION
    return max(low, min(high, value))
    # END SOLUTION


THRESHOLD = 0.5  # SOLUTION
sizes: list[int] = [1, 2]  # SOLUTION
print(mean([1, 2]))  # SOLUTION
COLOUR = "#ff0000"  # SOLUTION
kept = THRESHOLD == 0.5
### BEGIN SOLUTION
TABLE = {"a": 1}
### END SOLUTION
### BEGIN HIDDEN TESTS
assert mean([1]) == 1
### END HIDDEN TESTS
'''
STARTER = '''\
"""Numbers."""


def mean(values):
    """The mean."""
    total = 0
    raise NotImplementedError("mean is not done yet")


def clamp(value, low, high):
    raise NotImplementedError  # your code here


THRESHOLD = ...
sizes: list[int] = ...
...
COLOUR = ...
kept = THRESHOLD == 0.5
# your code here
'''


def test_a_module() -> None:
    """Protects the convention: regions, stubs of one's own, single lines, hidden tests; what is around stays to the letter."""
    assert without_solution(MODULE, "here") == STARTER
    ast.parse(STARTER)


def test_nothing_to_take_out() -> None:
    """Protects files without a solution, with and without a last line end."""
    for text in ("", "x = 1", "x = 1\n", "# see the SOLUTION of exercise 3\n", '"### BEGIN"\n', 'x = "a\u2028b"\f\n'):
        assert without_solution(text, "here") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("### BEGIN SOLUTION\nx = 1\n", "BEGIN SOLUTION without"),
        ("x = 1\n### END SOLUTION\n", "line 2: ### END SOLUTION does not belong here"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n", "line 2"),
        ("### BEGIN SOLUTION\n### END HIDDEN TESTS\n", "line 2"),
        ("x = 1  ### BEGIN SOLUTION\ny = 2\n", "line 1: x = 1  ### BEGIN SOLUTION is no marker"),
        ("#### BEGIN SOLUTION\n", "line 1: #### BEGIN SOLUTION is no marker, and would reach students"),
        ("### end solution\n", "line 1"),
        ("x = 1\ny = 2  # SOLUTION: two\n", "line 2: y = 2  # SOLUTION: two is no marker"),
    ],
)
def test_a_region_that_does_not_end(text: str, said: str) -> None:
    """Protects students from a starter that holds half the solution: the place is named, nothing is made. And its author from a
    marker that is spelt otherwise, which would be handed out with what it marks."""
    with pytest.raises(SpecificationError, match=said):
        without_solution(text, "here")


def cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    """A cell of a notebook."""
    code = (
        {"outputs": [{"output_type": "stream", "name": "stdout", "text": "SECRET"}], "execution_count": 7}
        if kind == "code"
        else {}
    )
    return {"cell_type": kind, "id": f"id-{len(source)}", "metadata": {}, "source": source, **code, **more}


@pytest.fixture
def master(tmp_path: Path) -> Path:
    """A folder with a master notebook."""
    cells = [
        cell("markdown", "# Numbers\n\n" + "A long line. " * 20 + "\n\n| a | b |"),
        cell("code", "%matplotlib inline\n!pip install x\nimport math", metadata={"collapsed": True, "tags": ["setup"]}),
        cell("code", "def mean(values):\n    ### BEGIN SOLUTION\n    return SECRET\n    ### END SOLUTION"),
        cell("code", "print('SECRET')", metadata={"tags": ["solution"]}),
        cell("markdown", ["SECRET discussion"], metadata={"tags": ["solution"]}),
        cell("markdown", "Why?\n\n### BEGIN SOLUTION\nSECRET reason\n### END SOLUTION\n\n# SOLUTION"),
        cell("code", "%%bash\npip install x\nls"),
        cell("code", "%%time\nprint(mean([1]))"),
    ]
    metadata = {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}, "widgets": {"SECRET": 1}}
    folder = tmp_path / "master"
    folder.mkdir()
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "lab.ipynb").write_text(json.dumps(notebook))
    return folder


def test_a_notebook(master: Path) -> None:
    """Protects from a solution that shows in outputs, metadata or marked cells; the cell's tags are for other tools."""
    files = starter_files(master)
    assert set(files) == {"lab.ipynb", "lab.py"}
    assert b"SECRET" not in b"".join(files.values())
    tree = json.loads(files["lab.ipynb"])
    assert [one["cell_type"] for one in tree["cells"]] == ["markdown", "code", "code", "markdown", "code", "code"]
    assert [one["metadata"] for one in tree["cells"]] == [{}, {"tags": ["setup"]}, {}, {}, {}, {}]
    code = [one for one in tree["cells"] if one["cell_type"] == "code"]
    assert all(one["outputs"] == [] and one["execution_count"] is None for one in code)
    assert "".join(tree["cells"][2]["source"]) == "def mean(values):\n    raise NotImplementedError  # your code here"
    assert "".join(tree["cells"][3]["source"]) == "Why?\n\n…\n\n# SOLUTION"


def test_the_module_of_a_notebook(master: Path) -> None:
    """Protects students who work in a module: it runs, its text is there, shell lines are not."""
    module = starter_files(master)["lab.py"].decode()
    ast.parse(module)
    assert module.startswith("# %% [markdown]\n# # Numbers\n#\n# A long line.")
    assert "# | a | b |" in module
    assert "# %%\n# %matplotlib inline\n# !pip install x\nimport math\n" in module
    assert "# %%\n# %%bash\n# pip install x\n# ls\n" in module
    assert "# %%\n# %%time\nprint(mean([1]))\n" in module
    assert max(map(len, module.splitlines())) <= 100
    assert module_of(json.loads(starter_files(master)["lab.ipynb"])) == module


def test_a_module_of_its_own_goes_first(master: Path) -> None:
    """Protects a lab whose module is written by hand beside the notebook."""
    (master / "lab.py").write_text(MODULE)
    assert starter_files(master)["lab.py"].decode() == STARTER


def test_the_same_bytes_twice(master: Path) -> None:
    """Protects `grade validate`, which compares bytes."""
    assert starter_files(master) == starter_files(master)


def test_what_is_stale(master: Path, tmp_path: Path) -> None:
    """Protects from drift: a starter that is missing or was changed by hand is named."""
    starter = tmp_path / "starter"
    assert stale(master, starter) == ["lab.py", "lab.ipynb"]
    starter.mkdir()
    for name, raw in starter_files(master).items():
        (starter / name).write_bytes(raw)
    (starter / "data.csv").write_text("1,2\n")
    assert stale(master, starter) == []
    (starter / "lab.py").write_text("# by hand\n")
    assert stale(master, starter) == ["lab.py"]
    assert starter_files(tmp_path / "nothing") == {}


@pytest.mark.parametrize(
    "text", ["{}", "[]", "{", '{"cells": [1]}', '{"cells": [{"cell_type": "code"}]}', '{"cells": [{"source": ["1"]}]}']
)
def test_a_file_that_is_no_notebook(master: Path, text: str) -> None:
    """Protects from a traceback."""
    (master / "lab.ipynb").write_text(text)
    with pytest.raises(SpecificationError, match="is not a notebook"):
        starter_files(master)


def test_a_module_in_another_encoding(master: Path) -> None:
    """Protects an author whose editor writes Windows-1251 from a traceback."""
    (master / "lab.py").write_bytes("# решение\n".encode("cp1251"))
    with pytest.raises(SpecificationError, match=r"lab\.py: is no text in UTF-8"):
        starter_files(master)
