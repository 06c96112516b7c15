"""What names tell: of a parameter, which optional number it is; of a function or class, what part it may be about, and whether it
is one to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.course.specification import Part, same_name
from grader.sandbox.exchange import LoadReport
from grader.sandbox.inventory import Parameter

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
# Functions that look at an answer instead of giving one; and of those such as may make it themselves, to show it.
SHOWING = {
    "plot",
    "show",
    "draw",
    "visualize",
    "visualise",
    "vis",
    "display",
    "overlay",
    "blend",
    "superimpose",
    "render",
}
ONLOOKERS = SHOWING | {"test", "check", "print", "demo", "save", "main"}
# Functions that make use of an answer, and answers to a neighbouring question.
_BESIDE = {
    "compare",
    "comparison",
    "versus",
    "vs",
    "benchmark",
    "time",
    "timeit",
    "profile",
    "evaluate",
    "verify",
    "validate",
    "assert",
    "debug",
    "example",
    "log",
    "soft",
    "weighted",
    "mean",
    "average",
    "avg",
    "total",
    "normalized",
    "normalised",
}
FILE_WORDS = {"path", "file", "filename", "fname", "url", "folder", "directory"}  # in names of parameters: where to read from
CALLED = ("__call__", "forward")  # methods by which objects are called
UPKEEP = {"hook", "hooks", "register", "remove", "release", "reset", "clear", "close"}  # in names of methods that give no answer
_HOOK_ROLES = (
    {"module", "m", "model", "layer", "self", "mod", "mdl", "net", "", "block"},
    {"input", "inputs", "inp", "inps", "x", "i", "in", "", "args"},
    {"output", "outputs", "out", "outp", "o", "y", "result"},
)
_DRAFTS = {"old", "bad", "wrong", "draft", "broken", "buggy", "deprecated", "unused", "backup", "tmp"}
_FINISHED = {"final", "fixed", "corrected"}
_FUNCTION_WORDS = {"fn", "func", "function"}
_MOST_FUNCTIONS = 3  # that are tried where a parameter is a function
_TELLING = 3  # words of a name that together are about nothing else, whatever stands beside them: `sum_of_squares`


def is_hook(parameters: tuple[Parameter, ...] | None) -> bool:
    """A forward hook's signature, (module, inputs, output): it is registered, never called by a test, and gets all three."""
    if parameters is None or len(parameters) != 3 or not all(parameter.required for parameter in parameters):
        return False
    return all(same_name(parameter.name) in names for parameter, names in zip(parameters, _HOOK_ROLES, strict=True))


def words_of(name: str) -> set[str]:
    """The words of a name in snake or camel case, in lower case."""
    return {word.lower() for word in _WORDS.findall(name)}


def _has_word(name: str, word: str) -> bool:
    """Whether a word with capitals of its own stands in a name in camel case: `IoU` in `calcIoU` and `IoUMeter`."""
    start = name.lower().find(word)
    before, after = name[max(start - 1, 0) : start + 1], name[start + len(word) :][:1]
    return start >= 0 and (start == 0 or before[-1].isupper()) and not (after.islower() or after.isdigit())


@dataclass(frozen=True)
class Hints:
    """What words in a parameter's name say about an optional number: that it is this, or something else."""

    words: frozenset[str]
    strangers: frozenset[str]

    def pick(self, parameters: Iterable[Parameter]) -> Parameter | None:
        """The parameter with a default that is most likely it: only of fractions where its name tells nothing."""
        free = [p for p in parameters if not p.required and p.how in ("positional", "keyword")]
        named = [p for p in free if self.words & words_of(p.name)]
        return next(iter([*named, *(p for p in free if p.fraction and not self.strangers & words_of(p.name))]), None)

    def pick_needed(self, parameters: Iterable[Parameter]) -> Parameter | None:
        """The only parameter that must be given, where nothing tells that it is something else than a number."""
        needed = [p for p in parameters if p.required]
        fitting = [p for p in needed if p.said in ("", "number") and not self.strangers & words_of(p.name)]
        return fitting[0] if len(needed) == 1 and fitting else None


