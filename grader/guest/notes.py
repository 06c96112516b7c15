"""What was done to a submission so that it could run, as data that the judge turns into words."""

from __future__ import annotations

from grader.guest.bounds import MOST_NOTES


class Notes:
    """An ordered set of notes; a note is a code with fields, e.g. `{"code": "picture_served", "name": "cat.jpg"}`."""

    def __init__(self) -> None:
        self._notes: list[dict[str, str]] = []

    def add(self, code: str, **fields: str) -> None:
        """Keep a note once; a submission that makes thousands of them keeps the first hundred."""
        note = {"code": code, **{name: str(value)[:200] for name, value in fields.items()}}
        if note not in self._notes and len(self._notes) < MOST_NOTES:
            self._notes.append(note)

    def take(self) -> list[dict[str, str]]:
        """The notes since the last call."""
        taken, self._notes = self._notes, []
        return taken
