"""A zip archive that strangers filled.

`read_archive` looks at every entry before anything is written, and refuses the whole of an archive that no learning platform
makes: paths that lead elsewhere, links, encryption, one name twice. What one student can do by files of their own costs nobody
else's work: names that become one here are told apart by a number, and of what would unpack to more than fits the entries that
are to blame are left out. What an entry says of its size binds: Python reads no more of it, and a wrong check sum is an error.

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
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

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
class ArchiveEntry:
    """A file in the archive; `path` is relative and safe."""

    path: PurePosixPath
    info: zipfile.ZipInfo


class Archive:
    """An archive whose entries were looked at; those `left_out` are too large, or too many, to be unpacked."""

    def __init__(
        self, path: Path, file: zipfile.ZipFile, entries: tuple[ArchiveEntry, ...], left_out: tuple[PurePosixPath, ...] = ()
    ) -> None:
        self.path = path
        self.entries = entries
        self.left_out = left_out
        self._file = file

    def unpack(self, entry: ArchiveEntry, target: Path) -> bool:
        """Write one file; False where none can be made of that name: a path too long, or with a file on its way, or taken.

        Raises `UsageError` for damaged data.
        """
        if len(entry.path.parts) > _MOST_LEVELS:
            return False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._open(entry) as source, target.open("xb") as stream:
                shutil.copyfileobj(source, stream, _BLOCK)
        except (FileExistsError, NotADirectoryError):
            return False
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
            raise UsageError(f"{self.path}: {entry.path}: is damaged: {error}", remedy="download the archive again") from error
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
                return False
            if _is_of_a_decompressor(error):
                raise UsageError(f"{self.path}: {entry.path}: is damaged: {error}", remedy="download it again") from error
            raise
        return True

    def _open(self, entry: ArchiveEntry) -> IO[bytes]:
        try:
            return self._file.open(entry.info)
        except OSError as error:  # its data would begin before the archive does, where a byte of the directory is wrong
            raise zipfile.BadZipFile(error.strerror or str(error)) from error


def _is_of_a_decompressor(error: Exception) -> bool:
    """Whether data could not be decompressed: zlib's and lzma's errors have no base in common, bz2's is an OSError."""
    return type(error).__module__ in ("zlib", "_lzma", "lzma") or (isinstance(error, OSError) and error.errno is None)


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
        names = _Names()
        files = [info for info in file.infolist() if not info.filename.endswith("/")]  # `is_dir` fails for an empty name
        named = [(info, parts) for info in files if not _JUNK & set(parts := _parts(path, info))]
        entries = [ArchiveEntry(names.give(path, parts), info) for info, parts in named]
        blamed = _without_room(path, entries)
        kept = tuple(entry for number, entry in enumerate(entries) if number not in blamed)
        yield Archive(path, file, kept, tuple(entries[number].path for number in sorted(blamed)))


def _without_room(path: Path, entries: list[ArchiveEntry]) -> set[int]:
    """The places of those entries that are too many or too large: of whom is to blame, first what is most to blame.

    To blame is what shrinks as no honest file does, then what is large. Raises `UsageError` where nothing would be left.
    """
    numbers = _by_owner(entries)
    left_out: set[int] = set()
    by_count = sorted(numbers.values(), key=len)
    while by_count and len(entries) - len(left_out) > MOST_ENTRIES:
        left_out.update(by_count.pop())
    if entries and not by_count:
        raise UsageError(f"{path}: holds {len(entries)} files; at most {MOST_ENTRIES} are taken")
    blame = [(max(0, one.info.file_size - _RATIO * one.info.compress_size), one.info.file_size) for one in entries]
    total = left = sum(size for number, (_, size) in enumerate(blame) if number not in left_out)
    packed = path.stat().st_size
    most = min(MOST_BYTES, max(_ALWAYS, _RATIO * packed))
    worst_first = sorted(by_count, key=lambda own: [sum(blame[one][column] for one in own) for column in (0, 1)], reverse=True)
    for number in (one for own in worst_first for one in sorted(own, key=blame.__getitem__, reverse=True)):
        if left <= most:
            break
        left_out.add(number)
        left -= blame[number][1]
    if entries and len(left_out) == len(entries):
        raise UsageError(
            f"{path}: would unpack from {packed / 1e6:.1f} MB to {total / 1e6:.0f} MB, as zip bombs do; "
            f"at most {most / 1e6:.0f} MB are taken from it"
        )
    return left_out


