"""Tests of the recipe that need no download: python -m unittest discover zoo/compressed"""

from __future__ import annotations

import sys
import tomllib
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "efficientnet-lite")]

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from compact import pack, serialised, unpack
from downloads import RecipeError
from integer_graph import quantised_graph, quantised_tensors
from networks import RELU6, Grid, Layer, Network, Weights
from onnx_model import float_model, quantised_model
from quantise import grid_of_range
from shared_weights import k_means, layers_to_share, prune_and_share, share

SIDE = 9


def small_network() -> Network:
    """A stem, a depthwise and two other convolutions, a sum and a dense layer."""
    random = np.random.default_rng(7)

    def draw(*shape: int) -> Weights:
        values = random.normal(size=shape, scale=0.4).astype(np.float32)
        return Weights(values, random.normal(size=shape[0], scale=0.2).astype(np.float32))

    network = Network("small")
    network.add(Layer("conv", "stem", ("input",), draw(8, 3, 3, 3), 3, 2, limits=RELU6))
    network.add(Layer("conv", "filter", ("stem",), draw(8, 1, 5, 5), 5, groups=8, limits=RELU6))
    network.add(Layer("conv", "narrow", ("filter",), draw(8, 8, 1, 1)))
    network.add(Layer("add", "sum", ("narrow", "stem")))
    network.add(Layer("conv", "head", ("sum",), draw(16, 8, 1, 1), limits=RELU6))
    network.add(Layer("pool", "pool", ("head",)))
    network.add(Layer("flatten", "flat", ("pool",)))
    network.add(Layer("dense", "logits", ("flat",), draw(5, 16)))
    return network


def float_graph() -> onnx.ModelProto:
    return onnx.load_from_string(float_model("small", small_network(), SIDE))


def image() -> np.ndarray:
    return np.random.default_rng(3).uniform(-1, 1, (1, 3, SIDE, SIDE)).astype(np.float32)


def run(model: onnx.ModelProto, tensors: list[str]) -> list[np.ndarray]:
    copy = onnx.load_from_string(serialised(model))
    copy.opset_import[0].version = 19  # the reference has no older Q/DQ; the meaning is the same
    outputs = {output.name for output in copy.graph.output}
    copy.graph.output.extend(onnx.ValueInfoProto(name=t) for t in tensors if t not in outputs)
    source = copy.graph.input[0].name
    return [np.asarray(value) for value in ReferenceEvaluator(copy).run(tensors, {source: image()})]


def measured_grids(model: onnx.ModelProto) -> dict[str, Grid]:
    tensors = quantised_tensors(model)
    source = model.graph.input[0].name
    values = run(model, [tensor for tensor in tensors if tensor != source])
    grids = {tensor: grid_of_range(float(value.min()), float(value.max()))
             for tensor, value in zip([t for t in tensors if t != source], values, strict=True)}
    return {source: grid_of_range(-1, 1)} | grids


class Sharing(unittest.TestCase):
    weights = np.random.default_rng(1).normal(size=(16, 12, 3, 3)).astype(np.float32)

    def test_k_means_finds_clusters(self) -> None:
        values = np.sort(np.concatenate([[c - 0.1, c, c + 0.1] for c in (-3.0, 0.5, 2.0)]))
        np.testing.assert_allclose(k_means(values, 3), [-3.0, 0.5, 2.0], atol=1e-12)

    def test_k_means_beats_even_steps(self) -> None:
        values = np.sort(self.weights.astype(np.float64).ravel())

        def error(centres: np.ndarray) -> float:
            return float((np.abs(values[:, None] - centres).min(axis=1) ** 2).sum())

        even = np.linspace(values[0], values[-1], 16)
        self.assertLess(error(k_means(values, 16)), 0.8 * error(even))

    def test_the_smallest_weights_are_pruned(self) -> None:
        shared = share(self.weights, 0.4, 32)
        pruned = shared.symbols == 0
        self.assertAlmostEqual(float(pruned.mean()), 0.4, places=2)
        self.assertLessEqual(np.abs(self.weights[pruned]).max(), np.abs(self.weights[~pruned]).min())
        self.assertTrue((shared.values[pruned] == 0).all())

    def test_the_others_take_the_nearest_value(self) -> None:
        shared = share(self.weights, 0.4, 32)
        self.assertIn(len(np.unique(shared.values)), range(17, 34))  # some clusters may be empty
        kept = shared.symbols > 0
        nearest = np.abs(self.weights[kept][:, None] - shared.book[1:]).min(axis=1)
        found = np.abs(self.weights[kept] - shared.values[kept])
        np.testing.assert_allclose(found, nearest, atol=1e-6)

    def test_few_weights_are_kept_exactly(self) -> None:
        weights = np.array([[-2.0, 0.0, 0.5, 1.0, 0.5]], np.float32)
        np.testing.assert_array_equal(share(weights, 0.0, 255).values, weights)

    def test_a_layer_of_zeros_stays_one(self) -> None:
        self.assertFalse(share(np.zeros((2, 3), np.float32), 0.3, 8).values.any())

    def test_first_and_depthwise_layers_are_left_alone(self) -> None:
        names = ["narrow.weight", "head.weight", "logits.weight"]
        self.assertEqual(layers_to_share(float_graph().graph), names)
        pruned, shared = prune_and_share(float_graph(), 0.3, 8)
        self.assertEqual(list(shared), names)
        before, after = ({c.name: c.raw_data for c in model.graph.initializer}
                         for model in (float_graph(), pruned))
        self.assertEqual([name for name in before if before[name] != after[name]], names)


