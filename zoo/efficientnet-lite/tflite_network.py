"""Reads a quantised TFLite network (EfficientNet-Lite 3) into our list of layers.

The network is int8 throughout. Its integers and scales are kept, so that the int8 model is the original
network; the fp32 model uses the dequantised weights and clips every output at the ends of its quantised
range, because the network was tuned with that saturation.
"""

from __future__ import annotations

import numpy as np
import tflite

from downloads import RecipeError
from networks import Grid, IntegerWeights, Layer, Network, Weights

OPERATORS = tflite.BuiltinOperator
TYPES: dict[int, np.dtype] = {
    tflite.TensorType.INT8: np.dtype("i1"),
    tflite.TensorType.INT32: np.dtype("<i4"),
}
SAME_PADDING = 0
NO_ACTIVATION, RELU6 = 0, 3


class _Reader:
    def __init__(self, name: str, data: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.network = Network(name)
        self.tensor_names: dict[int, str] = {}  # TFLite's number of a tensor -> our name

    def constant(self, index: int) -> np.ndarray:
        tensor = self.graph.Tensors(index)
        raw = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
        return np.frombuffer(raw.tobytes(), TYPES[tensor.Type()]).reshape(tensor.ShapeAsNumpy())

    def scales(self, index: int) -> np.ndarray:
        return np.asarray(self.graph.Tensors(index).Quantization().ScaleAsNumpy(), np.float32)

    def grid(self, index: int) -> Grid:
        """The meaning of an int8 tensor, told for uint8: codes and zero move up by 128."""
        zero = int(self.graph.Tensors(index).Quantization().ZeroPoint(0))
        return Grid(self.scales(index)[0], zero + 128)

    def emit(self, layer: Layer, output: int) -> None:
        self.tensor_names[output] = self.network.add(layer)
        self.network.grids[layer.name] = self.grid(output)

    def limits(self, output: int, activation: int) -> tuple[float, float]:
        grid = self.grid(output)
        if activation == NO_ACTIVATION:
            return grid.low, grid.high
        if activation == RELU6:
            return max(grid.low, 0.0), min(grid.high, 6.0)
        raise RecipeError(f"unexpected activation {activation} in the TFLite network")

    def weights(self, operator: tflite.Operator, axes: tuple[int, ...]) -> Weights:
        """The weights and biases of a layer; `axes` brings them to ONNX's order."""
        _source, weight, bias = (int(i) for i in operator.InputsAsNumpy())
        codes = np.ascontiguousarray(self.constant(weight).transpose(axes))
        if any(self.graph.Tensors(weight).Quantization().ZeroPointAsNumpy()):
            raise RecipeError("weights of the TFLite network are not symmetric")
        scales = np.broadcast_to(self.scales(weight), codes.shape[0]).copy()
        spread = scales.astype(np.float64).reshape(-1, *[1] * (codes.ndim - 1))
        bias_codes, bias_scales = self.constant(bias), self.scales(bias).astype(np.float64)
        return Weights(
            (codes * spread).astype(np.float32),
            (bias_codes * bias_scales).astype(np.float32),
            IntegerWeights(codes, scales, bias_codes),
        )

    def convolution(self, number: int, operator: tflite.Operator, depthwise: bool) -> None:
        options = tflite.DepthwiseConv2DOptions() if depthwise else tflite.Conv2DOptions()
        table = operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        if options.Padding() != SAME_PADDING or options.StrideH() != options.StrideW():
            raise RecipeError("unexpected padding or stride in the TFLite network")
        source, output = self.tensor_names[int(operator.Inputs(0))], operator.Outputs(0)
        weights = self.weights(operator, (3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
        self.emit(Layer(
            "conv", f"{'depthwise' if depthwise else 'conv'}{number}", (source,), weights,
            kernel=weights.values.shape[2],
            stride=options.StrideH(),
            groups=len(weights.bias) if depthwise else 1,
            limits=self.limits(output, options.FusedActivationFunction()),
        ), output)

    def addition(self, number: int, operator: tflite.Operator) -> None:
        options, table = tflite.AddOptions(), operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        output = operator.Outputs(0)
        sources = tuple(self.tensor_names[int(i)] for i in operator.InputsAsNumpy())
        limits = self.limits(output, options.FusedActivationFunction())
        self.emit(Layer("add", f"add{number}", sources, limits=limits), output)

    def code_of(self, operator: tflite.Operator) -> int:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        return max(code.BuiltinCode(), code.DeprecatedBuiltinCode())

    def step(self, number: int, operator: tflite.Operator) -> None:
        code, output = self.code_of(operator), operator.Outputs(0)
        source = int(operator.Inputs(0))
        if code in (OPERATORS.CONV_2D, OPERATORS.DEPTHWISE_CONV_2D):
            self.convolution(number, operator, code == OPERATORS.DEPTHWISE_CONV_2D)
        elif code == OPERATORS.ADD:
            self.addition(number, operator)
        elif code == OPERATORS.AVERAGE_POOL_2D:
            self.emit(Layer("pool", "pool", (self.tensor_names[source],)), output)
        elif code == OPERATORS.RESHAPE:
            self.emit(Layer("flatten", "flat", (self.tensor_names[source],)), output)
        elif code == OPERATORS.FULLY_CONNECTED:
            source_name = self.tensor_names[source]
            self.emit(Layer("dense", "logits", (source_name,), self.weights(operator, (0, 1))), output)
        elif code == OPERATORS.QUANTIZE and number == 0:  # uint8 pixels to int8: our "input"
            self.tensor_names[output] = "input"
            self.network.grids["input"] = self.grid(output)
        elif code not in (OPERATORS.SOFTMAX, OPERATORS.QUANTIZE):  # behind the logits: not ours
            raise RecipeError(f"unexpected operator {code} in the TFLite network")


def tflite_network(name: str, data: bytes) -> Network:
    """The layers of a quantised TFLite classification network, up to its logits."""
    reader = _Reader(name, data)
    for number in range(reader.graph.OperatorsLength()):
        reader.step(number, reader.graph.Operators(number))
    return reader.network
