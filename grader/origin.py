"""Where this grader was installed from, for those who must install the same one: students, CI. A leaf module."""

from __future__ import annotations

import importlib.metadata
import json

from grader import __version__

DISTRIBUTION = "lab-grader"


def requirement() -> str:
    """A line of requirements.txt: the repository's commit or the archive that pip took it from, else its name and version.

    Source: PEP 610 (`direct_url.json`). An installation from a folder of this machine is of no use to others; it gives name and
    version, which their pip must then find in an index.
    """
    try:
        text = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        text = None
    direct = json.loads(text) if text else {}
    url, vcs = str(direct.get("url", "")), direct.get("vcs_info")
    if vcs and not url.startswith("file:"):
        return f"{DISTRIBUTION} @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    if "archive_info" in direct and not url.startswith("file:"):
        return f"{DISTRIBUTION} @ {url}"
    return f"{DISTRIBUTION}=={__version__}"
