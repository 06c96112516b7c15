"""What is told about a file that did not load, in words that a submission cannot choose."""

from __future__ import annotations

import ast
import dataclasses
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import grader
from grader.course.specification import Part
from grader.i18n import translator
from grader.judge.binding import Binding
from grader.judge.offers import Candidate
from grader.judge.outcome import known_type, place_words
from grader.judge.question import Attempt
from grader.judge.words import (
    adaptation_notes,
    call_note_words,
    define_words,
    failure_words,
    not_found_words,
    note_words,
    one_line,
    unreadable_words,
)
from grader.sandbox.exchange import Failure, LoadReport
from grader.sandbox.inventory import Entry, Method, Parameter

REPORT = LoadReport("", "", (), (), {}, (), False, 0)


def failure(*types: str, message: str = "", cell: int = 0, line: int = 0) -> Failure:
    """A failure of a class with these names, the class itself first."""
    return Failure(types, message, cell, line, "")


@pytest.mark.parametrize("reason", ["empty", "binary", "not_utf8", "not_a_notebook", "too_deep", "too_many_cells", "no_code"])
def test_each_reason_has_its_words(reason: str) -> None:
    """Protects the student from reading a code instead of a sentence."""
    text = str(unreadable_words(dataclasses.replace(REPORT, unreadable=reason)))
    assert text.startswith(("The file", "The notebook"))
    assert text != str(unreadable_words(dataclasses.replace(REPORT, unreadable="made up")))


def test_a_syntax_error_is_placed() -> None:
    """Protects the line of a syntax error on the way, and whoever wrote for a later Python from looking for a mistake there."""
    report = dataclasses.replace(REPORT, unreadable="syntax", detail="12: invalid syntax: really")
    said = f"invalid syntax: really (Python {sys.version_info.major}.{sys.version_info.minor})"
    assert str(unreadable_words(report)) == f"The file is not valid Python: line 12: {said}."
    broken = failure("SyntaxError", message="invalid syntax: really", line=12)
    assert str(failure_words(broken)) == f"Line 12 failed: SyntaxError: {said}. What follows still ran."


@pytest.mark.parametrize(
    ("types", "known"),
    [
        (("ValueError", "Exception", "BaseException", "object"), "ValueError"),
        (("ModuleNotFoundError", "ImportError", "Exception"), "ModuleNotFoundError"),
        (("JSONDecodeError", "ValueError", "Exception"), "ValueError"),
        (("HIDDEN_INPUT_IS_42", "RuntimeError", "Exception"), "RuntimeError"),
        (("HIDDEN_INPUT_IS_42", "Exception"), "Exception"),
        ((), "Exception"),
    ],
)
def test_a_made_up_class_is_called_by_its_base(types: tuple[str, ...], known: str) -> None:
    """Protects hidden inputs: a class's name is a message that a submission could choose."""
    assert known_type(failure(*types)) == known
    assert "HIDDEN" not in str(place_words(failure(*types, line=3)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (failure("KeyError", cell=2, line=3), "Your code raised KeyError in cell 2, line 3."),
        (failure("KeyError", line=3), "Your code raised KeyError in line 3."),
        (failure("KeyError"), "Your code raised KeyError."),
        (failure("MemoryError", line=3), "Your code asked for more memory than it may use."),
        (
            failure("NotStored", "LookupError", "Exception"),
            "The hook ran, but what it stored cannot be found: inside a hook `features = output` makes a local variable. "
            "Use `global features` or a list.",
        ),
        (failure("Unsendable"), "Your function returned something too large or too strange to be compared."),
    ],
)
def test_where_a_call_failed(given: Failure, said: str) -> None:
    """Protects the words of each way in which a call fails."""
    assert str(place_words(given)) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            failure("NameError", message="name 'x' is not defined", cell=2, line=3),
            "Cell 2 stopped in line 3: NameError: name 'x' is not defined. What follows still ran.",
        ),
        (failure("NameError", message="no", line=3), "Line 3 failed: NameError: no. What follows still ran."),
        (
            Failure(("OSError",), "gone", 0, 3, "open(place)", 9),
            "Line 3 failed, and with it line 9: OSError: gone. What follows line 9 still ran.\n`open(place)`",
        ),
        (failure("NotImplementedError", line=3), "Line 3 failed: NotImplementedError. What follows still ran."),
        (failure("Interrupted", cell=2, line=3), "Cell 2 took too long and was interrupted; the cells below it still ran."),
        (
            failure("Interrupted", line=3),
            "The file took too long and was interrupted in line 3; the definitions below still count.",
        ),
    ],
)
def test_where_loading_failed(given: Failure, said: str) -> None:
    """Protects the words of each way in which a part of a file fails."""
    assert str(failure_words(given)) == said


