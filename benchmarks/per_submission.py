"""CPU, wall time and memory per submission: the warm sandbox against a cold Jupyter kernel, same notebooks, same tests, same run.

The cold kernel gets each notebook with one more cell, which runs the assignment's tests on the functions that the notebook
defined: what a grader does that starts a kernel per submission. The assignment's public pictures lie beside it, as sandboxes show
them. One torch thread everywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import io
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).parent))

from measure import PeakMemory, own_cpu, tree_cpu

from grader.course.assignment import open_assignment
from grader.course.code import load_file
from grader.course.submission import Submission
from grader.fixtures.store import Store
from grader.fixtures.weights import weights_file
from grader.judge.check import Comparisons
from grader.judge.judge import Judge, JudgePlan
from grader.judge.plugin import JudgePlugin, Setting
from grader.judge.reference import Networks, Reference
from grader.judge.running import run_tests
from grader.sandbox.choice import choose_wall
from grader.validate.local import LocalSubmission
from grader.wire.values import Model

TEST_CELL = """
from pathlib import Path
from grader.course.assignment import open_assignment
from grader.fixtures.store import Store
from grader.fixtures.weights import weights_file
from grader.judge.check import Comparisons
from grader.judge.running import run_tests
from grader.judge.plugin import JudgePlugin, Setting
from grader.course.code import load_file
from grader.judge.reference import Networks, Reference
from grader.validate.local import LocalSubmission
import torch; torch.set_num_threads(1)
folder = open_assignment(Path({path!r}))
spec = folder.specification
weights = {{name: weights_file(model, folder) for name, model in spec.models.items()}}
reference = Reference(folder, Networks(folder, weights), Store())
setting = Setting(folder, reference, Comparisons(spec, load_file(folder.comparison)))
functions = {{part.id: globals()[part.names[0]] for part in spec.parts}}
plugin = JudgePlugin(setting, lambda part: LocalSubmission(spec, functions, reference, 60.0))
run_tests(plugin)
print(sum(item.outcome is None and not item.fault for item in plugin.ran), len(plugin.ran))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", type=Path, default=Path("assignments/lab15"))
    parser.add_argument("--notebook", type=Path, required=True, help="a right solution as a notebook, canonical names")
    parser.add_argument("--module", type=Path, required=True, help="a right solution as a module")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measures = {
        "warm module": lambda: warm(options.assignment, options.module, options.count),
        "warm notebook": lambda: warm(options.assignment, options.notebook, options.count),
        "cold kernel, notebook": lambda: cold(options.assignment, options.notebook, max(2, options.count // 3)),
    }
    print(f"{'per submission':24s} {'CPU s':>8s} {'wall s':>8s} {'peak PSS MB':>12s} {'start s':>8s}")
    rows = {}
    for name, measure in measures.items():
        row = rows[name] = measure()
        numbers = f"{row['cpu_s']:8.3f} {row['wall_s']:8.3f} {row['peak_pss_mb']:12.0f} {row['start_s']:8.2f}"
        print(f"{name:24s} {numbers}", flush=True)
    own = {
        "module": in_a_process(_own_module, options.assignment, options.module),
        "notebook": in_a_process(_own_notebook, options.assignment, options.notebook),
    }
    beyond = {}
    for kind, (cells, calls) in own.items():
        beyond[kind] = rows[f"warm {kind}"]["cpu_s"] - cells - calls
        print(f"the {kind}'s own work in a process of its own: cells {cells:.3f} s of CPU, calls {calls:.3f} s", end="; ")
        print(f"beyond it {beyond[kind]:.3f} s")
    speedup = rows["cold kernel, notebook"]["cpu_s"] / rows["warm notebook"]["cpu_s"]
    print(f"cold kernel / warm notebook, CPU: {speedup:.1f}")
    if options.json:
        found = {"rows": rows, "own_cpu_s": own, "beyond_cpu_s": beyond, "cpu_ratio": speedup}
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def warm(assignment: Path, file: Path, count: int) -> dict[str, float]:
    """Grade the same file `count` times, after one that warms up (it may have to compute the fixtures)."""
    folder = open_assignment(assignment)
    plan = JudgePlan(folder, choose_wall("auto"), (folder.path,), "en")
    judge = Judge(plan)
    started = time.perf_counter()
    with judge:
        start = time.perf_counter() - started
        expect_full(judge.grade(Submission("warm-up", file, file)))
        assert judge.template is not None
        cpu, wall = own_cpu() + tree_cpu(judge.template.process.pid), time.perf_counter()
        for number in range(count):
            expect_full(judge.grade(Submission(f"student{number}", file, file)))
        spent = own_cpu() + tree_cpu(judge.template.process.pid) - cpu, time.perf_counter() - wall
        with PeakMemory() as memory:  # apart: reading the sizes costs more CPU than grading
            expect_full(judge.grade(Submission("measured", file, file)))
    return {
        "cpu_s": spent[0] / count,
        "wall_s": spent[1] / count,
        "peak_pss_mb": memory.peak / (1 << 20),
        "start_s": start,
    }


def in_a_process(measure: Callable[[Path, Path], tuple[float, float]], assignment: Path, file: Path) -> tuple[float, float]:
    """What `measure` finds in a process of its own, which has run no network before."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measure, assignment, file).result()


def _own_module(assignment: Path, file: Path) -> tuple[float, float]:
    """CPU seconds: none of cells, and those inside the module's functions."""
    return 0.0, _own_calls(assignment, vars(load_file(file.resolve())))


def _own_notebook(assignment: Path, file: Path) -> tuple[float, float]:
    """CPU seconds of the notebook's cells, and then inside the functions that they defined.

    The cells are counted but for the first import of each library and for making a network: a warm process has both.
    """
    import torch
    from IPython.core.interactiveshell import InteractiveShell

    torch.set_num_threads(1)
    folder = open_assignment(assignment.resolve())
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        for name, model in folder.specification.models.items():
            if not model.hub:
                continue  # the lab's own, which no notebook makes
            module, _, factory = model.factory.rpartition(".")
            network = Networks(folder, {name: weights_file(model, folder)}).build(Model(name))
            lent = partial(_lend, network)
            stack.enter_context(patch.object(importlib.import_module(module), factory, lent))
        shell = InteractiveShell.instance()
        cells = [cell.source for cell in nbformat.read(file.resolve(), as_version=4).cells if cell.cell_type == "code"]
        lay_out_pictures(assignment, Path(place))
        stack.enter_context(contextlib.chdir(place))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        for cell in cells:
            for line in cell.splitlines():
                if line.startswith(("import ", "from ")):
                    shell.run_cell(line)
        start = time.process_time()
        for cell in cells:
            shell.run_cell(cell).raise_error()
        spent = time.process_time() - start
    return spent, _own_calls(assignment, shell.user_ns)


def _lend(network: Any, *_arguments: Any, **_keywords: Any) -> Any:
    return network


def _own_calls(assignment: Path, names: Mapping[str, Any]) -> float:
    """CPU seconds inside the functions of these names while the same tests call them."""
    import torch

    torch.set_num_threads(1)
    folder = open_assignment(assignment)
    specification = folder.specification
    weights = {name: weights_file(model, folder) for name, model in specification.models.items()}
    reference = Reference(folder, Networks(folder, weights), Store())
    spent = [0.0]

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            start = time.process_time()
            try:
                return function(*arguments, **keywords)
            finally:
                spent[0] += time.process_time() - start

        return call

    functions = {part.id: timed(names[part.names[0]]) for part in specification.parts}
    setting = Setting(folder, reference, Comparisons(specification, load_file(folder.comparison)))
    plugin = JudgePlugin(setting, lambda _test: LocalSubmission(specification, functions, reference, 60.0))
    run_tests(plugin)
    wrong = [item.test.id for item in plugin.ran if item.outcome is not None or item.fault]
    if wrong:
        raise SystemExit(f"called in one process, it failed {', '.join(wrong)}")
    return spent[0]


def expect_full(result: object) -> None:
    """A benchmark of wrong results would measure nothing."""
    score, most = getattr(result, "score", None), getattr(result, "max_score", None)
    if score != most:
        raise SystemExit(f"the solution got {score} of {most}: {getattr(result, 'messages', '')}")


def cold(assignment: Path, file: Path, count: int) -> dict[str, float]:
    """Run the notebook with the tests' cell in a new kernel, `count` times."""
    from nbclient import NotebookClient

    cpu, wall = own_cpu(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        link_weights(assignment, Path(folder) / "torch" / "hub" / "checkpoints")
        lay_out_pictures(assignment, Path(folder))
        os.environ["TORCH_HOME"] = str(Path(folder) / "torch")
        for _ in range(count):
            notebook = nbformat.read(file, as_version=4)
            notebook.cells.append(nbformat.v4.new_code_cell(TEST_CELL.format(path=str(assignment.resolve()))))
            client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
            asyncio.run(client.async_execute())
            passed, total = "".join(output.get("text", "") for output in notebook.cells[-1].outputs).split()[-2:]
            if passed != total:
                raise SystemExit(f"in the cold kernel {passed} of {total} tests passed")
    return {
        "cpu_s": (own_cpu() - cpu) / count,
        "wall_s": (time.perf_counter() - wall) / count,
        "peak_pss_mb": 0.0,
        "start_s": 0.0,
    }


def link_weights(assignment: Path, checkpoints: Path) -> None:
    """The files that torchvision would download, so that the cold kernel needs no network either."""
    folder = open_assignment(assignment)
    checkpoints.mkdir(parents=True)
    for model in folder.specification.models.values():
        for name in model.hub:
            (checkpoints / name).symlink_to(weights_file(model, folder))


def lay_out_pictures(assignment: Path, folder: Path) -> list[str]:
    """The pictures that the assignment hands out, beside the notebooks that show them; their names."""
    public = open_assignment(assignment.resolve()).pictures
    found = sorted(public.glob("*.jpg")) if public else []
    for picture in found:
        shutil.copy(picture, folder)
    return [picture.name for picture in found]


if __name__ == "__main__":
    main()
