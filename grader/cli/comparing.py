"""What `grade similar` does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path

from rich.table import Table

from grader.cli.console import Console
from grader.cli.markup import escape
from grader.cli.occupied import occupied
from grader.cli.options import check_language, check_out
from grader.cli.reportfolder import EARLIER, check_not_handed_in, check_not_the_course, refuse_links
from grader.cli.run import RunRequest, take_in_and_plan
from grader.cli.status import OK
from grader.cli.titled import print_table
from grader.course.assignment import AssignmentFolder
from grader.course.submission import SUFFIXES, Submission, collect, readable
from grader.course.walk import walk
from grader.errors import UsageError
from grader.guest.notebook import Unreadable
from grader.i18n import counted, spoken
from grader.intake.intake import take_in
from grader.report.rendering import page_language, render, render_similarity
from grader.report.similarity import FILE, LeftOut, Piece, Similarity
from grader.report.similarpages import reason_words
from grader.results import read_results
from grader.run.plan import AssignmentRun
from grader.similar.search import Wanted, find_similar
from grader.similar.sources import Source, read_handed_out, read_source
from grader.wholefile import write_text_whole

_MOST_ROWS = 20


@dataclass(frozen=True, kw_only=True)
class SimilarRequest:
    """The options of `grade similar` as they were given."""

    submissions: Path
    assignment: str | None
    out: Path
    against: tuple[Path, ...]
    handed_out: tuple[Path, ...]
    most: int
    least: float
    language: str
    open: bool
    quiet: bool


def similar_command(request: SimilarRequest) -> int:
    """Compare each assignment's submissions and write the pages; the exit status."""
    _check(request)
    with occupied(request.out):
        return _compare_all(request)


def _compare_all(request: SimilarRequest) -> int:
    console = Console(request.quiet, verbose=False)
    runs = take_in_and_plan(_as_run(request), console)
    for run in runs:
        out = request.out if len(runs) == 1 else request.out / run.folder.specification.id
        check_not_handed_in(out, request.submissions)
        refuse_links(out)
        similarity = _compare(run, request, out)
        write_text_whole(out / FILE, similarity.to_json())
        index = _write_pages(similarity, out)
        _show(similarity, console)
        console.say(f"Side by side: {index}")
        if request.open:
            console.open(index)
    return OK


def _check(request: SimilarRequest) -> None:
    """Refuse what cannot be. Raises `UsageError`."""
    if request.most < 1:
        raise UsageError(f"--most must be positive, but is {request.most}")
    if not 0 <= request.least <= 1:
        raise UsageError(f"--least must lie between 0 and 1, but is {request.least:g}")
    check_language(request.language)
    check_out(request.out)
    check_not_the_course(request.out)
    check_not_handed_in(request.out, request.submissions)
    refuse_links(request.out)


def _as_run(request: SimilarRequest) -> RunRequest:
    return RunRequest(
        submissions=request.submissions,
        assignment=request.assignment,
        out=request.out,
        language=request.language,
        quiet=request.quiet,
    )


def _compare(run: AssignmentRun, request: SimilarRequest, out: Path) -> Similarity:
    folder = run.folder
    language = request.language or page_language(out) or folder.specification.language
    sources = [read_source(one, folder) for one in run.submissions]
    sources += _earlier(request, folder)
    handed_out = [piece for path in (folder.starter, *request.handed_out) for piece in _pieces(path, path == folder.starter)]
    return find_similar(folder, sources, handed_out, Wanted(request.most, request.least, language))


def _earlier(request: SimilarRequest, folder: AssignmentFolder) -> Iterator[Source | LeftOut]:
    for number, (path, name) in enumerate(zip(request.against, _names_apart(request.against), strict=True)):
        for submission in _earlier_submissions(path, folder, request.out / EARLIER / str(number)):
            yield read_source(submission.called(f"{name}/{submission.student}"), folder, earlier=True)


def _names_apart(paths: Sequence[Path]) -> list[str]:
    """Each path's own name, with so many of the folders above it that no other is called so: `2024/cnn` and `2025/cnn`."""
    every = [Path(os.path.abspath(path)).parts for path in paths]
    names = []
    for parts in every:
        others = [other for other in every if other != parts]
        enough = (count for count in range(1, len(parts)) if all(other[-count:] != parts[-count:] for other in others))
        names.append(readable("/".join(parts[-next(enough, len(parts)) :])))
    return names


def _earlier_submissions(path: Path, folder: AssignmentFolder, place: Path) -> list[Submission]:
    """Everybody's in an earlier class. Raises `UsageError` where there is nobody."""
    if not path.exists():
        raise UsageError(f"--against: there is no {path}")
    found, specification = take_in(path, place), folder.specification
    if found.works:
        own = [work for work in found.works if work.assignment in ("", specification.id)]
        submissions = [work.submission(specification, folder.starters()) for work in own]
    else:
        inner = found.folder / specification.id
        submissions = collect(inner if inner.is_dir() else found.folder, specification, folder.starters())
    if not submissions:
        raise UsageError(f"--against: {path} holds no submissions")
    return submissions


def _pieces(path: Path, is_starter: bool) -> Iterator[Piece]:
    """The code of what everybody was given. Raises `UsageError` for what is not there or cannot be read."""
    if is_starter and not path.is_dir():
        return
    if not path.exists():
        raise UsageError(f"--handed-out: there is no {path}")
    files = [one for one in walk(path) if one.suffix.lower() in SUFFIXES] if path.is_dir() else [path]
    for file in files:
        try:
            yield from read_handed_out(file)
        except Unreadable as error:
            raise UsageError(f"{file} cannot be read as code: {reason_words(error.code, NullTranslations())}") from error


def _write_pages(similarity: Similarity, out: Path) -> Path:
    """The pages, and the class page again where there is one, in its language, which names the likest; the path of the first."""
    results = out / "results.json"
    if results.is_file():
        render(read_results(results), out, language=page_language(out) or None)
    return render_similarity(similarity, out, spoken(similarity.language))


def _show(similarity: Similarity, console: Console) -> None:
    if similarity.pairs and not console.quiet:
        table = Table()
        table.add_column("Pair", justify="right")
        table.add_column("Likeness", justify="right")
        table.add_column("First")
        table.add_column("Second")
        for rank, pair in enumerate(similarity.pairs[:_MOST_ROWS], start=1):
            names = [similarity.works[place].student for place in (pair.first, pair.second)]
            shares = [f"{escape(name)} ({share:.0%})" for name, share in zip(names, pair.shares, strict=True)]
            table.add_row(str(rank), f"{pair.likeness:.0%}", *shares)
        print_table(console.out, escape(similarity.assignment.title), table)
    compared, pairs = counted(similarity.compared, "submission"), counted(len(similarity.pairs), "pair")
    console.say(f"{compared} compared; {pairs} from {similarity.least:.0%} likeness on.")
    if padded := sum(pair.likeness < similarity.least for pair in similarity.pairs):
        console.say(f"{padded} of them below it, where nearly all of one is found in the other.")
    if similarity.left_out:
        missing = ", ".join(one.student for one in similarity.left_out[:10])
        console.say(f"Not compared: {missing}{' …' if len(similarity.left_out) > 10 else ''} (why is on the page)")
    console.say("Likeness is no proof: read both, and talk to both.")
