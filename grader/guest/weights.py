"""A network over its weights' file, made again at the price of its objects.

`torch.load` unpickles the file's index each time, and `load_state_dict` looks up every name: 50 ms for a ResNet50 that has been
loaded before. Where each tensor lies in the file does not change. So it is looked up once, and the next network's tensors are
made over a new private mapping by what was found: of their own storages, as `torch.load(mmap=True)` makes them.
"""

from __future__ import annotations

import copy
import io
import pickle
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOCAL_HEADER = struct.Struct("<26xHH")  # of a member of a zip archive: the lengths of its name and of its extra field


@dataclass(frozen=True)
class _Place:
    """Where one tensor lies: the bytes of its storage in the file, and how they are read."""

    begin: int
    end: int
    dtype: Any
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class Weights:
    """Makes networks like `skeleton`, whose tensors are on the `meta` device, with the numbers of `file`.

    The skeleton is never handed out, so that nothing that a submission does to a network is in the next one. `file` is a state
    dictionary in the format of `torch.save`; errors are those of `torch.load` and `load_state_dict`.
    """

    def __init__(self, skeleton: Any, file: str) -> None:
        import torch

        self.skeleton = skeleton
        self.file = file
        self.size = Path(file).stat().st_size
        published, like = torch.load(file, weights_only=True, mmap=True), _tensors(skeleton)
        # By name, where every tensor has one in the file; else as `load_state_dict` puts them into a network, or refuses to.
        loaded = published if _fits(published, like) else _tensors(self._load())
        self._places = _places([loaded[name] for name in like], Path(file))
        self._kinds = [(isinstance(tensor, torch.nn.Parameter), tensor.requires_grad) for tensor in like.values()]
        self._mould = _Mould(skeleton, list(like.values()))

    def network(self) -> Any:
        """A new module over a new private mapping of the file, in the skeleton's mode."""
        if not self._places:
            return self._load()
        import torch

        mapping = torch.UntypedStorage.from_file(self.file, False, self.size)
        storages: dict[int, Any] = {}  # two tensors of one storage, as tied weights are, share it again
        made = []
        for (is_parameter, with_gradient), place in zip(self._kinds, self._places, strict=True):
            storage = storages.setdefault(place.begin, mapping[place.begin : place.end])
            tensor = torch.empty(0, dtype=place.dtype).set_(storage, place.offset, place.shape, place.stride)
            made.append(torch.nn.Parameter(tensor, with_gradient) if is_parameter else tensor)
        return self._mould.cast(made)

    def _load(self) -> Any:
        import torch

        module = copy.deepcopy(self.skeleton, {id(tensor): tensor for tensor in _tensors(self.skeleton).values()})
        module.load_state_dict(torch.load(self.file, weights_only=True, mmap=True), assign=True)
        return module


class _Mould:
    """Copies of `skeleton`, which holds `tensors`, with others in their places.

    As `copy.deepcopy` makes them, and 15 times as fast: one pickle, read each time. What is read was written here, before any
    submission's code ran, and classes are those of that time: a submission may have put its own under their names since. A
    skeleton that cannot be pickled is copied.
    """

    def __init__(self, skeleton: Any, tensors: list[Any]) -> None:
        self._skeleton = skeleton
        self._tensors = tensors
        self._classes: dict[tuple[str, str], Any] = {}
        written = io.BytesIO()
        try:
            _Writer(written, tensors).dump(skeleton)
            self._pickled = written.getvalue()
            self.cast(tensors)  # fills `_classes`
        except Exception:  # noqa: BLE001  a lambda, a local class, a lock: whatever a network's author put there
            self._pickled = b""

    def cast(self, tensors: list[Any]) -> Any:
        """A copy with these, in the order of the skeleton's parameters and buffers by name."""
        if self._pickled:
            return _Reader(io.BytesIO(self._pickled), tensors, self._classes).load()
        return copy.deepcopy(self._skeleton, {id(like): made for like, made in zip(self._tensors, tensors, strict=True)})


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, tensors: list[Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(tensor): number for number, tensor in enumerate(tensors)}

    def persistent_id(self, item: Any) -> int | None:
        """Of a tensor its number, which stands for it."""
        return self._numbers.get(id(item))


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, tensors: list[Any], classes: dict[tuple[str, str], Any]) -> None:
        super().__init__(file)
        self._made = tensors
        self._classes = classes

    def persistent_load(self, number: int) -> Any:
        """The tensor in the place of that number."""
        return self._made[number]

    def find_class(self, module: str, name: str) -> Any:
        """A class, or another name of a module, as it was at the first time."""
        if (module, name) not in self._classes:
            self._classes[module, name] = super().find_class(module, name)
        return self._classes[module, name]


def _tensors(module: Any) -> dict[str, Any]:
    return dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))


def _fits(published: Any, like: dict[str, Any]) -> bool:
    """Whether a state dictionary has these tensors, in their shapes, and nothing else."""
    same = isinstance(published, dict) and published.keys() == like.keys()
    return same and all(published[name].shape == tensor.shape for name, tensor in like.items())


def _places(tensors: list[Any], file: Path) -> list[_Place]:
    """Where these tensors lie, which were loaded from the file as a mapping; nothing if one of them does not lie in it."""
    members = _members(file)
    starts = [tensor.untyped_storage().data_ptr() for tensor in tensors]
    if not members or not starts or any(tensor.device.type != "cpu" for tensor in tensors):
        return []
    # The mapping's own address is nowhere told; the first storage lies where the first member does, if all were loaded.
    base = min(starts) - min(members)
    places = []
    for tensor, start in zip(tensors, starts, strict=True):
        begin, length = start - base, tensor.untyped_storage().nbytes()
        if members.get(begin) != length:
            return []
        shape, stride = tuple(tensor.shape), tuple(tensor.stride())
        places.append(_Place(begin, begin + length, tensor.dtype, tensor.storage_offset(), shape, stride))
    return places


def _members(file: Path) -> dict[int, int]:
    """The bytes of storages in the file: where each begins, and how many they are."""
    found = {}
    with zipfile.ZipFile(file) as archive, file.open("rb") as raw:
        for member in archive.infolist():
            if "/data/" in member.filename and member.compress_type == zipfile.ZIP_STORED:
                raw.seek(member.header_offset)
                name, extra = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
                found[member.header_offset + _LOCAL_HEADER.size + name + extra] = member.file_size
    return found
