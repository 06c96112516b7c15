"""How long it takes to find that nothing changed in a class, against rendering its report anew, in the same run.

    python benchmarks/unchanged.py                     300 submissions of lab 15
    python benchmarks/unchanged.py --course tiny

Grades the first few submissions of the class, and has the journal give everybody one of their results: what is measured depends
on how large results are, not on who earned them. Then it repeats, in turn, the command with nothing changed, the command with the
report's files deleted (all are rendered and written), and one that only starts. The medians count.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from classroom import MAKERS, REPOSITORY, Mix
from measure import Ran, machine, run_watched

from grader.judge.regrading import Verdict
from grader.report.stamps import FILE as STAMPS
from grader.results import read_results
from grader.run.journal import Journal
from grader.run.plan import plan_run
from grader.run.run import RunOptions, journal_keys
from grader.run.workers import ThisMachine
from grader.sandbox.choice import choose_wall

_FIRST = "*000[0-2]?"  # thirty of them


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--course", choices=sorted(MAKERS), default="lab15")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--first", default=_FIRST, help="names of those that are graded")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder) / "submissions", Path(folder) / "report"
        assignment = MAKERS[options.course](place, options.count, Mix(slow=0))
        words = ["run", place, "--assignment", assignment, "--out", out, "--sandbox", options.sandbox]
        command = [sys.executable, "-m", "grader", *words]
        _run([*command, "--student", options.first])
        _multiply(place, assignment, out, options.sandbox)
        _run(command)
        found = {"course": options.course, "count": options.count, **_measure(command, out, options.repeats), **machine()}
    for name, value in found.items():
        print(f"{name.replace('_', ' ')}: {value}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _multiply(place: Path, assignment: Path, out: Path, sandbox: str) -> None:
    """Have the journal know everybody, with the results of those who were graded in turn."""
    (run,) = plan_run(place, str(assignment))
    options, specification = RunOptions(ThisMachine(choose_wall(sandbox), 1), out), run.folder.specification
    keys = journal_keys(run, specification.language, options, options.machines.environment(specification))
    with Journal(out / ".journal") as journal:
        kept = journal.find({key.whole for key in keys.values()}, {key.base for key in keys.values()})
    models = [
        Verdict(result=kept.results[key.whole], trace=kept.verdicts[key.base].trace if key.base in kept.verdicts else None)
        for key in keys.values()
        if key.whole in kept.results
    ]
    journal.path.unlink()
    with Journal(out / ".journal") as journal:
        for number, one in enumerate(run.submissions):
            model, key = models[number % len(models)], keys[one.student]
            changes = {"student": one.student, "path": one.place, "digest": key.work}
            journal.append(key.whole, model.result.model_copy(update=changes), key.base, model.trace)


def _measure(command: list[str | Path], out: Path, repeats: int) -> dict[str, Any]:
    unchanged, anew, start = [], [], []
    for _ in range(repeats):
        unchanged.append(_run(command))
        for name in ("students", "instructor"):
            shutil.rmtree(out / name)
        for name in ("index.html", "grades.csv", "junit.xml", STAMPS):
            (out / name).unlink(missing_ok=True)
        anew.append(_run(command))
        start.append(_run([*command[:3], "--version"]))
    results = read_results(out / "results.json")
    walls = {name: median(one.wall for one in ran) for name, ran in (("unchanged", unchanged), ("anew", anew), ("start", start))}
    cpus = {name: median(one.cpu for one in ran) for name, ran in (("unchanged", unchanged), ("anew", anew), ("start", start))}
    return {
        "results": len(results.submissions),
        **{f"{name}_wall_seconds": round(value, 2) for name, value in walls.items()},
        **{f"{name}_cpu_seconds": round(value, 2) for name, value in cpus.items()},
        "unchanged_to_anew_cpu": round(cpus["unchanged"] / cpus["anew"], 3),
        "report_mb": round(sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6, 1),
    }


def _run(command: list[str | Path]) -> Ran:
    ran = run_watched(command, cwd=REPOSITORY)
    if ran.status != 0:
        raise SystemExit("\n".join(ran.tail))
    return ran


if __name__ == "__main__":
    main()
