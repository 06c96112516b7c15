"""How long a report takes: many students with pictures, and the class page of ten thousand opened in Chromium.

Takes the results of a real run (`grade submissions/` leaves them in `report/`) and repeats its submissions under other names.
No two students share a picture: each gets other levels in maps and masks, other coordinates of boxes, so that nothing is gained
by drawing the same picture once. CPU time counts the processes that were waited for.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from measure import PeakMemory, own_cpu

from grader.figures import Figure, Grid
from grader.report.classpage import class_page
from grader.report.rendering import render
from grader.report.roster import roster
from grader.results import MOST_OWN_FIGURES, Results, SubmissionResult, read_results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="?", default=Path("report/results.json"))
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--chromium", type=Path, default=Path("/usr/bin/chromium"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    real = read_results(options.results)
    drawn = [figure for one in real.submissions for figure in one.own_figures]
    worst = max(real.submissions, key=lambda one: sum(len(test.figures) for test in one.tests))
    worst = worst.model_copy(update={"own_figures": tuple(drawn[:MOST_OWN_FIGURES])})
    alike = real.model_copy(update={"submissions": (worst,)})
    found = {
        "render": measure_render(many(real, options.students)),
        "render, all like the one with most pictures": measure_render(many(alike, options.students)),
        "open": measure_open(many(real, options.rows), options.chromium),
    }
    for name, numbers in found.items():
        print(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value:.6g}" for key, value in numbers.items()))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def many(real: Results, students: int) -> Results:
    """So many students, made of the real ones that have tests."""
    models = [submission for submission in real.submissions if submission.tests]
    return real.model_copy(update={"submissions": tuple(_another(models[n % len(models)], n) for n in range(students))})


def _another(model: SubmissionResult, number: int) -> SubmissionResult:
    tests = tuple(
        test.model_copy(update={"figures": tuple(_another_figure(figure, number) for figure in test.figures)})
        if test.figures
        else test
        for test in model.tests
    )
    return model.model_copy(update={"student": f"{model.student} {number}", "digest": f"sha256:{number}", "tests": tests})


def _another_figure(figure: Figure, number: int) -> Figure:
    changes: dict[str, Any] = {}
    if figure.kind == "heat_map":
        changes = {"came": _turned(figure.came, number)}
    elif figure.kind == "masks":
        changes = {"prediction": _turned(figure.prediction, number)}
    else:
        first, *others = figure.boxes
        changes = {"boxes": (first.model_copy(update={"x1": first.x1 + (first.x2 - first.x1) * 1e-4 * number}), *others)}
    return figure.model_copy(update=changes)


def _turned(grid: Grid, number: int) -> Grid:
    cells = bytearray(grid.cells())
    for digit in range(3):  # a number in base 256 in the first cells
        cells[digit % len(cells)] = (number >> (8 * digit)) & 255
    return grid.model_copy(update={"levels": base64.b64encode(bytes(cells)).decode()})


def measure_render(results: Results) -> dict[str, float]:
    """Write the whole report."""
    figures = sum(len(one.own_figures) + sum(len(test.figures) for test in one.tests) for one in results.submissions)
    with tempfile.TemporaryDirectory() as folder, PeakMemory() as memory:
        wall, cpu = time.perf_counter(), own_cpu()
        render(results, Path(folder))
        wall, cpu = time.perf_counter() - wall, own_cpu() - cpu
        sizes = [path.stat().st_size for path in Path(folder).rglob("*.html")]
    return {
        "students": len(results.submissions),
        "pictures": figures,
        "wall_seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "peak_memory_mb": memory.peak / (1 << 20),
        "largest_page_kb": max(sizes) / 1000,
        "all_pages_mb": sum(sizes) / 1e6,
    }


def measure_open(results: Results, chromium: Path) -> dict[str, float]:
    """Make the class page and open it; three times, the median counts."""
    cleaned, entries = roster(results)
    wall = time.perf_counter()
    html = class_page(cleaned, entries, results.language)
    made = time.perf_counter() - wall
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "index.html"
        page.write_text(html, encoding="utf-8")
        opened = sorted(_open_times(page, chromium, 3)) if chromium.exists() else []
    numbers = {"rows": len(entries), "make_seconds": round(made, 2), "page_mb": len(html.encode()) / 1e6}
    return {**numbers, "open_seconds": round(opened[len(opened) // 2], 3)} if opened else numbers


def _open_times(page: Path, chromium: Path, repeats: int) -> Iterator[float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        for _ in range(repeats):
            tab = browser.new_page()
            start = time.perf_counter()
            tab.goto(page.as_uri())
            tab.wait_for_selector("#table tbody tr")
            tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            yield time.perf_counter() - start
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()
