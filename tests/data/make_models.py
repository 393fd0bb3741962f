#!/usr/bin/env python3
"""Makes the small models of the tests, and the manifest zoo.toml of the good ones.

  python tests/data/make_models.py          writes the files beside this script
  python tests/data/make_models.py --check  fails if the files differ from what it would write

Needs onnx and numpy of the versions in zoo/efficientnet-lite/requirements.txt, as build/venv has them. Each
model averages the colour of an image of 16x16 pixels and says by a matrix which of four classes it is: red,
green, blue or grey. The dearer ones of the zoo do it better.
"""

import hashlib
import pathlib
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
SIDE = 16
CLASSES = ["red", "green", "blue", "grey"]

# One row per class: what red, green and blue speak for it, and its bias.
LARGE = [[9, -4, -4, 0], [-4, 9, -4, 0], [-4, -4, 9, 0], [0, 0, 0, 2]]
# Takes blue for grey, unsurely.
MEDIUM = [[6, -3, -2, 0], [-3, 6, -2, 0], [0, 0, 0, -4], [0, 0, 0.3, 0.2]]
# Sees red alone, and is never very sure.
SMALL = [[3, -1, -1, 0], [-1, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 0.5]]


def gemm(rows):
    """The nodes and constants from the mean colour [1, 3] to the scores [1, rows]."""
    weights = numpy.array([row[:3] for row in rows], dtype=numpy.float32)
    bias = numpy.array([row[3] for row in rows], dtype=numpy.float32)
    constants = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")]
    return [helper.make_node("Gemm", ["mean", "w", "b"], ["logits"], transB=1)], constants


def model(nodes, constants, inputs, outputs):
    graph = helper.make_graph(nodes, "colour", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="rightsize")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made.SerializeToString(deterministic=True)


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def colour_model(rows, shape=(1, 3, SIDE, SIDE), spoil=None, batch=1):
    """`spoil` gets the mean colour as "raw" and gives "mean"."""
    mean = "mean" if spoil is None else "raw"
    nodes = [helper.make_node("GlobalAveragePool", ["input"], ["pooled"]),
             helper.make_node("Flatten", ["pooled"], [mean])]
    last, constants = gemm(rows)
    if spoil is not None:
        nodes += spoil[0]
        constants += spoil[1]
    return model(nodes + last, constants, [tensor("input", list(shape))],
                 [tensor("logits", [batch, len(rows)])])


def nhwc_model(rows):
    last, constants = gemm(rows)
    nodes = [helper.make_node("ReduceMean", ["input"], ["mean"], axes=[1, 2], keepdims=0)]
    return model(nodes + last, constants, [tensor("input", [1, SIDE, SIDE, 3])],
                 [tensor("logits", [1, len(rows)])])


def softmax_model(rows):
    last, constants = gemm(rows)
    nodes = [helper.make_node("GlobalAveragePool", ["input"], ["pooled"]),
             helper.make_node("Flatten", ["pooled"], ["mean"])]
    last.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    return model(nodes + last, constants, [tensor("input", [1, 3, SIDE, SIDE])],
                 [tensor("probabilities", [1, len(rows)])])


def double_model(rows):
    last, constants = gemm(rows)
    nodes = [helper.make_node("Cast", ["input"], ["single"], to=TensorProto.FLOAT),
             helper.make_node("GlobalAveragePool", ["single"], ["pooled"]),
             helper.make_node("Flatten", ["pooled"], ["mean"])]
    return model(nodes + last, constants, [tensor("input", [1, 3, SIDE, SIDE], TensorProto.DOUBLE)],
                 [tensor("logits", [1, len(rows)])])


def two_input_model(rows):
    last, constants = gemm(rows)
    nodes = [helper.make_node("Add", ["input", "more"], ["sum"]),
             helper.make_node("GlobalAveragePool", ["sum"], ["pooled"]),
             helper.make_node("Flatten", ["pooled"], ["mean"])]
    shape = [1, 3, SIDE, SIDE]
    return model(nodes + last, constants, [tensor("input", shape), tensor("more", shape)],
                 [tensor("logits", [1, len(rows)])])


