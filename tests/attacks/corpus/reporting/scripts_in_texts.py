"""Puts scripts, images and styles into names, messages, exception types and answers, for whoever opens the report."""
# score: 0

SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>{{7*7}}{%raw%}"
input(SCRIPT)
print(SCRIPT)


class Error(Exception):
    pass


Error.__name__ = Error.__qualname__ = SCRIPT


def mean(values):
    raise Error(SCRIPT)


def clamp(value, low, high):
    raise ValueError(f"javascript:alert(4) '\"><iframe srcdoc='{SCRIPT}'>")


def count_words(text):
    return {SCRIPT: SCRIPT}


raise Error(SCRIPT)
