"""Google Colab's modules, as far as labs use them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.guest.adaptations.gallery import Gallery
from grader.guest.drawings import Drawings
from grader.guest.notes import Notes


class _Uploaded(dict[str, bytes]):
    """What `files.upload()` gives: one picture, and its bytes under whatever name the submission expects."""

    def __missing__(self, name: str) -> bytes:
        return next(iter(self.values()))


def install(gallery: Gallery, notes: Notes, drawings: Drawings) -> None:
    """Put a `google.colab` into `sys.modules` whose mounts and downloads do nothing; an upload brings a picture."""

    def upload(*_args: Any, **_kwargs: Any) -> dict[str, bytes]:
        notes.add("colab_answered", function="files.upload")
        uploaded = _Uploaded({picture.name: picture.read_bytes() for picture in gallery.pictures[:1]})
        for name, content in uploaded.items():
            Path(name).write_bytes(content)
        return uploaded

    def show(picture: Any, *_args: Any, **_kwargs: Any) -> None:
        notes.add("colab_answered", function="cv2_imshow")
        drawings.show_array(picture)

    def noted(function: str, answer: Any = None) -> Any:
        def call(*_args: Any, **_kwargs: Any) -> Any:
            notes.add("colab_answered", function=function)
            return answer

        return call

    colab = _module("google.colab")
    contents = {
        "drive": {"mount": noted("drive.mount"), "flush_and_unmount": noted("drive.flush_and_unmount")},
        "files": {
            "upload": upload,
            "download": noted("files.download"),
            "view": noted("files.view"),
        },
        "userdata": {"get": noted("userdata.get", "")},
        "output": {
            "clear": noted("output.clear"),
            "eval_js": noted("output.eval_js"),
            "enable_custom_widget_manager": noted("output.enable_custom_widget_manager"),
        },
        "runtime": {"unassign": noted("runtime.unassign")},
        "auth": {"authenticate_user": noted("auth.authenticate_user")},
        "patches": {"cv2_imshow": show},
    }
    for name, members in contents.items():
        module = _module(f"google.colab.{name}")
        vars(module).update(members)
        setattr(colab, name, module)
    if importlib.util.find_spec("google") is None:
        _module("google").__path__ = []
    sys.modules["google"] = sys.modules.get("google") or importlib.import_module("google")
    sys.modules["google"].colab = colab  # type: ignore[attr-defined]
    colab.__path__ = []


def _module(name: str) -> ModuleType:
    return sys.modules.setdefault(name, ModuleType(name))
