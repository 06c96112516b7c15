"""What a submission tells of itself is read as far as it is sent, and no further."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from grader.guest import bounds
from grader.guest.inventory import Inventory
from grader.guest.notes import Notes
from grader.sandbox.exchange import read_notes, read_report
from grader.sandbox.inventory import read_entry, read_places

MANY = range(3_000)


def described(source: str) -> dict[str, Any]:
    """What is sent of a module with this source."""
    module = ModuleType("__main__")
    exec(source, vars(module))
    return Inventory([module]).describe_all(vars(module))


def test_names() -> None:
    """Protects the last names of a submission with many of them: all that are sent are read, and no more from who sends more."""
    sent = described("\n".join(f"n{number} = 1.5" for number in MANY))
    assert len(sent) == bounds.MOST_NAMES
    assert list(read_report({"names": sent, "unreadable": ""}).names) == list(sent)
    beyond: Any = {f"n{number}": {} for number in MANY}
    assert len(read_report({"names": beyond, "unreadable": ""}).names) == bounds.MOST_NAMES


def test_a_class() -> None:
    """Protects the last method and the last attribute of a large class."""
    methods = "\n".join(f"    def m{number}(self): return 1" for number in MANY)
    attributes = "\n".join(f"        self.a{number} = 1" for number in MANY)
    sent = described(f"class Large:\n    def __init__(self):\n{attributes}\n{methods}")["Large"]
    assert (len(sent["methods"]), len(sent["attributes"])) == (bounds.MOST_METHODS, bounds.MOST_ATTRIBUTES)
    read = read_entry(sent)
    assert (list(read.methods), list(read.attributes)) == (list(sent["methods"]), sent["attributes"])
    beyond = read_entry({"methods": {f"m{number}": {} for number in MANY}, "attributes": [f"a{number}" for number in MANY]})
    assert (len(beyond.methods), len(beyond.attributes)) == (bounds.MOST_METHODS, bounds.MOST_ATTRIBUTES)


def test_methods_in_all() -> None:
    """Protects the judge's time from thousands of classes of many methods; the classes themselves are still there."""
    sent: Any = {f"c{number}": {"kind": "class", "methods": {f"m{place}": {} for place in range(50)}} for number in range(100)}
    read = read_report({"names": sent, "unreadable": ""}).names
    assert list(read) == list(sent)
    assert [len(entry.methods) for entry in read.values()] == [50] * (bounds.MOST_METHODS_IN_ALL // 50) + [0] * 60


def test_parameters() -> None:
    """Protects the last parameter of a function that takes many."""
    sent = described(f"def f({', '.join(f'p{number}' for number in MANY)}): return 1")["f"]["parameters"]
    assert len(sent) == bounds.MOST_PARAMETERS
    read = read_entry({"kind": "function", "parameters": sent}).parameters
    assert read is not None
    assert [one.name for one in read] == [one["name"] for one in sent]
    assert len(read_entry({"parameters": [{} for _ in MANY]}).parameters or ()) == bounds.MOST_PARAMETERS


def test_notes_and_hooks() -> None:
    """Protects the last note from being written for nobody; hooks are bounded by the same number on both sides."""
    notes = Notes()
    for number in MANY:
        notes.add("picture_served", name=f"{number}.jpg")
    sent: Any = notes.take()
    assert list(read_notes(sent)) == sent
    assert len(read_notes([{"code": str(number)} for number in MANY])) == len(sent) == bounds.MOST_NOTES
    assert len(read_places([{} for _ in MANY])) == bounds.MOST_HOOKS
