"""A hard-coded `.cuda()` or `device="cuda"` where a submission is given no GPU: answered on the CPU."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from grader.guest.notes import Notes

_FACTORIES = [
    "tensor",
    "as_tensor",
    "asarray",
    "zeros",
    "ones",
    "empty",
    "full",
    "rand",
    "randn",
    "randint",
    "randperm",
    "arange",
    "linspace",
    "eye",
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "rand_like",
    "randn_like",
    "from_numpy",
]


def install(notes: Notes) -> None:
    """Redirect accelerator devices to the CPU when torch is imported."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return

    def on_cpu(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if any(_is_accelerator(torch, value) for value in args) or _is_accelerator(torch, kwargs.get("device")):
                notes.add("moved_to_cpu")
                args = tuple(torch.device("cpu") if _is_accelerator(torch, value) else value for value in args)
                kwargs = {k: torch.device("cpu") if _is_accelerator(torch, v) else v for k, v in kwargs.items()}
            return function(*args, **kwargs)

        return call

    def stay(self: Any, *_args: Any, **_kwargs: Any) -> Any:
        notes.add("moved_to_cpu")
        return self

    for kind in (torch.Tensor, torch.nn.Module):
        kind.cuda = stay
        kind.to = on_cpu(kind.to)
    for name in _FACTORIES:
        if hasattr(torch, name):
            setattr(torch, name, on_cpu(getattr(torch, name)))
    torch.load = _load_on_cpu(torch, torch.load)
    _adapt_defaults(torch, notes)
    _adapt_cuda(torch.cuda)


def _adapt_defaults(torch: Any, notes: Notes) -> None:
    """Types and devices that are set for all that follows."""
    set_type, set_device, change_type = torch.set_default_tensor_type, torch.set_default_device, torch.Tensor.type

    def on_cpu(kind: Any) -> Any:
        name = kind if isinstance(kind, str) else f"{getattr(kind, '__module__', '')}.{getattr(kind, '__name__', '')}"
        if not name.startswith("torch.cuda"):
            return kind
        notes.add("moved_to_cpu")
        return getattr(torch, name.rpartition(".")[2])

    def set_default_device(device: Any) -> None:
        set_device("cpu" if _is_accelerator(torch, device) else device)

    torch.set_default_tensor_type = lambda kind: set_type(on_cpu(kind))
    torch.set_default_device = set_default_device
    torch.Tensor.type = lambda self, dtype=None, **kwargs: change_type(self, on_cpu(dtype), **kwargs)


class _Moment:
    """A `torch.cuda.Event` or `Stream` of a machine without a GPU."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        pass

    def record(self, *_args: Any) -> None:
        """Nothing happens."""

    synchronize = wait = wait_stream = wait_event = record

    def elapsed_time(self, _other: Any) -> float:
        """Some milliseconds."""
        return 1.0


def _adapt_cuda(cuda: Any) -> None:
    for name in (
        "synchronize",
        "empty_cache",
        "set_device",
        "reset_peak_memory_stats",
        "manual_seed_all",
        "manual_seed",
    ):
        setattr(cuda, name, lambda *_args, **_kwargs: None)
    cuda.get_device_name = lambda *_args: "CPU"
    cuda.current_device = lambda: 0
    cuda.memory_allocated = cuda.memory_reserved = cuda.max_memory_allocated = lambda *_args: 0
    cuda.Event = cuda.Stream = _Moment


def _is_accelerator(torch: Any, value: Any) -> bool:
    if isinstance(value, str):
        return value.split(":")[0] in ("cuda", "mps")
    return isinstance(value, torch.device) and value.type in ("cuda", "mps")


def _load_on_cpu(torch: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def load(f: Any, map_location: Any = None, *args: Any, **kwargs: Any) -> Any:
        if map_location is None or _is_accelerator(torch, map_location):
            map_location = "cpu"
        return original(f, map_location, *args, **kwargs)

    return load