class Integers(unittest.TestCase):
    def test_integers_are_those_of_the_other_recipe(self) -> None:
        model = float_graph()
        grids = measured_grids(model)
        expected = onnx.load_from_string(quantised_model("small", small_network(), SIDE, grids))
        found = quantised_graph(model, grids)
        self.assertEqual([n.op_type for n in found.graph.node], [n.op_type for n in expected.graph.node])
        self.assertEqual(sorted(c.raw_data for c in found.graph.initializer),
                         sorted(c.raw_data for c in expected.graph.initializer))
        np.testing.assert_array_equal(run(found, ["logits"])[0], run(expected, ["logits"])[0])

    def test_a_foreign_graph(self) -> None:
        """Relu behind a sum, Concat, MaxPool, Identity, two outputs, a convolution without biases and
        an operator that is not known."""
        random = np.random.default_rng(5)
        weights = numpy_helper.from_array(random.normal(size=(4, 3, 3, 3)).astype(np.float32), "w")
        nodes = [
            helper.make_node("Conv", ["data", "w"], ["a"], kernel_shape=[3, 3]),
            helper.make_node("Add", ["a", "a"], ["twice"]),
            helper.make_node("Relu", ["twice"], ["r"]),
            helper.make_node("Abs", ["r"], ["same"]),
            helper.make_node("Concat", ["r", "same"], ["both"], axis=1),
            helper.make_node("MaxPool", ["both"], ["m"], kernel_shape=[2, 2]),
            helper.make_node("Identity", ["m"], ["i"]),
            helper.make_node("GlobalAveragePool", ["i"], ["embedding"]),
            helper.make_node("Flatten", ["embedding"], ["logits"]),
        ]
        graph = helper.make_graph(
            nodes, "foreign",
            [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 8]),
             helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, 8, 1, 1])], [weights])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        self.assertEqual(quantised_tensors(model), ["data", "a", "r", "both", "m", "i"])
        found = quantised_graph(model, measured_grids(model))
        self.assertNotIn("Relu", [node.op_type for node in found.graph.node])
        expected = run(model, ["logits"])[0]
        self.assertGreater(float(np.ptp(expected)), 0.5)
        np.testing.assert_allclose(run(found, ["logits"])[0], expected, atol=0.1)

    def test_a_missing_range_is_named(self) -> None:
        grids = measured_grids(float_graph())
        del grids["sum"]
        with self.assertRaisesRegex(RecipeError, "no range was measured for sum"):
            quantised_graph(float_graph(), grids)


class Compact(unittest.TestCase):
    def test_it_gives_the_model_again(self) -> None:
        pruned, shared = prune_and_share(float_graph(), 0.3, 8)
        both = quantised_graph(pruned, measured_grids(float_graph()))
        for model, weights in ((pruned, shared), (both, shared), (float_graph(), {})):
            self.assertEqual(unpack(pack(model, weights)), serialised(model))

    def test_a_wrong_book_is_noticed(self) -> None:
        pruned, shared = prune_and_share(float_graph(), 0.3, 8)
        shared["head.weight"].book[1] += 1
        self.assertNotEqual(unpack(pack(pruned, shared)), serialised(pruned))

    def test_shared_weights_are_stored_in_few_bits(self) -> None:
        weights = np.random.default_rng(2).normal(size=(256, 256, 1, 1)).astype(np.float32)
        model = float_graph()
        head = next(c for c in model.graph.initializer if c.name == "head.weight")
        head.CopyFrom(numpy_helper.from_array(weights, "head.weight"))
        pruned, shared = prune_and_share(model, 0.3, 16)
        self.assertLess(len(pack(pruned, shared)), len(pack(model, {})) / 6)


class Manifest(unittest.TestCase):
    def test_none_is_the_model_of_the_other_zoo(self) -> None:
        own, other = (tomllib.loads((HERE.parent / zoo / "zoo.toml").read_text(encoding="utf-8"))
                      for zoo in ("compressed", "efficientnet-lite"))
        models = {m["name"]: m for m in own["model"]}
        lite2 = next(m for m in other["model"] if m["name"] == "lite2")
        self.assertEqual(set(models), {"none", "pruned", "int8", "both"})
        self.assertEqual(models["none"]["sha256"], lite2["sha256"])
        self.assertEqual(len({m["sha256"] for m in models.values()}), 4)
        size = {key: own["defaults"]["input"][key] for key in ("size", "crop_fraction")}
        self.assertEqual(size, lite2["input"])
        for name, model in models.items():
            exact = model.get("session", {}).get("exact_int8", False)
            self.assertEqual(exact, name in ("int8", "both"))


if __name__ == "__main__":
    unittest.main()
