"""A submission's code as text, without running any of it: the cells of its notebook or its module, and its helper modules.

Code that was handed out is ignored: the lab's own files and untouched starters. Markdown, outputs and data are
not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from grader.course.assignment import AssignmentFolder
from grader.course.bundle import Starters, content_digest_of
from grader.course.submission import Submission, is_the_labs, readable
from grader.guest.encoding import decode, is_binary
from grader.guest.notebook import Unreadable, read_cells
from grader.report.similarity import LeftOut, Piece

MOST_CHARACTERS = 300_000  # of code in one submission: lexing takes about a second for them
_MOST_BYTES = 4 * MOST_CHARACTERS  # of a module; no encoding takes more for a character
_ENCODABLE = "utf-8", "replace"


@dataclass(frozen=True)
class Source:
    """The code of one submission."""

    student: str
    path: str
    digest: str
    pieces: tuple[Piece, ...]
    earlier: bool = False

    @cached_property
    def text(self) -> str:
        """All of it, the pieces in turn; its lines are theirs."""
        return "\n".join(line for piece in self.pieces for line in piece.lines)


def read_source(submission: Submission, folder: AssignmentFolder, *, earlier: bool = False) -> Source | LeftOut:
    """The submission's code, or why there is none. Never raises for what a student handed in."""

    def left_out(reason: str) -> LeftOut:
        return LeftOut(student=submission.student, path=submission.place, reason=reason)

    if submission.main is None:
        return left_out(submission.problem or "no_file")
    try:
        files = submission.files(limit := folder.specification.limits.submission_bytes)
        digest = submission.digest(limit)
    except ValueError:
        return left_out("too_large")
    except OSError:
        return left_out("unreadable")
    try:
        pieces = tuple(_pieces(files, submission.root, folder.starters()))
    except Unreadable as error:
        return left_out(error.code)
    if sum(len(line) + 1 for piece in pieces for line in piece.lines) > MOST_CHARACTERS:
        return left_out("too_large")
    if not any(line.strip() for piece in pieces for line in piece.lines):
        return left_out("no_code")
    return Source(submission.student, submission.place, digest, pieces, earlier)


def read_handed_out(path: Path) -> Iterator[Piece]:
    """The code of a file that everybody was given. Raises `Unreadable` and `OSError`."""
    yield from read_pieces(path.name, path.read_bytes())


def read_pieces(name: str, raw: bytes) -> Iterator[Piece]:
    """The code in one file. Raises `Unreadable`, whose code `grader.report.similarpages` has words for."""
    file = readable(name).encode(*_ENCODABLE).decode()
    if PurePosixPath(name).suffix.lower() == ".ipynb":
        for cell in read_cells(_text(raw)):
            yield Piece(file=file, cell=cell.number, lines=_lines(cell.source))
        return
    if len(raw) > _MOST_BYTES:  # before anything looks at each of them
        raise Unreadable("too_large")
    if is_binary(raw):
        raise Unreadable("binary")
    yield Piece(file=file, lines=_lines(_text(raw)))


def _pieces(files: dict[str, bytes], root: Path, starters: Starters) -> Iterator[Piece]:
    main, *others = files
    yield from read_pieces(main, files[main])
    for name in others:
        if not name.lower().endswith(".py") or (root.is_dir() and is_the_labs(root / name, root)):
            continue
        if content_digest_of(name, files[name]) in starters.digests:
            continue
        yield from read_pieces(name, files[name])


def _text(raw: bytes) -> str:
    try:
        return decode(raw)[0]
    except UnicodeError as error:
        raise Unreadable("not_utf8") from error


def _lines(text: str) -> tuple[str, ...]:
    # A lone surrogate in a notebook's JSON could be written nowhere.
    text = text.encode(*_ENCODABLE).decode()
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
