"""Tests of the recipe on toy pictures: python3 -m unittest discover zoo/cnn-premodel"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stderr
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import torch
from PIL import Image

import train as recipe
from dataset import WIDE, Labels, RecipeError, read_labels, read_picture, read_pictures
from network import SIDE, Premodel, normalised, onnx_bytes, probabilities

ITEMS, FOLDS = 60, 3
SETTINGS = recipe.Settings(epochs=12, batch=8)
HASTY = recipe.Settings(epochs=1)  # where it does not matter what is learnt


def toy_labels(classes: np.ndarray) -> Labels:
    """Items are tested in the folds in turn."""
    folds = np.tile(classes[:, None], (1, FOLDS))
    folds[np.arange(ITEMS), np.arange(ITEMS) % FOLDS] = -1
    return Labels([f"{n}.png" for n in range(ITEMS)], ["big", "small"], folds, classes)


def toy_pictures(classes: np.ndarray) -> np.ndarray:
    """Noise, reddish for class 0 and bluish for class 1."""
    pictures = np.random.default_rng(4).integers(0, 128, (ITEMS, WIDE, WIDE, 3), np.uint8)
    pictures[classes == 0, :, :, 0] += 100
    pictures[classes == 1, :, :, 2] += 100
    return pictures


CLASSES = np.random.default_rng(2).permutation(np.arange(ITEMS) % 2)


class Toy(unittest.TestCase):
    """Every test has a folder of its own, and progress lines are kept away."""

    def setUp(self) -> None:
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.said = io.StringIO()
        self.enterContext(redirect_stderr(self.said))

    def train(self, labels: Labels, pictures: np.ndarray, settings: recipe.Settings = HASTY,
              run: str = "run") -> recipe.Outcome:
        return recipe.train_all(labels, pictures, settings, self.folder / run)


class Learning(Toy):
    def test_a_visible_difference_is_learnt(self) -> None:
        outcome = self.train(toy_labels(CLASSES), toy_pictures(CLASSES), SETTINGS)
        self.assertGreater((outcome.predicted.argmax(axis=1) == CLASSES).mean(), 0.9)
        np.testing.assert_allclose(outcome.predicted.sum(axis=1), 1, atol=1e-5)

    def test_shuffled_labels_give_chance(self) -> None:
        shuffled = np.random.default_rng(9).permutation(CLASSES)
        outcome = self.train(toy_labels(shuffled), toy_pictures(CLASSES), SETTINGS)
        right = (outcome.predicted.argmax(axis=1) == shuffled).mean()
        self.assertLess(abs(right - 0.5), 3 * 0.5 / ITEMS**0.5)

    def test_a_fold_never_sees_what_it_is_tested_on(self) -> None:
        """Each item has a picture like no other, by which its training is recognised."""
        labels, pictures = toy_labels(CLASSES), toy_pictures(CLASSES)
        seen = []

        def spy(given: np.ndarray, targets: np.ndarray, classes: int, _: recipe.Settings) -> Premodel:
            seen.append({picture.tobytes() for picture in given})
            return Premodel(classes)

        with mock.patch.object(recipe, "train", spy):
            self.train(labels, pictures)
        self.assertEqual(len(seen), FOLDS + 1)
        for item, picture in enumerate(pictures):
            found = [picture.tobytes() in part for part in seen]
            self.assertEqual(found, [item % FOLDS != fold for fold in range(FOLDS)] + [True])

    def test_a_tested_items_class_does_not_matter(self) -> None:
        """The predictions of fold 0 are the same whatever the class of its tested items."""
        changed = CLASSES.copy()
        changed[::FOLDS] ^= 1
        first, second = (self.train(toy_labels(classes), toy_pictures(CLASSES), run=name).predicted
                         for name, classes in (("first", CLASSES), ("second", changed)))
        np.testing.assert_array_equal(first[::FOLDS], second[::FOLDS])
        self.assertFalse(np.array_equal(first, second))  # the other folds learnt from them


class Resuming(Toy):
    def test_a_stopped_run_goes_on(self) -> None:
        labels, pictures = toy_labels(CLASSES), toy_pictures(CLASSES)
        real, done = recipe.train, []

        def stopping(*arguments) -> Premodel:
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(1)
            return real(*arguments)

        with mock.patch.object(recipe, "train", stopping), self.assertRaises(KeyboardInterrupt):
            self.train(labels, pictures)
        kept = sorted(path.name for path in (self.folder / "run").iterdir())
        self.assertEqual(kept, ["fold_0.pt", "fold_1.pt"])
        with mock.patch.object(recipe, "train", side_effect=real) as called:
            resumed = self.train(labels, pictures)
            self.assertEqual(called.call_count, FOLDS + 1 - 2)
        fresh = self.train(labels, pictures, run="fresh")
        np.testing.assert_array_equal(resumed.predicted, fresh.predicted)

    def test_other_labels_and_damage_are_noticed(self) -> None:
        pictures = toy_pictures(CLASSES)
        targets = CLASSES.copy()
        arguments = (pictures, targets, ["big", "small"], SETTINGS, self.folder)
        with mock.patch.object(recipe, "train", side_effect=lambda *_: Premodel(2)) as called:
            recipe.trained("all", *arguments)
            recipe.trained("all", *arguments)
            self.assertEqual(called.call_count, 1)
            targets[0] ^= 1
            recipe.trained("all", *arguments)
            self.assertEqual(called.call_count, 2)
            checkpoint = self.folder / "all.pt"
            checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
            recipe.trained("all", *arguments)
            self.assertEqual(called.call_count, 3)
        self.assertIn("damaged", self.said.getvalue())


class Files(Toy):
    def table(self, text: str) -> Path:
        path = self.folder / "labels.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def test_labels(self) -> None:
        labels = read_labels(self.table(
            'item,fold_0,fold_1,all\na.png,none,,none\nb.png,,lite0,lite0\n"c,1.png",big,,none\n'))
        self.assertEqual(labels.items, ["a.png", "b.png", "c,1.png"])
        self.assertEqual(labels.classes, ["big", "lite0", "none"])
        self.assertEqual(labels.tested_in.tolist(), [1, 0, 1])
        self.assertEqual(labels.folds.tolist(), [[2, -1], [-1, 1], [0, -1]])
        self.assertEqual(labels.whole.tolist(), [2, 1, 2])

    def test_bad_labels_are_refused(self) -> None:
        head = "item,fold_0,fold_1,all\n"
        for text, message in (
                ("", "header"), ("item,fold_0,all\na,,b\n", "header"), (head, "no items"),
                (head + "a,x,y,x\n", "line 2"), (head + "a,,,x\n", "line 2"), (head + "a,,x,\n", "line 2"),
                (head + "a,,x\n", "line 2"), (head + "a,,x,x\na,,y,y\n", "twice"),
                (head + "a,,x,x\n", "one class")):
            with self.assertRaisesRegex(RecipeError, message, msg=text):
                read_labels(self.table(text))

    def test_a_picture_is_its_centred_square(self) -> None:
        pixels = np.zeros((4 * WIDE, 6 * WIDE, 3), np.uint8)
        pixels[:, WIDE : 3 * WIDE] = 200  # the left half of the centred square
        Image.fromarray(pixels).save(self.folder / "a.png")
        square = read_picture(self.folder / "a.png")
        self.assertEqual(square.shape, (WIDE, WIDE, 3))
        self.assertTrue((square[:, : WIDE // 2] == 200).all())
        self.assertFalse(square[:, WIDE // 2 :].any())

    def test_a_turned_picture_is_turned_upright(self) -> None:
        pixels = np.zeros((WIDE, WIDE, 3), np.uint8)
        pixels[0] = 200
        exif = Image.Exif()
        exif[0x0112] = 3  # upside down
        Image.fromarray(pixels).save(self.folder / "a.png", exif=exif)
        np.testing.assert_array_equal(read_picture(self.folder / "a.png"), pixels[::-1])

    def test_a_bad_picture_is_named(self) -> None:
        (self.folder / "0.png").write_bytes(b"nothing")
        with self.assertRaisesRegex(RecipeError, "0.png"):
            read_pictures(toy_labels(CLASSES), self.folder)

    def test_results(self) -> None:
        predicted = np.full((ITEMS, 2), (0.75, 0.25))
        outcome = recipe.Outcome(Premodel(2), predicted, np.zeros(ITEMS, int))
        recipe.write_results(toy_labels(CLASSES), outcome, SETTINGS, self.folder)
        with (self.folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        self.assertEqual(header, ["item", "fold", "big", "small"])
        self.assertEqual([row[0] for row in rows], [f"{n}.png" for n in range(ITEMS)])
        self.assertEqual(rows[4], ["4.png", "1", "0.750000", "0.250000"])
        card = json.loads((self.folder / "card.json").read_text(encoding="utf-8"))
        self.assertEqual(card["out_of_fold"]["accuracy"], 0.5)
        self.assertEqual(card["classes"], ["big", "small"])
        self.assertEqual(card["input"]["size"], [SIDE, SIDE])
        self.assertEqual(card["parameters"], outcome.network.parameter_count)
        self.assertLess(card["parameters"], 100_000)

    def test_the_onnx_model_computes_the_same(self) -> None:
        try:
            import onnxruntime
        except ImportError:
            self.skipTest("onnxruntime is not installed")
        network = Premodel(3)
        network.train()
        pictures = toy_pictures(CLASSES)[:, :SIDE, :SIDE]
        network(normalised(pictures))  # gives the batch normalisation something to fold
        session = onnxruntime.InferenceSession(onnx_bytes(network), providers=["CPUExecutionProvider"])
        self.assertEqual([(t.name, t.shape) for t in (*session.get_inputs(), *session.get_outputs())],
                         [("input", [1, 3, SIDE, SIDE]), ("logits", [1, 3])])
        logits = session.run(["logits"], {"input": normalised(pictures[:1]).numpy()})[0]
        found = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(found, probabilities(network, normalised(pictures[:1])), atol=1e-5)


if __name__ == "__main__":
    unittest.main()
