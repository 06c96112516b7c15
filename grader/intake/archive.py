"""A zip archive that strangers filled.

`read_archive` looks at every entry before anything is written, and refuses the whole of an archive that no learning platform
makes: paths that lead elsewhere, links, encryption, one name twice, more than it could hold. What it says of sizes binds: Python
reads no more of an entry than its declared size, and a wrong check sum is an error.

Names without the UTF-8 mark are read as UTF-8, else as the code page that Windows in Russian writes (866).
"""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import UsageError

MOST_ENTRIES = 100_000
MOST_BYTES = 8 << 30
_RATIO = 100  # notebooks shrink to a fifth; a bomb to a thousandth
_ALWAYS = 64 << 20  # bytes that a small archive may always unpack to
_LONGEST = 200  # bytes of one name, so that the file system takes it
_MOST_LEVELS = 100  # of folders in one another; Python makes them by a call in a call
_BLOCK = 1 << 20
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_JUNK = {"__MACOSX", ".DS_Store", "Thumbs.db"}
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


@dataclass(frozen=True)
class Entry:
    """A file in the archive; `path` is relative and safe."""

    path: PurePosixPath
    info: zipfile.ZipInfo


class Archive:
    """An archive whose entries were looked at."""

    def __init__(self, path: Path, file: zipfile.ZipFile, entries: tuple[Entry, ...]) -> None:
        self.path = path
        self.entries = entries
        self._file = file

    def unpack(self, entry: Entry, target: Path) -> bool:
        """Write one file; False where none can be made of that name: a path too long, or with a file on its way, or taken.

        Raises `UsageError` for damaged data.
        """
        if len(entry.path.parts) > _MOST_LEVELS:
            return False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open(entry.info) as source, target.open("xb") as stream:
                shutil.copyfileobj(source, stream, _BLOCK)
        except (FileExistsError, NotADirectoryError):
            return False
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
            raise UsageError(f"{self.path}: {entry.path}: is damaged: {error}", remedy="download the archive again") from error
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
                return False
            if type(error).__module__ in ("zlib", "lzma"):  # their error classes have no base in common but Exception
                raise UsageError(f"{self.path}: {entry.path}: is damaged: {error}", remedy="download it again") from error
            raise
        return True


@contextmanager
def read_archive(path: Path) -> Iterator[Archive]:
    """Open it and look at every entry. Raises `UsageError` naming the entry and what is wrong with it."""
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is no zip archive that can be read: {error}") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    with file:
        infos = [info for info in file.infolist() if not info.is_dir()]
        _check_size(path, infos)
        entries = [Entry(_safe_path(path, info), info) for info in infos]
        kept = tuple(entry for entry in entries if not _JUNK & set(entry.path.parts))
        _check_unique(path, kept)
        yield Archive(path, file, kept)


def _check_size(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_ENTRIES:
        raise UsageError(f"{path}: holds {len(infos)} files; at most {MOST_ENTRIES} are taken")
    total, packed = sum(info.file_size for info in infos), path.stat().st_size
    most = min(MOST_BYTES, max(_ALWAYS, _RATIO * packed))
    if total > most:
        raise UsageError(
            f"{path}: would unpack from {packed / 1e6:.1f} MB to {total / 1e6:.0f} MB, as zip bombs do; "
            f"at most {most / 1e6:.0f} MB are taken from it"
        )


def _safe_path(archive: Path, info: zipfile.ZipInfo) -> PurePosixPath:
    name = _decoded(info)
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise UsageError(f"{archive}: {name}: is encrypted", remedy="unpack it yourself, and grade the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UsageError(f"{archive}: {name}: is a link, which could lead anywhere")
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name) or "\x00" in info.orig_filename:
        raise UsageError(f"{archive}: {name!r}: leads out of the archive's folder")
    kept = [_fitting(part) for part in parts if part not in ("", ".")]
    if not kept:
        raise UsageError(f"{archive}: {name!r}: is no name of a file")
    return PurePosixPath(*kept)


def _decoded(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8_FLAG:
        return unicodedata.normalize("NFC", info.filename)
    raw = info.filename.encode("cp437")  # as zipfile has decoded it
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError:
        return raw.decode("cp866")


def _fitting(part: str) -> str:
    """A name that any file system takes; a long one is cut, keeping its suffix."""
    name = _UNSAFE.sub("_", part)
    if len(name.encode()) <= _LONGEST:
        return name
    suffix = PurePosixPath(name).suffix[:20]
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    return name.encode()[: _LONGEST - 40].decode(errors="ignore") + f"-{digest}{suffix}"


def _check_unique(path: Path, entries: tuple[Entry, ...]) -> None:
    seen: set[PurePosixPath] = set()
    for entry in entries:
        if entry.path in seen:
            raise UsageError(f"{path}: {entry.path}: is there twice, and only one could be graded")
        seen.add(entry.path)
    for entry in entries:
        inner = next((parent for parent in entry.path.parents if parent in seen), None)
        if inner is not None:
            raise UsageError(f"{path}: {inner}: is a file and a folder at once")
