"""A hard-coded `.cuda()`, `.to(0)` or `device="cuda"` where a submission is given no GPU: answered on the CPU."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from types import SimpleNamespace
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


_NEW = ["new_tensor", "new_zeros", "new_ones", "new_empty", "new_full"]
_MEMORY = 16 << 30  # bytes of the GPU that is not there, all of them free
_Moving = Callable[[Callable[..., Any]], Callable[..., Any]]


def install(notes: Notes) -> None:
    """Redirect accelerator devices to the CPU when torch is imported."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return

    def on_cpu(function: Callable[..., Any], numbered: bool = False) -> Callable[..., Any]:
        """The function, on the CPU; `numbered`: what is given by position may be the number of a GPU."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            device = kwargs.get("device")
            if any(is_elsewhere(value) for value in args) or is_elsewhere(device) or _is_number(device):
                notes.add("moved_to_cpu")
                args = tuple(torch.device("cpu") if is_elsewhere(value) else value for value in args)
                kwargs = {k: torch.device("cpu") if k == "device" or is_elsewhere(v) else v for k, v in kwargs.items()}
            return function(*args, **kwargs)

        def is_elsewhere(value: Any) -> bool:
            return _is_accelerator(torch, value) or (numbered and _is_number(value))

        return call

    def stay(self: Any, *_args: Any, **_kwargs: Any) -> Any:
        notes.add("moved_to_cpu")
        return self

    entering: Any = importlib.import_module("torch.utils._device")
    entering._device_constructors()  # keeps the functions that `with torch.device(...)` knows: as they are still
    for kind in (torch.Tensor, torch.nn.Module):
        kind.cuda = stay
        kind.to = on_cpu(kind.to, numbered=True)
    torch.Tensor.pin_memory = stay
    for name in _NEW:
        setattr(torch.Tensor, name, on_cpu(getattr(torch.Tensor, name)))
    for name in _FACTORIES:
        if hasattr(torch, name):
            _replace_factory(torch, name, on_cpu)
    torch.load = _load_on_cpu(torch, torch.load)
    torch.Generator = _generators(torch.Generator, on_cpu)
    _adapt_context(torch, entering.DeviceContext, notes)
    _adapt_defaults(torch, notes)
    _adapt_cuda(torch.cuda, torch)


def _replace_factory(torch: Any, name: str, on_cpu: _Moving) -> None:
    """TorchScript knows the functions that it has operators for by their identity: the new one is told to it."""
    builtins: Any = sys.modules.get("torch.jit._builtins")
    original = getattr(torch, name)
    replaced = on_cpu(original)
    setattr(torch, name, replaced)
    operator = builtins._find_builtin(original) if builtins is not None else None
    if operator is not None:
        builtins._register_builtin(replaced, operator)


def _generators(original: Any, on_cpu: _Moving) -> Any:
    """`torch.Generator` on the CPU, still a class that its objects are instances of."""
    make = on_cpu(original)

    class Kind(type(original)):  # type: ignore[misc]
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            return make(*args, **kwargs)

        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, original)

    return Kind("Generator", (original,), {"__module__": original.__module__, "__doc__": original.__doc__})


def _adapt_context(torch: Any, context: Any, notes: Notes) -> None:
    """What `with torch.device("cuda"):` enters."""
    begin = context.__init__

    def begin_on_cpu(self: Any, device: Any) -> None:
        if _is_accelerator(torch, torch.device(device)):
            notes.add("moved_to_cpu")
            device = "cpu"
        begin(self, device)

    context.__init__ = begin_on_cpu


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
        set_device("cpu" if _is_accelerator(torch, device) or _is_number(device) else device)

    torch.set_default_tensor_type = lambda t: set_type(on_cpu(t))
    torch.set_default_device = set_default_device
    torch.Tensor.type = lambda self, dtype=None, *args, **kwargs: change_type(self, on_cpu(dtype), *args, **kwargs)


class _Moment:
    """A `torch.cuda.Event`, `Stream` or `device` of a machine without a GPU."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        pass

    def record(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing happens."""

    synchronize = wait = wait_stream = wait_event = record

    def __enter__(self) -> _Moment:
        return self

    def __exit__(self, *_error: Any) -> None:
        """Nothing happens."""

    def elapsed_time(self, *_args: Any, **_kwargs: Any) -> float:
        """Some milliseconds."""
        return 1.0


def _adapt_cuda(cuda: Any, torch: Any) -> None:
    for name in (
        "synchronize",
        "empty_cache",
        "ipc_collect",
        "set_device",
        "reset_peak_memory_stats",
        "reset_max_memory_allocated",
        "manual_seed_all",
        "manual_seed",
        "seed",
        "seed_all",
        "init",
    ):
        setattr(cuda, name, lambda *_args, **_kwargs: None)
    properties = SimpleNamespace(name="CPU", total_memory=_MEMORY, major=0, minor=0, multi_processor_count=1)
    answers = {
        "get_device_name": "CPU",
        "get_device_capability": (0, 0),
        "get_device_properties": properties,
        "current_device": 0,
        "mem_get_info": (_MEMORY, _MEMORY),
        "memory_summary": "",
    }
    for name, answer in answers.items():
        setattr(cuda, name, lambda *_args, _answer=answer, **_kwargs: _answer)
    for name in ("memory_allocated", "memory_reserved", "max_memory_allocated", "max_memory_reserved"):
        setattr(cuda, name, lambda *_args, **_kwargs: 0)
    cuda.Event = cuda.Stream = cuda.device = cuda.device_of = cuda.stream = _Moment
    cuda.current_stream = cuda.default_stream = _Moment
    for name in [name for name in dir(cuda) if name.endswith("Tensor") and hasattr(torch, name)]:
        setattr(cuda, name, getattr(torch, name))


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


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
