"""The same notebooks of lab 15 by nbgrader 0.9.6, otter-grader 7.0.0 and this grader, in one run: CPU per submission.

    python benchmarks/peers.py install --envs ~/peers       each peer in an environment of its own, with torch
    python benchmarks/peers.py run --envs ~/peers

`install --torch-from FOLDER` lends the peers the site-packages FOLDER (behind their own) instead of installing torch twice more;
`--base PYTHON` is the interpreter to make the environments with. The torch of all three is then the same, as it is without.

What is compared: six notebooks of the samples that use the names which the lab asks for, because the peers take no others. The
peers' lab is `peers_checks.py`. Each works through all its notebooks in one process, started once: `nbgrader autograde`, and
otter's `grade_submission` in a loop, as `otter run` calls it (its containers would add to it). Both find the pictures that the
lab hands out beside the notebook, as this grader's sandboxes show them. One torch thread for everybody. CPU is that of all
processes, the start included; this grader grades the six notebooks several times over, or its start would be most of it.
"""

from __future__ import annotations

import argparse
import csv
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

sys.path.insert(0, str(Path(__file__).parent))

import peers_checks
from measure import Ran, machine, run_watched
from per_submission import lay_out_pictures, link_weights

from grader.results import read_results

REPOSITORY = Path(__file__).resolve().parent.parent
LAB = REPOSITORY / "assignments" / "lab15"
PEERS = {"nbgrader": "nbgrader==0.9.6", "otter": "otter-grader==7.0.0"}
STUDENTS = ("Иванов Пётр", "smith_anna", "brown_emma", "Белова Анна", "Зайцев Артём", "dubois_claire")
_OTTER_LOOP = """
import json, pathlib, sys
from otter.api import grade_submission
scores = {}
for path in sorted(pathlib.Path("submissions").glob("*.ipynb")):
    results = grade_submission(str(path), ag_path="autograder.zip", quiet=True)
    scores[path.stem] = [results.total, results.possible]
pathlib.Path("scores.json").write_text(json.dumps(scores))
"""


def main() -> None:
    """Install, or measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["install", "run"])
    parser.add_argument("--envs", type=Path, required=True, help="folder of the peers' environments")
    parser.add_argument("--base", default=sys.executable, help="interpreter to make the environments with")
    parser.add_argument("--torch-from", type=Path, help="site-packages with torch, instead of installing it")
    parser.add_argument("--times", type=int, default=10, help="how often this grader grades each notebook")
    parser.add_argument("--notebooks", type=int, default=len(STUDENTS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.what == "install":
        install(options.envs, options.base, options.torch_from)
        return
    found = run(options.envs, STUDENTS[: options.notebooks], options.times)
    print(f"{'':12s} {'notebooks':>9s} {'CPU s each':>11s} {'wall s each':>12s} {'peak PSS MB':>12s}")
    for name, row in found["rows"].items():
        each = row["cpu_seconds_per_notebook"], row["wall_seconds_per_notebook"]
        print(f"{name:12s} {row['notebooks']:9d} {each[0]:11.2f} {each[1]:12.2f} {row['peak_pss_mb']:12d}  {row['scores']}")
    print(f"CPU, times this grader's: {found['cpu_ratios']}; load average {found['machine']['load_average']}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def install(envs: Path, base: str, torch_from: Path | None) -> None:
    """Make both environments."""
    for name, requirement in PEERS.items():
        subprocess.run([base, "-m", "venv", envs / name], check=True)
        pip = [envs / name / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, requirement], check=True)
        if torch_from is None:
            subprocess.run([*pip, *_same("torch", "torchvision", "matplotlib", "numpy")], check=True)
        else:
            site = next((envs / name / "lib").glob("python3*/site-packages"))
            (site / "lent.pth").write_text(f"{torch_from.resolve()}\n", encoding="utf-8")


def _same(*packages: str) -> list[str]:
    """The versions that this grader runs with."""
    from importlib.metadata import version

    return [f"{name}=={version(name)}" for name in packages]


def run(envs: Path, students: tuple[str, ...], times: int) -> dict[str, Any]:
    """Measure all three, one after the other."""
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        link_weights(LAB, place / "torch" / "hub" / "checkpoints")
        environment = {"TORCH_HOME": str(place / "torch")}
        rows = {
            "nbgrader": _nbgrader(place / "nbgrader", _absolute(envs / "nbgrader"), students, environment),
            "otter": _otter(place / "otter", _absolute(envs / "otter"), students, environment),
            "grader": _own(place / "own", students, times),
        }
    own = rows["grader"]["cpu_seconds_per_notebook"]
    ratios = {name: round(row["cpu_seconds_per_notebook"] / own, 1) for name, row in rows.items()}
    return {"machine": before, "rows": rows, "cpu_ratios": ratios}


def _absolute(env: Path) -> Path:
    if not (env / "bin" / "python").exists():
        raise SystemExit(f"there is no environment {env}; see the command install")
    return Path(os.path.abspath(env))  # not resolved: python in it is a link


def _within(env: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of an activated environment, so that its kernel is the one that is found."""
    return {**environment, "PATH": f"{env / 'bin'}:{os.environ['PATH']}", "VIRTUAL_ENV": str(env), "PYTHONPATH": ""}


def _notebook(student: str) -> Path:
    return REPOSITORY / "submissions" / "lab15" / student / "lab15.ipynb"


def _row(ran: Ran, notebooks: int, scores: list[float]) -> dict[str, Any]:
    if ran.status != 0:
        raise SystemExit("\n".join(ran.tail))
    return {
        "notebooks": notebooks,
        "cpu_seconds_per_notebook": round(ran.cpu / notebooks, 3),
        "wall_seconds_per_notebook": round(ran.wall / notebooks, 3),
        "peak_pss_mb": round(ran.peak / 2**20),
        "scores": scores,
    }