def test_a_message_that_ends_a_sentence() -> None:
    """Protects the report from two full stops: what follows on the message has its own."""
    given = failure("FileNotFoundError", message="No class folder in data.", line=3)
    assert str(failure_words(given)) == "Line 3 failed: FileNotFoundError: No class folder in data. What follows still ran."


def test_notes_that_are_not_known_are_dropped() -> None:
    """Protects the report from notes that a submission made up, or left a field out of."""
    known = note_words({"code": "picture_served", "name": "my\ncat.jpg"})
    assert str(known) == "The picture my cat.jpg is not here; the lab's own picture was used instead."
    assert note_words({"code": "give me all points"}) is None
    assert note_words({"code": "picture_served"}) is None
    assert note_words({}) is None


def test_every_note_of_the_sandbox_has_its_words() -> None:
    """Protects students from adaptations that nobody tells them."""
    guest = Path(grader.__file__).parent / "guest"
    calls = [
        node
        for path in guest.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func).endswith("notes.add")
    ]
    codes = {call.args[0].value: call for call in calls if isinstance(call.args[0], ast.Constant)}
    assert len(codes) > 10
    for code, call in codes.items():
        assert note_words({"code": code, **{keyword.arg or "": "x" for keyword in call.keywords}}) is not None, code


def test_on_a_call_only_fixed_words_are_told() -> None:
    """Protects hidden inputs, which the sandbox has by then, from a report that a student reads."""
    assert str(call_note_words({"code": "input_answered"})) == "input() was answered with an empty line."
    assert call_note_words({"code": "picture_served", "name": "0.25"}) is None
    assert call_note_words({"code": "made_up"}) is None


PART = Part.model_validate({"id": "scaler", "title": "Scaler", "points": 1, "names": ["Scaler", "standard_scaler"]})


@pytest.mark.parametrize(
    ("found", "notes"),
    [
        ("Scaler", []),
        ("scaler", []),
        ("SCALER", []),
        ("StandardScaler", ["StandardScaler was used as Scaler."]),
        ("sc_aler", ["sc_aler was used as Scaler."]),
        ("Work.scaler", ["Work.scaler was used as Scaler."]),
    ],
)
def test_a_name_in_other_letters_of_the_same_is_no_adaptation(found: str, notes: list[str]) -> None:
    """Protects what students read of their file from "Scaler was used as scaler"; every other name is told."""
    attempt = Attempt(Candidate(found, "call", {}), PART.accepts[0])
    assert [str(text) for text in adaptation_notes(PART, attempt, None)] == notes


def test_a_default_that_was_not_left_is_told() -> None:
    """Protects a student whose function is called otherwise than by the task's own words from not knowing it."""
    settings = [{"names": ["fmt"], "default": "xywh", "value": "xyxy"}]
    part = Part.model_validate({**PART.model_dump(mode="json"), "settings": settings})
    attempt = Attempt(Candidate("Scaler", "call", {}, parameters=(Parameter("fmt", False, default="xywh"),)), part.accepts[0])
    said = "Scaler was called with fmt='xyxy': its default, 'xywh', asks for other arguments than the task gives."
    assert [str(text) for text in adaptation_notes(part, attempt, None)] == [said]
    made = replace(attempt, candidate=replace(attempt.candidate, parameters=(), maker=attempt.candidate.parameters))
    assert [str(text) for text in adaptation_notes(part, made, None)] == [said]


