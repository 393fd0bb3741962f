"""Tests of the recipe that need no download: python -m unittest discover zoo/efficientnet-lite"""

from __future__ import annotations

import io
import pickle
import struct
import sys
import tomllib
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

import weights
from make import ALL_MANIFESTS, MANIFEST
from networks import RELU6, Grid, Layer, Network, Weights, scaled_channels
from onnx_model import float_model, quantised_model
from quantise import committed_grids, grid_of_range, integer_weights
from sources import VARIANTS


def checkpoint(state: bytes, keys: list[str], storages: bytes) -> bytes:
    """A checkpoint of the old format around a pickled state."""
    start = pickle.dumps(weights.MAGIC, 2) + pickle.dumps(weights.PROTOCOL, 2) + pickle.dumps({}, 2)
    return start + state + pickle.dumps(keys, 2) + storages


def tensor_state(offset: int, size: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """Pickled {"w": tensor}: a view of the float storage "0", which has six elements."""
    out = b"\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n(("
    out += b"U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x06NtQ"  # its key, place and length
    out += f"I{offset}\n".encode()
    for numbers in (size, strides):
        out += b"(" + b"".join(f"I{n}\n".encode() for n in numbers) + b"t"
    return out + b"tRs."


class Checkpoints(unittest.TestCase):
    storage = struct.pack("<q6f", 6, *range(6))

    def test_strides_are_honoured(self) -> None:
        data = checkpoint(tensor_state(0, (3, 2), (1, 3)), ["0"], self.storage)
        read = weights.read_checkpoint(data)["w"]
        np.testing.assert_array_equal(read, np.arange(6).reshape(2, 3).T)

    def test_a_view_outside_its_storage_is_refused(self) -> None:
        for offset, size, strides in ((1, (3, 2), (1, 3)), (-1, (2,), (1,)), (0, (2,), (-1,))):
            data = checkpoint(tensor_state(offset, size, strides), ["0"], self.storage)
            with self.assertRaises(pickle.UnpicklingError):
                weights.read_checkpoint(data)

    def test_a_short_storage_is_refused(self) -> None:
        data = checkpoint(tensor_state(0, (6,), (1,)), ["0"], self.storage[:-1])
        with self.assertRaises(pickle.UnpicklingError):
            weights.read_checkpoint(data)

    def test_foreign_names_are_refused(self) -> None:
        for name in (b"os\nsystem", b"builtins\neval", b"torch\nload"):
            data = checkpoint(b"\x80\x02c" + name + b"\n.", [], b"")
            with self.assertRaisesRegex(pickle.UnpicklingError, "refused"):
                weights.read_checkpoint(data)

    def test_other_files_are_refused(self) -> None:
        with self.assertRaises(pickle.UnpicklingError):
            weights.read_checkpoint(pickle.dumps(1))


class Integers(unittest.TestCase):
    def test_zero_is_on_the_grid(self) -> None:
        for low, high in ((-1.0, 1.0), (0.0, 6.0), (2.0, 3.0), (-3.0, -2.0), (-0.3, 7.1)):
            grid = grid_of_range(low, high)
            self.assertTrue(0 <= grid.zero <= 255)
            self.assertAlmostEqual(grid.low, min(low, 0.0), delta=float(grid.scale))
            self.assertAlmostEqual(grid.high, max(high, 0.0), delta=float(grid.scale))

    def test_weights_come_back(self) -> None:
        values = np.random.default_rng(1).normal(size=(4, 3, 3, 3)).astype(np.float32)
        integers = integer_weights(values, np.zeros(4, np.float32), Grid(np.float32(0.1), 0))
        back = integers.codes * integers.scales[:, None, None, None]
        self.assertTrue((np.abs(back - values) <= integers.scales.max() * 0.501).all())
        self.assertEqual(int(np.abs(integers.codes).max()), 127)

    def test_a_channel_without_weights_keeps_its_bias(self) -> None:
        bias, grid = np.array([3.0, -2.0], np.float32), Grid(np.float32(0.02), 128)
        integers = integer_weights(np.zeros((2, 1, 1, 1), np.float32), bias, grid)
        np.testing.assert_allclose(integers.bias * integers.scales * grid.scale, bias, rtol=1e-5)


def small_network(random: np.random.Generator) -> Network:
    """Every kind of layer once or more."""
    def draw(*shape: int) -> Weights:
        values = random.normal(size=shape, scale=0.4).astype(np.float32)
        return Weights(values, random.normal(size=shape[0], scale=0.2).astype(np.float32))

    network = Network("small")
    network.add(Layer("conv", "stem", ("input",), draw(4, 3, 3, 3), 3, 2, limits=RELU6))
    network.add(Layer("conv", "filter", ("stem",), draw(4, 1, 5, 5), 5, groups=4, limits=RELU6))
    network.add(Layer("conv", "narrow", ("filter",), draw(4, 4, 1, 1)))
    network.add(Layer("add", "sum", ("narrow", "stem")))
    network.add(Layer("pool", "pool", ("sum",)))
    network.add(Layer("flatten", "flat", ("pool",)))
    network.add(Layer("dense", "logits", ("flat",), draw(5, 4)))
    return network


class Models(unittest.TestCase):
    def test_int8_agrees_with_float(self) -> None:
        random = np.random.default_rng(7)
        network = small_network(random)
        image = random.uniform(-1, 1, (1, 3, 9, 9)).astype(np.float32)
        model = onnx.load_from_string(float_model("small", network, 9))
        tensors = [layer.name for layer in network.layers]
        values = self.all_values(model, tensors, image)
        self.assertEqual(values["stem"].shape, (1, 4, 5, 5))
        grids = {name: grid_of_range(float(v.min()), float(v.max())) for name, v in values.items()}
        grids["input"] = grid_of_range(-1, 1)
        integer = onnx.load_from_string(quantised_model("small", network, 9, grids))
        integer.opset_import[0].version = 19  # the reference has no older Q/DQ; the meaning is the same
        logits = np.asarray(ReferenceEvaluator(integer).run(["logits"], {"input": image})[0])
        self.assertGreater(float(np.ptp(values["logits"])), 0.5)
        np.testing.assert_allclose(logits, values["logits"], atol=0.05)

    @staticmethod
    def all_values(model: onnx.ModelProto, tensors: list[str], image: np.ndarray) -> dict[str, np.ndarray]:
        del model.graph.output[:]
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors)
        return dict(zip(tensors, ReferenceEvaluator(model).run(tensors, {"input": image}), strict=True))

    def test_padding_is_that_of_tensorflow(self) -> None:
        network = small_network(np.random.default_rng(7))
        for size, pads in ((8, [0, 0, 1, 1]), (9, [1, 1, 1, 1])):
            node = onnx.load_from_string(float_model("small", network, size)).graph.node[0]
            found = next(a.ints for a in node.attribute if a.name == "pads")
            self.assertEqual(list(found), pads)

    def test_channels_are_multiples_of_eight(self) -> None:
        self.assertEqual([scaled_channels(c, 1.1) for c in (16, 24, 40, 320)], [16, 24, 48, 352])


