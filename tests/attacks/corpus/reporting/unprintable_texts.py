"""Exceptions whose texts are no texts: lone surrogates, zeros, letters that turn the line around, what no XML may hold, a megabyte."""
# score: 0


def mean(values):
    raise ValueError("\ud800\udfff \x00\x0b\x1b]0;x\x07 \u202e\u2066\u2028 \ufffe\uffff")


def clamp(value, low, high):
    raise type("\x00</script>\u202e", (Exception,), {"__str__": lambda self: "]]>" * 400_000})


def count_words(text):
    raise type("E", (Exception,), {"__str__": lambda self: (_ for _ in ()).throw(BaseException("twice")), "__repr__": None})
