"""Puts terminal sequences, direction marks, line ends and NULs into messages: titles, colours, clipboards, hidden text."""
# score: 0

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b]52;c;cm0gLXJm\x07\x9b31m\u202egnp.exe\u2066\r\n\0 0,0\x7f\ufeff\ud800"
input(HOSTILE)


def mean(values):
    raise ValueError(HOSTILE)


def clamp(value, low, high):
    return HOSTILE


def count_words(text):
    return {HOSTILE: 1}


raise KeyError(HOSTILE)
