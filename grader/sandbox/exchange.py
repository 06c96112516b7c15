"""What is said between the judge and a submission's process: arguments out, a report of the file and answers back.

Whatever comes back was made by student code: it is read field by field, within bounds, and never run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.errors import SandboxFault, SubmissionCrashed
from grader.guest.bounds import MOST_NOTES
from grader.sandbox.drawings import Drawings, read_drawings
from grader.sandbox.inventory import Entry, HookPlace, items, number, read_entries, read_places, text
from grader.wire.values import Value


@dataclass(frozen=True)
class Failure:
    """An exception in student code: class names from the class up to `object`, message, and where in the student's file.

    `entry` is the line that the function which was called had come to; `line` lies in what that called, or is the same.
    """

    types: tuple[str, ...]
    message: str
    cell: int
    line: int
    code: str
    entry: int = 0

    @classmethod
    def from_wire(cls, value: Value) -> Failure:
        """From what the sandbox sent. Raises `SubmissionCrashed` when it is not a failure's description."""
        if type(value) is not dict:
            raise SubmissionCrashed("its process answered with something that is no answer")
        types = tuple(text(name, 100) for name in items(value.get("types"), 10))
        message, code = text(value.get("message"), 500), text(value.get("code"), 500)
        return cls(types, message, number(value.get("cell")), number(value.get("line")), code, number(value.get("entry")))

    @property
    def type_name(self) -> str:
        """The exception's class."""
        return self.types[0] if self.types else "Exception"


@dataclass(frozen=True)
class LoadReport:
    """What a submission's file left behind; every field comes from the sandbox and is only described, never run."""

    unreadable: str
    detail: str
    failures: tuple[Failure, ...]
    notes: tuple[dict[str, str], ...]
    names: dict[str, Entry]
    repeated: tuple[str, ...]
    evaluated: bool
    hooks: tuple[HookPlace, ...] = ()
    networks: tuple[str, ...] = ()
    drawings: Drawings = field(default_factory=Drawings)
    footprint: str = ""  # of its folders, empty when it cannot be told


@dataclass(frozen=True)
class Answer:
    """One call's outcome: a value or a failure, and the notes made on the way. `wrote`: it changed an array that it was given."""

    value: Value
    failure: Failure | None
    notes: tuple[dict[str, str], ...]
    wrote: bool = False


def read_notes(value: Value) -> tuple[dict[str, str], ...]:
    """Notes from the sandbox, bounded; anything else is dropped."""
    notes = [note for note in items(value, MOST_NOTES) if type(note) is dict and type(note.get("code")) is str]
    return tuple({text(key, 50): text(field, 200) for key, field in note.items()} for note in notes)


def read_report(value: dict[str, Value]) -> LoadReport:
    """What a submission's file left behind. Raises `SubmissionCrashed` when it is no description of that, and `SandboxFault` when
    it says that the grader's own code failed there. A submission may say so itself: it gets no points by it, but a person's look.
    """
    if fault := text(value.get("fault"), 500):
        plain = "".join(sign if sign.isprintable() else " " for sign in fault)
        raise SandboxFault(f"what the file left behind could not be described: {plain}")
    names = value.get("names")
    if type(names) is not dict or type(value.get("unreadable")) is not str:
        raise SubmissionCrashed("its process described itself with something that is no description")
    return LoadReport(
        unreadable=text(value.get("unreadable"), 50),
        detail=text(value.get("detail"), 300),
        failures=tuple(Failure.from_wire(item) for item in items(value.get("failures"), 50)),
        notes=read_notes(value.get("notes")),
        names=read_entries(names),
        repeated=tuple(text(name, 200) for name in items(value.get("repeated"), 1000)),
        evaluated=value.get("evaluated") is True,
        hooks=read_places(value.get("hooks")),
        networks=tuple(text(name, 100) for name in items(value.get("networks"), 100)),
        drawings=read_drawings(value.get("drawings")),
        footprint=text(value.get("files"), 64),
    )
