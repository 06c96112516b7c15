"""Numbers and words: fill in the three functions."""


def mean(values):
    """The arithmetic mean of a list of at least one number."""
    raise NotImplementedError


def clamp(value, low, high):
    """`value`, moved into the closed interval from `low` to `high`."""
    raise NotImplementedError


def count_words(text):
    """A dict: how often each word occurs, in lower case."""
    raise NotImplementedError
