#!/usr/bin/env python3
"""Measures the ranges that an int8 copy of an ONNX network needs, on crops of photos.py's hard photographs.

    python measure_graph_ranges.py MODEL.onnx -o RANGES.json [--mean 127] [--std 128]

Needs ../efficientnet-lite/requirements-measure.txt. The last digits depend on the CPU and the version of
the runtime; keep the file, and the int8 models made with it are the same everywhere.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "efficientnet-lite"))

import onnx
from google.protobuf.message import DecodeError

from downloads import DEFAULT_CACHE, RecipeError, say
from integer_graph import quantised_tensors
from measure_ranges import crops, measure, ranges_text
from photos import HARD_FOLDER, bring_hard


def side_of(model: onnx.ModelProto) -> int:
    """The side of the model's input, which has to be 1 x 3 x side x side."""
    shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
    if len(shape) != 4 or shape[:2] != [1, 3] or shape[2] != shape[3] or shape[2] <= 0:
        raise RecipeError(f"the input is {shape}, not 1 x 3 x side x side")
    return shape[2]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures the ranges of an ONNX network's tensors.")
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RANGES.json")
    parser.add_argument("--mean", type=float, default=127, help="of all three colours (default: 127)")
    parser.add_argument("--std", type=float, default=128, help="of all three colours (default: 128)")
    options = parser.parse_args()
    try:
        model = onnx.load(options.model)
        inputs = crops(bring_hard(HARD_FOLDER, DEFAULT_CACHE), side_of(model), options.mean, options.std)
        ranges = measure(model, quantised_tensors(model), inputs)
        options.output.write_text(ranges_text({options.model.stem: ranges}), encoding="utf-8")
    except (RecipeError, OSError, DecodeError) as error:
        print(f"measure_graph_ranges.py: {error}", file=sys.stderr)
        return 1
    say(f"wrote the ranges of {len(ranges)} tensors to {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
