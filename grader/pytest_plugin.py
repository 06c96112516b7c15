"""What every pytest run of this environment loads (the entry point `pytest11`): an option, and nothing else without it.

`pytest --submission lab.ipynb` in a lab's folder runs its public tests on that file, with pytest's own options, in any editor.
Nothing of the grader is imported unless the option is given or a lab's tests are asked for without it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_LABS = pytest.StashKey[set[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("grader", "labs of the grader")
    group.addoption("--submission", metavar="FILE", help="run a lab's public tests on this notebook or module")
    group.addoption("--submission-lang", metavar="LANG", default="", help="language of the feedback: en or ru")


def pytest_configure(config: pytest.Config) -> None:
    """With `--submission`, take over the lab's tests."""
    # Declared here too: with --strict-markers a lab's test would else fail for the marker, before what is wrong can be said.
    config.addinivalue_line("markers", "part(id, weight=1): the graded part that a lab's test belongs to")
    config.stash[_LABS] = set()
    if config.getoption("submission"):
        from grader.check.plugin import SubmissionPlugin

        config.pluginmanager.register(SubmissionPlugin(config), "grader-submission")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Notice the tests of labs; without a submission there is no use in importing them."""
    lab = lab_of(collection_path)
    if lab is None or collection_path.suffix != ".py":
        return None
    config.stash[_LABS].add(lab)
    return None if config.getoption("submission") else True


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    """Notice those too that were named on the command line."""
    pytest_ignore_collect(file_path, parent.config)


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Raises `UsageError` for tests of a lab without a submission, and for tests of two labs with one."""
    found = config.stash[_LABS]
    labs = sorted(found)
    if labs and not config.getoption("submission"):
        raise pytest.UsageError(
            f"the tests of the lab {labs[0].name} need to know whose work to test: "
            "pytest --submission FILE (or: grade check FILE)"
        )
    if len(labs) > 1:
        names = ", ".join(lab.name for lab in labs)
        raise pytest.UsageError(f"--submission is of one lab, but these are tests of several ({names}): name a lab's folder")


def lab_of(path: Path) -> Path | None:
    """The lab whose test the file is: the folder above `tests/public` or `tests/hidden` that has an `assignment.yaml`."""
    if "tests" not in path.parts:
        return None
    for folder in path.parents:
        if folder.name in ("public", "hidden") and folder.parent.name == "tests":
            lab = folder.parent.parent
            return lab if (lab / "assignment.yaml").is_file() else None
    return None
