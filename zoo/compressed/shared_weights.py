"""Magnitude pruning and weight sharing, on the weights of any ONNX network.

The first two steps of Han, Mao and Dally, "Deep Compression" (ICLR 2016): in every layer the weights
nearest to zero become zero, and the others are replaced by the nearest of a few shared values, found
by k-means with linear initialisation. The paper trains the network again after each step; this recipe
has no training set and does not.

All sums are sequential float64 sums over sorted values, so the result is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

MOST_SHARED = 255  # a symbol is a byte, and one stands for zero
MOST_ROUNDS = 300  # k-means settles in far fewer, or moves by next to nothing


@dataclass(frozen=True)
class SharedWeights:
    """The weights of a layer as places in a book of values; the first value is zero."""

    book: np.ndarray  # float32
    symbols: np.ndarray  # uint8, in the shape of the weights

    @property
    def values(self) -> np.ndarray:
        return self.book[self.symbols]


def k_means(values: np.ndarray, count: int) -> np.ndarray:
    """The centres of `count` clusters of sorted numbers, ascending; a cluster may be empty."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    centres = np.linspace(values[0], values[-1], count)
    for _ in range(MOST_ROUNDS):
        inner = np.searchsorted(values, (centres[1:] + centres[:-1]) / 2)
        ends = np.concatenate([[0], inner, [len(values)]])
        sizes, totals = np.diff(ends), np.diff(sums[ends])
        moved = np.where(sizes > 0, totals / np.maximum(sizes, 1), centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def share(weights: np.ndarray, sparsity: float, shared: int) -> SharedWeights:
    """Prunes the share `sparsity` of the weights and lets the others share `shared` values."""
    values = weights.astype(np.float64).ravel()
    magnitudes = np.abs(values)
    threshold = np.sort(magnitudes)[min(int(sparsity * values.size), values.size - 1)]
    kept = (magnitudes >= threshold) & (magnitudes > 0)
    symbols = np.zeros(values.size, np.uint8)
    if not kept.any():
        return SharedWeights(np.zeros(1, np.float32), symbols.reshape(weights.shape))
    centres = k_means(np.sort(values[kept]), shared)
    middles = (centres[1:] + centres[:-1]) / 2
    symbols[kept] = 1 + np.searchsorted(middles, values[kept])
    book = np.concatenate([[0.0], centres]).astype(np.float32)
    return SharedWeights(book, symbols.reshape(weights.shape))


def layers_to_share(graph: onnx.GraphProto) -> list[str]:
    """The weights that are worth it, by name: of 1x1, full and grouped convolutions and dense layers.

    Depthwise convolutions and the first layer are left alone: they hold few weights and suffer most.
    """
    constants = {constant.name: constant for constant in graph.initializer}
    first = {value.name for value in graph.input}
    names = []
    for node in graph.node:
        if node.op_type not in ("Conv", "Gemm") or node.input[0] in first:
            continue
        weights = constants.get(node.input[1])
        if weights is None or weights.data_type != onnx.TensorProto.FLOAT:
            continue
        depthwise = node.op_type == "Conv" and weights.dims[0] > 1 and weights.dims[1] == 1
        if not depthwise and weights.name not in names:
            names.append(weights.name)
    return names


def prune_and_share(model: onnx.ModelProto, sparsity: float,
                    shared: int) -> tuple[onnx.ModelProto, dict[str, SharedWeights]]:
    """A copy of the model with shared weights, and those by the name of their constant."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    constants = {constant.name: constant for constant in result.graph.initializer}
    found = {}
    for name in layers_to_share(result.graph):
        found[name] = share(numpy_helper.to_array(constants[name]), sparsity, shared)
        constants[name].CopyFrom(numpy_helper.from_array(found[name].values, name))
    return result, found
