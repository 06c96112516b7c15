"""Who is found to be like whom, from folders on disk to the records."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.course.assignment import AssignmentFolder, open_assignment
from grader.course.submission import collect
from grader.errors import UsageError
from grader.guest.notebook import Unreadable
from grader.report.similarity import Piece, Similarity
from grader.similar import engine, sources
from grader.similar.engine import compare, fingerprint
from grader.similar.search import Wanted, find_similar
from grader.similar.sources import LeftOut, Source, read_handed_out, read_pieces, read_source

pytest.importorskip("copydetect", reason="needs copydetect (the extra `similar`)")

ORIGINAL = '''
import math

# the mean, the usual way
def mean(values):
    """Add up and divide."""
    total = 0.0
    count = 0
    for value in values:
        total += value
        count += 1
    if count == 0:
        raise ValueError("no values")
    return total / count


# keeps a value between two bounds
def clamp(value, low, high):
    if value < low:
        return low
    elif value > high:
        return high
    return value


def count_words(text):
    # every word counts
    counted = {}
    for word in text.lower().split():
        if word not in counted:
            counted[word] = 0
        counted[word] += 1
    return counted
'''

# Names changed, comments moved and reworded, functions in another order, blanks.
COPY = '''
import math


def count_words(string):
    result = {}
    for w in string.lower().split():
        if w not in result:
            result[w] = 0
        result[w] += 1

    return result


def clamp(v, minimum, maximum):
    # too small?
    if v < minimum:
        return minimum
    elif v > maximum:
        # too large
        return maximum
    return v


def mean(lst):
    """The mean of a list."""
    s = 0.0
    n = 0  # how many
    for x in lst:
        s += x
        n += 1
    if n == 0:
        raise ValueError("the list is empty")
    return s / n
'''

INDEPENDENT = """
from collections import Counter
from statistics import fmean


def mean(values):
    return fmean(values)


def clamp(value, low, high):
    return sorted([low, value, high])[1]


def count_words(text):
    lowered = text.casefold()
    return dict(Counter(lowered.split()))


if __name__ == "__main__":
    print([round(mean(range(n + 2)), 3) for n in range(5)], clamp(7, 1, 5), count_words("a b a"))
"""


def notebook(*cells: str) -> str:
    """A notebook of these code cells, with text between them."""
    made = []
    for cell in cells:
        made.append({"cell_type": "markdown", "metadata": {}, "source": "Some words, the same for all, that are no code."})
        made.append({"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [], "source": cell})
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


MakeClass = Callable[..., Path]


@pytest.fixture
def make_class(course_copy: Path) -> MakeClass:
    """`make_class({"name/file": text or bytes})`: a course with these submissions; their folder."""

    def make(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = course_copy / "submissions" / "tiny" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return course_copy / "submissions"

    return make


@pytest.fixture
def folder(course_copy: Path) -> AssignmentFolder:
    """The tiny assignment."""
    return open_assignment(course_copy / "assignments" / "tiny")


def found(folder: AssignmentFolder, place: Path, least: float = 0.0, earlier: Path | None = None) -> Similarity:
    """The comparison of a class, its starter handed out."""
    sources = [read_source(one, folder) for one in collect(place / "tiny", folder.specification, folder.starters())]
    if earlier is not None:
        for one in collect(earlier, folder.specification, folder.starters()):
            sources.append(read_source(one.called(f"2025/{one.student}"), folder, earlier=True))
    handed_out = [piece for path in sorted(folder.starter.iterdir()) for piece in read_handed_out(path)]
    return find_similar(folder, sources, handed_out, Wanted(least=least))


def pairs(similarity: Similarity) -> dict[frozenset[str], float]:
    """Likeness by the names of both."""
    names = [work.student for work in similarity.works]
    return {frozenset((names[pair.first], names[pair.second])): pair.likeness for pair in similarity.pairs}


def test_a_copy_with_other_names_is_found(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects from the usual disguise: variables renamed, comments moved, functions reordered, a module made a notebook."""
    cells = COPY.split("\n\n\n")
    place = make_class(
        {
            "ann/tiny.py": ORIGINAL,
            "Боря Ёлкин/tiny.ipynb": notebook(*cells),
            "carl/tiny.py": INDEPENDENT,
        }
    )
    likeness = pairs(found(folder, place))
    copied = likeness.pop(frozenset(("ann", "Боря Ёлкин")))
    assert copied > 0.85
    # Two that are right, each in its own way, rank clearly lower.
    assert max(likeness.values(), default=0.0) < copied - 0.4


