"""Tests of the recipe that need no download: python -m unittest discover zoo/efficientnet-lite"""

from __future__ import annotations

import io
import pickle
import struct
import sys
import tempfile
import tomllib
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

import weights
from make import ALL_MANIFESTS, MANIFEST
from networks import RELU6, Grid, Layer, Network, Weights, scaled_channels
from onnx_model import float_model, quantised_model
from photos import Photo, RecipeError, Resources, bring_ordinary, ordinary_table, place, sha256_of
from qt_resources import FOLDER, ZLIB, ZSTD, ResourceError, ResourceFile
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


def resource_file(version: int, flags: int, block: bytes) -> bytes:
    """A made-up .rcc: the folder "bär" with the file "a.webp", and beside it the plain file "b"."""
    names, offsets = b"", []
    for name in ("bär", "a.webp", "b"):
        offsets.append(len(names))
        encoded = name.encode("utf-16-be")
        names += struct.pack(">HI", len(encoded) // 2, 0) + encoded
    date = b"" if version == 1 else bytes(8)
    tree = struct.pack(">IHII", 0, FOLDER, 2, 1) + date  # the root: nodes 1 and 2
    tree += struct.pack(">IHII", offsets[0], FOLDER, 1, 3) + date
    tree += struct.pack(">IHHHI", offsets[2], 0, 0, 0, 0) + date
    tree += struct.pack(">IHHHI", offsets[1], flags, 0, 0, 9) + date
    data = struct.pack(">I", 5) + b"plain" + struct.pack(">I", len(block)) + block
    start = 20
    header = struct.pack(">4s4I", b"qres", version, start, start + len(tree), start + len(tree) + len(data))
    return header + tree + data + names


class QtResources(unittest.TestCase):
    picture = b"RIFF a picture" * 20
    packed = struct.pack(">I", len(picture)) + zlib.compress(picture)

    def test_files_are_found_and_unpacked(self) -> None:
        for version in (1, 2, 3):
            for flags, block in ((0, self.picture), (ZLIB, self.packed)):
                resources = ResourceFile(resource_file(version, flags, block))
                self.assertEqual(resources.paths(), ["b", "bär/a.webp"])
                self.assertEqual(resources.read("bär/a.webp"), self.picture)
                self.assertEqual(resources.read("b"), b"plain")

    def test_what_it_does_not_know_is_said(self) -> None:
        with self.assertRaisesRegex(ResourceError, "zstd"):
            ResourceFile(resource_file(3, ZSTD, b"")).read("bär/a.webp")
        with self.assertRaisesRegex(ResourceError, "version"):
            ResourceFile(resource_file(4, 0, b""))
        with self.assertRaisesRegex(ResourceError, "holds no c"):
            ResourceFile(resource_file(3, 0, b"")).read("c")

    def test_damaged_files_are_refused(self) -> None:
        whole = resource_file(2, ZLIB, self.packed)
        for end in range(len(whole)):
            with self.assertRaises(ResourceError):
                ResourceFile(whole[:end]).read("bär/a.webp")
        for block in (b"", self.packed[:4], self.packed[:-8], struct.pack(">I", 1) + self.packed[4:]):
            with self.assertRaises(ResourceError):
                ResourceFile(resource_file(2, ZLIB, block)).read("bär/a.webp")

    def test_a_tree_in_a_circle_ends(self) -> None:
        data = bytearray(resource_file(1, 0, b""))
        struct.pack_into(">II", data, 20 + 14 + 6, 1, 1)  # the folder is its own child
        with self.assertRaisesRegex(ResourceError, "no end"):
            ResourceFile(bytes(data))


class Photographs(unittest.TestCase):
    def test_the_ordinary_ones_have_a_class_and_a_free_licence(self) -> None:
        lines = (MANIFEST.parent / "classes.tsv").read_text(encoding="utf-8").splitlines()
        classes = dict(line.split("\t") for line in lines)
        rows = ordinary_table()
        self.assertTrue(24 <= len(rows) <= 40)
        for column in ("photo", "class", "sha256", "member"):
            self.assertEqual(len({row[column] for row in rows}), len(rows))
        for row in rows:
            self.assertEqual(classes[row["key"]], row["class"])
            self.assertIn(row["licence"], ("public domain", "CC0-1.0"))
            self.assertTrue(row["author"] and row["shows"])
            self.assertRegex(row["source"], "^https://")

    def test_only_the_expected_photograph_is_placed(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "new"
            photo = Photo("a.webp", "b/a.webp", "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7")
            with self.assertRaisesRegex(RecipeError, "package: b/a.webp is not the expected"):
                place(photo, folder, lambda: b"other", "package")
            self.assertFalse((folder / "a.webp").exists())
            self.assertEqual(sha256_of(place(photo, folder, lambda: b"data", "package")), photo.sha256)
            place(photo, folder, lambda: self.fail("it is there already"), "package")

    def test_a_missing_package_is_said_with_the_way_out(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            with self.assertRaisesRegex(RecipeError, "apt-get download gcompris-qt-data"):
                bring_ordinary(Path(name) / "photos", Path(name))
            (Path(name) / "gcompris-qt-data_1_all.deb").write_bytes(b"no package")
            with self.assertRaisesRegex(RecipeError, "gcompris-qt-data_1_all.deb is damaged"):
                Resources(Path(name)).read("categorization.rcc", "a")


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
