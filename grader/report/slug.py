"""File names made from student ids: any letters of any script stay, whatever a file system or a URL trips over goes.

A slug is one path component: never empty, never `.` or `..`, no separator, at most 180 bytes in UTF-8. Ids whose slugs
a file system could confuse (case, composition) get a digest of the id behind them, whatever their order, so that a
student's address does not change when another student joins.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from grader.report.text import clean

# Separators and wildcards of POSIX and Windows, what a URL or a shell reads as its own, white space, the unseen.
_UNSAFE = re.compile(r"""[\s/\\:*?"'<>|#%&;$`~^{}\[\]()!,=+\ufffd\u200b-\u200d\ufeff]+""")
# Windows keeps these names for devices, with any extension (Microsoft: "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_MAX_BYTES = 180


def slug(student: str) -> str:
    """The student id as one safe path component; different ids may give the same one (see `unique_slugs`)."""
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", clean(student)))
    name = re.sub("-{2,}", "-", name).strip(".-")
    name = name.encode()[:_MAX_BYTES].decode(errors="ignore").rstrip(".-")
    if not name or _DEVICE.fullmatch(name):
        name = f"student-{name}".rstrip("-")
    return name


def unique_slugs(students: Sequence[str]) -> list[str]:
    """A slug for each student id, in their order, no two the same on a file system that folds case or composition."""
    plain = [slug(student) for student in students]
    shared = Counter(_folded(name) for name in plain)
    taken: set[str] = set()
    result = []
    for student, name in zip(students, plain, strict=True):
        if shared[_folded(name)] > 1:
            name = f"{name}-{hashlib.sha256(student.encode(errors='surrogatepass')).hexdigest()[:8]}"
        result.append(_free(name, taken))
        taken.add(_folded(result[-1]))
    return result


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while _folded(candidate) in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
