"""What was done to a submission and what stopped it, in words for the student."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from string import Formatter

from grader.course.specification import Part, same_name
from grader.judge.alternatives import Alternative
from grader.judge.binding import RUN
from grader.judge.naming import CALLED
from grader.judge.outcome import known_type, with_message
from grader.judge.question import MIXED, Attempt, settings_in_making, settings_of
from grader.judge.text import AnyText, Text, gettext
from grader.sandbox.exchange import Failure, LoadReport

_UNMAPPED = "failed to map segment"  # of the dynamic linker's message, where a library does not fit into the memory

# What it cannot read may be right in a later one.
_PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"

# What may have kept a function from being made: a package or a name that is not there, a line that is no Python.
_UNMAKING = {"ImportError", "NameError", "SyntaxError"}

_UNREADABLE = {
    "empty": gettext("The file is empty."),
    "binary": gettext("The file is not a Python module: it holds binary data."),
    "not_utf8": gettext("The file is not text in UTF-8."),
    "not_a_notebook": gettext("The file is not a Jupyter notebook."),
    "too_deep": gettext("The file is nested too deeply to be read."),
    "too_many_cells": gettext("The notebook has more than 2,000 cells, too many to be read."),
    "no_code": gettext("The notebook has no code."),
    "syntax": gettext("The file is not valid Python."),
}

_NOTES = {
    "picture_served": gettext("The picture {name} is not here; the lab's own picture was used instead."),
    "folder_served": gettext("The folder {name} is not here; the lab's own pictures were listed."),
    "weights_served": gettext("The weights {name} are not here; those of the lab's own model were used instead."),
    "weights_missing": gettext("The weights {name} are not here; the network was left with random ones."),
    "moved_to_cpu": gettext("There is no GPU here; what was sent to one stayed on the CPU."),
    "picture_prepared": gettext(
        "Your code prepares its pictures itself; those of the tests come prepared, and were left as they are."
    ),
    "input_answered": gettext("input() was answered with an empty line."),
    "breakpoint_passed": gettext("Breakpoints were skipped: no debugger is attached here."),
    "arguments_answered": gettext("The command line could not be read; its arguments were given their default values."),
    "compile_skipped": gettext("torch.compile() has no effect here; your code was used uncompiled."),
    "language_skipped": gettext("The cell that begins with {command} is not Python; it was skipped."),
    "shell_line_skipped": gettext("The shell line {command} was skipped."),
    "magic_skipped": gettext("The magic {command} was skipped."),
    "colab_answered": gettext("{function} of Google Colab does nothing here."),
    "encoding_guessed": gettext("The file is not in UTF-8, which Python expects; it was read as {encoding}."),
    "old_print_read": gettext("print without parentheses, as in Python 2, was read as print()."),
    "newer_syntax_read": gettext("What only Python 3.12 and later read was read as earlier releases write it."),
    "older_name_read": gettext("Names that NumPy no longer has, such as np.float, were read as what they meant."),
    "python_names_given_back": gettext(
        "After the star import of NumPy, max, min, abs, round and pow were read as Python's own, as they were before NumPy 2, "
        "and as NumPy's where those take no arrays."
    ),
    "definition_reduced": gettext(
        "{name} could not be defined as it stands ({reason}): its decorators and annotations were left out."
    ),
    "defaults_left_out": gettext(
        "{name} could not be defined as it stands ({reason}): its decorators and annotations were left out, and default values "
        "that it computes became None."
    ),
    "bases_left_out": gettext(
        "{name} could not be defined as it stands ({reason}): its decorators, annotations and base classes were left out."
    ),
    "main_unfolded": gettext("What stands inside main() was read as if it stood outside."),
    "overwritten_restored": gettext("The name {name} was given to a value later; what it meant before counts."),
}


def unreadable_words(report: LoadReport) -> Text:
    """Why nothing of the file could run."""
    text = _UNREADABLE.get(report.unreadable, gettext("The file could not be read."))
    if report.unreadable == "syntax":
        line, _, reason = report.detail.partition(": ")
        return gettext("The file is not valid Python: line {line}: {reason}.", line=line, reason=f"{reason} ({_PYTHON})")
    if report.unreadable == "conflict":
        return gettext(
            "The file holds the markers of a conflict in git, from line {line} on: "
            "keep one of the versions, and delete the markers.",
            line=one_line(report.detail),
        )
    return text


def note_words(note: dict[str, str]) -> Text | None:
    """The sentence for a note, or None for one that the sandbox made up."""
    text = _NOTES.get(note.get("code", ""))
    if text is None:
        return None
    fields = [name for _, name, _, _ in Formatter().parse(text.template) if name]
    if any(name not in note for name in fields):
        return None
    return Text(text.template, {name: one_line(note[name]) for name in fields})


def call_note_words(note: dict[str, str]) -> Text | None:
    """The sentence for a note on a test's call: one without a word from the sandbox, which knew hidden inputs by then."""
    text = note_words(note)
    return text if text is not None and text.is_fixed else None