def test_what_came_of_the_submission_itself_is_told() -> None:
    """Protects whoever wonders what settings the function was called with."""
    attempt = Attempt(Candidate("Scaler", "call", {}, Binding(("x",), filled=(("cfg", "options"),))), PART.accepts[0])
    assert [str(text) for text in adaptation_notes(PART, attempt, None)] == ["Scaler was given your own options."]


@pytest.mark.parametrize(
    ("styles", "kind"),
    [
        (["module_class"], "class"),
        (["module_class", "method"], "class"),
        (["module_class", "call"], "function"),
        (["call"], "function"),
    ],
)
def test_what_is_to_be_defined(styles: list[str], kind: str) -> None:
    """Protects a student whose part is a class from the advice to write a function, in both languages."""
    text = define_words(PART.model_copy(update={"styles": tuple(styles)}))
    assert str(text) == f"Define a {kind} named Scaler."
    assert {"class": "класс", "function": "функцию"}[kind] in text.render(translator("ru").gettext)


def test_a_library_that_does_not_fit() -> None:
    """Protects whoever imports torch in a lab with little memory from taking torch for broken, and its author from guessing."""
    broken = failure("ImportError", "Exception", message="libtorch_cuda.so: failed to map segment from shared object", line=1)
    assert "object (the library needs more memory than may be used here). What follows" in str(failure_words(broken))
    assert "больше памяти" in failure_words(broken).render(translator("ru").gettext)


@pytest.mark.parametrize(("kind", "told"), [("NameError", True), ("ImportError", True), ("FileNotFoundError", False)])
def test_what_could_not_be_made(kind: str, told: bool) -> None:
    """Protects who has defined it (`scaler = missing_package.Scaler()`) from being told nothing but to define it."""
    text = define_words(PART, [failure(kind, "Exception", line=3)])
    assert ("If it is in your file" in str(text)) is told
    assert str(text).startswith("Define a ")
    assert ("не удалось создать" in text.render(translator("ru").gettext)) is told


def test_a_cell_that_is_no_python_is_named() -> None:
    """Protects who has forgotten a colon from looking for it in the whole notebook; where several cells may be meant, none is."""
    syntax = [failure("SyntaxError", "Exception", cell=cell, line=7) for cell in (3, 5)]
    text = define_words(PART, [syntax[0], failure("ValueError", "Exception", cell=4)])
    assert "look at cell 3: a syntax error stopped it at line 7." in str(text)
    assert "посмотрите ячейку 3" in text.render(translator("ru").gettext)
    for failed in (syntax, [syntax[0], failure("NameError", "Exception", cell=4)], [failure("SyntaxError", line=7)]):
        assert "look at cell" not in str(define_words(PART, failed))


@pytest.mark.parametrize(
    ("styles", "entry", "said", "hint"),
    [
        (["call"], Entry("module_class", methods={"forward": Method(())}), "scaler is a class, and a function is asked for.", ""),
        (["module_class"], Entry("function"), "scaler is a function, and a class is asked for.", ""),
        (["module_class"], Entry("module_class", methods={"forwrad": Method(())}), "scaler has no method forward", "indentation"),
        (["module_class"], Entry("class", own=False), "Nothing was found under the name scaler", ""),
        (["call"], Entry("array"), "Nothing was found under the name scaler", ""),
    ],
)
def test_what_has_the_name_and_does_not_answer(styles: list[str], entry: Entry, said: str, hint: str) -> None:
    """Protects who has written it, with a slip in `forward` or as a class in place of a function, from looking for its name."""
    part = PART.model_copy(update={"styles": tuple(styles), "names": ("scaler", "standard_scaler")})
    found, advice = not_found_words(part, dataclasses.replace(REPORT, names={"Scaler": entry}))
    assert str(found).startswith(said)
    assert (hint or f"Define a {'class' if styles == ['module_class'] else 'function'} named scaler.") in str(advice)


def test_one_line() -> None:
    """Protects pages and terminals from control characters, and from a message of a megabyte."""
    assert one_line("a\tb\r\n\x1b[31mc\u202e  d\0") == "a b [31mc d"
    assert len(one_line("x" * 10**6)) == 160
    assert one_line("") == ""
