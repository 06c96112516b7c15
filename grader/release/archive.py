"""Files by name into a folder or a zip. A zip of the same files is the same bytes, whenever and wherever it is made."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from grader.errors import UsageError
from grader.wholefile import write_bytes_whole

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows
_UNIX = 3


def write_files(files: dict[str, bytes], out: Path, top: str) -> None:
    """Write `files` into the folder `out`, or into a zip with one folder called `top` when `out` ends in `.zip`.

    Raises `UsageError` when the folder holds something already: it could be somebody's work.
    """
    if out.suffix == ".zip":
        packed = zipped({f"{top}/{name}": raw for name, raw in files.items()})
        write_bytes_whole(out, packed)
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty; a bundle is written into a new folder or a .zip")
    for name, raw in sorted(files.items()):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def zipped(files: dict[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """A zip of these files in the order of their names; those in `executable` may be run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, raw in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(entry, raw, compresslevel=9)
    return buffer.getvalue()
