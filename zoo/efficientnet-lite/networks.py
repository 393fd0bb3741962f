"""The networks as plain lists of layers, whatever file their weights came from.

A network does not know its input size: padding is worked out when a model is written (onnx_model.py),
so one network serves every size. All arithmetic on weights is element-wise in float64, with no sum whose
order could change with the CPU, so that the result is the same to the last bit everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

BATCH_NORM_EPSILON = 1e-3


@dataclass(frozen=True)
class Grid:
    """What a uint8 tensor means: real value = scale * (code - zero)."""

    scale: np.float32
    zero: int

    @property
    def low(self) -> float:
        return float((0 - self.zero) * np.float64(self.scale))

    @property
    def high(self) -> float:
        return float((255 - self.zero) * np.float64(self.scale))


@dataclass(frozen=True)
class IntegerWeights:
    """Weights and biases as integers; the scale is per output channel.

    The scale of a bias is the scale of the layer's input times the scale of its weights.
    """

    codes: np.ndarray  # int8
    scales: np.ndarray  # float32, one per output channel
    bias: np.ndarray  # int32


@dataclass(frozen=True)
class Weights:
    """Weights and biases in float32, and as integers where the network's file had integers."""

    values: np.ndarray  # conv: out, in / groups, height, width; dense: out, in
    bias: np.ndarray
    integers: IntegerWeights | None = None


@dataclass(frozen=True)
class Layer:
    """One step of a network; its output tensor has the layer's name."""

    kind: str  # "conv", "add", "pool" (global average), "flatten" or "dense"
    name: str
    inputs: tuple[str, ...]
    weights: Weights | None = None
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    limits: tuple[float, float] | None = None  # the output is clipped to these


@dataclass
class Network:
    """Layers in the order of computation. The tensor "input" goes in, "logits" comes out."""

    name: str
    layers: list[Layer] = field(default_factory=list)
    grids: dict[str, Grid] = field(default_factory=dict)  # by tensor, where the file gives them

    def add(self, layer: Layer) -> str:
        self.layers.append(layer)
        return layer.name

    @property
    def classes(self) -> int:
        """How many logits there are."""
        weights = self.layers[-1].weights
        if weights is None:
            raise ValueError(f"{self.name}: the last layer has no weights")
        return len(weights.bias)


@dataclass(frozen=True)
class Shape:
    """How one member of the EfficientNet-Lite family is scaled."""

    width: float
    depth: float


SHAPES = {"lite0": Shape(1.0, 1.0), "lite1": Shape(1.0, 1.1), "lite2": Shape(1.1, 1.2)}


@dataclass(frozen=True)
class Stage:
    """A row of like blocks; the stride is that of the first one."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
STEM_CHANNELS = 32
RELU6 = (0.0, 6.0)


def scaled_channels(channels: int, width: float) -> int:
    """The number of channels at a width factor: a multiple of 8, at most 10 % lost by rounding."""
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


class _CheckpointNetwork:
    """Builds a network from the named tensors of a checkpoint."""

    def __init__(self, name: str, state: dict[str, np.ndarray]) -> None:
        self.network = Network(name)
        self.state = state

    def conv(self, name: str, source: str, weight: str, norm: str, *, stride: int = 1,
             depthwise: bool = False, relu6: bool = True) -> str:
        """A convolution with the batch normalisation behind it folded into its weights."""
        filters = self.state[f"{weight}.weight"].astype(np.float64)
        gain, shift, mean, variance = (
            self.state[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gain / np.sqrt(variance + BATCH_NORM_EPSILON)
        values = (filters * factor[:, None, None, None]).astype(np.float32)
        bias = (shift - mean * factor).astype(np.float32)
        return self.network.add(Layer(
            "conv", name, (source,), Weights(values, bias),
            kernel=filters.shape[2],
            stride=stride,
            groups=filters.shape[0] if depthwise else 1,
            limits=RELU6 if relu6 else None,
        ))

    def block(self, index: int, source: str, stage: Stage, stride: int, residual: bool) -> str:
        """An inverted bottleneck: widen, filter each channel, narrow; perhaps add the input."""
        name, part = f"block{index}", f"_blocks.{index}"
        x = source
        if stage.expansion != 1:
            x = self.conv(f"{name}.expand", x, f"{part}._expand_conv", f"{part}._bn0")
        x = self.conv(f"{name}.depthwise", x, f"{part}._depthwise_conv", f"{part}._bn1",
                      stride=stride, depthwise=True)
        x = self.conv(f"{name}.project", x, f"{part}._project_conv", f"{part}._bn2", relu6=False)
        if residual:
            x = self.network.add(Layer("add", f"{name}.add", (x, source)))
        return x


def checkpoint_network(name: str, state: dict[str, np.ndarray]) -> Network:
    """EfficientNet-Lite 0, 1 or 2 from the tensors of its checkpoint."""
    shape = SHAPES[name]
    build = _CheckpointNetwork(name, state)
    x = build.conv("stem", "input", "_conv_stem", "_bn0", stride=2)
    channels, index = STEM_CHANNELS, 0
    for place, stage in enumerate(STAGES):
        fixed = place in (0, len(STAGES) - 1)  # the Lite family does not repeat these more often
        repeats = stage.repeats if fixed else math.ceil(shape.depth * stage.repeats)
        width = scaled_channels(stage.channels, shape.width)
        for repeat in range(repeats):
            stride = stage.stride if repeat == 0 else 1
            x = build.block(index, x, stage, stride, stride == 1 and channels == width)
            channels, index = width, index + 1
    x = build.conv("head", x, "_conv_head", "_bn1")
    x = build.network.add(Layer("pool", "pool", (x,)))
    x = build.network.add(Layer("flatten", "flat", (x,)))
    weights = Weights(state["_fc.weight"], state["_fc.bias"])
    build.network.add(Layer("dense", "logits", (x,), weights))
    return build.network
