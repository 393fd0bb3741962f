#!/usr/bin/env python3
"""Measures the range of every tensor of EfficientNet-Lite 0, 1 and 2 on the hard photographs of photos.py and
writes ranges.json. Done once, by a maintainer: the file is committed, and make.py only reads it.

    python measure_ranges.py        (needs requirements-measure.txt on top of requirements.txt)

Doing it again is only needed when the networks or the photographs change; the last digits depend on the
CPU and on the version of the runtime, and with them the checksums of the int8 models.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

from downloads import DEFAULT_CACHE, RecipeError, say
from networks import Network
from onnx_model import float_model
from photos import HARD_FOLDER, bring_hard
from quantise import RANGES
from sources import VARIANTS, load_network

CROPS_PER_PHOTO = 24
SEED = 20_240_601
DIGITS = 4  # significant digits that are kept, rounded outwards
# The k-th largest of the per-crop extremes is taken, not the largest: a single odd crop must not
# make the grid of a tensor coarser for every image.
SKIPPED_CROPS = 2


def crops(photos: list[Path], size: int, mean: float = 127, std: float = 128) -> Iterator[np.ndarray]:
    """Random square crops of the photographs, every other one mirrored, as input tensors."""
    random = np.random.default_rng(SEED)
    for path in photos:
        with Image.open(path) as file:
            photo = file.convert("RGB")
        for index in range(CROPS_PER_PHOTO):
            side = int(min(photo.size) * random.uniform(0.5, 1.0))
            left = int(random.integers(0, photo.width - side + 1))
            top = int(random.integers(0, photo.height - side + 1))
            box = (left, top, left + side, top + side)
            pixels = np.asarray(photo.resize((size, size), Image.Resampling.BICUBIC, box))
            pixels = pixels[:, ::-1] if index % 2 else pixels
            yield ((pixels.astype(np.float32) - mean) / std).transpose(2, 0, 1)[None]


def rounded_outwards(value: float) -> float:
    """A number of a few digits at or beyond `value`, seen from zero."""
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - DIGITS)
    return float(f"{math.copysign(math.ceil(abs(value) / step) * step, value):.{DIGITS}g}")


def measure(model: onnx.ModelProto, tensors: list[str],
            inputs: Iterator[np.ndarray]) -> dict[str, tuple[float, float]]:
    """The ranges of tensors of a model. The model is given more outputs."""
    source = model.graph.input[0].name
    outputs = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=t) for t in tensors if t not in outputs)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    lows, highs = [], []
    for pixels in inputs:
        values = session.run(tensors, {source: pixels})
        lows.append([float(value.min()) for value in values])
        highs.append([float(value.max()) for value in values])
    low = np.sort(np.asarray(lows), axis=0)[SKIPPED_CROPS]
    high = np.sort(np.asarray(highs), axis=0)[-1 - SKIPPED_CROPS]
    return {tensor: (rounded_outwards(min(low[place], 0.0)), rounded_outwards(max(high[place], 0.0)))
            for place, tensor in enumerate(tensors)}


def measure_network(network: Network, size: int, photos: list[Path]) -> dict[str, tuple[float, float]]:
    """The range of each tensor that is quantised: the input and every output but the logits."""
    model = onnx.load_from_string(float_model(network.name, network, size))
    tensors = [layer.name for layer in network.layers[:-1]]
    return {"input": (-127 / 128, 1.0)} | measure(model, tensors, crops(photos, size))


def ranges_text(ranges: dict[str, dict[str, tuple[float, float]]]) -> str:
    """The ranges of networks as JSON, one tensor a line."""
    networks = []
    for name, tensors in ranges.items():
        lines = [f"    {json.dumps(tensor)}: {json.dumps(pair)}" for tensor, pair in tensors.items()]
        networks.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(networks) + "\n}\n"


def main() -> int:
    try:
        photos = bring_hard(HARD_FOLDER, DEFAULT_CACHE)
        ranges = {}
        for name in ("lite0", "lite1", "lite2"):
            say(f"measuring {name}")
            network = load_network(name, DEFAULT_CACHE)
            ranges[name] = measure_network(network, VARIANTS[name].size, photos)
    except (RecipeError, OSError) as error:
        print(f"measure_ranges.py: {error}", file=sys.stderr)
        return 1
    RANGES.write_text(ranges_text(ranges), encoding="utf-8")
    say(f"wrote {RANGES.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
