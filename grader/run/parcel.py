"""A course and a submission as bytes, for a worker that does not see this machine's files."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.course.assignment import AssignmentFolder, open_assignment
from grader.course.submission import Submission
from grader.errors import SpecificationError


@dataclass(frozen=True)
class CourseParcel:
    """What of a course an assignment is judged by: contents by path, and the assignment's folder among them."""

    folder: str
    files: dict[str, bytes]

    @property
    def key(self) -> str:
        """SHA-256 over all of it."""
        digest = hashlib.sha256(self.folder.encode("utf-8", "surrogateescape"))
        for name, content in self.files.items():
            digest.update(f"\0{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
        return digest.hexdigest()

    def unpack(self, place: Path) -> AssignmentFolder:
        """Write it below the empty folder `place`; the assignment there."""
        for name, content in self.files.items():
            path = place / PurePosixPath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return open_assignment(place / PurePosixPath(self.folder))


def pack_course(folder: AssignmentFolder) -> CourseParcel:
    """The assignment's folder, its reference, and files of weights that it names.

    Raises `SpecificationError` where one of these cannot be read.
    """
    paths = folder.needed_files()
    root = Path(os.path.commonpath([folder.path.parent, *(path.parent for path in paths)]))
    try:
        files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise SpecificationError(f"{error.filename}: cannot be sent to a worker: {error.strerror}") from error
    return CourseParcel(folder.path.relative_to(root).as_posix(), files)


@dataclass(frozen=True)
class Carried(Submission):
    """A submission that brings its files along; `trouble` is what reading them would have raised."""

    contents: tuple[tuple[str, bytes], ...] = ()
    content_digest: str = ""
    trouble: ValueError | OSError | None = None

    def files(self, limit: int) -> dict[str, bytes]:
        """See `Submission.files`; `limit` was kept to when it was carried."""
        if self.trouble is not None:
            raise self.trouble
        return dict(self.contents)

    def digest(self, limit: int) -> str:
        """See `Submission.digest`; `limit` was kept to when it was carried."""
        if not self.content_digest:
            raise OSError("it could not be read")
        return self.content_digest


def carry(submission: Submission, limit: int) -> Carried:
    """The submission with up to `limit` bytes of its files. Raises nothing: what cannot be read is told where it is graded."""
    contents: tuple[tuple[str, bytes], ...] = ()
    trouble: ValueError | OSError | None = None
    digest = ""
    try:
        digest = submission.digest(limit)
        if submission.main is not None:
            contents = tuple(submission.files(limit).items())
    except (ValueError, OSError) as error:
        trouble = error
    own = (submission.student, submission.root, submission.main, submission.problem, submission.candidates)
    return Carried(*own, contents=contents, content_digest=digest, trouble=trouble)
