"""Puts format fields into its texts, for code that formats them a second time."""
# score: 0

FIELDS = "{0.__class__.__mro__[1].__subclasses__} {kind} {message!r} %s %(x)s ${HOME} {{}} {"
input(FIELDS)


def mean(values):
    raise ValueError(FIELDS)


def clamp(value, low, high):
    return FIELDS


def count_words(text):
    return {FIELDS: FIELDS}


raise ValueError(FIELDS)
