"""A made-up course for the report's tests: an assignment that exists nowhere, students as mixed as real ones."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Callable

import pytest
from PIL import Image

from grader.figures import Box, BoxPicture, Figure, Grid, HeatMap, Masks, OwnFigure, Pixels
from grader.report.similarity import LeftOut, Pair, Passage, Piece, Similarity, Work
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    Misconception,
    PartResult,
    PartSummary,
    PictureSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
)

MakeClass = Callable[..., Results]
MakeSimilarity = Callable[..., Similarity]
Illustrate = Callable[..., Results]

_PARTS = (
    ("mean", "Mean of a sample", "Среднее выборки", 10),
    ("median", "Median of a sample", "Медиана выборки", 10),
    ("histogram", "Histogram with equal bins", "Гистограмма с равными интервалами", 20),
    ("regression", "Least-squares line", "Прямая наименьших квадратов", 30),
    ("bootstrap", "Bootstrap confidence interval", "Доверительный интервал бутстрепом", 20),
    ("permutation", "Permutation test", "Перестановочный тест", 10),
)
_TITLES = (
    (
        "A short sample gives the value that one works out by hand.",
        "Короткая выборка даёт значение, найденное вручную.",
    ),
    ("A sample of one value gives that value.", "Выборка из одного значения даёт это значение."),
    (
        "Negative values count as much as positive ones.",
        "Отрицательные значения весят столько же, сколько положительные.",
    ),
    ("The order of the values does not matter.", "Порядок значений не важен."),
    ("Ties are counted, not dropped.", "Совпадающие значения учитываются, а не отбрасываются."),
    ("The arguments are left as they were given.", "Аргументы остаются такими, какими были переданы."),
    ("A large sample is answered without losing digits.", "Большая выборка не теряет знаков."),
)
_MESSAGES = (
    ("`{part}` returned 3.25 where another value was expected.", "`{part}` вернула 3,25, ожидалось другое значение."),
    (
        "`{part}` returned an array of shape (4,), expected a single number.",
        "`{part}` вернула массив формы (4,), ожидалось число.",
    ),
    (
        "Cell 7, line 3: `{part}` raised ZeroDivisionError: division by zero.",
        "Ячейка 7, строка 3: `{part}` вызвала ZeroDivisionError.",
    ),
)
_HINTS = (
    ("What does your code divide by: `n` or `n - 1`?", "На что делит ваш код: на `n` или на `n - 1`?"),
    (
        "Print the shape of every intermediate value for a sample of four.",
        "Выведите форму каждого промежуточного значения.",
    ),
    ("Which values fall on the border of two bins?", "Какие значения попадают на границу двух интервалов?"),
)
_IDEAS = (
    (
        "The divisor is n − 1. The sample variance divides by `n - 1`, the mean by `n`.",
        "Деление на n − 1. На `n - 1` делится выборочная дисперсия, а среднее — на `n`.",
    ),
    (
        "The sample is not sorted. The median is the middle of the ordered values, `sorted(values)[n // 2]`.",
        "Выборка не отсортирована. Медиана — середина упорядоченных значений, `sorted(values)[n // 2]`.",
    ),
    (
        "The right border is lost. The last bin is closed on both sides, [a, b], or the largest value is in none.",
        "Потеряна правая граница. Последний интервал замкнут с обеих сторон, [a, b], иначе наибольшее выпадает.",
    ),
)
_NAMES = """
    ivanov petrova sidorov smirnova kuznetsov popova vasiliev sokolova mikhailov novikova fedorov morozova volkov
    alexeeva lebedev semenova egorov pavlova kozlov stepanova nikolaev orlova andreev makarova zakharov zaitseva
    soloviev borisova yakovlev grigorieva romanov vorobieva sergeev kiseleva maximov polyakova sorokin vinogradova
    Ольга_Ёлкина 李小龍
