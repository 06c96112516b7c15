"""Other ways to ask for what is read off a network: its features, and fc's weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.testing import Alternative, Model, Situation
from grader.testing import gettext as _

from .sizes import CLASSES, RESNET50

FC_NAMES = ("fc", "fc_layer", "linear", "linear_layer", "last_layer", "final_layer", "dense", "head", "sloy", "слой")
FC_BY_NAME = ("fc_name", "fc_layer_name", "linear_layer_name", "linear_name", "classifier_layer", "weight_layer", "last_fc")
FC_NAME = ("layer", "name", "fc_name", "target_layer", "imya_sloya", "имя_слоя")
LAYER = ("layer_name", "target_layer", "layer_conv", "conv_layer", "conv_layer_name", "final_conv", "final_layer")
LAYER += ("last_conv_name", "conv_name", "final_conv_name")
LAYER += ("last_conv_layer", "last_conv_layer_name", "feature_layer", "target_layer_name", "finalconv_name")
STATE = ("state_dict", "sd", "checkpoint", "ckpt", "model_state", "model_state_dict", "state_dictionary")
LAYERS = ("layer_names", "target_layers", "layer_ids", "return_layers", "hook_layers", "modules")
TO_HOOK = (*LAYER, "layer_id", "name", "hook_layer", "feature_layer_name")


def alternatives_features_map(arguments: tuple, situation: Situation) -> list[Alternative]:
    """A layer to be named, given by name, as a module or in a list; a device to compute on."""
    model, x = arguments
    layers = {"layer": TO_HOOK}
    devices = {"device": ("dev",)}
    return [
        Alternative("layer by name", {"model": model, "x": x, "layer": "layer4"}, _("The layer was named: layer4."), layers),
        Alternative(
            "layer as a module",
            {"model": model, "x": x, "layer": model.part("layer4")},
            _("The layer was given as a module: model.layer4."),
            layers,
        ),
        *(
            Alternative(name, {"model": model, "x": x, "layers": [layer]}, note, {"layers": LAYERS})
            for name, layer, note in (
                ("layers by name", "layer4", _("The layer was named: layer4.")),
                ("layers as modules", model.part("layer4"), _("The layer was given as a module: model.layer4.")),
            )
        ),
        *(
            Alternative(
                f"two layers, {kind}",
                {"model": model, "x": x, "layer": layer, "fc_layer": fc},
                note,
                {**layers, "fc_layer": (*FC_NAMES, *FC_BY_NAME)},
                named=True,
            )
            for kind, layer, fc, note in (
                ("by name", "layer4", "fc", _("The layer was named: layer4.")),
                ("as modules", model.part("layer4"), model.part("fc"), _("The layer was given as a module: model.layer4.")),
            )
        ),
        Alternative("device", {"model": model, "x": x, "device": "cpu"}, _("The device was given: the CPU."), devices),
        *(
            Alternative(
                f"layer {kind}, device",
                {"model": model, "x": x, "layer": layer, "device": "cpu"},
                note,
                {**layers, **devices},
                named=True,
            )
            for kind, layer, note in (
                ("by name", "layer4", _("The layer was named: layer4.")),
                ("as a module", model.part("layer4"), _("The layer was given as a module: model.layer4.")),
            )
        ),
    ]


def alternatives_fc_weights(arguments: tuple, situation: Situation) -> list[Alternative]:
    """The layer itself instead of the network; the layer or its parameter to be named."""
    (model,) = arguments
    return [
        Alternative(
            "layer", {"layer": model.part("fc")}, _("The layer was given as a module: model.fc."), {"layer": FC_NAMES}, named=True
        ),
        Alternative(
            "layer by name",
            {"model": model, "layer_name": "fc"},
            _("The layer was named: fc."),
            {"layer_name": FC_NAME},
            named=True,
        ),
        Alternative(
            "parameter by name",
            {"model": model, "parameter": "fc.weight"},
            _("The parameter was named: fc.weight."),
            {"parameter": ("param", "parameter_name", "param_name", "key", "name")},
            named=True,
        ),
        *_in_its_state(situation.reference.fc_weights(model)),
        *_in_size_of_resnet50(model, situation),
    ]


def _in_its_state(weights: np.ndarray) -> list[Alternative]:
    """To who asks for what the network holds: a state dictionary, or its parameters in a list."""
    bias = np.linspace(-0.1, 0.1, len(weights), dtype=np.float32)
    note = _("The network's parameters were given instead of the network.")
    return [
        Alternative("state", {"state": {"fc.weight": weights, "fc.bias": bias}}, note, {"state": STATE}, named=True),
        Alternative("parameters", {"parameters": [weights, bias]}, note, {"parameters": ("params", "param_list")}, named=True),
    ]


def _in_size_of_resnet50(model: Model, situation: Situation) -> list[Alternative]:
    """For who wrote the sizes of the lab's network in: a ResNet50 whose fc has the numbers of the test's, and further classes and
    channels with weights of zero. All of that must come back. Of these sizes the test's own is given."""
    weights = situation.reference.fc_weights(model)
    classes, channels = (usual - given for usual, given in zip((CLASSES, RESNET50[0]), weights.shape, strict=True))
    if min(classes, channels) < 0:
        return []
    whole = np.pad(weights, ((0, classes), (0, channels)))
    network = replace(model, name="resnet50", state={"fc.weight": whole}) if classes or channels else model
    note = _("A ResNet50 of 1000 classes was given, with the network's weights in fc, the further ones zero.")
    return [Alternative("1000 classes, 2048 channels", {"model": network}, note, asked=(network,))]
