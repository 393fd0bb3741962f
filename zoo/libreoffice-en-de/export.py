"""Writes the trained networks as ONNX files (README.md has the contract of every tensor).

    export.py WORK OUTPUT [NAME...]

Needs WORK/NAME.npz and, for Transformers in int8, WORK/NAME.ranges.json.
"""

import argparse
import json
import math
import pathlib

import numpy

from graph import CONTRIB, Graph, save
from sizes import MAX_POSITIONS, SIZES

CANDIDATES = 8


class Weights:
    """Of a network, by PyTorch's names; matrices as [inputs, outputs]."""

    def __init__(self, arrays):
        self.arrays = arrays

    def __getitem__(self, name):
        return self.arrays[name]

    def matrix(self, layer):
        return self.arrays[layer + ".weight"].T, self.arrays[layer + ".bias"]

    def norm(self, layer):
        return self.arrays[layer + ".weight"], self.arrays[layer + ".bias"]


# --- Transformers ---------------------------------------------------------------------------------


def transformer_encoder(w, size, int8, ranges):
    d, heads = size["d"], size["heads"]
    g = Graph("encoder", int8, ranges)
    source = g.input("src", [1, "S"], integers=True)
    # In int8, products take [1, S, d] as it is; those of float32 (Gemm) only rows.
    flat = source if int8 else g.node("Reshape", [source, g.integers([-1])])
    x = g.embed(flat, w["embedding.weight"], math.sqrt(d))
    end = g.node("Shape", [flat], start=-1)
    positions = g.node("Slice", [g.sinusoids(d, MAX_POSITIONS), g.integers([0]), end,
                                 g.integers([0])])
    x = g.node("Add", [x, positions])
    norm = g.norm(x, *w.norm("encoder.0.norm1"))
    for i in range(size["encoder"]):
        at = f"encoder.{i}."
        qkv = g.linear(norm, *w.matrix(at + "qkv"), at + "qkv")
        rows = g.node("Split", [qkv], 3, axis=-1)
        if not int8:
            rows = [g.node("Unsqueeze", [part, g.integers([0])]) for part in rows]
        y = g.node("MultiHeadAttention", rows, 1, CONTRIB, num_heads=heads)
        y = y if int8 else g.node("Squeeze", [y, g.integers([0])])
        y = g.linear(y, *w.matrix(at + "out"), at + "out")
        norm, x = g.add_and_norm(x, y, *w.norm(at + "norm2"))
        y = g.linear(norm, *w.matrix(at + "up"), at + "up", relu=not int8)
        y = g.linear(y, *w.matrix(at + "down"), at + "down", after_relu=True)
        last = i + 1 == size["encoder"]
        norm, x = g.add_and_norm(
            x, y, *w.norm("encoder_norm" if last else f"encoder.{i + 1}.norm1"))
    for i in range(size["decoder"]):
        at = f"decoder.{i}.cross_kv"
        both = g.linear(norm, *w.matrix(at), at)
        for part, name in zip(g.node("Split", [both], 2, axis=-1), ("ck", "cv")):
            part = g.node("Reshape", [part, g.integers([1, -1, heads, d // heads])])
            part = g.node("Transpose", [part], perm=[0, 2, 1, 3])
            g.output(f"{name}{i}", part, [1, heads, "S", d // heads])
    return g


def transformer_decoder(w, size, int8, ranges):
    d, heads = size["d"], size["heads"]
    width = d // heads
    g = Graph("decoder", int8, ranges)
    token = g.input("token", ["B", "T"], integers=True)
    position = g.input("position", ["T"], integers=True)
    mask = g.input("mask", [1, 1, "T", "PT"])
    # In int8, products take [B, T, d] as it is; those of float32 (Gemm) only rows.
    shape = None if int8 else g.node("Concat", [g.node("Shape", [token]), g.integers([d])], axis=0)

    def rows_of(y):
        return y if int8 else g.node("Reshape", [y, g.integers([-1, d])])

    def sequences(rows):
        return rows if int8 else g.node("Reshape", [rows, shape])

    flat = token if int8 else g.node("Reshape", [token, g.integers([-1])])
    x = g.embed(flat, w["embedding.weight"], math.sqrt(d))
    x = g.node("Add", [x, g.node("Gather", [g.sinusoids(d, MAX_POSITIONS), position])])
    norm = g.norm(x, *w.norm("decoder.0.norm1"))
    caches = []
    for i in range(size["decoder"]):
        at = f"decoder.{i}."
        cross = [g.input(f"{name}{i}", ["B", heads, "S", width]) for name in ("ck", "cv")]
        past = [g.input(f"{name}{i}", ["B", heads, "P", width]) for name in ("k", "v")]
        qkv = g.linear(norm, *w.matrix(at + "qkv"), at + "qkv")
        rows = [sequences(part) for part in g.node("Split", [qkv], 3, axis=-1)]
        y, key, value = g.node("MultiHeadAttention", [*rows, "", "", mask, *past], 3, CONTRIB,
                               num_heads=heads)
        caches += [(f"k{i}_out", key), (f"v{i}_out", value)]
        y = g.linear(rows_of(y), *w.matrix(at + "out"), at + "out")
        norm, x = g.add_and_norm(x, y, *w.norm(at + "norm2"))
        q = sequences(g.linear(norm, *w.matrix(at + "cross_q"), at + "cross_q"))
        y = g.node("MultiHeadAttention", [q, *cross], 1, CONTRIB, num_heads=heads)
        y = g.linear(rows_of(y), *w.matrix(at + "cross_out"), at + "cross_out")
        norm, x = g.add_and_norm(x, y, *w.norm(at + "norm3"))
        y = g.linear(norm, *w.matrix(at + "up"), at + "up", relu=not int8)
        y = g.linear(y, *w.matrix(at + "down"), at + "down", after_relu=True)
        last = i + 1 == size["decoder"]
        norm, x = g.add_and_norm(
            x, y, *w.norm("decoder_norm" if last else f"decoder.{i + 1}.norm1"))
    logits = g.project(norm, w["embedding.weight"], w["bias"], "output")
    logs, tokens = g.candidates(logits, CANDIDATES)
    if not int8:
        whole = g.node("Concat", [g.node("Shape", [token]), g.integers([CANDIDATES])], axis=0)
        logs, tokens = (g.node("Reshape", [values, whole]) for values in (logs, tokens))
    g.output("topk_logp", logs, ["B", "T", CANDIDATES])
    g.output("topk_ids", tokens, ["B", "T", CANDIDATES], integers=True)
    for name, cache in caches:
        g.output(name, cache, ["B", heads, "PT", width])
    return g


# --- recurrent networks ---------------------------------------------------------------------------


def onnx_order(gates, d):
    """PyTorch stacks reset, update, new; ONNX update, reset, new."""
    return numpy.concatenate([gates[d:2 * d], gates[:d], gates[2 * d:]])


def stored_weights(g, array):
    """A constant; in int8 its bytes are small, and it is float32 again once the graph is loaded."""
    if not g.int8:
        return g.floats(array)
    scale = float(numpy.abs(array).max() / 127) or 1.0
    values = numpy.rint(array / scale).astype(numpy.int8)
    return g.node("DequantizeLinear", [g.constant(values), g.floats(scale)])


def recurrent_encoder(w, size, int8):
    d = size["d"]
    half = d // 2
    g = Graph("encoder", int8)
    source = g.input("src", [1, "S"], integers=True)
    flat = g.node("Reshape", [source, g.integers([-1])])
    x = g.node("Unsqueeze", [g.embed(flat, w["embedding.weight"], math.sqrt(d)), g.integers([1])])
    for layer in range(size["layers"]):
        parts = []
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            parts.append([onnx_order(w[f"encoder.{kind}_l{layer}{side}"], half)
                          for side in ("", "_reverse")])
        bias = numpy.stack([numpy.concatenate([a, b]) for a, b in zip(*parts[2:])])
        y = g.node("GRU", [x, stored_weights(g, numpy.stack(parts[0])),
                           stored_weights(g, numpy.stack(parts[1])), g.floats(bias)],
                   direction="bidirectional", hidden_size=half, linear_before_reset=1)
        y = g.node("Transpose", [y], perm=[0, 2, 1, 3])  # [S, 1, 2, d / 2]
        x = g.node("Reshape", [y, g.integers([-1, 1, d])])
    memory = g.node("Reshape", [x, g.integers([-1, d])])
    mean = g.node("ReduceMean", [memory], axes=[0], keepdims=1)
    state = g.node("Tanh", [g.node("Gemm", [mean, stored_weights(g, w.matrix("bridge")[0]),
                                            g.floats(w["bridge.bias"])])])
    keys = g.node("Gemm", [stored_weights(g, w["key.weight"] / math.sqrt(d)), memory], transB=1)
    g.output("mem", memory, ["S", d])
    g.output("key_t", keys, [d, "S"])
    g.output("state", state, [1, size["layers"] * d])
    return g


def gru_cell(g, x, h, w, layer, d):
    at = f"decoder.{{}}_l{layer}"
    gates = [g.linear(value, w[at.format(f"weight_{kind}")].T, w[at.format(f"bias_{kind}")])
             for value, kind in ((x, "ih"), (h, "hh"))]
    (rx, zx, nx), (rh, zh, nh) = (g.node("Split", [gate], 3, axis=-1) for gate in gates)
    reset = g.node("Sigmoid", [g.node("Add", [rx, rh])])
    update = g.node("Sigmoid", [g.node("Add", [zx, zh])])
    new = g.node("Tanh", [g.node("Add", [nx, g.node("Mul", [reset, nh])])])
    # new + update * (h - new)
    return g.node("Add", [new, g.node("Mul", [update, g.node("Sub", [h, new])])])


def recurrent_decoder(w, size, int8):
    d, layers = size["d"], size["layers"]
    g = Graph("decoder", int8)
    token = g.input("token", ["B"], integers=True)
    beam = g.input("beam_idx", ["B"], integers=True)
    memory = g.input("mem", ["S", d])
    keys = g.input("key_t", [d, "S"])
    state = g.node("Gather", [g.input("state", ["P", layers * d]), beam])
    x = g.embed(token, w["embedding.weight"], math.sqrt(d))
    olds = g.node("Split", [state], layers, axis=-1) if layers > 1 else state
    news = []
    for layer in range(layers):
        x = gru_cell(g, x, olds[layer] if layers > 1 else olds, w, layer, d)
        news.append(x)
    attention = g.node("Softmax", [g.node("MatMul", [x, keys])], axis=-1)
    context = g.node("MatMul", [attention, memory])
    mixed = g.linear(g.node("Concat", [x, context], axis=-1), *w.matrix("mix"))
    logits = g.project(g.node("Tanh", [mixed]), w["embedding.weight"], w["bias"])
    logs, tokens = g.candidates(logits, CANDIDATES)
    g.output("topk_logp", logs, ["B", CANDIDATES])
    g.output("topk_ids", tokens, ["B", CANDIDATES], integers=True)
    whole = g.node("Concat", news, axis=-1) if layers > 1 else news[0]
    g.output("state_out", whole, ["B", layers * d])
    return g


# --- files ----------------------------------------------------------------------------------------


def export(name, weights, ranges, folder):
    """Writes encoder.onnx and decoder.onnx; in int8 where `ranges` is not None."""
    size = SIZES[name]
    w = Weights(weights)
    int8 = ranges is not None
    if size["kind"] == "transformer":
        encoder = transformer_encoder(w, size, int8, ranges)
        decoder = transformer_decoder(w, size, int8, ranges)
    else:
        encoder = recurrent_encoder(w, size, int8)
        decoder = recurrent_decoder(w, size, int8)
    metadata = {"name": name, "vocab": len(w["embedding.weight"]), "bos": 1, "eos": 2, "pad": 0,
                "unk": 3, **size}
    folder.mkdir(parents=True, exist_ok=True)
    save(encoder.model(metadata), folder / "encoder.onnx")
    save(decoder.model(metadata), folder / "decoder.onnx")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    for name in options.names or SIZES:
        weights = dict(numpy.load(options.work / f"{name}.npz"))
        export(name, weights, None, options.output / name)
        ranges = {}
        if SIZES[name]["kind"] == "transformer":
            ranges = json.loads((options.work / f"{name}.ranges.json").read_text())
        export(name, weights, ranges, options.output / f"{name}-int8")


if __name__ == "__main__":
    main()
