"""The reference pages say what the code says, and the site builds without a warning."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader import cli
from grader.cli.main import app
from grader.cli.status import FAULT, FOUND, OK, STOPPED, USAGE

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """`docs/make_reference.py`."""
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_current(generator: ModuleType) -> None:
    """Protects readers from options and keys of an older version. The cure: `python docs/make_reference.py`."""
    pages: dict[str, Any] = generator.PAGES
    for page in pages:
        text = (DOCS / page).read_text("utf-8")
        assert text == generator.current(page, text), f"{page}: run python docs/make_reference.py"


def test_a_changed_table_is_noticed(generator: ModuleType) -> None:
    """Protects the test above from passing whatever it is given."""
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")
    assert generator.current("reference/commands.md", text.replace("--watch", "--wait")) == text
    with pytest.raises(ValueError, match="needs <!-- commands: begin -->"):
        generator.current("reference/commands.md", "# Commands\n")


def test_usage_lines_name_values(generator: ModuleType) -> None:
    """Protects from a usage line that cannot be typed: behind an option that must be given stands what it takes."""
    usage = [line for line in "\n".join(generator.commands()).splitlines() if line.startswith("grade ")]
    assert [line for line in usage if re.search(r" --\S+( *$|  | \[)", line)] == []
    assert "grade extend STUDENT [UNTIL] --why TEXT [OPTIONS]" in usage


def test_check_is_told_by_what_it_can_be_given(generator: ModuleType) -> None:
    """Protects an author from a keyword that a test cannot give."""
    call, about = "\n".join(generator.check()).split("```\n", 1)
    told = set(re.findall(r"`(\w+)(?:=\w+)?`", about))
    assert told == set(re.findall(r"^    (\w+): ", call, re.MULTILINE))


def test_exit_statuses_are_told() -> None:
    """Protects scripts: the two tables name the same statuses, and each command that ends with 1 for what it found."""
    tables = [(DOCS / "reference" / "commands.md").read_text("utf-8"), (DOCS.parent / "README.md").read_text("utf-8")]
    modules = Path(cli.__file__).parent.glob("*.py")
    finding = {path.stem for path in modules if re.search(r"^ +return .*\bFOUND\b", path.read_text("utf-8"), re.MULTILINE)}
    drawn = re.findall(r"^    (\S.*?)  +\w+  +(\S.*)$", inspect.cleandoc(cli.__doc__ or ""), re.MULTILINE)
    commands = {name for names, done_in in drawn for name in names.split(", ") if finding & set(done_in.split(", "))}
    assert {"check", "fixtures", "starter"} < commands
    full, short = (dict(re.findall(r"^\| (\d+) \| (.*) \|$", text, re.MULTILINE)) for text in tables)
    assert [status for status in ("1", "2", "130") if not full[status].startswith(short[status])] == []
    for rows in (full, short):
        assert set(rows) == {str(status) for status in (OK, FAULT, FOUND, USAGE, STOPPED)}
        assert [name for name in commands if not re.search(rf"`{name}( --check)?`", rows["1"])] == []


def test_every_option_is_explained() -> None:
    """Protects from an option without a word, in the reference and in `--help`."""
    commands = [name for name in app if not name.startswith("-")]
    arguments = [(name, one) for name in commands for one in app[name].assemble_argument_collection(parse_docstring=True)]
    assert len(arguments) > 30
    assert [(name, one.names) for name, one in arguments if not one.parameter.help] == []


def test_every_environment_variable_is_told() -> None:
    """Protects from a setting that only the source knows."""
    source = "".join(path.read_text("utf-8") for path in (DOCS.parent / "grader").rglob("*.py"))
    used = set(re.findall(r'environ(?:\.get\(|\[)"(GRADER_[A-Z]+)"', source))
    assert used
    assert [name for name in used if name not in (DOCS / "reference" / "files.md").read_text("utf-8")] == []


def build(repository: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build the site as `make docs` does. Never with --quiet: what is not said is not counted."""
    pytest.importorskip("material", reason="needs mkdocs-material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", out]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def test_the_site_builds(tmp_path: Path) -> None:
    """Protects links between pages and to their headings: a warning is an error. No page is without a place in the menu."""
    done = build(DOCS.parent, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not included in the" not in done.stderr
    assert not list(tmp_path.rglob("*.py"))


@pytest.mark.parametrize("link", ["nowhere.md", "report.md#no-such-heading"])
def test_a_dead_link_is_noticed(tmp_path: Path, link: str) -> None:
    """Protects the test above from passing whatever it is given."""
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(DOCS.parent / "mkdocs.yml", tmp_path)
    with (tmp_path / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write(f"\n[A link]({link})\n")
    assert build(tmp_path, tmp_path / "site").returncode != 0
