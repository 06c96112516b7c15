"""Pictures that are not here: the assignment's own are served for a missing file, a missing folder or a remote address."""

from __future__ import annotations

import builtins
import functools
import glob
import io
import os
import shutil
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlparse

from grader.guest.adaptations.gallery import SUFFIXES, Gallery
from grader.guest.adaptations.importing import Watch


def install(gallery: Gallery, watch: Watch) -> None:
    """Adapt the usual ways to read a picture, to look for some and to download one."""
    if not gallery.pictures:
        return
    _serve_open(gallery)
    _serve_folders(gallery)
    _serve_remote(gallery)
    for module, function, keyword in (
        ("cv2", "imread", "filename"),
        ("imageio", "imread", "uri"),
        ("imageio.v2", "imread", "uri"),
        ("imageio.v3", "imread", "uri"),
        ("skimage.io", "imread", "fname"),
        ("torchvision.io.image", "read_file", "path"),
        ("torchvision.io.image", "decode_image", "input"),
        ("torchvision.io", "read_image", "path"),
        ("matplotlib.pyplot", "imread", "fname"),
        ("matplotlib.image", "imread", "fname"),
    ):
        watch.when_imported(module, functools.partial(_serve_argument, function=function, keyword=keyword, gallery=gallery))
    watch.when_imported("requests", functools.partial(_serve_requests, gallery=gallery))


def _serve_open(gallery: Gallery) -> None:
    # PIL, matplotlib, pathlib and plain code open pictures through this one; writing is left alone.
    original = builtins.open

    def open_or_serve(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if isinstance(mode, str) and "r" in mode and "+" not in mode and isinstance(file, str | bytes | os.PathLike):
            file = gallery.substitute(file) or file
        return original(file, mode, *args, **kwargs)

    builtins.open = io.open = open_or_serve


def _serve_folders(gallery: Gallery) -> None:
    listdir, scandir, find = os.listdir, os.scandir, glob.glob

    @functools.wraps(listdir)
    def list_or_serve(path: Any = ".") -> Any:
        return gallery.names(os.fspath(path)) if _is_missing(path) else listdir(path)

    @functools.wraps(scandir)
    def scan_or_serve(path: Any = ".") -> Any:
        return scandir(gallery.at(os.fspath(path)) if _is_missing(path) else path)

    @functools.wraps(find)
    def find_or_serve(pathname: Any, *args: Any, **kwargs: Any) -> Any:
        found = find(pathname, *args, **kwargs)
        folder, pattern = os.path.split(str(pathname))
        wanted = not found and not os.path.exists(folder or ".") and _may_match_pictures(pattern)
        return [os.path.join(folder, name) for name in gallery.names(folder)] if wanted else found

    def finding(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def find_below_or_serve(self: Path, pattern: Any, *args: Any, **kwargs: Any) -> Iterator[Path]:
            if _is_missing(self) and _may_match_pictures(str(pattern)):  # a path from Python 3.13 on, of `rglob` itself too
                return (self / name for name in gallery.names(os.fspath(self)))
            found: Iterator[Path] = original(self, pattern, *args, **kwargs)
            return found

        return find_below_or_serve

    os.listdir, os.scandir = list_or_serve, scan_or_serve
    glob.glob = find_or_serve
    paths: Any = Path
    paths.glob, paths.rglob = finding(Path.glob), finding(Path.rglob)


def _is_missing(path: Any) -> bool:
    """Whether it names a folder of the lab that is not here."""
    return isinstance(path, str | os.PathLike) and not os.path.exists(path) and _is_of_a_lab(os.fspath(path))


def _may_match_pictures(pattern: str) -> bool:
    return pattern.lower().endswith((*SUFFIXES, "*"))


def _is_of_a_lab(folder: str) -> bool:
    """Not one that the interpreter or a library looks for: packages' metadata are sought in all that stands in `sys.path`."""
    if folder in sys.path:
        return False
    return not os.path.isabs(folder) or folder.startswith(("/content", "/kaggle", "/home", "/Users", "/mnt", "/data"))


def _serve_argument(module: ModuleType, function: str, keyword: str, gallery: Gallery) -> None:
    """Serve what a function is given first, or under the keyword."""
    original = getattr(module, function, None)
    if original is None:
        return

    def served(name: Any) -> Any:
        return gallery.substitute(name) or (gallery.substitute_remote(name) if isinstance(name, str) else None) or name

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        named = {name: served(value) if name == keyword else value for name, value in kwargs.items()}
        return original(*map(served, args[:1]), *args[1:], **named)

    setattr(module, function, call)


def _serve_remote(gallery: Gallery) -> None:
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


def _serve_requests(requests: Any, gallery: Gallery) -> None:
    original = requests.Session.request  # through which `requests.get` goes too

    @functools.wraps(original)
    def request(self: Any, method: str, url: Any, *args: Any, **kwargs: Any) -> Any:
        served = gallery.substitute_remote(str(url)) if str(method).upper() == "GET" else None
        if not served:
            return original(self, method, url, *args, **kwargs)
        response = requests.Response()
        response.status_code = 200
        response.url = str(url)
        response.raw = io.BytesIO(Path(served).read_bytes())
        return response

    requests.Session.request = request
