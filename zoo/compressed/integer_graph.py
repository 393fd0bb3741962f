"""Static int8 quantisation of any ONNX network whose ranges were measured.

Like `quantised_model` of the EfficientNet-Lite recipe (uint8 activations, int8 weights with a scale per
output channel, as Q/DQ nodes around every layer), but on a graph instead of a list of layers, and with
its functions: a network that both can quantise gets the same integers from both.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper

from downloads import RecipeError
from networks import Grid, Weights
from onnx_model import Parts, integer_constants, quantise

OLDEST_OPSET = 13  # the first with a scale per channel
CLIPS = ("Clip", "Relu")
# Operators whose outputs are quantised. What others make stays float32.
QUANTISED = ("Add", "AveragePool", "Concat", "Conv", "Flatten", "Gemm", "GlobalAveragePool", "Identity",
             "MaxPool", "Reshape", *CLIPS)


def _readers(graph: onnx.GraphProto) -> dict[str, list[onnx.NodeProto]]:
    """The nodes that read each tensor."""
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for tensor in node.input:
            readers.setdefault(tensor, []).append(node)
    return readers


def quantised_tensors(model: onnx.ModelProto) -> list[str]:
    """The tensors that need a grid: inputs of the graph, and every layer's output.

    An output of the graph stays float32, and of a layer and the clipping behind it only the clipped
    values are quantised.
    """
    graph = onnx.shape_inference.infer_shapes(model).graph
    readers, outputs = _readers(graph), {value.name for value in graph.output}
    constants = {constant.name for constant in graph.initializer}
    floats = {value.name for value in graph.value_info
              if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT}
    tensors = [value.name for value in graph.input if value.name not in constants]
    for node in graph.node:
        name = node.output[0]
        reading = readers.get(name, [])
        clipped = len(reading) == 1 and reading[0].op_type in CLIPS
        if node.op_type in QUANTISED and name in floats - outputs and not clipped:
            tensors.append(name)
    return tensors


class _Rewriter:
    def __init__(self, graph: onnx.GraphProto, grids: dict[str, Grid]) -> None:
        self.grids = grids
        self.readers = _readers(graph)
        self.constants = {constant.name: constant for constant in graph.initializer}
        self.parts = Parts()

    def integers(self, node: onnx.NodeProto) -> list[str] | None:
        """The weights and biases of a layer as integers; None where they have to stay float."""
        constants = [self.constants.get(name) for name in node.input[1:]]
        transposed = any(a.name == "transB" and a.i == 1 for a in node.attribute)
        if node.input[0] not in self.grids or not constants or None in constants:
            return None
        if node.op_type != "Conv" and not (node.op_type == "Gemm" and transposed):
            return None
        if len(self.readers[node.input[1]]) > 1:  # each would need biases of its own
            return None
        values = numpy_helper.to_array(constants[0])
        bias = np.zeros(len(values), np.float32)
        if len(constants) > 1:
            bias = numpy_helper.to_array(constants[1])
        name = node.input[1].removesuffix(".weight")
        return integer_constants(self.parts, name, Weights(values, bias), self.grids[node.input[0]])

    def step(self, node: onnx.NodeProto) -> None:
        """Adds a node that reads and writes quantised tensors where they have a grid."""
        output = node.output[0]
        if node.op_type in CLIPS and output in self.grids and node.input[0] not in self.grids:
            quantise(self.parts, node.input[0], output, self.grids[output])  # this clips, too
            return
        inputs = [f"{name}.dequantised" if name in self.grids else name for name in node.input]
        weights = self.integers(node)
        if weights is not None:
            inputs[1:] = weights
        added = self.parts.nodes
        added.append(onnx.NodeProto())
        added[-1].CopyFrom(node)
        del added[-1].input[:]
        added[-1].input.extend(inputs)
        if output in self.grids:
            quantise(self.parts, output, output, self.grids[output])


def quantised_graph(model: onnx.ModelProto, grids: dict[str, Grid]) -> onnx.ModelProto:
    """The int8 copy of a float model. `grids` has an entry for each of quantised_tensors()."""
    if max((o.version for o in model.opset_import if not o.domain), default=0) < OLDEST_OPSET:
        raise RecipeError(f"{model.graph.name}: opset {OLDEST_OPSET} or later is needed")
    tensors = quantised_tensors(model)
    missing = [tensor for tensor in tensors if tensor not in grids]
    if missing:
        raise RecipeError(f"{model.graph.name}: no range was measured for {', '.join(missing[:3])}")
    rewriter = _Rewriter(model.graph, {tensor: grids[tensor] for tensor in tensors})
    for value in model.graph.input:
        if value.name in rewriter.grids:
            quantise(rewriter.parts, value.name, value.name, grids[value.name])
    for node in model.graph.node:
        rewriter.step(node)
    return _with_parts(model, rewriter.parts)


def _with_parts(model: onnx.ModelProto, parts: Parts) -> onnx.ModelProto:
    """A copy of the model with other nodes, and the constants that these use."""
    used = {name for node in parts.nodes for name in node.input}
    kept = [constant for constant in model.graph.initializer if constant.name in used]
    result = onnx.ModelProto()
    result.CopyFrom(model)
    for field, values in (("node", parts.nodes), ("initializer", [*kept, *parts.constants.values()])):
        result.graph.ClearField(field)
        getattr(result.graph, field).extend(values)
    result.graph.ClearField("value_info")  # told types of tensors that are gone
    onnx.checker.check_model(result)
    return result
