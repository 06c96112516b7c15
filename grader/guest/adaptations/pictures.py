"""Pictures that are not here: the assignment's own picture is served for a missing file or a remote one."""

from __future__ import annotations

import builtins
import io
import os
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from grader.guest.notes import Notes

_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".jfif")


class _Gallery:
    def __init__(self, folder: Path, notes: Notes) -> None:
        self.pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES) if folder.is_dir() else []
        self.notes = notes

    def substitute(self, name: Any) -> str | None:
        """The path to serve for `name`, or None when `name` is not a missing picture."""
        try:
            text = os.fsdecode(name)
        except TypeError:
            return None
        if not self.pictures or not urlparse(text).path.lower().endswith(_SUFFIXES) or os.path.exists(text):
            return None
        return self._serve(Path(urlparse(text).path))

    def substitute_remote(self, url: str) -> str | None:
        """The path to serve for any remote address: whatever its name, labs download pictures."""
        if not self.pictures or not url.startswith(("http://", "https://")):
            return None
        return self._serve(Path(urlparse(url).path))

    def _serve(self, asked: Path) -> str:
        same = [picture for picture in self.pictures if picture.stem.lower() == asked.stem.lower()]
        self.notes.add("picture_served", name=asked.name)
        return str((same or self.pictures)[0])


def install(folder: Path, notes: Notes) -> None:
    """Serve the pictures in `folder`. Only libraries already imported are adapted."""
    gallery = _Gallery(folder, notes)
    if not gallery.pictures:
        return
    _serve_open(gallery)
    _serve_remote(gallery)
    for module, function in (
        ("cv2", "imread"),
        ("imageio", "imread"),
        ("imageio.v2", "imread"),
        ("imageio.v3", "imread"),
        ("skimage.io", "imread"),
        ("torchvision.io.image", "read_file"),
        ("matplotlib.pyplot", "imread"),
    ):
        if module in sys.modules:
            _serve_first_argument(sys.modules[module], function, gallery)


def _serve_open(gallery: _Gallery) -> None:
    # PIL, matplotlib and plain code open pictures through this one; writing is left alone.
    original = builtins.open

    def open_or_serve(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if isinstance(mode, str) and "r" in mode and "+" not in mode and isinstance(file, str | bytes | os.PathLike):
            file = gallery.substitute(file) or file
        return original(file, mode, *args, **kwargs)

    builtins.open = open_or_serve


def _serve_first_argument(module: Any, function: str, gallery: _Gallery) -> None:
    original = getattr(module, function, None)
    if original is None:
        return

    def call(name: Any, *args: Any, **kwargs: Any) -> Any:
        served = gallery.substitute(name) or (gallery.substitute_remote(name) if isinstance(name, str) else None)
        return original(served or name, *args, **kwargs)

    call.__name__ = function
    setattr(module, function, call)


def _serve_remote(gallery: _Gallery) -> None:
    def url_of(request: Any) -> str:
        return str(getattr(request, "full_url", request))

    opened, retrieved = urllib.request.urlopen, urllib.request.urlretrieve

    def urlopen(url: Any, *args: Any, **kwargs: Any) -> Any:
        served = gallery.substitute_remote(url_of(url))
        return io.BytesIO(Path(served).read_bytes()) if served else opened(url, *args, **kwargs)

    def urlretrieve(url: Any, filename: Any = None, *args: Any, **kwargs: Any) -> Any:
        served = gallery.substitute_remote(url_of(url))
        if not served:
            return retrieved(url, filename, *args, **kwargs)
        target = filename or Path(urlparse(url_of(url)).path).name or "picture"
        shutil.copyfile(served, target)
        return target, {}

    urllib.request.urlopen = urlopen
    urllib.request.urlretrieve = urlretrieve
    requests = sys.modules.get("requests")
    if requests is not None:
        _serve_requests(requests, gallery)


def _serve_requests(requests: Any, gallery: _Gallery) -> None:
    original = requests.get

    def get(url: str, *args: Any, **kwargs: Any) -> Any:
        served = gallery.substitute_remote(str(url))
        if not served:
            return original(url, *args, **kwargs)
        response = requests.Response()
        response.status_code = 200
        response.url = str(url)
        response.raw = io.BytesIO(Path(served).read_bytes())
        return response

    requests.get = get