def fails_above(limit):
    """Turns the mean colour into NaN where any of its parts is above `limit`."""
    nodes = [helper.make_node("Sub", ["limit", "raw"], ["left"]),
             helper.make_node("Sqrt", ["left"], ["root"]),
             helper.make_node("Mul", ["root", "zero"], ["nothing"]),
             helper.make_node("Add", ["raw", "nothing"], ["mean"])]
    return nodes, [numpy_helper.from_array(numpy.float32(limit), "limit"),
                   numpy_helper.from_array(numpy.float32(0), "zero")]


def external_model(rows):
    """The same network with its weights in a file of their own, as exporters write large ones."""
    made = onnx.load_model_from_string(colour_model(rows))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.onnx"
        onnx.save_model(made, path, save_as_external_data=True, location="model.onnx.data", size_threshold=0)
        return path.read_bytes(), (path.parent / "model.onnx.data").read_bytes()


def external_models():
    """Two networks of one graph, told apart by their weights alone: the second takes red for green."""
    files = {}
    for name, rows in {"first": LARGE, "second": [LARGE[1], LARGE[0], *LARGE[2:]]}.items():
        graph, data = external_model(rows)
        files[f"external/{name}/model.onnx"] = graph
        files[f"external/{name}/model.onnx.data"] = data
    return files


def models():
    large = colour_model(LARGE)
    background = [[0, 0, 0, -1]] + LARGE
    nan = [[float("nan"), 0, 0, 0]] + LARGE[1:]
    return {
        "small.onnx": colour_model(SMALL),
        "medium.onnx": colour_model(MEDIUM),
        "large.onnx": large,
        "nhwc.onnx": nhwc_model(LARGE),
        "softmax.onnx": softmax_model(LARGE),
        "background.onnx": colour_model(background),
        "any_batch.onnx": colour_model(LARGE, shape=("n", 3, SIDE, SIDE), batch="n"),
        # Gives NaN for images whose mean red, green or blue is above 0.9.
        "fragile.onnx": colour_model(LARGE, spoil=fails_above(0.9)),
        # Bad in one way each.
        "nan.onnx": colour_model(nan),
        "side_8.onnx": colour_model(LARGE, shape=(1, 3, 8, 8)),
        "double.onnx": double_model(LARGE),
        "two_inputs.onnx": two_input_model(LARGE),
        "truncated.onnx": large[:len(large) // 2],
    }


def manifest(files):
    text = '''# The good models of the tests, written by make_models.py.
format = "rightsize-zoo"
version = 1
name = "colours"
task = "image-classification"
classes = "classes.tsv"

[defaults.input]
size = [16, 16]
std = [255, 255, 255]

[defaults.output]
outputs = 4
'''
    more = {
        "nhwc": '[model.input]\nlayout = "NHWC"\n',
        "softmax": '[model.output]\nname = "probabilities"\nkind = "probabilities"\n',
        "background": '[model.output]\noutputs = 5\ndrop = [0]\n',
    }
    for name in ["small", "medium", "large", "nhwc", "softmax", "background", "any_batch", "fragile"]:
        digest = hashlib.sha256(files[f"{name}.onnx"]).hexdigest()
        text += f'\n[[model]]\nname = "{name}"\nfile = "{name}.onnx"\nsha256 = "{digest}"\n{more.get(name, "")}'
    return text.encode()


def main():
    files = models()
    files["zoo.toml"] = manifest(files)
    files.update(external_models())
    files["classes.tsv"] = "".join(f"{key}\tthe colour {key}\n" for key in CLASSES).encode()
    if sys.argv[1:] == ["--check"]:
        wrong = [name for name, content in files.items()
                 if not (HERE / name).is_file() or (HERE / name).read_bytes() != content]
        sys.exit(f"not as make_models.py writes them: {', '.join(wrong)}" if wrong else 0)
    if sys.argv[1:]:
        sys.exit(__doc__)
    for name, content in files.items():
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