""".split()  # noqa: SIM905 -- forty names read better as text


def build_class(students: int = 40, language: str = "en", seed: int = 1, tests: int = 5) -> Results:
    """A class whose members differ in ability, with every status and some misconceptions."""
    chance = random.Random(seed)
    ru = int(language == "ru")
    parts = tuple(PartSummary(id=part[0], title=part[1 + ru], max_score=part[3]) for part in _PARTS)
    submissions = tuple(_submission(number, chance, ru, tests) for number in range(students))
    title = ("Statistics by hand", "Статистика вручную")[ru]
    return Results(
        grader=GraderSummary(version="0.1.0"),
        language=language,
        assignment=AssignmentSummary(id="statistics", title=title, max_score=100, parts=parts),
        submissions=submissions,
    )


def _submission(number: int, chance: random.Random, ru: int, tests: int) -> SubmissionResult:
    student = _NAMES[number % len(_NAMES)] + (f"-{number // len(_NAMES)}" if number >= len(_NAMES) else "")
    status = SubmissionStatus.GRADED
    if number % 10 == 7:
        status = list(SubmissionStatus)[1 + number // 10 % 6]
    messages: tuple[str, ...] = ()
    if number % 4 == 1:
        messages = (
            (
                "Cell 2: the picture `cat.jpg` was not found; the course's own was served.",
                "Ячейка 2: картинка `cat.jpg` не найдена; подставлена картинка курса.",
            )[ru],
            ("The magic `%timeit` in cell 5 was left out.", "Команда `%timeit` в ячейке 5 пропущена.")[ru],
        )
    if status is not SubmissionStatus.GRADED:
        messages = (("Cell 3, line 2: SyntaxError: invalid syntax", "Ячейка 3, строка 2: SyntaxError: invalid syntax")[ru],)
    ability = chance.betavariate(3, 1.2)
    results = tuple(
        _test(part, index, chance.random() < ability, status, chance, ru, tests) for part in _PARTS for index in range(tests)
    )
    scores = [
        PartResult(
            id=part[0],
            score=_total([test for test in results if test.part == part[0]]),
            max_score=part[3],
        )
        for part in _PARTS
    ]
    return SubmissionResult(
        student=student,
        path=f"/srv/course/submissions/{student}/statistics.ipynb",
        digest=f"sha256:{number if number not in (11, 12) else 11:064x}",
        status=status,
        score=_total(results),
        max_score=100,
        messages=messages,
        seconds=0.8,
        parts=tuple(scores),
        tests=results,
    )


def _test(
    part: tuple[str, str, str, int],
    index: int,
    right: bool,
    status: SubmissionStatus,
    chance: random.Random,
    ru: int,
    tests: int,
) -> TestResult:
    verdict = TestStatus.PASSED if right else TestStatus.FAILED
    if not right and index == 3:
        verdict = chance.choice([TestStatus.ERROR, TestStatus.TIMED_OUT, TestStatus.CRASHED])
    if index == 1:
        verdict = TestStatus.PASSED
    if part[0] == "permutation" and not right:
        verdict = TestStatus.NOT_FOUND
    if status is not SubmissionStatus.GRADED:
        verdict = TestStatus.GRADER_ERROR if status is SubmissionStatus.GRADER_ERROR else TestStatus.ERROR
    passed = verdict is TestStatus.PASSED
    points = round(part[3] / tests, 2)
    place = _PARTS.index(part)
    idea = None
    if verdict is TestStatus.FAILED and place < 3 and index in (2, 4):
        idea = Misconception(id=f"{part[0]}.known", explanation=_IDEAS[place][ru])
    return TestResult(
        id=f"tests/{'public' if index < 2 else 'hidden'}/test_{part[0]}.py::test_{index}",
        part=part[0],
        visibility="public" if index < 2 else "hidden",
        title=_TITLES[index % len(_TITLES)][ru],
        status=verdict,
        score=None if verdict is TestStatus.GRADER_ERROR else points if passed else 0.0,
        max_score=points,
        message="" if passed else _MESSAGES[index % 3][ru].format(part=part[0]),
        hint="" if passed else _HINTS[index % 3][ru],
        expected="" if passed else f"EXPECTED-{'public' if index < 2 else 'hidden'} 4.125",
        detail="" if passed else f"DETAIL values = [1, 2, 3]\nTraceback (most recent call last):\n  {part[0]}(values)",
        misconception=idea,
    )


def _total(tests: list[TestResult] | tuple[TestResult, ...]) -> float | None:
    scores = [test.score for test in tests]
    return None if None in scores else round(sum(score for score in scores if score is not None), 2)


@pytest.fixture(scope="session")
def make_class() -> MakeClass:
    """Builds a made-up class: `make_class(students=40, language="en", seed=1, tests=5)`."""
    return build_class


def likeness(results: Results, code: str = "def mean(values):\n    return sum(values) / len(values)\n") -> Similarity:
    """The first students alike in pairs, the first pair nearly all; one of an earlier class, one who could not be compared."""
    own, other = (
        (Passage(first=0, last=4, other=0), Passage(first=6, last=7, other=1)),
        (
            Passage(first=1, last=3, other=0),
            Passage(first=5, last=8, other=1),
        ),
    )
    works = [
        Work(
            student=one.student,
            path=one.path,
            digest=one.digest,
            pieces=(
                Piece(file="statistics.ipynb", cell=2, lines=tuple(code.split("\n"))),
                Piece(file="statistics.ipynb", cell=4, lines=tuple(f"{code}# more\n\nprint(mean([1, 2]))".split("\n"))),
            ),
        )
        for one in results.submissions[:4]
    ]
    works[3] = works[3].model_copy(update={"earlier": True})
    shares = [(0.97, (0.95, 0.99)), (0.6, (0.4, 0.9)), (0.55, (0.5, 0.6))]
    pairs = [
        Pair(first=number, second=number + 1, likeness=both, shares=each, passages=(own, other))
        for number, (both, each) in enumerate(shares)
    ]
    return Similarity(
        grader=results.grader,
        language=results.language,
        assignment=results.assignment,
        compared=len(results.submissions) - 1,
        usual=(0.21, 0.58),
        common=11,
        least=0.5,
        pairs=tuple(pairs),
        works=tuple(works),
        left_out=(LeftOut(student=results.submissions[-1].student, path="p", reason="not_a_notebook"),),
    )


@pytest.fixture(scope="session")
def make_similarity() -> MakeSimilarity:
    """Makes up who is like whom: `make_similarity(results, code)`."""
    return likeness


def grid(rows: int, columns: int, seed: int) -> Grid:
    """Cells at random levels."""
    return Grid(rows=rows, columns=columns, levels=base64.b64encode(random.Random(seed).randbytes(rows * columns)).decode())


def figures(caption: str = "What the picture shows.", seed: int = 0) -> tuple[Figure, ...]:
    """A figure of every kind: maps with a photo, with an embedded one, bare, of two sizes; boxes; masks."""
    roles = ("kept", "removed", "wrongly_kept", "wrongly_removed", "first", "second", "shared")
    boxes = tuple(
        Box(x1=10 * n, y1=5 * n, x2=10 * n + 40, y2=5 * n + 30, role=role, label=f"{n}: 0.{9 - n}")
        for n, role in enumerate(roles)
    )
    pixels = Pixels(height=8, width=12, data=base64.b64encode(random.Random(seed).randbytes(288)).decode())
    maps = {"caption": caption, "low": -1.5, "high": 2.25, "came": grid(7, 7, seed)}
    return (
        HeatMap(**maps, expected=grid(7, 7, seed + 1), photo="cat"),
        HeatMap(**maps, expected=grid(7, 7, seed + 1), pixels=pixels),
        HeatMap(**maps, expected=grid(5, 9, seed + 1)),
        BoxPicture(caption=caption, left=0, top=0, width=120, height=70, boxes=boxes),
        Masks(caption=caption, truth=grid(9, 6, seed), prediction=grid(9, 6, seed + 1)),
    )


def own_figure(title: str = "Loss", cell: int = 4, seed: int = 0) -> OwnFigure:
    """A picture that a submission showed."""
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((480, 320)).rotate(seed).convert("RGB").save(stream, "webp", quality=60)
    return OwnFigure(cell=cell, title=title, width=480, height=320, webp=base64.b64encode(stream.getvalue()).decode())


def illustrated(results: Results, every: int = 1, distinct: bool = False) -> Results:
    """The class with pictures: `every` so many-th student has one in each wrong test, public or hidden, and four own ones."""
    stream = io.BytesIO()
    Image.radial_gradient("L").resize((256, 171)).convert("RGB").save(stream, "jpeg")
    photo = PictureSummary(name="cat", jpeg=base64.b64encode(stream.getvalue()).decode())
    submissions = []
    for number, submission in enumerate(results.submissions):
        kinds = figures(seed=number if distinct else 0)
        tests = tuple(
            test.model_copy(update={"figures": (kinds[place % len(kinds)],)})
            if number % every == 0 and test.status is not TestStatus.PASSED
            else test
            for place, test in enumerate(submission.tests)
        )
        own = tuple(own_figure(cell=cell, seed=number if distinct else cell) for cell in range(4))
        shown = {"own_figures": own, "own_figures_left_out": 3} if number % every == 0 else {}
        submissions.append(submission.model_copy(update={"tests": tests, **shown}))
    assignment = results.assignment.model_copy(update={"pictures": (photo,)})
    return results.model_copy(update={"assignment": assignment, "submissions": tuple(submissions)})


@pytest.fixture(scope="session")
def illustrate() -> Illustrate:
    """Adds pictures to a made-up class: `illustrate(results, every=1, distinct=False)`."""
    return illustrated


@pytest.fixture(scope="session")
def make_figures() -> Callable[..., tuple[Figure, ...]]:
    """Makes a figure of every kind: `make_figures(caption, seed)`."""
    return figures


@pytest.fixture(scope="session")
def make_own_figure() -> Callable[..., OwnFigure]:
    """Makes a picture that a submission showed: `make_own_figure(title, cell, seed)`."""
    return own_figure
