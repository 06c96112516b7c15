"""Pictures that come prepared.

Some functions take a picture as it lies on the disk and prepare it themselves; a test gives them the tensor that the network
wants. A transform that starts from a picture would raise an error for it, or shrink and scale it a second time; here it lets a
single tensor (C, H, W) that a test gave through as it is. So does `convert("RGB")`, which pictures of Pillow have and tensors do
not. Batches are never exempted: whoever takes one takes it prepared.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from grader.guest.notes import Notes

_FROM_PICTURES = {"ToTensor", "PILToTensor", "ToImage", "ToImageTensor", "ImageClassification"}


def install(notes: Notes) -> None:
    """Adapt torchvision's ways to put transforms together, where torchvision is imported, and torch's tensors."""
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.Tensor.convert = property(lambda tensor: _convert_of(tensor, notes))
    old: Any = sys.modules.get("torchvision.transforms.transforms")
    new: Any = sys.modules.get("torchvision.transforms.v2")
    presets: Any = sys.modules.get("torchvision.transforms._presets")
    if old is not None:
        old.Compose.__call__ = _letting_through(old.Compose.__call__, lambda compose: compose.transforms, notes)
    if new is not None:
        new.Compose.forward = _letting_through(new.Compose.forward, lambda compose: compose.transforms, notes)
    if presets is not None:
        kind = presets.ImageClassification
        kind.forward = _letting_through(kind.forward, lambda preset: [preset], notes)


def _convert_of(tensor: Any, notes: Notes) -> Callable[..., Any]:
    """What a tensor has under the name `convert`: nothing, unless it is a picture that came prepared, which stays as it is."""
    if not _came_prepared(tensor):
        raise AttributeError("'Tensor' object has no attribute 'convert'")
    notes.add("picture_prepared")
    return lambda *_mode, **_options: tensor


def _came_prepared(value: Any) -> bool:
    return bool(getattr(value, "came_prepared", False)) and value.ndim == 3


def _letting_through(original: Callable[..., Any], steps: Callable[[Any], Any], notes: Notes) -> Callable[..., Any]:
    @functools.wraps(original)
    def transform(self: Any, *inputs: Any, **named: Any) -> Any:
        given = [*inputs, *named.values()]
        if len(given) == 1 and _came_prepared(given[0]) and any(type(step).__name__ in _FROM_PICTURES for step in steps(self)):
            notes.add("picture_prepared")
            return given[0]
        return original(self, *inputs, **named)

    return transform
