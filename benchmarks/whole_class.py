"""How long a whole class takes: submissions per second, CPU, memory, the first result, and the same again with nothing changed.

    python benchmarks/whole_class.py                                     300 submissions of lab 15 by two workers
    python benchmarks/whole_class.py --jobs 2 --jobs 1 --count 100       and by one: parallel efficiency
    python benchmarks/whole_class.py --course tiny --count 10000 --slow 0 --broken 0

What is measured is the command as an instructor types it: start, templates, journal, pages and all. CPU is that of everything it
started and waited for. Memory is the proportional set size of all its processes, sampled every two seconds.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from classroom import MAKERS, REPOSITORY, Mix
from measure import Ran, machine, run_watched

from grader.results import read_results

_RESULT = re.compile(r"^\S+: \d+ of \d+: ")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--course", choices=sorted(MAKERS), default="lab15")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--jobs", type=int, action="append", help="workers; given again, another run of the same class")
    parser.add_argument("--slow", type=float, default=Mix.slow, help="share that computes longer")
    parser.add_argument("--broken", type=float, default=Mix.broken, help="share that is broken")
    parser.add_argument("--seconds", type=float, default=Mix.seconds, help="of CPU that a slow one takes more")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--gradebook", action="store_true", help="write the results into a gradebook too")
    parser.add_argument("--similar", action="store_true", help="also compare all submissions with one another")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {"course": options.course, "count": options.count, "machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "submissions"
        assignment = MAKERS[options.course](place, options.count, Mix(options.slow, options.broken, options.seconds))
        _warm_up(place, assignment, options.sandbox)
        for jobs in options.jobs or [2]:
            out = Path(folder) / f"report{jobs}"
            command = _command(place, assignment, out, jobs, options.sandbox)
            if options.gradebook:
                command += ["--gradebook", Path(folder) / f"gradebook{jobs}.db"]
            first = _run(command, options.count)
            again = _run(command, 0)
            found[f"jobs {jobs}"] = numbers = {**_numbers(first, options.count), **_unchanged(again, out)}
            numbers["statuses"] = _statuses(out)
            if options.similar:
                numbers |= _similar(place, assignment, out)
            print(f"{options.course}, {options.count} submissions, {jobs} workers:", flush=True)
            for name, value in numbers.items():
                print(f"  {name.replace('_', ' ')}: {value}", flush=True)
    found["load_average_after"] = machine()["load_average"]
    print(f"load average before {found['machine']['load_average']}, after {found['load_average_after']}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _command(place: Path, assignment: Path, out: Path, jobs: int, sandbox: str) -> list[str | Path]:
    words = ["run", place, "--assignment", assignment, "--out", out, "--jobs", str(jobs), "--sandbox", sandbox]
    return [sys.executable, "-m", "grader", *words]


def _warm_up(place: Path, assignment: Path, sandbox: str) -> None:
    """Grade one submission, so that expected values of networks are in the cache, as they are from a course's second day on."""
    with tempfile.TemporaryDirectory() as out:
        one = next(path for path in sorted(place.iterdir()) if path.is_dir())
        _run([*_command(place, assignment, Path(out), 1, sandbox), "--student", one.name], 1)


class _Counter:
    """Counts results, and tells every tenth of them, so that a long run that is stopped has said something."""

    def __init__(self, results: int) -> None:
        self._results, self._seen, self._start = results, 0, time.perf_counter()

    def __call__(self, line: str) -> bool:
        """Whether the line tells a result."""
        if _RESULT.match(line) is None:
            return False
        self._seen += 1
        if self._seen % max(1, self._results // 10) == 0 and self._results >= 100:
            print(f"  {self._seen} results after {time.perf_counter() - self._start:.1f} s", file=sys.stderr, flush=True)
        return True


def _run(command: list[str | Path], results: int) -> Ran:
    ran = run_watched(command, cwd=REPOSITORY, counted=_Counter(results))
    if ran.status != 0 or len(ran.told) != results:
        raise SystemExit(f"{len(ran.told)} of {results} results, exit status {ran.status}:\n" + "\n".join(ran.tail))
    return ran


def _numbers(ran: Ran, count: int) -> dict[str, Any]:
    """`late_to_early`: time per submission in the last third of the run over that in the first; 1 is linear."""
    third = max(1, count // 3)
    early, late = ran.told[third - 1] - ran.told[0], ran.told[-1] - ran.told[-third]
    own = [(when, size) for when, _all, size in ran.samples]
    return {
        "wall_seconds": round(ran.wall, 2),
        "submissions_per_second": round(count / ran.wall, 3),
        "cpu_seconds_per_submission": round(ran.cpu / count, 4),
        "seconds_to_first_result": round(ran.told[0], 2),
        "seconds_after_last_result": round(ran.wall - ran.told[-1], 2),
        "peak_pss_mb": round(ran.peak / 2**20),
        "late_to_early": round(late / early, 3) if early > 0 else None,
        "pss_mb_over_time": _over_time([(when, size) for when, size, _own in ran.samples]),
        "parent_pss_mb_over_time": _over_time(own),
    }


def _over_time(samples: list[tuple[float, int]]) -> list[int]:
    """Medians of ten stretches of equal length, in MB."""
    pieces = np.array_split([size / 2**20 for _when, size in samples], min(10, len(samples)) or 1)
    return [round(float(np.median(piece))) for piece in pieces if len(piece)]


def _unchanged(ran: Ran, out: Path) -> dict[str, Any]:
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {
        "unchanged_wall_seconds": round(ran.wall, 2),
        "unchanged_cpu_seconds": round(ran.cpu, 2),
        "unchanged_peak_pss_mb": round(ran.peak / 2**20),
        "report_mb": round(size / 1e6, 1),
    }


def _similar(place: Path, assignment: Path, out: Path) -> dict[str, Any]:
    ran = run_watched(
        [sys.executable, "-m", "grader", "similar", place, "--assignment", assignment, "--out", out], cwd=REPOSITORY
    )
    if ran.status != 0:
        raise SystemExit("\n".join(ran.tail))
    return {
        "similar_wall_seconds": round(ran.wall, 2),
        "similar_cpu_seconds": round(ran.cpu, 2),
        "similar_peak_pss_mb": round(ran.peak / 2**20),
    }


def _statuses(out: Path) -> dict[str, int]:
    statuses = [str(one.status) for one in read_results(out / "results.json").submissions]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


if __name__ == "__main__":
    main()
