"""Making an object of a submission's class, or a function by another one, where the judge cannot give all that is asked for."""

from __future__ import annotations

import inspect
from types import CodeType
from typing import Any

from grader.guest.glance import attribute, has, is_a, torch_types


class NotMade(TypeError):
    """What an object was asked for is set by its constructor, which could not be given all that it must have."""


def make(kind: Any, given: dict[str, Any], bare: list[tuple[Any, list[str]]] | None = None) -> Any:
    """An instance of a class, or what a function makes, by its constructor with what is `given`; for whatever else it must have
    an object of the annotated class, as that makes it by itself (`config: Config`), or None.

    Where a constructor cannot work with that (it opens a file by a path, loads a checkpoint), the object is made without it: a
    method that does its task by its arguments alone is as good as a function. It is noted in `bare` with what was missing.
    Raises what a constructor raises that got all.
    """
    missing = _missing(kind, given)
    if not missing or not isinstance(kind, type):
        return kind(**given, **missing)
    try:
        return kind(**given, **missing)
    except Exception:  # noqa: BLE001  whatever it is, it comes of a value that the student did not write
        made = _without_constructor(kind)
        if bare is not None:
            bare.append((made, list(missing)))
        return made


def truer(error: BaseException, bare: list[tuple[Any, list[str]]]) -> BaseException:
    """A `NotMade` for an error that only tells of an object without its constructor; else the error."""
    if type(error) is AttributeError:
        for made, missing in bare:
            if error.obj is made:
                return NotMade(f"{type(made).__name__}() was not given {', '.join(missing)}")
    return error


def without_dropout(made: Any, others: list[Any]) -> None:
    """Put what drops at random into evaluation mode, but for what is of `others`: with it a network in training mode, as its
    constructor leaves it, never answers twice alike. That is torch's own layers for it, and modules that ask for their mode
    beside `F.dropout`. Others keep their mode: a batch norm answers by it.
    """
    kept = {id(layer) for other in others for layer in _layers(other)}
    for layer in _layers(made):
        drops = is_a(layer, *torch_types("nn.modules.dropout._DropoutNd")) or _drops_in_forward(layer)
        if id(layer) not in kept and drops:
            layer.training = False


def _drops_in_forward(layer: Any) -> bool:
    code = attribute(attribute(type(layer), "forward"), "__code__")
    return isinstance(code, CodeType) and {"dropout", "training"} <= set(code.co_names)


def _layers(network: Any) -> list[Any]:
    """A network and all that is in it; nothing where it is none, or was made without its own constructor."""
    kinds: tuple[Any, ...] = torch_types("nn.Module")
    return [layer for kind in kinds if is_a(network, kind) and has(network, "_modules") for layer in kind.modules(network)]


def _missing(kind: Any, given: dict[str, Any]) -> dict[str, Any]:
    try:
        parameters = inspect.signature(kind).parameters.values()
    except Exception:  # noqa: BLE001  a class that does not tell, or answers to any name in its own way
        return {}
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = [one for one in parameters if one.kind in named and one.default is one.empty and one.name not in given]
    return {one.name: _by_annotation(one.annotation, kind) for one in needed}


def _by_annotation(annotation: Any, kind: Any) -> Any:
    if isinstance(annotation, str):  # with `from __future__ import annotations`, or in quotes
        names = getattr(kind, "__globals__", None) or getattr(kind.__init__, "__globals__", {})
        annotation = names.get(annotation)
    if not isinstance(annotation, type) or annotation.__module__ != kind.__module__:
        return None
    try:
        return annotation()
    except Exception:  # noqa: BLE001  it cannot be made by itself
        return None


def _without_constructor(kind: Any) -> Any:
    made = kind.__new__(kind)
    for network in torch_types("nn.Module"):
        if isinstance(made, network):
            network.__init__(made)  # type: ignore[misc]  # else not even an attribute can be set on it
    return made
