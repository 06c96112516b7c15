"""Files of weights that are not here: those of the assignment's own models are served under any path.

A network of another kind keeps its random weights where its own would have to be downloaded: the cells below, and hooks on it,
still count.
"""

from __future__ import annotations

import functools
import os
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

from grader.guest.notes import Notes

_SUFFIXES = (".pth", ".pt", ".bin", ".ckpt", ".tar")


class _Missing(OrderedDict[str, Any]):
    """Stands for weights that cannot be downloaded: to load them changes nothing."""


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

    fetch, fill = torch.hub.load_state_dict_from_url, torch.nn.Module.load_state_dict

    @functools.wraps(fetch)
    def fetch_or_leave(url: str, *args: Any, **kwargs: Any) -> Any:
        if serve(url) is None:
            notes.add("weights_missing", name=os.path.basename(url))
            return _Missing()
        return fetch(url, *args, **kwargs)

    @functools.wraps(fill)
    def fill_or_leave(module: Any, state_dict: Any, *args: Any, **kwargs: Any) -> Any:
        if type(state_dict) is _Missing:
            state_dict = module.state_dict()
        return fill(module, state_dict, *args, **kwargs)

    torch.load = load
    torch.hub.download_url_to_file = download_or_serve
    torch.nn.Module.load_state_dict = fill_or_leave
    for module in list(sys.modules.values()):  # torchvision imports it by its name
        names = getattr(module, "__dict__", {})
        if names.get("load_state_dict_from_url") is fetch:
            names["load_state_dict_from_url"] = fetch_or_leave
