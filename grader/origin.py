"""What pip has installed here: where this grader came from, for students and CI, who must install the same one. A leaf module."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Iterable
from typing import Any

from grader import __version__

DISTRIBUTION = "lab-grader"


def requirement() -> str:
    """A line of requirements.txt: the repository's commit or the archive that pip took it from, else its name and version.

    Source: PEP 610 (`direct_url.json`). An installation from a folder of this machine is of no use to others; it gives name and
    version, which their pip must then find in an index.
    """
    direct = _direct()
    vcs = direct.get("vcs_info")
    if came_from_this_machine() or not (vcs or "archive_info" in direct):
        return f"{DISTRIBUTION}=={__version__}"
    return f"{DISTRIBUTION} @ " + (f"{vcs['vcs']}+{direct['url']}@{vcs['commit_id']}" if vcs else direct["url"])


def came_from_this_machine() -> bool:
    """Whether pip took this grader from a folder or a file of this machine, which nobody else can reach."""
    return str(_direct().get("url", "")).startswith("file:")


def _direct() -> dict[str, Any]:
    # An editable installation leaves a second description in the source folder, without this file: `python -m` meets it first.
    texts = (found.read_text("direct_url.json") for found in importlib.metadata.distributions(name=DISTRIBUTION))
    direct: dict[str, Any] = json.loads(next(filter(None, texts), "{}"))
    return direct


def installed(distribution: str) -> str:
    """The version of a distribution that is installed here; empty where it is not."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def further(modules: Iterable[str]) -> list[str]:
    """The distributions that bring these modules (`sklearn.svm` of `scikit-learn`), but for those that come with the grader; in
    alphabetical order. A module that none or several bring is left out."""
    try:
        needed = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        needed = []
    own = {_plain(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in needed}
    brought = importlib.metadata.packages_distributions()
    found = [set(brought.get(module.partition(".")[0], ())) for module in modules]
    return sorted({name for names in found if len(names) == 1 for name in names if _plain(name) not in own})


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
