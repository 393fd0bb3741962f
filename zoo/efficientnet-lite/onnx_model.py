"""Writes a network as an ONNX model of one input size: batch 1, NCHW, float32 in, logits out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from networks import Grid, Layer, Network, Weights
from quantise import integer_weights

OPSET = 17
IR_VERSION = 9


class Parts:
    """Nodes and constants of a model in the making."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self.constants:
            array = np.asarray(value, order="C")  # ascontiguousarray would make scalars 1-d
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


class _Graph(Parts):
    """The parts of a network's model; follows the side of every square image."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.sides = {"input": size}

    def conv(self, layer: Layer, inputs: list[str], output: str) -> str:
        """Padding as TensorFlow's SAME: as little as needed, the odd pixel behind."""
        kernel, side = layer.kernel, self.sides[layer.inputs[0]]
        result = math.ceil(side / layer.stride)
        padding = max((result - 1) * layer.stride + kernel - side, 0)
        before, after = padding // 2, padding - padding // 2
        self.sides[layer.name] = result
        return self.node(
            "Conv", inputs, output,
            kernel_shape=[kernel, kernel], strides=[layer.stride] * 2, group=layer.groups,
            pads=[before, before, after, after],
        )

    def layer(self, layer: Layer, inputs: list[str], output: str) -> str:
        """The node of a layer, its clipping left out."""
        match layer.kind:
            case "conv":
                return self.conv(layer, inputs, output)
            case "add":
                self.sides[layer.name] = self.sides[layer.inputs[0]]
                return self.node("Add", inputs, output)
            case "pool":
                return self.node("GlobalAveragePool", inputs, output)
            case "flatten":
                return self.node("Flatten", inputs, output, axis=1)
            case "dense":
                return self.node("Gemm", inputs, output, transB=1)
        raise ValueError(f"unknown kind of layer: {layer.kind}")

    def model(self, name: str, size: int, classes: int) -> bytes:
        graph = helper.make_graph(
            self.nodes, name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, size, size])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, classes])],
            list(self.constants.values()),
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, producer_name="rightsize")
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model.SerializeToString(deterministic=True)


def float_model(name: str, network: Network, size: int) -> bytes:
    """The fp32 model of a network."""
    graph = _Graph(size)
    for layer in network.layers:
        inputs = list(layer.inputs)
        if layer.weights is not None:
            inputs.append(graph.constant(f"{layer.name}.weight", layer.weights.values))
            inputs.append(graph.constant(f"{layer.name}.bias", layer.weights.bias))
        if layer.limits is None:
            graph.layer(layer, inputs, layer.name)
            continue
        low, high = (np.asarray(limit, np.float32) for limit in layer.limits)
        raw = graph.layer(layer, inputs, f"{layer.name}.unclipped")
        clip = [raw, graph.constant(f"{layer.name}.low", low),
                graph.constant(f"{layer.name}.high", high)]
        graph.node("Clip", clip, layer.name)
    return graph.model(name, size, network.classes)


def quantised_model(name: str, network: Network, size: int, grids: dict[str, Grid]) -> bytes:
    """The int8 model: QDQ form, uint8 activations, int8 weights with a scale per output channel.

    Every tensor between two layers is quantised, so that the runtime can join each layer and the
    quantisation around it to one integer kernel. A grid never reaches beyond the limits of its
    layer, hence quantising also clips, and there is no Clip node. The logits stay float32.
    """
    graph = _Graph(size)
    quantise(graph, "input", "input", grids["input"])
    for layer in network.layers:
        inputs = [f"{tensor}.dequantised" for tensor in layer.inputs]
        if layer.weights is not None:
            grid = grids[layer.inputs[0]]
            inputs += integer_constants(graph, layer.name, layer.weights, grid)
        if layer.name == "logits":
            graph.layer(layer, inputs, "logits")
        else:
            graph.layer(layer, inputs, f"{layer.name}.real")
            quantise(graph, f"{layer.name}.real", layer.name, grids[layer.name])
    return graph.model(name, size, network.classes)


def quantise(graph: Parts, source: str, name: str, grid: Grid) -> None:
    """Adds the tensor `name`.dequantised: `source` brought to the grid."""
    constants = [graph.constant(f"{name}.scale", np.asarray(grid.scale, np.float32)),
                 graph.constant(f"{name}.zero", np.asarray(grid.zero, np.uint8))]
    graph.node("QuantizeLinear", [source, *constants], f"{name}.quantised")
    graph.node("DequantizeLinear", [f"{name}.quantised", *constants], f"{name}.dequantised")


def _dequantise(graph: Parts, name: str, codes: np.ndarray, scales: np.ndarray) -> str:
    """Constant integers with a scale per channel, in the type of `codes`, as real numbers."""
    inputs = [graph.constant(f"{name}.codes", codes), graph.constant(f"{name}.scale", scales),
              graph.constant(f"{name}.zero", np.zeros(len(scales), codes.dtype))]
    return graph.node("DequantizeLinear", inputs, f"{name}.dequantised", axis=0)


def integer_constants(graph: Parts, layer: str, weights: Weights, grid: Grid) -> list[str]:
    """Dequantised weights and biases of a layer whose input has the given grid."""
    integers = weights.integers or integer_weights(weights.values, weights.bias, grid)
    bias_scales = integers.scales * np.float32(grid.scale)
    return [_dequantise(graph, f"{layer}.weight", integers.codes, integers.scales),
            _dequantise(graph, f"{layer}.bias", integers.bias, bias_scales)]
