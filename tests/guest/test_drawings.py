"""What a submission shows while it is loaded: which pictures are kept, for which cell, how large, and for how long."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib")
v4 = pytest.importorskip("nbformat.v4", reason="needs nbformat")

Shown = Callable[..., dict[str, Any]]

_PROGRAM = """
import json, os, sys
from pathlib import Path
import matplotlib.pyplot
from grader.guest import adaptations
from grader.guest.budget import Budget
from grader.guest.drawings import Drawings
from grader.guest.loading import Loader
from grader.guest.notes import Notes
from grader.guest.shell import make_shell

notes, drawings, budget = Notes(), Drawings(), Budget(40, 10)
shell = make_shell(notes, drawings)
adaptations.install(adaptations.Places(Path("pictures"), Path("hub")), notes, drawings)
answers, sys.stdout = sys.stdout, open(os.devnull, "w")
path = Path(sys.argv[1])
loaded = Loader(shell, notes, drawings, budget).load(path, path.parent)
taken = drawings.take(budget)
if "later" in loaded.namespace:
    loaded.namespace["later"]()
open_figures = matplotlib.pyplot.get_fignums() if matplotlib.pyplot.get_fignums else []
kept = [(one["cell"], one["title"], one["pixels"].shape, str(one["pixels"].dtype), one["pixels"].mean((0, 1)).round().tolist())
        for one in taken["shown"]]
print(json.dumps({"kept": kept, "left_out": taken["left_out"], "failures": loaded.failures, "open": open_figures,
                  "later": len(drawings.shown), "printed": repr(sys.stdout)}, default=str), file=answers)
"""


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """`shown(*cells)`: what is kept of a notebook of these cells; `shown(source, module=True)` of a module."""

    def run(*cells: str, module: bool = False) -> dict[str, Any]:
        sources = [textwrap.dedent(cell).strip("\n") for cell in cells]
        path = tmp_path / ("lab.py" if module else "lab.ipynb")
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
        path.write_text(sources[0] if module else v4.writes(notebook), encoding="utf-8")
        command = [sys.executable, "-c", _PROGRAM, path.name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title({title!r})\n"


def test_figures_are_those_that_jupyter_shows(shown: Shown) -> None:
    """Shown by `show` or at the end of a cell, with its number and title, closed afterwards; an empty one is none."""
    found = shown(PLOT.format(title="Loss"), PLOT.format(title="Accuracy") + "plt.show()\nplt.figure()", "plt.gcf(); plt.close()")
    assert [(cell, title) for cell, title, *_ in found["kept"]] == [(1, "Loss"), (2, "Accuracy")]
    assert found["kept"][0][2:4] == [[360, 480, 3], "uint8"]
    assert (found["open"], found["failures"], found["left_out"]) == ([], [], 0)


def test_a_wide_figure_keeps_its_proportions(shown: Shown) -> None:
    """Titles of axes stand for that of the figure; the drawing fits into the bounds."""
    found = shown(
        """
        import matplotlib.pyplot as plt
        figure, (a, b) = plt.subplots(1, 2, figsize=(12, 4))
        a.set_title("in")
        b.set_title("out")
        """
    )
    assert found["kept"][0][:3] == [1, "in; out", [160, 480, 3]]


def test_pictures_in_the_last_line_and_by_display(shown: Shown) -> None:
    """As a notebook shows them: PIL's, encoded ones, figures; on white where they are transparent."""
    found = shown(
        "from PIL import Image\nimport io\nred = Image.new('RGB', (1000, 500), (200, 0, 0))\nred",
        "display(Image.new('RGBA', (4, 2), (0, 0, 0, 0)))\n3",
        "from IPython.display import Image as Shown\nraw = io.BytesIO()\nred.save(raw, 'png')\ndisplay(Shown(raw.getvalue()))",
        "from matplotlib.figure import Figure\nfigure = Figure(figsize=(2, 1))\nfigure.suptitle('by hand')\ndisplay(figure)",
    )
    assert [(cell, size) for cell, _, size, *_ in found["kept"]] == [
        (1, [240, 480, 3]),
        (2, [2, 4, 3]),
        (3, [240, 480, 3]),
        (4, [100, 200, 3]),
    ]
    assert [colour for *_, colour in found["kept"]][:3] == [[200, 0, 0], [255, 255, 255], [200, 0, 0]]
    assert found["kept"][3][1] == "by hand"


def test_a_loop_leaves_room_for_what_follows(shown: Shown) -> None:
    """Of a cell two pictures are kept, of a notebook four; what a loop draws over is not counted."""
    loop = "import matplotlib.pyplot as plt\nfor n in range(5):\n    plt.plot([n])\n    plt.title(str(n))\n    plt.show()\n"
    again = "from IPython.display import clear_output\n" + loop.replace("range(5):\n", "range(9):\n    clear_output(wait=True)\n")
    found = shown(loop, again, PLOT.format(title="a"), PLOT.format(title="b"))
    assert [(cell, title) for cell, title, *_ in found["kept"]] == [(1, "0"), (1, "1"), (2, "8"), (3, "a")]
    assert found["left_out"] == 4


def test_a_module_shows_too(shown: Shown) -> None:
    """What `plt.show` would open in windows, and what is left open, belongs to no cell."""
    found = shown(PLOT.format(title="first") + "plt.show()\n" + PLOT.format(title="second") + "3\n", module=True)
    assert [(cell, title) for cell, title, *_ in found["kept"]] == [(0, "first"), (0, "second")]


def test_nothing_is_kept_after_loading(shown: Shown) -> None:
    """Whatever a call draws may hold a hidden input: it is dropped, also by whoever shows it by other means."""
    found = shown(
        """
        import matplotlib.pyplot as plt
        from PIL import Image
        def later():
            plt.plot([4, 5, 6])
            plt.title("hidden input")
            plt.show()
            display(Image.new("RGB", (2, 2)))
        """
    )
    assert (found["kept"], found["left_out"], found["later"]) == ([], 0, 0)


def test_what_cannot_be_drawn_costs_nothing(shown: Shown) -> None:
    """An artist that raises or never ends, no picture at all, a pyplot that is not itself: no failure, the others are there."""
    found = shown(
        "import matplotlib.pyplot as plt\nfrom matplotlib.artist import Artist\nfrom IPython.display import publish_display_data",
        "class Bad(Artist):\n    def draw(self, renderer):\n        raise OSError\nplt.figure().add_artist(Bad())",
        "class Slow(Artist):\n    def draw(self, renderer):\n        while True: pass\nplt.figure().add_artist(Slow())",
        "publish_display_data({'image/png': b'no picture', 'text/plain': 'x'})",
        PLOT.format(title="right"),
        "plt.plot([1])\nplt.get_fignums = None",
    )
    assert [(cell, title) for cell, title, *_ in found["kept"]] == [(5, "right")]
    assert found["failures"] == []


def test_opencv(shown: Shown) -> None:
    """Blue, green, red; floats from 0 to 1; Colab's own function too."""
    pytest.importorskip("cv2", reason="needs OpenCV")
    found = shown(
        """
        import cv2, numpy
        from google.colab.patches import cv2_imshow
        picture = numpy.zeros((3, 4, 3), numpy.uint8)
        picture[..., 0] = 250
        cv2.imshow("blue", picture)
        cv2_imshow(numpy.ones((2, 2)) / 2)
        """
    )
    assert [colour for *_, colour in found["kept"]] == [[0, 0, 250], [127, 127, 127]]