def test_a_copy_that_is_padded_is_found(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects from a copy behind code that nobody calls: it is hardly alike, and yet holds all of the other."""
    dead = "\n".join(
        f"def unused_{n}(a, b):\n    return [{', '.join('ab'[n >> k & 1] + f'[{k}]' for k in range(9))}]" for n in range(200)
    )
    padded = f"{dead}\n{COPY}"
    short = ORIGINAL[ORIGINAL.index("def count_words") :]
    place = make_class(
        {"ann/tiny.py": ORIGINAL, "ben/tiny.py": padded, "carl/tiny.py": INDEPENDENT, "dora/tiny.py": f"{short}\n{INDEPENDENT}"}
    )
    similarity = found(folder, place, least=0.8)
    first = similarity.pairs[0]
    assert {similarity.works[first.first].student, similarity.works[first.second].student} == {"carl", "dora"}
    second = similarity.pairs[1]
    assert {similarity.works[second.first].student, similarity.works[second.second].student} == {"ann", "ben"}
    assert (second.whole, second.likeness < 0.1, max(second.shares) > 0.9) == (True, True, True)
    assert len(similarity.pairs) == 2


def test_the_passages_are_where_the_copy_is(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects the side-by-side view: a function copied into other work is marked on its own lines, and leads to its like."""
    words = ORIGINAL[ORIGINAL.index("def count_words") :]
    other = "\n\n\nclass Report:\n    title = 'mine'\n\n    def line(self, name):\n        return f'{name}: {self.title}'\n\n\n"
    place = make_class({"ann/tiny.py": ORIGINAL, "ben/tiny.ipynb": notebook(INDEPENDENT, other + words)})
    (pair,) = found(folder, place).pairs
    works = found(folder, place).works
    sides = {}
    for work, passages in zip(works, pair.passages, strict=True):
        lines = [line for piece in work.pieces for line in piece.lines]
        sides[work.student] = [lines[passage.first : passage.last + 1] for passage in passages]
    (ann,), (ben,) = sides["ann"], sides["ben"]
    assert [passage.other for side in pair.passages for passage in side] == [0, 0]
    for marked in (ann, ben):
        assert any("for word in text.lower().split():" in line for line in marked)
        assert any("return counted" in line for line in marked)
        assert not any("class Report" in line or "def mean" in line for line in marked)
    assert pair.shares[0] < 0.5


def test_one_code_of_a_great_part_of_the_class_is_told(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects from a copy that went round: it is nobody's, and makes no pair, but is not called too little code."""
    students = [f"s{number:02}" for number in range(12)]
    others = {"zoe/tiny.py": INDEPENDENT, "yan/tiny.py": "x = 1\n"}
    place = make_class({f"{name}/tiny.py": ORIGINAL for name in students} | others)
    similarity = found(folder, place)
    assert {one.student for one in similarity.left_out if one.reason == "common"} == set(students)
    assert {one.student for one in similarity.left_out if one.reason == "little"} == {"yan"}


def test_starter_code_alone_does_not_count(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects those who did nothing, or little: what all were given makes nobody alike."""
    given = (folder.starter / "tiny.py").read_text(encoding="utf-8")
    place = make_class(
        {
            "ann/tiny.py": given + "\nx = 1\n",
            "ben/tiny.py": given + "\ny = [2]\n",
            "carl/tiny.py": f"{given}\n{INDEPENDENT}",
            "dora/tiny.py": f"{given}\n{ORIGINAL}",
        }
    )
    similarity = found(folder, place)
    assert {(one.student, one.reason) for one in similarity.left_out} == {("ann", "little"), ("ben", "little")}
    assert pairs(similarity).get(frozenset(("carl", "dora")), 0.0) < 0.2
    assert similarity.compared == 2


def test_more_than_a_quarter_of_a_class_is_nobody(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects a class that took a passage from the lecture: what eleven have is nobody's; two who share more are still found."""
    lecture = ORIGINAL[: ORIGINAL.index("def count_words")]
    own = [f"def own_{n}(a, b):\n    return [{', '.join(f'a[{n}] ** {k} - b[{k * n}]' for k in range(8))}]\n" for n in range(12)]
    files: dict[str, str | bytes] = {f"s{n:02}/tiny.py": lecture + own[n] for n in range(12)}
    files["s03/tiny.py"] = lecture + own[2]
    similarity = found(folder, make_class(files), least=0.5)
    assert list(pairs(similarity)) == [frozenset(("s02", "s03"))]
    assert similarity.common == 11


def test_what_cannot_be_read_is_listed(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects the instructor from a silence that looks like "nobody": every work that was not compared is named, with why."""
    place = make_class(
        {
            "ann/tiny.py": ORIGINAL,
            "Белов/tiny.ipynb": "this is no notebook",
            "carl/tiny.py": b"x = '\x98'\n",
            "dora/tiny.py": b"MZ\x00\x00",
            "emil/notes.txt": "nothing to grade",
            "fay/a.py": INDEPENDENT,
            "fay/b.py": INDEPENDENT + "more = 1\n",
            "gus/tiny.ipynb": notebook(),
            "hal/tiny.py": "x = 1\n" * 60_000,
            "ida/tiny.ipynb": '{"cells": ' + "[" * 100_000,
            "joy/tiny.py": "",
            "kim/tiny.ipynb": '{"nbformat": 4, "cells": [' + "{}," * 2000 + "{}]}",
        }
    )
    reasons = {one.student: one.reason for one in found(folder, place).left_out}
    assert reasons.pop("ida") in ("too_deep", "not_a_notebook")
    assert reasons == {
        "Белов": "not_a_notebook",
        "carl": "not_utf8",
        "dora": "binary",
        "emil": "no_file",
        "fay": "several_files",
        "gus": "no_code",
        "hal": "too_large",
        "joy": "no_code",
        "kim": "too_many_cells",
    }


@pytest.mark.parametrize("name", ["rot13", "zlib", "punycode"])
def test_a_file_cannot_name_any_codec(make_class: MakeClass, folder: AssignmentFolder, name: str) -> None:
    """Protects the class's comparison, and the judge's time, from a student's choice among Python's codecs."""
    place = make_class({"ann/tiny.py": f"# -*- coding: {name} -*-\n{ORIGINAL}", "ben/tiny.py": COPY, "carl/tiny.py": INDEPENDENT})
    similarity = found(folder, place)
    assert similarity.left_out == ()
    assert set(pairs(similarity)) == {frozenset(("ann", "ben"))}


def test_a_module_is_measured_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the judge's time from a long module in a strange encoding."""
    monkeypatch.setattr(sources, "decode", lambda raw: pytest.fail("it was read"))
    with pytest.raises(Unreadable, match="too_large"):
        next(read_pieces("tiny.py", b"x = 1\n" * 200_001))


def test_nothing_of_a_submission_is_run(make_class: MakeClass, folder: AssignmentFolder, tmp_path: Path) -> None:
    """Protects the judge's machine: neither code nor magics nor a module called like a library are executed."""
    act = f"open({str(tmp_path / 'ran')!r}, 'w').write('yes')\n"
    place = make_class(
        {
            "ann/tiny.py": act + ORIGINAL,
            "ann/copydetect.py": act,
            "ann/conftest.py": act,
            "ben/tiny.ipynb": notebook(f"!touch {tmp_path / 'ran'}", f"%%bash\ntouch {tmp_path / 'ran'}", act + COPY),
        }
    )
    assert len(found(folder, place).pairs) == 1
    assert not (tmp_path / "ran").exists()


def test_helper_modules_are_code_too_and_the_labs_files_are_not(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects from code that moves into a second file, and a bundle handed in whole from counting as its owner's."""
    bundle = {path: (folder.path / path).read_bytes() for path in ("assignment.yaml", "comparison.py")}
    place = make_class(
        {
            "ann/tiny.py": "from helper import *\n",
            "ann/helper.py": ORIGINAL,
            "ben/tiny.py": COPY,
            **{f"{name}/{path}": content for name in ("ann", "ben") for path, content in bundle.items()},
            **{
                f"{name}/tests/public/test_x.py": "def test_x():\n    assert sum([1, 2, 3]) == 6\n" * 9 for name in ("ann", "ben")
            },
        }
    )
    similarity = found(folder, place)
    assert pairs(similarity)[frozenset(("ann", "ben"))] > 0.8
    assert [piece.file for piece in similarity.works[0].pieces] == ["tiny.py", "helper.py"]


def test_last_years_work_is_compared_with_this_years_only(
    make_class: MakeClass, folder: AssignmentFolder, tmp_path: Path
) -> None:
    """Protects `--against`: a copy of an earlier work is found and marked as such; two of that year are no pair of this class."""
    earlier = tmp_path / "2025"
    for name in ("olga", "pete"):
        (earlier / name).mkdir(parents=True)
        (earlier / name / "tiny.py").write_text(ORIGINAL)
    similarity = found(folder, make_class({"ann/tiny.py": COPY, "ben/tiny.py": INDEPENDENT}), least=0.5, earlier=earlier)
    assert set(pairs(similarity)) == {frozenset(("ann", "2025/olga")), frozenset(("ann", "2025/pete"))}
    assert {work.student: work.earlier for work in similarity.works}["2025/olga"]


def test_the_same_class_gives_the_same_document(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects comparisons of two runs: nothing depends on Python's hash seed, with which copydetect hashes."""
    place = make_class({"ann/tiny.py": ORIGINAL, "ben/tiny.py": COPY, "carl/tiny.ipynb": notebook(INDEPENDENT, ORIGINAL)})
    program = (
        "import sys; from pathlib import Path; from grader.course.assignment import open_assignment;"
        "from grader.course.submission import collect; from grader.similar.search import *; from grader.similar.sources import *;"
        "folder = open_assignment(Path(sys.argv[1]));"
        "subs = collect(Path(sys.argv[2]), folder.specification, folder.starters());"
        "print(find_similar(folder, [read_source(one, folder) for one in subs], [], Wanted(least=0)).to_json())"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program, str(folder.path), str(place / "tiny")],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_blanks_do_not_move_lines(folder: AssignmentFolder) -> None:
    """Protects the class from lines of blanks, for which the lexer takes quadratic time, and the marks from moving."""
    blank = [" " * (number % 5) + "\t" * (number % 2) for number in range(1_000)]
    lines = tuple(line + "  " for line in [*blank, *ORIGINAL.split("\n")])
    sources = [Source("ann", "x.py", "sha256:1", (Piece(file="x.py", lines=lines),))]
    sources.append(Source("ben", "x.py", "sha256:2", (Piece(file="x.py", lines=tuple(ORIGINAL.split("\n"))),)))
    assert not [line for line in fingerprint(sources[0].text).found.raw_code.split("\n") if line != line.rstrip()]
    (pair,) = find_similar(folder, sources, [], Wanted()).pairs
    assert pair.likeness == 1
    starts, ends = ({side[which].first for side in pair.passages} for which in (0, -1))
    assert (max(starts) - min(starts), max(ends) - min(ends)) == (1_000, 1_000)


def test_braces_do_not_move_lines(folder: AssignmentFolder) -> None:
    """Protects the class from strings full of braces, for which the lexer takes quadratic time, and the marks from moving."""
    line = 'text = "' + r"\N{{a[" * 600 + '"'
    sources = [
        Source(student, "x.py", f"sha256:{student}", (Piece(file="x.py", lines=(*[line] * more, *ORIGINAL.split("\n"))),))
        for student, more in (("ann", 7), ("ben", 0))
    ]
    assert "{" not in fingerprint(sources[0].text).found.raw_code
    (pair,) = find_similar(folder, sources, [], Wanted()).pairs
    assert pair.whole
    assert pair.passages[0][-1].last == pair.passages[1][-1].last + 7


def test_a_line_that_both_have_everywhere_is_not_followed_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class from two works whose every other line is the same: each of these lines led to each of the other's, which
    of two long ones took gigabytes."""
    looked_at = []

    class Watched(Counter[Any]):
        def update(self, *given: Any) -> None:
            super().update(*given)
            looked_at.append(len(self))

    monkeypatch.setattr(engine, "Counter", Watched)

    def work(seed: int) -> str:
        drawn = random.Random(seed)
        own = ("".join(f"a{drawn.choice('+-*/%&|^@<>')}" for _ in range(20)) for _ in range(200))
        return "".join(f"x=(a+b)*(c-d)/(e%f)**(g|h)&i\ny={line}a\n" for line in own)

    likeness, _shares, _passages = compare(fingerprint(work(1)), fingerprint(work(2)))
    assert likeness > 0.4
    assert max(looked_at) < 200 * 200 / 2


def test_what_is_left_out_of_a_print_stays_in_the_first() -> None:
    """Protects a frozen value from changing under whoever else has it: less some fragments it is another one."""
    whole = fingerprint(ORIGINAL)
    fragments, size = frozenset(whole.fragments), whole.size
    late = frozenset(fragment for fragment, places in whole.found.hash_idx.items() if max(places) >= 100)
    part = whole.without(late)
    assert part.fragments == fragments - late
    assert 100 < part.size < 125 < size
    assert (whole.fragments, whole.size, set(whole.found.hash_idx)) == (fragments, size, fragments)


def test_a_class_of_one_or_none(make_class: MakeClass, folder: AssignmentFolder) -> None:
    """Protects the smallest classes from a division by nothing."""
    similarity = found(folder, make_class({"ann/tiny.py": ORIGINAL}))
    assert (similarity.compared, similarity.usual, similarity.pairs) == (1, None, ())
    assert find_similar(folder, [], [], Wanted()).compared == 0


def test_hostile_code_is_bounded(folder: AssignmentFolder) -> None:
    """Protects from code made to be slow: long lines, one fragment again and again, brackets without end, lone surrogates."""
    texts = [
        "(" * 20_000,
        "a = 1\n" * 4_000,
        "x" * 50_000,
        "'" * 9_999,
        "\ud800é\x00" * 999,
        "\n\n\n" + ORIGINAL,
        "#" * 5_000 + "\nf()",
        " \n" * 40_000 + ORIGINAL,
    ]
    sources: list[Source | LeftOut] = []
    for number, text in enumerate(texts):
        for twin in "ab":
            piece = Piece(file="x.py", lines=tuple(text.encode("utf-8", "replace").decode().split("\n")))
            sources.append(Source(f"{number}{twin}", "x.py", f"sha256:{number}", (piece,)))
    similarity = find_similar(folder, sources, [], Wanted(least=0.9, most=99))
    assert {frozenset(("5a", "5b")), frozenset(("1a", "1b")), frozenset(("5a", "7b"))} <= set(pairs(similarity))
    similarity.to_json().encode()


def test_without_copydetect_it_says_what_to_install(folder: AssignmentFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects who has not installed the extra: a sentence and the remedy, no traceback."""
    monkeypatch.setitem(sys.modules, "copydetect", None)
    with pytest.raises(UsageError) as caught:
        find_similar(folder, [], [], Wanted())
    assert "lab-grader[similar]" in caught.value.remedy
