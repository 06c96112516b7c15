"""The closed set of values that may cross the wall, and the bounds that they keep.

None, bool, int, float, complex, str, bytes, list, tuple, dict and set (of keys: None, bool, int, float, str, bytes
and tuples of these), and the frozen records below. Everything else stays in the sandbox and is named by a `Handle`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Value: TypeAlias = Any  # one of the set above; the codec refuses everything else


@dataclass(frozen=True)
class Bounds:
    """Limits of one frame; what breaks them is refused before anything is allocated for it.

    `structure_bytes` bounds the part that describes (everything but array data): a decoded Python object takes at most
    some 70 times its encoded byte. `array_bytes` bounds the data of all arrays and long byte strings together. `digits` bounds
    an integer's hexadecimal form, so that its decimal one stays below the 4,300 digits that Python agrees to write.
    `equal_hashes`: how many keys of one mapping or set may have the same hash. `models`: whether a `Model` may come in.
    """

    structure_bytes: int = 4 << 20
    array_bytes: int = 64 << 20
    depth: int = 32
    nodes: int = 600_000
    digits: int = 3_500
    equal_hashes: int = 64
    models: bool = True


# What the judge sends: inputs and whole submissions. It is trusted, so its frames may be large. Whatever a submission may answer
# can be sent back to it: a value that only the way out refuses would be the test's fault, and no student may bring that about.
REQUESTS = Bounds(structure_bytes=64 << 20, array_bytes=1 << 30, depth=40, nodes=1_000_000, digits=3_510)


@dataclass(frozen=True)
class Array:
    """Numbers with a shape, and what they were on the other side.

    `kind` is "tensor" (torch), "ndarray" or "scalar" (numpy scalar); `dtype` names the original type, which differs from
    that of `data` where numpy has none such (bfloat16 travels as float32); `requires_grad` as in torch.
    """

    data: npt.NDArray[Any]
    kind: str = "ndarray"
    dtype: str = ""
    requires_grad: bool = False


@dataclass(frozen=True)
class Handle:
    """An object that stays in the sandbox: `number` names it there, `type_name` and `callable` describe it."""

    number: int
    type_name: str
    callable: bool = False


@dataclass(frozen=True)
class Model:
    """A network that both sides hold: sent as its name, with a mode and tensors that differ from the fixture's.

    `state` maps names of the state dictionary to arrays; `layer` is the dotted name of a part of the network that is meant
    instead of the whole, empty for the whole; `outputs` maps layers to what they give out whatever comes in.
    """

    name: str
    in_training: bool = False
    state: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    layer: str = ""
    outputs: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def training(self) -> Model:
        """The same network in train mode, as a constructor leaves it."""
        return replace(self, in_training=True)

    def with_state(self, state: dict[str, npt.NDArray[Any]]) -> Model:
        """The same network with some tensors replaced."""
        return replace(self, state={**self.state, **state})

    def giving(self, outputs: dict[str, npt.NDArray[Any]]) -> Model:
        """The same network with layers that give out these arrays."""
        return replace(self, outputs={**self.outputs, **outputs})

    def part(self, layer: str) -> Model:
        """The submodule of that dotted name."""
        return replace(self, layer=layer)


PIXELS = "pixels"  # under this name alone in a mapping: a picture of Pillow's, (H, W, 3) in bytes

# dtypes that may cross; names as numpy writes them, little-endian on the wire.
ARRAY_TYPES = {
    name: np.dtype(name).newbyteorder("<")
    for name in (
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    )
}
