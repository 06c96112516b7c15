"""Files of weights that are not here: those of the assignment's own models are served under any path."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import Any

from grader.guest.notes import Notes

_SUFFIXES = (".pth", ".pt", ".bin", ".ckpt", ".tar")


def install(checkpoints: Path, notes: Notes) -> None:
    """Let `torch.load` and the downloads of torch's hub find the files in `checkpoints` by name or by architecture."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    original, download = torch.load, torch.hub.download_url_to_file

    def serve(name: str) -> Path | None:
        files = sorted(checkpoints.iterdir()) if checkpoints.is_dir() else []
        asked = os.path.basename(name).lower()
        if not asked.endswith(_SUFFIXES):
            return None
        exact = [file for file in files if file.name.lower() == asked]
        alike = [file for file in files if asked.startswith(file.name.lower().partition("-")[0])]
        return next(iter(exact or alike), None)

    @functools.wraps(original)
    def load(f: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(f, str | os.PathLike) and not os.path.exists(f):
            served = serve(os.fspath(f))
            if served is not None:
                notes.add("weights_served", name=os.path.basename(os.fspath(f)))
                f = served
        return original(f, *args, **kwargs)

    @functools.wraps(download)
    def download_or_serve(url: str, dst: str, *args: Any, **kwargs: Any) -> None:
        served = serve(url)
        if served is None:
            download(url, dst, *args, **kwargs)
            return
        notes.add("weights_served", name=os.path.basename(url))
        Path(dst).symlink_to(served)

    torch.load = load
    torch.hub.download_url_to_file = download_or_serve