def failure_words(failure: Failure) -> Text:
    """A failure while the file ran, and the line of code. Nothing hidden was in the sandbox by then: its message may be shown."""
    said = _failure_sentence(failure)
    return Text("{said}\n`{code}`", {"said": said, "code": failure.code}) if failure.code else said


def _failure_sentence(failure: Failure) -> Text:
    kind = known_type(failure)
    error = with_message(kind, one_line(failure.message)).removesuffix(".")  # another follows
    if "SyntaxError" in failure.types:
        error = f"{error} ({_PYTHON})"
    told: AnyText = error
    if _UNMAPPED in failure.message:
        told = gettext("{error} (the library needs more memory than may be used here)", error=error)
    fields = {"error": told, "line": failure.line, "cell": failure.cell}
    if kind == "Interrupted":
        if failure.cell:
            return gettext("Cell {cell} took too long and was interrupted; the cells below it still ran.", **fields)
        if failure.line:
            return gettext(
                "The file took too long and was interrupted in line {line}; the definitions below still count.", **fields
            )
        return gettext("The file took too long and was interrupted; the definitions below still count.")
    if failure.cell:
        return gettext("Cell {cell} stopped in line {line}: {error}. What follows still ran.", **fields)
    if not failure.line:
        return gettext("A part of the file failed: {error}. What follows still ran.", **fields)
    if failure.entry not in (0, failure.line):  # inside a function that this line has called
        return gettext(
            "Line {line} failed, and with it line {entry}: {error}. What follows line {entry} still ran.",
            entry=failure.entry,
            **fields,
        )
    return gettext("Line {line} failed: {error}. What follows still ran.", **fields)


def failed_import_words(name: str, failure: Failure) -> Text:
    """Why a name of the file is missing, where the import that was to give it failed."""
    if failure.cell:
        return gettext(
            "{name} was to come from the import in cell {cell}, line {line}, which failed.",
            name=name,
            cell=failure.cell,
            line=failure.line,
        )
    return gettext("{name} was to come from the import in line {line}, which failed.", name=name, line=failure.line)


