"""Proves that the comparison reads operating points as Rightsize means them, refuses what it cannot do by hand, and
computes the random mix as the best that chance can do.

    build/venv-peers/bin/python -B -m unittest discover bench/peers
"""

import contextlib
import csv
import io
import json
import pathlib
import tempfile
import unittest

import numpy

import compare
import max_softmax_cascade as by_hand
import translation


def cascade(stages, **rule):
    return {"name": "p", "rule": {"kind": "cascade", "confidence": "signal", "signal": "max_probability",
                                  "stages": stages, **rule}}


TWO = [{"model": "a", "threshold": 0.6}, {"model": "b"}]


class Points(unittest.TestCase):
    def test_plain_cascades_are_read(self):
        self.assertEqual(by_hand.stages_of(cascade(TWO)), [("a", 0.6), ("b", 0.0)])
        self.assertEqual(by_hand.stages_of({"name": "p", "rule": {"kind": "fixed", "stages": [{"model": "b"}]}}),
                         [("b", 0.0)])

    def test_other_kinds_are_refused(self):
        refused = [cascade(TWO, signal="margin"), cascade(TWO, confidence="agreement"),
                   cascade([TWO[0], {"model": "b", "weights": [0.5, 0.5]}]),
                   cascade([{**TWO[0], "temperature": 1.5}, TWO[1]]), {"name": "p", "rule": {"kind": "premodel"}}]
        for point in refused:
            with self.subTest(point=point), self.assertRaises(by_hand.CannotBeWrittenByHand):
                by_hand.stages_of(point)

    def test_every_model_gets_a_point_of_its_own(self):
        fixed = {"name": "baseline", "rule": {"kind": "fixed", "stages": [{"model": "b"}]}, "drift": {}}
        selector = {"zoo": {"models": [{"name": "a"}, {"name": "b"}]}, "points": [cascade(TWO), fixed]}
        points = {p["name"]: p for p in compare.with_single_models(json.loads(json.dumps(selector)))["points"]}
        self.assertEqual(points["single model a"]["rule"]["stages"], [{"model": "a"}])
        self.assertNotIn("drift", points["single model a"])
        self.assertEqual(points["baseline"], fixed)


class Images(unittest.TestCase):
    def test_crops_are_centred(self):
        square = {"crop": "centre-square", "crop_fraction": 0.5}
        self.assertEqual(by_hand.crop_box(101, 60, square), (35, 15, 30, 30))
        self.assertEqual(by_hand.crop_box(100, 60, {"crop": "both-sides", "crop_fraction": 0.5}), (25, 15, 50, 30))

    def test_a_gradient_stays_one(self):
        image = by_hand.PIL.Image.fromarray(numpy.repeat(numpy.arange(0, 200, dtype=numpy.uint8)[None, :, None], 200, 0)
                                            .repeat(3, 2))
        spec = {"crop": "centre-square", "crop_fraction": 0.5, "size": [10, 20], "shrink": "area", "enlarge": "bicubic"}
        pixels = by_hand.PillowDecoder().pixels(image, spec)
        self.assertEqual(pixels.shape, (10, 20, 3))
        expected = 50 + 5 * (numpy.arange(20) + 0.5) - 0.5
        self.assertLess(numpy.abs(pixels[5, 2:-2, 0] - expected[2:-2]).max(), 1.0)

    def test_softmax_of_large_logits(self):
        self.assertTrue(numpy.allclose(by_hand.softmax(numpy.array([1000.0, 1000.0, -1000.0])), [0.5, 0.5, 0.0]))


class Mix(unittest.TestCase):
    def test_is_the_upper_hull(self):
        singles = [(10.0, 0.6), (20.0, 0.8), (12.0, 0.5), (40.0, 0.7)]
        self.assertAlmostEqual(compare.mix_at(15.0, singles), 0.7)
        self.assertAlmostEqual(compare.mix_at(5.0, singles), 0.3)  # half of the inputs are not answered
        self.assertAlmostEqual(compare.mix_at(20.0, singles), 0.8)
        self.assertAlmostEqual(compare.mix_at(100.0, singles), 0.8)

    def test_figures_compare_on_the_same_images(self):
        rows = [("x", 0)] * 50 + [("x", 1)] * 50
        results = {"base": [(0, 10.0)] * 100, "fast": [(0, 5.0)] * 80 + [(1, 5.0)] * 20}
        table = {row["way"]: row for row in compare.figures(results, rows, "base", "fast", ["base"])}
        self.assertAlmostEqual(table["base"]["top1"], 0.5)
        self.assertAlmostEqual(table["fast"]["top1"], 0.7)
        self.assertAlmostEqual(table["fast"]["ratio"], 2.0)
        self.assertAlmostEqual(table["mix"]["top1"], 0.25)
        self.assertAlmostEqual(table["fast"]["over_mix"], 0.7 - 0.25)
        self.assertAlmostEqual(table["base"]["over_mix"], 0.0)
        low, high = table["base"]["top1_95"]
        self.assertTrue(0.38 < low < 0.44 and 0.56 < high < 0.62, (low, high))


class Labels(unittest.TestCase):
    def test_fewer_rows_are_spread_over_the_list(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "labels.csv"
            with open(path, "w", newline="") as file:
                csv.writer(file).writerows([["path", "label"], *[[f"{i}.jpg", i] for i in range(10)]])
            self.assertEqual([label for _, label in compare.read_labels(path, 5)], [0, 2, 4, 6, 8])
            self.assertEqual(len(compare.read_labels(path, 0)), 10)
            self.assertEqual(compare.read_labels(path, 0)[3][0], path.parent / "3.jpg")


class Shifted:
    """Translates into the sentence's length, at 1 ms a letter and `more`."""

    def __init__(self, more=0.0):
        self.more, self.seen = more, []

    def translate(self, sentences):
        self.seen += sentences
        return [(str(len(sentence)), len(sentence) + self.more) for sentence in sentences]


class Translation(unittest.TestCase):
    def test_every_sentence_counts_once_and_both_take_turns(self):
        sentences = ["a" * (1 + i % 7) for i in range(40)]
        ways = {("n", "int8", "greedy"): (Shifted(), Shifted(2.0)), ("n", "int8", "beam4"): (Shifted(), Shifted())}
        with contextlib.redirect_stderr(io.StringIO()):
            results = translation.measure(ways, sentences, 15)
        for ours, theirs in results.values():
            self.assertEqual([text for text, _ in ours], [str(len(sentence)) for sentence in sentences])
            self.assertEqual([text for text, _ in theirs], [text for text, _ in ours])
        # Each turn's beginning is not counted.
        self.assertEqual(len(ways["n", "int8", "greedy"][0].seen), 40 + 3 * translation.UNCOUNTED)
        table = {row["mode"]: row for row in translation.figures(results)}
        self.assertAlmostEqual(table["beam4"]["ratio"], 1.0)
        total = sum(map(len, sentences))
        self.assertAlmostEqual(table["greedy"]["ratio"], total / (total + 80))
        self.assertTrue(table["greedy"]["ratio_95"][0] < table["greedy"]["ratio"] < table["greedy"]["ratio_95"][1])
        self.assertEqual(table["greedy"]["same"], 1.0)

    def test_other_texts_are_counted(self):
        results = {("n", "float32", "greedy"): ([("a b", 1.0), ("c", 1.0)], [("a b", 1.0), ("c d e", 1.0)])}
        row = translation.figures(results)[0]
        self.assertEqual((row["same"], row["words"]), (0.5, [1.5, 2.5]))


if __name__ == "__main__":
    unittest.main()
