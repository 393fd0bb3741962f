#!/usr/bin/env python3
"""What operators of ONNX Runtime cost in a translation network, beside the forms that the zoo's graphs use instead.

    operators.py

Median CPU time of a call on one thread, whole graphs of one or two nodes. Needs numpy, onnx and onnxruntime (the
environment of zoo/libreoffice-en-de/make.py has them).
"""

import statistics
import time

import numpy
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

CALLS, REPEATS = 10, 150


def session(nodes, constants, shapes):
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
              for name, shape in shapes.items()]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(
        nodes, "operators", inputs, outputs,
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    model = helper.make_model(graph, ir_version=9, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # As written: no fusing.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def microseconds(nodes, constants, inputs):
    run = session(nodes, constants, {name: value.shape for name, value in inputs.items()})
    binding = run.io_binding()
    for name, value in inputs.items():
        binding.bind_cpu_input(name, value)
    binding.bind_output("y")
    times = []
    for _ in range(REPEATS):
        start = time.thread_time_ns()
        for _ in range(CALLS):
            run.run_with_iobinding(binding)
        times.append((time.thread_time_ns() - start) / CALLS / 1e3)
    return statistics.median(times)


def residual_and_norm(rows, width, random):
    x, y = (random.standard_normal((1, rows, width), numpy.float32) for _ in range(2))
    constants = {"gain": numpy.ones(width, numpy.float32), "bias": numpy.zeros(width, numpy.float32)}
    fused = [helper.make_node("SkipLayerNormalization", ["a", "b", "gain", "bias"], ["y"],
                              domain="com.microsoft", epsilon=1e-5)]
    apart = [helper.make_node("Sum", ["a", "b"], ["s"]),
             helper.make_node("LayerNormalization", ["s", "gain", "bias"], ["y"], axis=-1,
                              epsilon=1e-5)]
    return [microseconds(nodes, constants, {"a": x, "b": y}) for nodes in (fused, apart)]


def product_with_vocabulary(width, vocabulary, random):
    x = random.standard_normal((1, width), numpy.float32)
    scale = random.random(vocabulary, numpy.float32)
    constants = {"weights": random.integers(-63, 64, (width, vocabulary), numpy.int8),
                 "scale": scale, "one": numpy.float32(1), "x_scale": numpy.float32(0.02),
                 "zero": numpy.uint8(128), "bias": numpy.ones(vocabulary, numpy.float32)}
    quantise = helper.make_node("QuantizeLinear", ["a", "x_scale", "zero"], ["q"])

    def product(by, output):
        return helper.make_node("MatMulIntegerToFloat",
                                ["q", "weights", "x_scale", by, "zero", "", "bias"], [output],
                                domain="com.microsoft")

    within = [quantise, product("scale", "y")]
    behind = [quantise, product("one", "z"), helper.make_node("Mul", ["z", "scale"], ["y"])]
    return [microseconds(nodes, constants, {"a": x}) for nodes in (within, behind)]


def main():
    random = numpy.random.default_rng(1)
    print(f"ONNX Runtime {onnxruntime.__version__}, one thread, CPU time of a call in us\n")
    print("| what | as one operator | as the zoo has it |\n|---|---|---|")
    for rows, width in ((1, 224), (3, 224), (25, 160), (25, 224)):
        one, zoo = residual_and_norm(rows, width, random)
        print(f"| x + y and its norm, {rows} x {width} | {one:.1f} | {zoo:.1f} |")
    for width in (96, 160, 224):
        one, zoo = product_with_vocabulary(width, 4000, random)
        print(f"| int8 product, {width} to 4,000, a scale per column | {one:.1f} | {zoo:.1f} |")


if __name__ == "__main__":
    main()
