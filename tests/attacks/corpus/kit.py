"""What every exploit starts from: right answers, what an attacker may know of the machine, and a way to tell that it worked."""

import json
import pathlib

TARGET = json.loads(pathlib.Path(__file__).with_name("target.json").read_text())
_MARKS = []


def mark(what):
    """The exploit worked: from now on every answer says so."""
    _MARKS.append(str(what)[:300])


def marked(*attempts):
    """Make each attempt, and leave a mark for every one that raises nothing and answers something."""
    for number, attempt in enumerate(attempts):
        try:
            answer = attempt()
        except BaseException:
            continue
        if answer:
            mark(f"attempt {number}: {answer!r}")


def _tell():
    if _MARKS:
        raise RuntimeError("MARK " + "; ".join(_MARKS))


def mean(values):
    _tell()
    return sum(values) / len(values)


def clamp(value, low, high):
    _tell()
    return max(low, min(high, value))


def count_words(text):
    _tell()
    words = text.lower().split()
    return {word: words.count(word) for word in words}
