"""What others are told to install is what this machine has, as far as they can reach it."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import __version__
from grader.origin import came_from_this_machine, further, installed, requirement

COMMIT = "0123456789012345678901234567890123456789"
NAMED = f"lab-grader=={__version__}"
METADATA = f"Metadata-Version: 2.1\nName: lab-grader\nVersion: {__version__}\n"


def install(site_packages: Path, direct: Any) -> None:
    """As pip does: metadata, and where it took the grader from unless an index had it."""
    record = site_packages / f"lab_grader-{__version__}.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(METADATA)
    if direct is not None:
        (record / "direct_url.json").write_text(json.dumps(direct))


@pytest.mark.parametrize(
    ("direct", "expected"),
    [
        (None, NAMED),
        ({"url": "file:///home/me/grader", "dir_info": {"editable": True}}, NAMED),
        ({"url": "file:///home/me/lab_grader.whl", "archive_info": {}}, NAMED),
        ({"url": "file:///home/me/grader", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, NAMED),
        ({"url": "https://example.org/lab_grader.whl", "archive_info": {}}, "lab-grader @ https://example.org/lab_grader.whl"),
        (
            {"url": "https://example.org/g.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT, "requested_revision": "main"}},
            f"lab-grader @ git+https://example.org/g.git@{COMMIT}",
        ),
    ],
)
def test_where_it_came_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, direct: Any, expected: str) -> None:
    """Protects students and CI from a version that their pip cannot find, and from a path of the instructor's machine."""

    install(tmp_path / "site-packages", direct)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site-packages")])
    assert requirement() == expected
    assert came_from_this_machine() is (direct is not None and direct["url"].startswith("file:"))


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a grader that runs from its source folder."""
    monkeypatch.setattr(sys, "path", [])
    assert requirement() == NAMED
    assert not came_from_this_machine()


def test_a_source_folder_before_the_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Protects `python -m grader` in a clone, where setuptools leaves a description that does not say where pip took it from."""
    described = tmp_path / "clone" / "lab_grader.egg-info"
    described.mkdir(parents=True)
    (described / "PKG-INFO").write_text(METADATA)
    install(tmp_path / "site-packages", {"url": "file:///home/me/grader", "dir_info": {"editable": True}})
    monkeypatch.setattr(sys, "path", [str(tmp_path / "clone"), str(tmp_path / "site-packages")])
    assert came_from_this_machine()


def test_what_a_lab_needs_beside_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects students from an import that works where their work is graded and not at home; not what comes with the grader,
    under whatever spelling, nor what is no distribution's alone."""
    brought = {
        "sklearn": ["scikit-learn"],
        "Xgb": ["xg_boost", "xg_boost"],
        "torch": ["torch"],
        "PIL": ["Pillow"],
        "skimage": ["scikit_image"],
        "google": ["one", "other"],
    }
    monkeypatch.setattr(importlib.metadata, "packages_distributions", lambda: brought)
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: ["torch>=2.4", "pillow>=10; extra", "scikit-image"])
    assert further(["torch._dynamo", "sklearn.svm", "Xgb", "PIL.Image", "skimage", "google.x", "json"]) == [
        "scikit-learn",
        "xg_boost",
    ]
    assert further([]) == []


def test_what_is_installed() -> None:
    """Protects verdicts, expected values and pages that are kept: each is kept under the versions that it was made with."""
    assert installed("pydantic") == importlib.metadata.version("pydantic")
    assert installed("no-such-distribution") == ""