class Manifests(unittest.TestCase):
    def test_sizes_and_crops(self) -> None:
        models = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["model"]
        self.assertEqual({m["name"] for m in models}, set(VARIANTS))
        for model in models:
            variant = VARIANTS[model["name"]]
            self.assertEqual(model["input"]["size"], [variant.size] * 2)
            crop = variant.size / (variant.size + 32)
            self.assertAlmostEqual(model["input"]["crop_fraction"], crop, places=5)
            self.assertEqual(model.get("session", {}).get("exact_int8", False), variant.int8)

    def test_checksums_agree(self) -> None:
        first, second = (tomllib.loads(path.read_text(encoding="utf-8")) for path in ALL_MANIFESTS)
        sums = {m["file"].rpartition("/")[2]: m["sha256"] for m in first["model"]}
        shared = [m for m in second["model"] if "/" in m["file"]]
        self.assertEqual(len(shared), 4)
        for model in shared:
            self.assertEqual(model["sha256"], sums[model["file"].rpartition("/")[2]])

    def test_classes(self) -> None:
        lines = io.StringIO((MANIFEST.parent / "classes.tsv").read_text(encoding="utf-8"))
        pairs = [line.rstrip("\n").split("\t") for line in lines]
        self.assertEqual(len(pairs), 1000)
        self.assertEqual(len({key for key, _ in pairs}), 1000)
        self.assertEqual(pairs[967], ["n07920052", "espresso"])

    def test_ranges_cover_the_networks(self) -> None:
        for name in ("lite0", "lite1", "lite2"):
            grids = committed_grids(name)
            self.assertIn("input", grids)
            self.assertIn("flat", grids)
            self.assertTrue(all(grid.scale > 0 for grid in grids.values()))


if __name__ == "__main__":
    unittest.main()
