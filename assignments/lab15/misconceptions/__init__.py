"""Wrong variants of the reference of lab 15, each seen in real code or easy to write, with the words that explain it.

A variant takes what the reference takes (torch tensors, a torch model, numbers) and returns what a student with this
misconception would. It serves twice: when a student's wrong answers equal a variant's, the explanation is shown; and the
tests are proved against all of them. `accepted=True` marks what the lab accepts: it must pass, and nobody is told of it
but by the notes of the comparison.

Explanations say what is computed instead and give the formula that is asked. Names are `<part>.<slug>`.
"""