def names_alike(part: Part, report: LoadReport, kinds: tuple[str, ...], beside: bool = False, showing: bool = False) -> list[str]:
    """Own functions or classes with one of the part's keywords, or with all words of one of its longer names: of versions the
    finished ones first, those of few words, and the last that was written. `beside`: those whose other words say that they are
    not quite about the part, and only those; `showing`: those that may make it to show it, and answer with something.
    """
    found = []
    for place, (name, entry) in enumerate(report.names.items()):
        if entry.kind in kinds and entry.own and _is_wanted(part, name, entry.answers, beside, showing):
            found.append((*_rank(part, name, place), name))
    return [name for *_, name in sorted(found)]


def functions_for(parameter: str, parts: Sequence[Part], report: LoadReport) -> list[str]:
    """Functions that may be wanted where a parameter is one: that of its very name, the submission's own with a word of it where
    it tells of no other part, then those for other parts, first for one of which it tells. A few of them: each is a guess."""
    functions = [name for name, entry in report.names.items() if entry.kind == "function"]
    found = [parameter] if parameter in functions else []
    if not any(_is_about(part, parameter) for part in parts):
        words = words_of(parameter) - _FUNCTION_WORDS
        found += [name for name in functions if report.names[name].own and words & words_of(name)]
    for part in sorted(parts, key=lambda one: not _is_about(one, parameter)):
        wanted = [same_name(name) for name in part.names]
        own = [name for name in functions if report.names[name].own and same_name(name) in wanted]
        found += sorted(own, key=lambda name: wanted.index(same_name(name))) + names_alike(part, report, ("function",))
    return list(dict.fromkeys(found))[:_MOST_FUNCTIONS]


def methods_alike(part: Part, report: LoadReport, beside: bool = False) -> list[tuple[str, str]]:
    """The same of methods of own objects and classes: (name, method), of objects first, which the submission has made itself."""
    found = []
    own = [(name, entry) for name, entry in report.names.items() if entry.own]
    methods = [(name, entry, method) for name, entry in own for method in entry.methods if not method.startswith("_")]
    for place, (name, entry, method) in enumerate(methods):
        one = entry.methods[method]
        if not is_hook(one.parameters) and _is_wanted(part, method, one.answers, beside, showing=False):
            made = entry.kind in ("instance", "network")
            found.append((not made, *_rank(part, method, place), name, method))
    return [(name, method) for *_, name, method in sorted(found)]


def _is_wanted(part: Part, name: str, answers: bool, beside: bool, showing: bool) -> bool:
    """Whether a name is about the part, and tells of something else too just where that is wanted."""
    words = words_of(name)
    others = _BESIDE.difference(*map(words_of, part.names))  # what the part itself is called says nothing else
    looks_on = words & ONLOOKERS
    wanted = bool(looks_on) and looks_on <= SHOWING and answers if showing else not looks_on
    return wanted and _is_about(part, name) and bool(words & others) is beside


def _is_about(part: Part, name: str) -> bool:
    longer = [words for words in (set(other.lower().split("_")) for other in part.names) if len(words) >= _TELLING]
    spelt = {*words_of(name), *name.lower().split("_")}  # some with their digits: `stage4_maps`
    about = not spelt.isdisjoint(part.keywords) or any(whole <= spelt for whole in longer)
    return about or any(_has_word(name, keyword) for keyword in part.keywords)


def _rank(part: Part, name: str, place: int) -> tuple[bool, bool, bool, bool, bool, int, int]:
    """The less, the likelier it is meant: by the part's own arguments, finished, with all words of the name that the task asks
    for (beside `метрика_iou`, `пересечение` is a helper), of few words, and written last."""
    words = words_of(name)
    draft, finished, whole = bool(words & _DRAFTS), bool(words & _FINISHED), words_of(part.names[0]) <= words
    return name.startswith("_"), bool(words & _otherwise(part)), draft, not finished, not whole, len(words), -place


def _otherwise(part: Part) -> set[str]:
    """What says, in a part's settings, that other arguments than the task's are taken: `xywh` in `iou_xywh` beside `iou_xyxy`."""
    flags = {same_name(name) for setting in part.settings if setting.default is True for name in setting.names}
    kept = {same_name(str(setting.value)) for setting in part.settings}
    return (flags | {same_name(setting.default) for setting in part.settings if isinstance(setting.default, str)}) - kept
