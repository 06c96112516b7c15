"""The assignment's own pictures, served for those that a submission names and that are not here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from grader.guest.notes import Notes

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".jfif", ".ppm")
_NO_PICTURES = (
    ".json",
    ".txt",
    ".csv",
    ".zip",
    ".tar",
    ".gz",
    ".tgz",
    ".pth",
    ".pt",
    ".h5",
    ".pkl",
    ".npy",
    ".npz",
    ".py",
    ".yaml",
)


class Gallery:
    """The pictures in a folder; each that is served leaves a note."""

    def __init__(self, folder: Path, notes: Notes) -> None:
        self.folder = folder
        self.pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder.is_dir() else []
        self.notes = notes

    def substitute(self, name: Any) -> str | None:
        """The path to serve for `name`, or None when `name` is not a missing picture."""
        try:
            text = os.fsdecode(name)
        except TypeError:
            return None
        if not self.pictures or not urlparse(text).path.lower().endswith(SUFFIXES) or os.path.exists(text):
            return None
        return self.serve(Path(urlparse(text).path))

    def substitute_remote(self, url: str) -> str | None:
        """The path to serve for a remote address; labs download pictures, so that only other kinds of file are excepted."""
        if not self.pictures or not url.startswith(("http://", "https://")):
            return None
        path = urlparse(url).path
        return None if path.lower().endswith(_NO_PICTURES) else self.serve(Path(path))

    def serve(self, asked: Path) -> str:
        """The picture of the same name, else the first one."""
        same = [picture for picture in self.pictures if picture.stem.lower() == asked.stem.lower()]
        self.notes.add("picture_served", name=asked.name)
        return str((same or self.pictures)[0])

    def names(self, folder: str) -> list[str]:
        """The names of the pictures, for a submission that lists a folder which is not here.

        One that is named like a picture came from such a list (`for kind in os.listdir("train")`), and that was told.
        """
        self.at(folder)
        return [picture.name for picture in self.pictures]

    def at(self, folder: str) -> Path:
        """The folder to look into for one that is not here; noted as for `names`."""
        if not folder.lower().endswith(SUFFIXES):
            self.notes.add("folder_served", name=folder)
        return self.folder
