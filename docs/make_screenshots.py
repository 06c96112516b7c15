"""Make the screenshots of the README and the documentation from a real run over the samples.

    .venv/bin/pip install -e ".[dev]"            # Playwright's Python package; Debian's chromium is the browser,
    apt-get install chromium fonts-liberation    # and these are the fonts of the pictures so far
    .venv/bin/python docs/make_screenshots.py

Grades `submissions/` in English and in Russian (`--work FOLDER` keeps the reports, and with them what is graded, for the next
time), opens pages of the reports in Chromium and writes `docs/screenshots/*.png`, each at most 200 KB.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "docs" / "screenshots"
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Shot:
    """One picture: of which page of which report, on what screen. `height` cuts a long page off."""

    name: str
    page: str
    language: str
    width: int
    height: int
    scheme: str = "light"


SHOTS = (
    Shot("class", "index.html", "en", 1280, 1000),
    Shot("class-phone-dark-ru", "index.html", "ru", 390, 1400, "dark"),
    Shot("student-wrong", "students/dubois_claire/index.html", "en", 900, 1200),
    Shot("student-wrong-phone-dark-ru", "students/Лебедева-Юлия/index.html", "ru", 390, 1560, "dark"),
    Shot("student-right-ru", "students/Иванов-Пётр/index.html", "ru", 900, 1400),
    Shot("student-broken", "students/mueller_hans/index.html", "en", 900, 900),
    Shot("instructor-dark", "instructor/brown_emma/index.html", "en", 900, 1720, "dark"),
)


def main() -> None:
    """Grade, open, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="where the reports are made; a temporary folder by default")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        reports = grade_samples(options.work or Path(temporary))
        take_screenshots(reports, options.chromium)


def grade_samples(work: Path) -> dict[str, Path]:
    """A report in each language, by language."""
    reports = {language: work / language for language in ("en", "ru")}
    for language, out in reports.items():
        command = [sys.executable, "-m", "grader", "submissions/", "--out", str(out.resolve()), "--lang", language]
        subprocess.run(command, cwd=REPOSITORY, check=True)
    return reports


def take_screenshots(reports: dict[str, Path], chromium: str) -> None:
    """Open the pages and write the pictures; nothing else is left in the folder."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        made = {f"{shot.name}.png": take(browser, shot, reports[shot.language]) for shot in SHOTS}
        browser.close()
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, png in made.items():
        (FOLDER / name).write_bytes(png)
        print(f"{name}: {len(png) / 1000:.0f} KB")


def take(browser: Browser, shot: Shot, report: Path) -> bytes:
    """The picture as PNG, in all its colours or as many as fit into the bound."""
    context = browser.new_context(viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme)
    page = context.new_page()
    page.goto((report / shot.page).resolve().as_uri())
    height = min(shot.height, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": shot.width, "height": height})
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    for image in (taken, *(taken.quantize(colours) for colours in (256, 128, 64))):
        stream = io.BytesIO()
        image.save(stream, "png", optimize=True)
        if stream.tell() <= MOST_BYTES:
            return stream.getvalue()
    raise SystemExit(f"{shot.name}: {stream.tell()} bytes in 64 colours, more than {MOST_BYTES}")


if __name__ == "__main__":
    main()
