"""The pages as a reader meets them: in Chromium, from disk, with nothing to help them and much to harm them.

`GRADER_SCREENSHOTS=folder` keeps the pictures of the last test, which otherwise only shows that they can be taken.
"""

from __future__ import annotations

import importlib.resources
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.report.classpage import class_page
from grader.report.rendering import render
from grader.report.roster import roster
from grader.report.similarity import Similarity
from grader.report.similarpages import write_similar_pages
from grader.results import Results, SubmissionStatus

pytestmark = pytest.mark.browser

MakeClass = Callable[..., Results]
CHROMIUM = Path(os.environ.get("GRADER_CHROMIUM", "/usr/bin/chromium"))
HOSTILE = (
    "<script>alert('script tag')</script>",
    "</script><script>alert('closing the data block')</script>",
    "<!--<script>",
    "<img src=x onerror=alert('handler')>",
    "\"><svg onload=alert('attribute')>",
    "' autofocus onfocus='alert(1)",
    "javascript:alert('url')",
    "<a href=\"javascript:alert('link')\">click</a>",
    "<iframe src='https://example.org/'></iframe>",
    "<link rel=stylesheet href=https://example.org/x.css><style>@import 'https://example.org/y.css'</style>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "&lt;b&gt; &amp;#x3c;",
    "admin\u202e\u2066gnp.exe\u2069",
    "\x1b[31mred\x1b[0m\x1b]8;;https://example.org\x07link\x1b]8;;\x07\x00\x08",
    "=cmd|'/c calc'!A0",
    "`</code><script>alert('code span')</script>`",
    "Z" * 5000,
    "e" + "\u0301" * 200,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright's Python package")
    if not CHROMIUM.exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """Opens pages and writes down what a page must not do: talk, ask for anything, open a dialog, complain."""

    def __init__(self, browser: Any, **settings: Any) -> None:
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.page.set_default_timeout(5_000)
        self.trouble: list[str] = []
        self.page.on("console", lambda message: self.trouble.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", self._requested)
        self.page.on("popup", lambda popup: self.trouble.append(f"popup: {popup.url}"))
        self.page.on("dialog", self._dialog)

    def _requested(self, request: Any) -> None:
        if not request.is_navigation_request() and not request.url.startswith("data:"):
            self.trouble.append(f"request: {request.url}")

    def _dialog(self, dialog: Any) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: Path) -> Any:
        """Go to a file and return the page."""
        self.page.goto(path.as_uri())
        return self.page


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """`visit(**settings of the browser's context)`; whatever the visit was troubled by fails the test."""
    visits: list[Visit] = []

    def start(**settings: Any) -> Visit:
        visits.append(Visit(browser, **settings))
        return visits[-1]

    yield start
    for made in visits:
        made.page.wait_for_timeout(50)
        made.context.close()
    assert [trouble for made in visits for trouble in made.trouble] == []


@pytest.fixture(scope="module")
def report(
    make_class: MakeClass,
    illustrate: Callable[..., Results],
    make_similarity: Callable[..., Similarity],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """The made-up class with pictures and similar pairs, rendered in both languages: the folder by language."""
    folders = {language: tmp_path_factory.mktemp(language) for language in ("en", "ru")}
    for language, folder in folders.items():
        results = illustrate(make_class(60, language))
        (folder / "similar.json").write_text(make_similarity(results).to_json(), encoding="utf-8")
        render(results, folder)
    return folders


def pages(folder: Path) -> dict[str, Path]:
    """The class page and student pages of every kind: right, wrong, not loadable, in both editions."""
    return {
        "class": folder / "index.html",
        "wrong": folder / "instructor/ivanov/index.html",
        "right": folder / "instructor/novikova/index.html",
        "broken": folder / "instructor/sokolova/index.html",
        "published": folder / "students/petrova/index.html",
        "similar": folder / "similar/index.html",
        "pair": folder / "similar/1.html",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_axe_finds_nothing(visit: Callable[..., Visit], report: dict[str, Path], language: str, scheme: str) -> None:
    """Protects readers with a screen reader, a keyboard, weak eyes: WCAG 2.2 AA and axe's best practices."""
    pytest.importorskip("axe_playwright_python", reason="needs axe-core (axe-playwright-python)")
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    visiting = visit(color_scheme=scheme)
    for name, path in pages(report[language]).items():
        page = visiting.open(path)
        for summary in page.locator("summary").all():
            summary.click()
        if name == "class":
            page.locator("[data-fold='2']").click()
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
        told = [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found["violations"]]
        assert told == [], name


def test_a_phone_scrolls_one_way_only(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects phones from pages wider than they are; the table scrolls within its own frame (WCAG 1.4.10)."""
    visiting = visit(viewport={"width": 320, "height": 640})
    for path in pages(report["ru"]).values():
        page = visiting.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def names(page: Any) -> list[str]:
    """The students in the table, from the top."""
    return page.locator("#table tbody th").all_inner_texts()  # type: ignore[no-any-return]


def test_pictures_are_seen(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects the pictures: every image is decoded and has a size, under the policy, on a phone and in both schemes."""
    for settings in ({"viewport": {"width": 375, "height": 800}}, {"color_scheme": "dark"}):
        page = visit(**settings).open(pages(report["en"])["wrong"])
        images = page.locator(".shown img, .shown svg, .drawn img")
        assert images.count() > 8
        assert page.evaluate(
            "[...document.querySelectorAll('.shown img, .drawn img')].every((image) => image.complete && image.naturalWidth > 0)"
        )
        boxes = [image.bounding_box() for image in images.all()]
        assert min(box["width"] for box in boxes) > 20
        assert min(box["height"] for box in boxes) > 5


def test_pictures_of_a_row_stand_side_by_side(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects a comparison at one glance: a label of two lines pushes no picture below its neighbours."""
    page = visit(viewport={"width": 900, "height": 800}).open(pages(report["ru"])["wrong"])
    rows: dict[tuple[str, float], set[float]] = {}
    for panel in page.locator(".panels").all()[:3]:
        for image in panel.locator("img").all():
            box = image.bounding_box()
            rows.setdefault((str(panel), round(box["height"])), set()).add(round(box["y"]))
    assert len(rows) >= 3
    assert [tops for tops in rows.values() if len(tops) > 1] == []


def test_the_table_begins_with_name_and_score(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects the score from being off the screen of a phone, and the last column from the edge of a usual window."""
    page = visit(viewport={"width": 390, "height": 844}).open(report["ru"] / "index.html")
    box = page.locator("#table td.total").first.bounding_box()
    assert box["x"] + box["width"] < 390
    page = visit(viewport={"width": 1280, "height": 800}).open(report["ru"] / "index.html")
    assert page.evaluate("document.querySelector('#region').scrollWidth <= document.querySelector('#region').clientWidth")


def test_the_table_is_sorted_by_any_column(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects sorting, both ways, by keyboard, and that the focus stays on the column's button."""
    page = visit().open(report["en"] / "index.html")
    assert names(page) == sorted(names(page), key=lambda name: (name[0] > "z", name.casefold()))
    page.locator("[data-sort='score']").focus()
    page.keyboard.press("Enter")
    scores = [float(text.replace("—", "inf")) for text in page.locator("#table td.total").all_inner_texts()]
    assert scores == sorted(scores)
    page.keyboard.press("Enter")
    scores = [float(text.replace("—", "-inf")) for text in page.locator("#table td.total").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    assert page.locator("th[aria-sort='descending']").inner_text().startswith("Score")
    assert page.evaluate("document.activeElement.dataset.sort") == "score"


def test_search_and_filter(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects finding a student by any part of a name, in any case and script, and by verdict."""
    page = visit().open(report["ru"] / "index.html")
    page.fill("#search", "ёлкина")
    assert names(page) == ["Ольга_Ёлкина"]
    assert page.locator("#shown").inner_text() == "показано 1 из 60"
    page.fill("#search", unicodedata.normalize("NFD", "Елкина"))
    assert names(page) == ["Ольга_Ёлкина"]
    page.fill("#search", "nobody at all")
    assert page.locator("#table tbody tr").count() == 1
    assert "Никто не подходит" in page.locator("#table tbody").inner_text()
    page.fill("#search", "")
    page.select_option("#verdict", str(list(SubmissionStatus).index(SubmissionStatus.TIMED_OUT)))
    assert set(page.locator("#table td.status").all_inner_texts()) == {"не хватило времени"}
    page.select_option("#verdict", "needs")
    assert 0 < len(names(page)) < 60


def test_parts_unfold_to_tests(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects the way from a part to its tests and back."""
    page = visit().open(report["en"] / "index.html")
    before = page.locator("#table thead th").count()
    page.locator("[data-fold='1']").focus()
    page.keyboard.press("Space")
    assert page.locator("#table thead th").count() == before + 5
    assert page.locator("[data-fold='1']").get_attribute("aria-expanded") == "true"
    page.locator("[data-sort='test 2.3']").click()
    page.locator("[data-fold='1']").click()
    assert page.locator("#table thead th").count() == before


def test_a_link_leads_to_the_student(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects links to names of every script."""
    page = visit().open(report["en"] / "index.html")
    for name in ("Ольга_Ёлкина", "李小龍", "ivanov"):
        page.locator("#table tbody").get_by_text(name, exact=True).click()
        assert page.locator("h1").inner_text() == name
        page.go_back()


def test_without_scripts_the_page_still_answers(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects a reader whose browser runs no script: all but the table is there, and the page says where that is."""
    page = visit(java_script_enabled=False).open(report["en"] / "index.html")
    assert page.locator("svg.chart").is_visible()
    assert page.get_by_text("The table needs JavaScript").is_visible()
    assert not page.locator("#region").is_visible()


def test_hostile_text_stays_text(
    visit: Callable[..., Visit],
    make_class: MakeClass,
    make_figures: Callable[..., Any],
    make_own_figure: Callable[..., Any],
    tmp_path: Path,
) -> None:
    """Protects the instructor from every text a student may choose: no dialog, no request, no script, nothing torn."""
    results = spoil(make_class(len(HOSTILE)), make_figures, make_own_figure)
    render(results, tmp_path)
    visiting = visit()
    every = [tmp_path / "index.html", *tmp_path.glob("students/*/index.html"), *tmp_path.glob("instructor/*/index.html")]
    assert len(every) == 1 + 2 * len(HOSTILE)
    for path in every:
        page = visiting.open(path)
        for element in (
            "iframe",
            "img:not([src^='data:image/'])",
            "body link:not([rel=icon])",
            "meta[http-equiv=refresh]",
            "[onerror]",
            "[onload]",
            "[onfocus]",
        ):
            assert page.locator(element).count() == 0
        assert page.locator("script").count() == (2 if path.parent == tmp_path else 0)
        assert page.locator("style").count() == 1
        assert page.locator("a[href^='javascript']").count() == 0
        assert page.locator("footer").count() == 1
        text = page.locator("body").inner_text()
        assert not re.search("[\x00-\x08\x1b\u202e\u2066]", text)
    page = visiting.open(tmp_path / "index.html")
    assert page.locator("#table tbody tr").count() == len(HOSTILE)
    assert HOSTILE[0] in names(page)


def test_hostile_code_stays_code(
    visit: Callable[..., Visit], make_class: MakeClass, make_similarity: Callable[..., Similarity], tmp_path: Path
) -> None:
    """Protects the instructor who reads two codes side by side: whatever stands in them is shown and nothing else."""
    results = make_class(5)
    code = "\n".join([*HOSTILE, "</pre></div></main>"])
    similarity = make_similarity(results, code)
    works = tuple(
        work.model_copy(update={"student": HOSTILE[number], "path": HOSTILE[number + 4]})
        for number, work in enumerate(similarity.works)
    )
    left_out = tuple(one.model_copy(update={"student": text}) for one in similarity.left_out for text in HOSTILE)
    write_similar_pages(similarity.model_copy(update={"works": works, "left_out": left_out}), tmp_path, "en")
    visiting = visit()
    for path in sorted(tmp_path.glob("similar/*.html")):
        page = visiting.open(path)
        assert page.locator("script, iframe, img, body link, meta[http-equiv=refresh], [onerror], [onload]").count() == 0
        assert page.locator("main").count() == page.locator("footer").count() == page.locator("style").count() == 1
        assert page.locator("a[href^='javascript'], a[href^='http']").count() == 0
        text = page.locator("body").inner_text()
        assert not re.search("[\x00-\x08\x1b\u202e\u2066]", text)
        if path.name != "index.html":
            assert text.count("</pre></div></main>") == 4  # two pieces on each side
            assert page.locator(".sides > section").count() == 2


def test_a_passage_leads_to_the_one_like_it(visit: Callable[..., Visit], report: dict[str, Path]) -> None:
    """Protects the way from a passage to its like on the other side, by keyboard, and back to the ranked pairs."""
    page = visit(viewport={"width": 1280, "height": 500}).open(report["en"] / "similar" / "1.html")
    assert page.locator("#a1, #a2, #b1, #b2").count() == 4
    page.locator("#a2 a").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#b2"
    page.locator("header a").click()
    assert page.locator("h1").inner_text() == "Similar submissions"
    assert "Likeness is no proof" in page.locator("header").inner_text()


def spoil(results: Results, make_figures: Callable[..., Any], make_own_figure: Callable[..., Any]) -> Results:
    """The same class with a hostile text in every place that a student, or a careless author, can fill."""
    submissions = []
    for number, submission in enumerate(results.submissions):
        text = HOSTILE[number]
        tests = tuple(
            test.model_copy(
                update={
                    "title": text,
                    "message": text,
                    "hint": text,
                    "expected": text,
                    "detail": text,
                    "figures": make_figures(text[:500])[:4],
                    "misconception": test.misconception and test.misconception.model_copy(update={"explanation": text}),
                }
            )
            for test in submission.tests
        )
        own = (make_own_figure(text[:200]),)
        changes = {"student": text, "path": text, "digest": text, "messages": (text, text[::-1]), "tests": tests}
        changes["own_figures"] = own
        submissions.append(submission.model_copy(update=changes))
    assignment = results.assignment.model_copy(update={"title": HOSTILE[1], "id": HOSTILE[3]})
    return results.model_copy(update={"submissions": tuple(submissions), "assignment": assignment})


def test_the_policy_is_what_holds(visit: Callable[..., Visit], report: dict[str, Path], tmp_path: Path) -> None:
    """Protects the second line of defence: a script that did get into a page is not run."""
    for name, path in pages(report["en"]).items():
        poisoned = path.read_text(encoding="utf-8").replace("<main>", "<main><script>document.title = 'run'</script>")
        (tmp_path / f"{name}.html").write_text(poisoned, encoding="utf-8")
        visiting = visit()
        page = visiting.open(tmp_path / f"{name}.html")
        assert page.title() != "run"
        assert len(visiting.trouble) == 1
        assert "Content Security Policy" in visiting.trouble.pop()


@pytest.mark.parametrize(
    ("place", "most"),
    [
        ("students/ivanov", 2),
        ("students/petrova", 2),
        ("students/novikova", 2),
        ("students/ivanov-1", 2),
        ("students/popova-1", 3),
        ("instructor/ivanov", 3),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_student_page_prints_on_two_sheets(
    visit: Callable[..., Visit], report: dict[str, Path], language: str, place: str, most: int
) -> None:
    """Protects paper: two A4 pages, three where nearly all is wrong and drawn or hidden tests have pictures; all is unfolded."""
    page = visit().open(report[language] / place / "index.html")
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))
    assert 1 <= sheets <= most
    folded = page.locator("details li").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()


def test_ten_thousand_students(visit: Callable[..., Visit], make_class: MakeClass, tmp_path: Path) -> None:
    """Protects a large class: the page opens, searches, sorts and turns, and is of a sane size (timed by a benchmark)."""
    results, entries = roster(make_class(10_000))
    (tmp_path / "index.html").write_text(class_page(results, entries, "en"), encoding="utf-8")
    assert (tmp_path / "index.html").stat().st_size < 3_000_000
    page = visit().open(tmp_path / "index.html")
    page.wait_for_selector("#table tbody tr")
    page.fill("#search", "petrova-17")
    assert len(names(page)) == 11
    page.fill("#search", "")
    page.locator("[data-sort='score']").click()
    shown = [float(text.replace("—", "inf")) for text in page.locator("#table td.total").all_inner_texts()]
    assert len(shown) == 500
    assert shown == sorted(shown)
    assert page.locator("#sheets").is_visible()
    page.locator("#next").click()
    assert page.locator("#sheet").inner_text() == "Rows 501 to 1,000"


def test_screenshots(visit: Callable[..., Visit], report: dict[str, Path], tmp_path: Path) -> None:
    """Keeps the pages' looks for people to judge: desktop and phone, light and dark, both languages, forced colours."""
    folder = Path(os.environ.get("GRADER_SCREENSHOTS", tmp_path))
    sizes = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 800}}
    shots = [(language, scheme, size) for language in report for scheme in ("light", "dark") for size in sizes]
    for language, scheme, size in shots:
        visiting = visit(color_scheme=scheme, viewport=sizes[size])
        for name, path in pages(report[language]).items():
            page = visiting.open(path)
            page.screenshot(path=folder / f"{name}-{language}-{scheme}-{size}.png", full_page=True)
    visiting = visit(forced_colors="active")
    for name, path in pages(report["en"]).items():
        visiting.open(path).screenshot(path=folder / f"{name}-forced-colors.png", full_page=True)
    assert len(list(folder.glob("*.png"))) >= 5 * (len(shots) + 1)
