"""What a network is like, in a few bytes or by what it answers, computed the same on both sides of the wall."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

_BLOCK = 1 << 14  # words: what is done to a block stays in the processor's cache, and takes no memory of the network's size
# An odd factor for each place in a block, as if drawn: a word that moves adds another number, one that changes always does.
_FACTORS = (np.arange(_BLOCK, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)


def state_digest(module: Any) -> str:
    """A digest over names, shapes and contents of a torch module's parameters and buffers, wherever in memory they lie:
    `model.to(memory_format=torch.channels_last)` changes no number.

    Sums of 64-bit words, each times a factor of its place, rather than a cryptographic hash, which would take six times as long.
    They tell an honest function that it changed the model, or only the order of its numbers, and nobody who controls the process
    needs to find a collision.
    """
    import torch

    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        raw = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()  # as bytes: numpy has no bfloat16
        words = raw[: raw.size // 8 * 8].view("uint64")
        digest.update(f"{name} {tuple(tensor.shape)}".encode())
        for start in range(0, words.size, _BLOCK):
            block = words[start : start + _BLOCK]
            products = block * _FACTORS[: block.size]
            # Both, since of words that differ in a few high bits alone only those few bits of a sum tell.
            digest.update(products.sum().tobytes() + np.bitwise_xor.reduce(products).tobytes())
        digest.update(raw[raw.size // 8 * 8 :].tobytes())
    return digest.hexdigest()


def in_training(network: Any) -> bool:
    """Whether a network is in training mode, or a layer of it that works otherwise in that: normalisation, dropout. Other layers
    may be new ones, which are made in training mode, and nothing comes of it."""
    from torch.nn.modules import batchnorm, dropout

    kinds = (batchnorm._BatchNorm, dropout._DropoutNd)
    return bool(network.training or any(layer.training for layer in network.modules() if isinstance(layer, kinds)))


def answer_of(network: Any, inputs: list[Any]) -> Any:
    """What a network answers in eval mode; None without inputs, and where it raises. Modes are put back."""
    if not inputs:
        return None
    import torch

    modules = list(network.modules())
    modes = [module.training for module in modules]
    network.train(False)
    try:
        with torch.no_grad():
            return network(*inputs)
    except Exception:  # noqa: BLE001  of a network that the submission has broken, or of its hooks
        return None
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
