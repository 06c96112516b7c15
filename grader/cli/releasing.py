"""What `grade release` does."""

from __future__ import annotations

from pathlib import Path

from grader.check.lab import find_lab
from grader.cli.console import size_text
from grader.cli.output import standard_error, standard_output
from grader.cli.status import OK
from grader.errors import UsageError
from grader.i18n import counted
from grader.origin import came_from_this_machine
from grader.release.archive import write_files
from grader.release.bundle import build_bundle
from grader.run.sizing import pick_device


def release_command(assignment: str, out: Path | None, install: str, device: str) -> int:
    """Build the bundle and write it; the exit status."""
    folder = find_lab(assignment, Path.cwd())
    if folder.is_bundle:
        raise UsageError(f"{folder.path} is a bundle already; release the assignment in its course")
    identifier = folder.specification.id
    out = out or Path(f"{identifier}.zip")
    files = build_bundle(folder, install, pick_device(device))
    write_files(files, out, identifier)
    console = standard_output()
    console.print(f"{out}: {counted(len(files), 'file')}, {size_text(sum(map(len, files.values())))}", markup=False)
    console.print(f"Students install {files['requirements.txt'].decode().strip()}", markup=False)
    if not install and came_from_this_machine():
        standard_error().print(
            "Warning: this grader was installed from this machine: their pip looks for it in an index. "
            "--install says where they get it.",
            markup=False,
        )
    return OK
