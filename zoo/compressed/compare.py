#!/usr/bin/env python3
"""Compares the variants with the network they come from, on crops of photos.py's hard photographs.

    python compare.py DIR [--mean 127] [--std 128]       DIR: what make.py wrote

Prints, for each variant, on how many crops it gives the same class, and the mean Kullback-Leibler
divergence of its probabilities. The sparsity and the number of shared values were chosen with it: no
labels, and no picture that a network is later judged on. Needs requirements-measure.txt, like
measure_graph_ranges.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "efficientnet-lite"))

import numpy as np
import onnxruntime

from downloads import DEFAULT_CACHE, RecipeError
from measure_ranges import crops
from photos import HARD_FOLDER, bring_hard


def session_of(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def log_probabilities(session: onnxruntime.InferenceSession, inputs: list[np.ndarray]) -> np.ndarray:
    source, output = session.get_inputs()[0].name, session.get_outputs()[0].name
    logits = np.concatenate([session.run([output], {source: pixels})[0] for pixels in inputs])
    logits = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares the variants with their network.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--mean", type=float, default=127)
    parser.add_argument("--std", type=float, default=128)
    options = parser.parse_args()
    try:
        original = session_of(options.folder / "none.onnx")
        photos = bring_hard(HARD_FOLDER, DEFAULT_CACHE)
    except (RecipeError, OSError) as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 1
    side = original.get_inputs()[0].shape[2]
    inputs = list(crops(photos, side, options.mean, options.std))
    expected = log_probabilities(original, inputs)
    print("variant  same class  divergence")
    for name in ("pruned", "int8", "both"):
        found = log_probabilities(session_of(options.folder / f"{name}.onnx"), inputs)
        same = (found.argmax(axis=1) == expected.argmax(axis=1)).mean()
        divergence = (np.exp(expected) * (expected - found)).sum(axis=1).mean()
        print(f"{name:7}  {same:10.1%}  {divergence:10.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