# nbgrader ----------------------------------------------------------------------------------------------------------------


def _nbgrader(place: Path, env: Path, students: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, Any]:
    source = place / "source" / "lab15"
    source.mkdir(parents=True)
    (place / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "course"\nc.ExecutePreprocessor.timeout = 300\n', encoding="utf-8"
    )
    cells = _nbgrader_cells()
    nbformat.write(_with_cells([], cells), source / "lab15.ipynb")
    within = _within(env, environment)
    nbgrader = env / "bin" / "nbgrader"
    for command in (["generate_assignment", "lab15", "--force"],):
        _expect(run_watched([nbgrader, *command], cwd=place, environment=within))
    released = nbformat.read(place / "release" / "lab15" / "lab15.ipynb", as_version=4)
    for number, student in enumerate(students):
        submitted = place / "submitted" / f"student{number}" / "lab15"
        submitted.mkdir(parents=True)
        lay_out_pictures(LAB, submitted)
        own = nbformat.read(_notebook(student), as_version=4).cells
        nbformat.write(_with_cells(own, released.cells), submitted / "lab15.ipynb")
    ran = run_watched([nbgrader, "autograde", "lab15", "--force"], cwd=place, environment=within, sample_seconds=0.5)
    _expect(ran)
    _expect(run_watched([nbgrader, "export", "--to", "grades.csv"], cwd=place, environment=within))
    with (place / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    return _row(ran, len(students), [scores[f"student{number}"] for number in range(len(students))])


def _nbgrader_cells() -> list[Any]:
    """The lab's test cells: what they share, then one for each part."""
    cells = [_locked(inspect.getsource(peers_checks), "checks")]
    for part, (function, points, public, hidden) in peers_checks.CHECKS.items():
        lines = [f"{check.__name__}({function})" for check in public]
        lines += ["### BEGIN HIDDEN TESTS", *(f"{check.__name__}({function})" for check in hidden), "### END HIDDEN TESTS"]
        cells.append(_locked("\n".join(lines), part, points))
    return cells


def _locked(source: str, name: str, points: int = 0) -> Any:
    marks = {"schema_version": 3, "solution": False, "locked": True, "task": False, "grade_id": name, "grade": points > 0}
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": {**marks, **({"points": points} if points else {})}})


def _with_cells(own: list[Any], tests: list[Any]) -> Any:
    cells = [nbformat.from_dict({**cell, "id": f"cell-{number}"}) for number, cell in enumerate([*own, *tests])]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


# otter -------------------------------------------------------------------------------------------------------------------


def _otter(place: Path, env: Path, students: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, Any]:
    tests, submissions = place / "tests", place / "submissions"
    for folder in (tests, submissions):
        folder.mkdir(parents=True)
    for part, (function, points, public, hidden) in peers_checks.CHECKS.items():
        (tests / f"{part}.py").write_text(_otter_test(part, function, points, public, hidden), encoding="utf-8")
    for number, student in enumerate(students):
        notebook = nbformat.read(_notebook(student), as_version=4)
        nbformat.write(_with_cells(notebook.cells, []), submissions / f"student{number}.ipynb")
    within = _within(env, environment)
    generate = [env / "bin" / "otter", "generate", "-t", "tests", "-o", "autograder.zip", *lay_out_pictures(LAB, place)]
    _expect(run_watched(generate, cwd=place, environment=within))
    ran = run_watched([env / "bin" / "python", "-c", _OTTER_LOOP], cwd=place, environment=within, sample_seconds=0.5)
    _expect(ran)
    scores = json.loads((place / "scores.json").read_text(encoding="utf-8"))
    return _row(ran, len(students), [round(scores[f"student{number}"][0], 2) for number in range(len(students))])


def _otter_test(part: str, function: str, points: int, public: list[Any], hidden: list[Any]) -> str:
    """A test file in otter's exception-based form."""
    pieces = ["from otter.test_files import test_case", "OK_FORMAT = False", f'name = "{part}"', f"points = {points}"]
    pieces.append(inspect.getsource(peers_checks))
    for check in [*public, *hidden]:
        pieces.append(f"@test_case(hidden={check in hidden})\ndef test_{check.__name__}({function}):")
        pieces.append(f"    {check.__name__}({function})\n")
    return "\n".join(pieces)


# this grader -------------------------------------------------------------------------------------------------------------


def _own(place: Path, students: tuple[str, ...], times: int) -> dict[str, Any]:
    submissions = place / "submissions"
    for turn in range(times):
        for number, student in enumerate(students):
            folder = submissions / f"student{number}_{turn}"
            folder.mkdir(parents=True)
            notebook = nbformat.read(_notebook(student), as_version=4)
            notebook.cells.append(nbformat.v4.new_code_cell(f"# {turn}"))
            nbformat.write(_with_cells(notebook.cells, []), folder / "lab15.ipynb")
    out = place / "report"
    words = ["run", submissions, "--assignment", LAB, "--out", out, "--jobs", "1"]
    command = [sys.executable, "-m", "grader", *words]
    _expect(run_watched([*command, "--student", "student0_0"], cwd=REPOSITORY))  # expected values into the cache
    shutil.rmtree(out)
    ran = run_watched(command, cwd=REPOSITORY, sample_seconds=0.5)
    _expect(ran)
    scores = {one.student: one.score or 0.0 for one in read_results(out / "results.json").submissions}
    return _row(ran, len(students) * times, [scores[f"student{number}_0"] for number in range(len(students))])


def _expect(ran: Ran) -> None:
    if ran.status != 0:
        raise SystemExit(f"exit status {ran.status}:\n" + "\n".join(ran.tail))


if __name__ == "__main__":
    main()
