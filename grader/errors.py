"""The errors that the grader raises on purpose, as far as more than one package needs them.

::

    GraderError                     base of all; `remedy` says what to do about it
    ├── UsageError                  the command line or the course on disk is wrong: exit 2
    │   └── SpecificationError      a specification file breaks its schema (file, key and value in the message)
    ├── WireError                   bytes that are not a valid frame, or break one of its bounds
    ├── WallError                   this machine cannot build the wall that was asked for: exit 2
    ├── CourseNeeded                a judge that works by what it remembers was asked something else: it loads the course's code
    └── SandboxError                something happened to a sandbox
        ├── SandboxFault            the grader's own fault (would not start, lost its template): never a student's zero
        └── SubmissionStopped       the submission's own end
            ├── SubmissionTimedOut      a wall-clock or CPU limit
            ├── SubmissionOutOfMemory   the memory limit
            └── SubmissionCrashed       its process died (signal, exit)

Packages raise kinds of these that are theirs alone: `grader.wire.channel` has Closed, Deadline and Unsendable, each a
WireError, `grader.run.remote` has NoCourse. What does not go beyond a package is no GraderError: the outcomes of a test
(`grader.judge.outcome`), MemoryChanged and StateUnknown (`grader.sandbox.session`), NotStored (`grader.guest.reach`),
HookedArgument (`grader.guest.calls`), NotMade (`grader.guest.instances`), and what an alarm raises (Interrupted in
`grader.guest.alarm`, Overtime in `grader.validate.local`). Nor is Unreadable (`grader.guest.notebook`): that a file holds no
code is a finding about it, and whoever asked has words for its reason.

A leaf module: it imports nothing of the package, so that everything may import it.
"""


class GraderError(Exception):
    """Base of every error raised on purpose; `str()` is one sentence for the user, `remedy` what to do about it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions travel between processes of the judge; without this the keyword would be lost on the way.
        return (_rebuild, (type(self), str(self), self.remedy))


def _rebuild(kind: type[GraderError], message: str, remedy: str) -> GraderError:
    return kind(message, remedy=remedy)


class UsageError(GraderError):
    """The command line, or the course that it points to, cannot be used as it is."""


class SpecificationError(UsageError):
    """A specification file breaks its schema; the message gives file, key and value."""


class WireError(GraderError):
    """A frame is malformed or beyond its bounds."""


class WallError(GraderError):
    """The wall that was asked for cannot be built on this machine."""


class CourseNeeded(GraderError):
    """Something was asked that only the course's own code can answer, which is not loaded: it is begun again with that code."""


class SandboxError(GraderError):
    """Something happened to a sandbox."""


class SandboxFault(SandboxError):
    """The sandbox failed for a reason that is not the submission's."""


class SubmissionStopped(SandboxError):
    """The submission's process came to an end before it answered."""


class SubmissionTimedOut(SubmissionStopped):
    """A time limit was reached."""


class SubmissionOutOfMemory(SubmissionStopped):
    """The memory limit was reached."""


class SubmissionCrashed(SubmissionStopped):
    """The process died: a signal, or an exit that nobody asked for."""