def one_line(text: str) -> str:
    """Printable, on one line, at most 160 characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= 160 else f"{line[:159]}…"


def adaptation_notes(part: Part, attempt: Attempt, alternative: Alternative | None) -> list[AnyText]:
    """What was adapted so that a part could be called."""
    candidate, canonical = attempt.candidate, part.names[0]
    texts: list[AnyText] = []
    if candidate.style == "forward_hook":
        texts.append(gettext("No function {name} was found; your forward hook was used instead.", name=canonical))
    elif candidate.style == "variable":
        texts.append(
            gettext("No function {name} was found; your variable {found} was used.", name=canonical, found=candidate.name)
        )
    elif candidate.name.lower() != canonical.lower():  # a class `Scaler` for a part `scaler` is what was asked for
        texts.append(gettext("{found} was used as {name}.", name=canonical, found=candidate.name))
    if candidate.binding.steps:
        first = ", ".join(method for method, _ in candidate.binding.steps if method != RUN)
        if first:
            texts.append(gettext("{found} was asked after {first} had been called.", found=candidate.name, first=first))
        else:
            texts.append(gettext("{found} was asked after the network had been run.", found=candidate.name))
    if attempt.form == "own":
        texts.append(gettext("{name} was called with objects of your own class.", name=canonical))
    elif attempt.form not in (part.accepts[0], candidate.form, MIXED) and candidate.style not in ("variable", "forward_hook"):
        texts.append(gettext("{name} was called with {form} arguments.", name=canonical, form=attempt.form))
    if alternative is not None:
        texts.append(alternative.note)
    for parameter, setting in (*settings_in_making(part, attempt), *settings_of(part, attempt)):
        given = gettext(
            "{name} was called with {parameter}={value}: its default, {default}, asks for other arguments than the task gives.",
            name=canonical,
            parameter=parameter,
            value=repr(setting.value),
            default=repr(setting.default),
        )
        texts.append(given)
    if candidate.binding.told:
        parameter, value = candidate.binding.told
        texts.append(
            gettext("{name} was called with {parameter}={value}.", name=canonical, parameter=parameter, value=repr(value))
        )
    texts += [gettext("{name} was given your own {value}.", name=canonical, value=value) for _, value in candidate.binding.filled]
    return [*texts, *(_change_words(canonical, *change.split(":")) for change in attempt.changes)]


def not_found_words(part: Part, report: LoadReport) -> tuple[Text, Text]:
    """That nothing answers to the part's names, or why what has one of them does not; and what to do."""
    define = define_words(part, report.failures)
    entries = {same_name(name): entry for name, entry in report.names.items() if entry.own}
    for name in part.names:
        entry = entries.get(same_name(name))
        is_class = entry is not None and entry.kind in ("class", "module_class")
        if entry is None:
            continue
        if is_class and "module_class" not in part.styles:
            return gettext("{name} is a class, and a function is asked for.", name=name), define
        if is_class and not any(method in entry.methods for method in CALLED):
            said = gettext("{name} has no method forward by which it could be called.", name=name)
            return said, gettext("Look at the method's name and at its indentation.")
        if entry.kind == "function" and "call" not in part.styles:
            return gettext("{name} is a function, and a class is asked for.", name=name), define
    return gettext("Nothing was found under the name {name} (or a usual variant of it).", name=part.names[0]), define


def define_words(part: Part, failed: Iterable[Failure] = ()) -> Text:
    """What a student has to write where nothing answers to the part's names; and, as it may be there and not have been made,
    where to look for the reason. `failed`: while the file ran."""
    if "module_class" in part.styles and "call" not in part.styles:
        text = gettext("Define a class named {name}.", name=part.names[0])
    else:
        text = gettext("Define a function named {name}.", name=part.names[0])
    unmade = [failure for failure in failed if _UNMAKING & set(failure.types)]
    if unmade:
        look = gettext(
            "If it is in your file, running its definition failed: the reason is listed among what was done to your file."
        )
        if len(unmade) == 1 and unmade[0].cell and "SyntaxError" in unmade[0].types:
            where = {"cell": unmade[0].cell, "line": unmade[0].line}
            look = gettext("If it is in your file, look at cell {cell}: a syntax error stopped it at line {line}.", **where)
        return Text("{said} {because}", {"said": text, "because": look})
    return text


def wrote_words(part: Part) -> Text:
    """That a function leaves what it was given other than it was. It costs nothing: the tests give it arrays of its own."""
    return gettext(
        "{name} changes the arrays that it is given: whoever calls it may still need them as they were.", name=part.names[0]
    )


def _change_words(name: str, kind: str, role: str) -> Text:
    if kind == "list":
        return gettext("{name}: {role} was passed as a list of one.", name=name, role=role)
    if kind == "array":
        return gettext("{name}: {role} was passed as an array of one.", name=name, role=role)
    if kind in ("tensor", "single"):
        return gettext("{name}: {role} was passed as a tensor, beside arrays of NumPy.", name=name, role=role)
    if kind == "each":
        return gettext("{name}: the items of {role} were given one at a time, without the batch axis.", name=name, role=role)
    return gettext("{name}: the batch axis of {role} was adapted.", name=name, role=role)
