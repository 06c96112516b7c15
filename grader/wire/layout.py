"""How much a value grows when numpy makes one array of it.

Numpy gives every element the width of the longest text: a list of one long text and a thousand short ones, 3 MB on the wire,
becomes 12 GB. Numbers beside a text become texts of that width too. Without a text an array takes at most 16 times the wire's
bytes (booleans beside a complex number), which `Bounds` bounds.
"""

from __future__ import annotations

from grader.wire.values import Array, Value

_LETTER_BYTES = 4  # of numpy's texts; byte strings take it too, where one text is among them


def text_layout(value: Value) -> int:
    """Bytes of an array of all that is in `value`, at any depth, where a text or a byte string is among it; else 0.

    An array in a list has to have the shape of the lists beside it, or numpy makes none: one that has more elements than
    there are parts outside of arrays counts as one part.
    """
    longest, parts = 0, 0
    sizes: list[int] = []
    pending: list[Value] = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, list | tuple | set | frozenset):
            pending.extend(one)
        elif isinstance(one, dict):
            pending.extend(one)
            pending.extend(one.values())
        elif isinstance(one, Array):
            sizes.append(one.data.size)
        else:
            parts += 1
            longest = max(longest, len(one) if isinstance(one, str | bytes) else 0)
    return _LETTER_BYTES * longest * (parts + sum(size if size <= parts else 1 for size in sizes))
