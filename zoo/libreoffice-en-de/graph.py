"""A small layer over onnx.helper: a graph that grows node by node, in float32 or int8.

In int8, weights have one scale per column, within 7 bits (so that no kernel saturates); the inputs
of products have fixed scales (see ranges.py) or, where there is none, a scale per call.
"""

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from sizes import position_rates

OPSET = 17
IR_VERSION = 9
CONTRIB = "com.microsoft"
WEIGHT_LEVELS = 63


def quantised(weights, axis):
    """int8 values and the scale of every index of the other axis."""
    scale = numpy.abs(weights).max(axis=axis, keepdims=True) / WEIGHT_LEVELS
    scale = numpy.where(scale == 0, 1.0, scale).astype(numpy.float32)
    return numpy.rint(weights / scale).astype(numpy.int8), scale


class Graph:
    def __init__(self, name, int8=False, ranges=None):
        self.name, self.int8, self.ranges = name, int8, ranges
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.constants = {}

    # --- parts ------------------------------------------------------------------------------------

    def node(self, op, inputs, outputs=1, domain="", **attributes):
        """Adds a node; gives the name of its output, or a list of them."""
        names = [f"{op}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"{op}{len(self.nodes)}",
                                           domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, values, dtype=None):
        array = numpy.ascontiguousarray(numpy.asarray(values, dtype=dtype))
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            name = f"c{len(self.constants)}"
            self.constants[key] = name
            self.initializers.append(numpy_helper.from_array(array, name))
        return self.constants[key]

    def floats(self, values):
        return self.constant(values, numpy.float32)

    def integers(self, values):
        return self.constant(values, numpy.int64)

    def input(self, name, shape, integers=False):
        kind = TensorProto.INT64 if integers else TensorProto.FLOAT
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, value, shape, integers=False):
        """Gives a node's output its name outside."""
        kind = TensorProto.INT64 if integers else TensorProto.FLOAT
        for node in self.nodes:
            for names in (node.input, node.output):
                for i, other in enumerate(names):
                    if other == value:
                        names[i] = name
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    # --- layers -----------------------------------------------------------------------------------

    def embed(self, tokens, table, factor):
        """Rows of the table, times a factor."""
        if not self.int8:
            rows = self.node("Gather", [self.floats(table), tokens])
            return self.node("Mul", [rows, self.floats(factor)])
        values, scale = quantised(table, 1)
        rows = self.node("Cast", [self.node("Gather", [self.constant(values), tokens])],
                         to=TensorProto.FLOAT)
        factors = self.node("Gather", [self.floats(scale * factor), tokens])
        return self.node("Mul", [rows, factors])

    def sinusoids(self, d, positions):
        """The table of sizes.sinusoids; the runtime makes it when it loads the graph."""
        rates = self.constant(position_rates(d))
        places = self.constant(numpy.arange(positions, dtype=numpy.float64)[:, None])
        angles = self.node("Mul", [places, rates])
        both = [self.node("Unsqueeze", [self.node(op, [angles]), self.integers([-1])])
                for op in ("Sin", "Cos")]
        table = self.node("Reshape", [self.node("Concat", both, axis=-1), self.integers([-1, d])])
        return self.node("Cast", [table], to=TensorProto.FLOAT)

    def linear(self, x, weights, bias, layer=None, after_relu=False, relu=False):
        """x [rows, a] times weights [a, b], plus bias; `layer` names the range of x."""
        if not self.int8:
            y = self.node("Gemm", [x, self.floats(weights), self.floats(bias)])
            return self.node("Relu", [y]) if relu else y
        values, scale = quantised(weights, 0)
        return self.int8_product(x, self.constant(values), scale.reshape(-1), bias, layer,
                                 after_relu, relu)

    def int8_product(self, x, values, scale, bias, layer, after_relu, relu):
        scale = self.floats(scale)
        if self.ranges is None:
            y = self.node("DynamicQuantizeMatMul",
                          [x, values, scale, "", self.floats(bias)], domain=CONTRIB)
            return self.node("Relu", [y]) if relu else y
        # Quantisation without negative values makes up for the ReLU before it.
        largest, zero = (255, 0) if after_relu else (127, 128)
        x_scale = self.floats(self.ranges[layer] / largest)
        x_zero = self.constant(zero, numpy.uint8)
        quantised_x = self.node("QuantizeLinear", [x, x_scale, x_zero])
        return self.node("MatMulIntegerToFloat",
                         [quantised_x, values, x_scale, scale, x_zero, "", self.floats(bias)],
                         domain=CONTRIB)

    def project(self, x, table, bias, layer=None):
        """x [rows, d] times the transposed embedding table, plus bias: logits."""
        if not self.int8:
            return self.node("Gemm", [x, self.floats(table), self.floats(bias)], transB=1)
        values, scale = quantised(table, 1)
        scale = scale.reshape(-1)
        # Transposed when the graph is loaded: the file holds the table once.
        transposed = self.node("Transpose", [self.constant(values)], perm=[1, 0])
        # The product itself would apply a scale per column element by element, in a third of its time.
        y = self.int8_product(x, transposed, 1.0, bias / scale, layer, False, False)
        return self.node("Mul", [y, self.floats(scale)])

    def norm(self, x, gain, bias):
        return self.node("LayerNormalization", [x, self.floats(gain), self.floats(bias)], axis=-1,
                         epsilon=1e-5)

    def add_and_norm(self, x, y, gain, bias):
        """x + y, normalised, and x + y itself."""
        # Sum, as the runtime would fuse Add into SkipLayerNormalization, which is not vectorised.
        x = self.node("Sum", [x, y])
        return self.norm(x, gain, bias), x

    def candidates(self, logits, count):
        """The log-probabilities of the likeliest tokens, and the tokens."""
        logs = self.node("LogSoftmax", [logits], axis=-1)
        return self.node("TopK", [logs, self.integers([count])], 2, axis=-1)

    def model(self, metadata):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs,
                                  self.initializers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)],
            ir_version=IR_VERSION, producer_name="rightsize")
        helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
        return model


def save(model, path):
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(model.SerializeToString(deterministic=True))
    partial.rename(path)