def _by_owner(entries: list[ArchiveEntry]) -> dict[tuple[str, ...], list[int]]:
    """Places of entries by the folder of a student's files, as far as it can be told here: at the top, or below a lone one."""
    lone = len({entry.path.parts[0] for entry in entries}) == 1
    owners: dict[tuple[str, ...], list[int]] = {}
    for number, entry in enumerate(entries):
        owners.setdefault(entry.path.parts[: 2 if lone else 1], []).append(number)
    return owners


def _parts(archive: Path, info: zipfile.ZipInfo) -> list[str]:
    """The parts of an entry's name as it was packed. Raises `UsageError` for what must not be unpacked."""
    name = _decoded(info)
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise UsageError(f"{archive}: {name}: is encrypted", remedy="unpack it yourself, and grade the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UsageError(f"{archive}: {name}: is a link, which could lead anywhere")
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name) or "\x00" in info.orig_filename:
        raise UsageError(f"{archive}: {name!r}: leads out of the archive's folder")
    kept = [part for part in parts if part not in ("", ".")]
    if not kept:
        raise UsageError(f"{archive}: {name!r}: is no name of a file")
    return kept


def _decoded(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    # As zipfile has decoded it; `filename` is from Python 3.13 on another name where a field of Info-ZIP's (0x7075) holds one.
    raw = info.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")


@dataclass
class _Node:
    """A file or folder of the archive: what it is called on disk, what is in it, and how often a name was wanted in it."""

    name: str = ""
    is_file: bool = False
    inside: dict[str, _Node] = field(default_factory=dict)
    wanted: Counter[str] = field(default_factory=Counter)


class _Names:
    """Names on disk for an archive's, composed, as any file system takes them; of two that become one the later is numbered."""

    def __init__(self) -> None:
        self._top = _Node()

    def give(self, archive: Path, parts: list[str]) -> PurePosixPath:
        """A path that no other entry has. Raises `UsageError` where the archive has this one, as it was packed, already."""
        node, made = self._top, []
        for level, part in enumerate(parts, start=1):
            child, is_last = node.inside.get(part), level == len(parts)
            if child is None:
                child = node.inside[part] = _Node(_free_name(node, _fitting(part), is_last), is_last)
            elif is_last and child.is_file:
                raise UsageError(f"{archive}: {'/'.join(parts)}: is there twice, and only one could be graded")
            elif is_last or child.is_file:
                raise UsageError(f"{archive}: {'/'.join(parts[:level])}: is a file and a folder at once")
            made.append(child.name)
            node = child
        return PurePosixPath(*made)


def _free_name(folder: _Node, name: str, is_file: bool) -> str:
    """The name, with a number where another has it: of a folder at its end, where Moodle has what a student called a file."""
    suffix = PurePosixPath(name).suffix if is_file else ""
    free = name
    while folder.wanted[free]:
        folder.wanted[name] += 1
        free = f"{name.removesuffix(suffix)}_{folder.wanted[name]}{suffix}"
    folder.wanted[free] += 1
    return free


def _fitting(part: str) -> str:
    """A name that any file system takes, composed; a long one is cut, keeping its suffix."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", part))
    if len(name.encode()) <= _LONGEST:
        return name
    suffix = PurePosixPath(name).suffix[:20]
    digest = hashlib.sha256(part.encode()).hexdigest()[:8]
    return name.encode()[: _LONGEST - 40].decode(errors="ignore") + f"-{digest}{suffix}"
