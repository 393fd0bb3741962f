"""From float weights and measured ranges to integers.

Why not the quantiser that comes with ONNX Runtime: it needs the runtime, sympy and calibration data at
every run, and its output changes with its version. These few functions need numpy alone, and each step
is an element-wise operation that IEEE 754 defines to the last bit (or a maximum, which has no rounding),
so the result is the same on every CPU.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from networks import Grid, IntegerWeights

RANGES = Path(__file__).resolve().parent / "ranges.json"
BIAS_LIMIT = 2.0**30  # room to spare below the end of int32


def grid_of_range(low: float, high: float) -> Grid:
    """The uint8 grid of a range; zero is always one of its values."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / 255.0)
    return Grid(scale, int(np.rint(-low / np.float64(scale))))


def committed_grids(network: str) -> dict[str, Grid]:
    """The grids of a network's tensors, from the ranges that were measured once."""
    return grids_of_ranges(json.loads(RANGES.read_text(encoding="utf-8"))[network])


def grids_of_ranges(ranges: dict[str, tuple[float, float]]) -> dict[str, Grid]:
    """The grid of each tensor whose lowest and highest value are given."""
    return {tensor: grid_of_range(low, high) for tensor, (low, high) in ranges.items()}


def integer_codes(weight: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Weights as int8, with a scale for each output channel (the first axis)."""
    spread = scales.astype(np.float64).reshape(-1, *[1] * (weight.ndim - 1))
    return np.clip(np.rint(weight.astype(np.float64) / spread), -127, 127).astype(np.int8)


def integer_weights(weight: np.ndarray, bias: np.ndarray, grid: Grid) -> IntegerWeights:
    """Weights as int8, symmetric, one scale per output channel; biases as int32."""
    axes = tuple(range(1, weight.ndim))
    peaks = np.abs(weight).max(axis=axes).astype(np.float64)
    input_scale = np.float64(grid.scale)
    # A channel of (almost) no weights must not make its bias overflow.
    smallest = np.maximum(np.abs(bias).astype(np.float64) / (input_scale * BIAS_LIMIT), 1e-9)
    scales = np.maximum(peaks / 127.0, smallest).astype(np.float32)
    bias_scales = (scales * np.float32(grid.scale)).astype(np.float64)
    bias_codes = np.rint(bias.astype(np.float64) / bias_scales).astype(np.int32)
    return IntegerWeights(integer_codes(weight, scales), scales, bias_codes)
