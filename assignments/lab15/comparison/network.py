"""What is read off a network: the feature map of layer4, and the weights of fc."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.testing import AnyText, Call
from grader.testing import gettext as _

from .answers import (
    MOST_PARTS,
    as_array,
    drop_axes,
    finite,
    is_array,
    judge,
    numbers_in,
    pick,
    reject,
    reject_shape,
    unpacked,
)

# Shares of the largest expected value. float32 and float64 differ by 1e-6 of it, TF32 on a GPU by about 1e-3.
NETWORK_TOLERANCE = 2e-3
HALF_PRECISION_TOLERANCE = 2e-2
CLASSES = 1000  # of ImageNet: so many columns has the output of fc
COLOURS = 3  # channels of a picture; no stage has so few

Hint = Callable[[np.ndarray, np.ndarray], AnyText]


@judge
def compare_features_map(answer: Any, expected: Any, call: Call) -> None:
    """Feature maps (N, C, h, w); the batch axis of a single picture may be missing."""
    wanted = np.asarray(expected)
    maps = numbers_in(pick(answer, wanted.shape, (4, 3), call, lambda one, other: _near(one, other, NETWORK_TOLERANCE)))
    if maps.shape == (len(wanted), 1, *wanted.shape[1:]):
        call.notes.append(_("The answer had an axis of length 1 too many; it was passed over."))
        maps = maps[:, 0]  # a list of what the network gave for each picture
    if maps.shape == wanted.shape[1:] and wanted.shape[0] == 1:
        call.notes.append(_("The feature map came without the batch axis; for a single picture that was accepted."))
        maps = maps[None]
    if maps.shape != wanted.shape:
        reject_shape(maps, wanted, _hint_on_features_shape(maps, wanted))
    _check_values(maps, wanted, call, _hint_on_features)
    if "gradient" in call.kinds:
        call.notes.append(_("The feature map still carries gradients; torch.no_grad() or .detach() saves the memory."))


@judge
def compare_fc_weights(answer: Any, expected: Any, call: Call) -> None:
    """The weight matrix (num_classes, C) alone; axes of length 1 are passed over."""
    wanted = np.asarray(expected)
    several = answer if isinstance(answer, list | tuple) and len(answer) > 1 else ()
    results = [part for part in map(as_array, several) if part.size] if len(several) <= MOST_PARTS else []
    if len(results) == 1 < len(several) and results[0].shape == wanted.shape:  # beside the network, or a bias that is None
        several, (answer,) = (), results
        call.notes.append(_("Several results came; the one of the asked shape was judged."))
    if any(is_array(part) and part.shape == wanted.shape for part in several):
        reject(
            _("Several things came instead of one matrix."),
            _("Return the weight matrix alone: the bias, if that is the other one, does not take part in the map."),
            expected=_("one array of shape {shape}", shape=wanted.shape),
        )
    matrix = drop_axes(numbers_in(unpacked(answer)), wanted.ndim, call)
    if matrix.shape != wanted.shape:
        reject_shape(matrix, wanted, _hint_on_weights_shape(matrix, wanted))
    _check_values(matrix, wanted, call, _hint_on_weights)


def _hint_on_features_shape(maps: np.ndarray, wanted: np.ndarray) -> AnyText:
    pictures, channels, height, width = wanted.shape
    if not maps.size:
        return _("Nothing was caught: a hook runs only in a model(x) that comes after it was registered.")
    if maps.shape in {(1, channels, height, width), (channels, height, width)}:
        return _("One map came for a batch of several pictures: return the maps of all of them.")
    if maps.shape == (pictures, channels, width, height):
        return _("Height and width are transposed: (N, C, h, w) is asked.")
    if maps.ndim == 4 and sorted(maps.shape) == sorted(wanted.shape):
        return _("The axes are in another order: (N, C, h, w) is asked, the order in which torch keeps them.")
    if maps.ndim == 4 and maps.shape[1] == COLOURS:
        return _("With three channels these are pictures, as they were given: return what layer4 makes of them.")
    if maps.ndim == 4 and maps.shape[2] > height and maps.shape[1] < channels:
        return _("A finer map comes from an earlier stage; layer4 is the last one before avgpool.")
    if maps.size == wanted.size:
        return _("There are as many numbers as asked, in another shape: keep one map per picture, (N, C, h, w).")
    if maps.size == pictures * channels and (maps.shape[:2] == (pictures, channels) or maps.ndim == 1):
        return _("One number per channel is left, as after a pooling: return the output of layer4, before avgpool.")
    if maps.shape in {(pictures, CLASSES), (CLASSES,)}:
        return _("One row per picture came, the output of fc. Hook layer4, two stages before it.")
    if maps.ndim == 2 and maps.shape[0] == pictures:
        return _("One row per picture came: which number belongs to which place is lost. Return layer4's output as it is.")
    if maps.ndim == 4 and maps.shape[:2] == (pictures, channels) and (maps.shape[2] > height or maps.shape[3] > width):
        return _("The map is finer than one cell per 32 pixels: was maxpool left out, or the picture or the map resized?")
    if maps.ndim == 5 or (maps.shape[1:] == wanted.shape[1:] and pictures < len(maps) != channels):
        return _("Several results came at once: return the map of this call alone, not all that were collected.")
    if maps.ndim == 4 and (len(maps), *maps.shape[2:]) == (pictures, height, width):
        return _(
            "layer4 of the given model has another number of channels: return the output of the whole stage, not of a layer "
            "inside it, with all its channels, of this model and this call."
        )
    return _("Return the output of model.layer4 for the whole batch, as it is.")


def _hint_on_features(maps: np.ndarray, wanted: np.ndarray) -> AnyText:
    if maps.min() < 0:
        return _("layer4 ends with a ReLU, its output has no negative number: something else was caught or computed.")
    if len(wanted) > 1 and _near(maps[::-1], wanted, NETWORK_TOLERANCE):
        return _("The maps of the pictures are in another order.")
    if _near(np.swapaxes(maps, 2, 3), wanted, NETWORK_TOLERANCE):
        return _("Height and width are transposed: (N, C, h, w) is asked.")
    if np.array_equal(maps, np.round(maps)):
        return _("Only whole numbers came, which no layer gives out: was the map rounded, or cut to integers?")
    return _(
        "Look at model.eval(), at which layer is hooked, and at whether the map belongs to this call, to the model and "
        "to the pictures that were given."
    )


def _hint_on_weights_shape(matrix: np.ndarray, wanted: np.ndarray) -> AnyText:
    classes, channels = wanted.shape
    if matrix.shape == (channels, classes):
        return _("The matrix is transposed: one row per class is asked, as in model.fc.weight.")
    if matrix.shape == (classes, channels + 1):
        return _("There is one column too many: the bias does not belong to W.")
    if matrix.shape == (classes,):
        return _("One number per class came, as in the bias; the matrix model.fc.weight is asked.")
    if matrix.shape == (channels,):
        return _(
            "One number per channel came, as in one class's row or in batch normalisation; return the matrix of all classes."
        )
    return _("Return model.fc.weight of the model that was given, whole.")


def _hint_on_weights(matrix: np.ndarray, wanted: np.ndarray) -> AnyText:
    if wanted.min() < 0 <= matrix.min():
        return _("No weight is negative: negative weights say what speaks against a class; return W as it is.")
    return _("Take model.fc.weight of the model that was given, unchanged.")


def _check_values(answer: np.ndarray, wanted: np.ndarray, call: Call, hint: Hint) -> None:
    """Reject numbers that differ from the wanted ones of the same shape by more than the tolerance."""
    if answer.dtype == wanted.dtype and np.array_equal(answer, wanted):
        return  # as fc's two million weights are, of which float64 would take 16 MB
    numbers = finite(answer)
    tolerance = call.tolerance or NETWORK_TOLERANCE
    if _near(numbers, wanted, tolerance):
        return
    if _is_half_precision(numbers, call) and _near(numbers, wanted, HALF_PRECISION_TOLERANCE):
        call.notes.append(
            _("The numbers came in half precision (16 bits); float32 was asked for, the loss of precision was accepted.")
        )
        return
    if not numbers.any():
        reject(
            _("All numbers are zero."),
            _("Was the array that you began with ever filled? Or were numbers below 1 cut to whole numbers?"),
        )
    share = float(np.abs(numbers - wanted).max() / np.abs(wanted).max())
    if share < 0.05:
        came = _("The shape is right, the numbers are off by a little.")
    elif share < 0.5:
        came = _("The shape is right, the numbers are off.")
    else:
        came = _("The shape is right, the numbers are quite different.")
    reject(
        came,
        hint(numbers, wanted),
        expected=_("a difference of at most {limit} of the largest value", limit=f"{tolerance:.1g}"),
        detail=_("largest difference: {share} of the largest value", share=f"{share:.3g}"),
        form=False,
    )


def _is_half_precision(numbers: np.ndarray, call: Call) -> bool:
    """Whether 16 bits hold every number, as float16 or as bfloat16: then the network was run in half precision.

    Whole numbers are held too, and are none of a network's.
    """
    if np.array_equal(numbers, np.round(numbers)):
        return False
    if "float16" in call.kinds:  # bfloat16 too
        return True
    single = np.ascontiguousarray(numbers, dtype=np.float32)
    with np.errstate(over="ignore"):
        as_half = single.astype(np.float16).astype(np.float32)
    as_brain = (single.view(np.uint32) & 0xFFFF0000).view(np.float32)
    return bool(np.array_equal(as_half, single) or np.array_equal(as_brain, single))


def _near(answer: np.ndarray, wanted: np.ndarray, share: float) -> bool:
    if answer.shape != wanted.shape:
        return False
    return np.array_equal(answer, wanted) or bool(np.abs(answer - wanted).max() <= share * np.abs(wanted).max())
