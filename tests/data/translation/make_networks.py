#!/usr/bin/env python3
"""Makes the small translation networks of the tests, their pieces, a memory, and zoo.toml.

  make_networks.py PROGRAM            writes the files beside this script
  make_networks.py PROGRAM --check    fails if the files differ from what it would write

The graphs are those of zoo/libreoffice-en-de, so a change there asks for new files here.
PROGRAM is the built `rightsize`, which makes the memory. Needs onnx, numpy (of the versions in
zoo/libreoffice-en-de/requirements.txt) and sentencepiece 0.2.

The weights are drawn from a seeded generator, so that the translations are nonsense: what counts is
that they depend on the sentence, differ from network to network, and end at various lengths.
`step` has the weights of `block` under the contract of one token per call; `near` has those weights
but for a little noise, so that its drafts are often right.
"""

import collections
import hashlib
import io
import itertools
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import sentencepiece

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "zoo/libreoffice-en-de"))

import export  # noqa: E402
from graph import Graph  # noqa: E402
from sizes import sinusoids  # noqa: E402

PIECES = 96
POSITIONS = 64
TRANSFORMER = dict(kind="transformer", d=16, heads=2, ffn=24, encoder=1, decoder=2)
GRU = dict(kind="gru", d=16, layers=2)
END_BIAS = 2.0
NOISE = 0.02  # of `near`

# --- sentences ------------------------------------------------------------------------------------

WHO = [("the red fox", "der rote Fuchs"), ("a small bird", "ein kleiner Vogel"),
       ("my old neighbour", "mein alter Nachbar"), ("nobody", "niemand"), ("the lamp", "die Lampe")]
DOES = [("opens", "öffnet"), ("carries", "trägt"), ("counts", "zählt"), ("hides", "versteckt")]
WHAT = [("the window", "das Fenster"), ("12 apples", "12 Äpfel"), ("a letter", "einen Brief"),
        ("the blue door", "die blaue Tür"), ("3 stones", "3 Steine")]
WHEN = [("", ""), (" in the morning", " am Morgen"), (" before the rain", " vor dem Regen")]


def sentences():
    """Made-up pairs, in an order that mixes them."""
    every = list(itertools.product(WHO, DOES, WHAT, WHEN))
    pairs = []
    for place in range(0, 7 * len(every), 7):
        (who, wer), (does, tut), (what, was), (when, wann) = every[place % len(every)]
        pairs.append((f"{who[0].upper()}{who[1:]} {does} {what}{when}.",
                      f"{wer[0].upper()}{wer[1:]} {tut} {was}{wann}."))
    return pairs


def text(lines):
    return "".join(line + "\n" for line in lines).encode()


def pieces(lines, count):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, model_type="bpe", vocab_size=count,
        character_coverage=1.0, normalization_rule_name="identity", pad_id=0, bos_id=1, eos_id=2,
        unk_id=3, num_threads=1, minloglevel=2)
    return model.getvalue()


# --- weights --------------------------------------------------------------------------------------


class Draw:
    """Weights by name; the stream of RandomState is the same in every version of numpy."""

    def __init__(self, seed):
        self.random, self.arrays = numpy.random.RandomState(seed), {}

    def put(self, name, array):
        self.arrays[name] = numpy.asarray(array, dtype=numpy.float32)

    def linear(self, name, inputs, outputs, gain=1.0):
        scale = gain / math.sqrt(inputs)
        self.put(name + ".weight", self.random.normal(0, scale, (outputs, inputs)))
        self.put(name + ".bias", self.random.normal(0, 0.1, outputs))

    def norm(self, name, width):
        self.put(name + ".weight", self.random.normal(1, 0.1, width))
        self.put(name + ".bias", self.random.normal(0, 0.1, width))

    def ends(self, d):
        self.put("embedding.weight", self.random.normal(0, 0.4, (PIECES, d)))
        bias = self.random.normal(0, 0.3, PIECES)
        bias[[0, 1, 3]] = -30  # marks that are no translation
        bias[2] = END_BIAS
        self.put("bias", bias)


def transformer_weights(seed):
    draw, d, ffn = Draw(seed), TRANSFORMER["d"], TRANSFORMER["ffn"]
    draw.ends(d)
    for side in ("encoder", "decoder"):
        for i in range(TRANSFORMER[side]):
            at = f"{side}.{i}."
            draw.linear(at + "qkv", d, 3 * d, 1.5)
            draw.linear(at + "up", d, ffn)
            draw.linear(at + "down", ffn, d, 12)
            draw.linear(at + "out", d, d, 12)
            for norm in ("norm1", "norm2"):
                draw.norm(at + norm, d)
            if side == "decoder":
                draw.norm(at + "norm3", d)
                draw.linear(at + "cross_q", d, d, 2)
                draw.linear(at + "cross_kv", d, 2 * d, 2)
                draw.linear(at + "cross_out", d, d, 12)
        draw.norm(side + "_norm", d)
    return draw.arrays


def gru_weights(seed):
    draw, d = Draw(seed), GRU["d"]
    half = d // 2
    draw.ends(d)
    for i in range(GRU["layers"]):
        for side in ("", "_reverse"):
            for kind, inputs in (("ih", d), ("hh", half)):
                name = f"{kind}_l{i}{side}"
                draw.put(f"encoder.weight_{name}", draw.random.normal(0, 0.4, (3 * half, inputs)))
                draw.put(f"encoder.bias_{name}", draw.random.normal(0, 0.1, 3 * half))
        for kind in ("ih", "hh"):
            draw.put(f"decoder.weight_{kind}_l{i}", draw.random.normal(0, 1.5, (3 * d, d)))
            draw.put(f"decoder.bias_{kind}_l{i}", draw.random.normal(0, 0.1, 3 * d))
    draw.linear("bridge", d, GRU["layers"] * d, 2)
    draw.linear("key", d, d, 4)
    draw.linear("mix", 2 * d, d, 3)
    return draw.arrays


def noisy(arrays, seed):
    random = numpy.random.RandomState(seed)
    return {name: (array + NOISE * random.normal(0, 1, array.shape) * array.std()).astype(
        numpy.float32) for name, array in arrays.items()}


# --- networks of one token per call ---------------------------------------------------------------


def step_encoder(w):
    """The encoder of the block contract, its keys transposed and scaled, without the batch axis."""
    g = export.transformer_encoder(w, TRANSFORMER, False, None)
    width = TRANSFORMER["d"] // TRANSFORMER["heads"]
    names = [value.name for value in g.outputs]
    g.outputs.clear()
    for node in g.nodes:
        if node.output[0] in names:
            node.output[0] = "block_" + node.output[0]
    for name in names:
        rows = g.node("Squeeze", ["block_" + name, g.integers([0])])
        shape = [TRANSFORMER["heads"], "S", width]
        if name.startswith("ck"):
            rows = g.node("Mul", [g.node("Transpose", [rows], perm=[0, 2, 1]),
                                  g.floats(1 / math.sqrt(width))])
            shape = [TRANSFORMER["heads"], width, "S"]
        g.output(name, rows, shape)
    return g


def step_decoder(w):
    d, heads = TRANSFORMER["d"], TRANSFORMER["heads"]
    width = d // heads
    g = Graph("decoder")
    token = g.input("token", ["B"], integers=True)
    beam = g.input("beam_idx", ["B"], integers=True)
    one = g.integers([-1, heads, 1, width])
    flat = g.integers([-1, d])
    x = g.embed(token, w["embedding.weight"], math.sqrt(d))
    caches = []
    for i in range(TRANSFORMER["decoder"]):
        at = f"decoder.{i}."
        cross = [g.input(f"ck{i}", [heads, width, "S"]), g.input(f"cv{i}", [heads, "S", width])]
        past = [g.node("Gather", [g.input(f"{name}{i}", ["P", heads, "T", width]), beam])
                for name in ("k", "v")]
        if i == 0:
            length = g.node("Gather", [g.node("Shape", ["k0"]), g.integers([2])])
            table = g.floats(sinusoids(d, POSITIONS))
            x = g.node("Add", [x, g.node("Gather", [table, length])])
        y = g.linear(g.norm(x, *w.norm(at + "norm1")), *w.matrix(at + "qkv"))
        q, k, v = [g.node("Reshape", [part, one]) for part in g.node("Split", [y], 3, axis=-1)]
        k, v = [g.node("Concat", [old, new], axis=2) for old, new in zip(past, (k, v))]
        caches += [(f"k{i}_out", k), (f"v{i}_out", v)]
        scores = g.node("MatMul", [g.node("Mul", [q, g.floats(1 / math.sqrt(width))]),
                                   g.node("Transpose", [k], perm=[0, 1, 3, 2])])
        y = g.node("MatMul", [g.node("Softmax", [scores], axis=-1), v])
        y = g.linear(g.node("Reshape", [y, flat]), *w.matrix(at + "out"))
        x = g.node("Add", [x, y])
        y = g.linear(g.norm(x, *w.norm(at + "norm2")), *w.matrix(at + "cross_q"))
        scores = g.node("MatMul", [g.node("Reshape", [y, one]), cross[0]])
        y = g.node("MatMul", [g.node("Softmax", [scores], axis=-1), cross[1]])
        x = g.node("Add", [x, g.linear(g.node("Reshape", [y, flat]), *w.matrix(at + "cross_out"))])
        y = g.linear(g.norm(x, *w.norm(at + "norm3")), *w.matrix(at + "up"), relu=True)
        x = g.node("Add", [x, g.linear(y, *w.matrix(at + "down"))])
    logits = g.project(g.norm(x, *w.norm("decoder_norm")), w["embedding.weight"], w["bias"])
    logs, tokens = g.candidates(logits, export.CANDIDATES)
    g.output("topk_logp", logs, ["B", export.CANDIDATES])
    g.output("topk_ids", tokens, ["B", export.CANDIDATES], integers=True)
    for name, cache in caches:
        g.output(name, cache, ["B", heads, "U", width])
    return g


# --- files ----------------------------------------------------------------------------------------


def network(folder, encoder, decoder, size):
    metadata = {"name": folder, "vocab": PIECES, "bos": 1, "eos": 2, **size}
    return {f"{folder}/{name}.onnx": graph.model(metadata).SerializeToString(deterministic=True)
            for name, graph in (("encoder", encoder), ("decoder", decoder))}


def transformer(folder, arrays, int8=False):
    w = export.Weights(arrays)
    # Fixed scales, so that a block gives the numbers of single calls.
    ranges = collections.defaultdict(lambda: 4.0) if int8 else None
    return network(folder, export.transformer_encoder(w, TRANSFORMER, int8, ranges),
                   export.transformer_decoder(w, TRANSFORMER, int8, ranges), TRANSFORMER)


def gru(folder, arrays, int8=False):
    w = export.Weights(arrays)
    return network(folder, export.recurrent_encoder(w, GRU, int8),
                   export.recurrent_decoder(w, GRU, int8), GRU)


def networks():
    export.MAX_POSITIONS = POSITIONS
    block = transformer_weights(3)
    recurrent = gru_weights(34)
    w = export.Weights(block)
    nan = dict(recurrent)
    nan["bias"] = recurrent["bias"] * numpy.float32("nan")
    files = {
        **network("step", step_encoder(w), step_decoder(w), TRANSFORMER),
        **transformer("block", block),
        **transformer("block-int8", block, int8=True),
        **transformer("near", noisy(block, 7)),
        **gru("gru", recurrent),
        **gru("gru-int8", recurrent, int8=True),
        # Bad in one way each: gives no numbers; gives 4 candidates in place of 8.
        **gru("nan", nan),
    }
    export.CANDIDATES = 4
    files.update(gru("four", recurrent))
    export.CANDIDATES = 8
    del files["nan/encoder.onnx"], files["four/encoder.onnx"]  # those of gru
    return files


def digest(content):
    return hashlib.sha256(content).hexdigest()


def manifest(files):
    def part(name):
        return f'{{ file = "{name}", sha256 = "{digest(files[name])}" }}'

    lines = f'''# The translation zoo of the tests, written by make_networks.py.
format = "rightsize-zoo"
version = 1
name = "made-up"
task = "translation"
source_language = "en"
target_language = "de"

[defaults.translation]
tokenizer = {part("spm.model")}
max_source = {POSITIONS - 4}
max_tokens = {POSITIONS - 4}
'''
    models = [("gru", "gru", ""), ("gru_beam", "gru", 'decoding = "beam"\n'),
              ("gru_int8", "gru-int8", ""),
              ("step", "step", ""), ("step_beam", "step", 'decoding = "beam"\n'),
              ("block", "block", ""), ("block_beam", "block", 'decoding = "beam"\nbeam = 3\n'),
              ("block_int8", "block-int8", ""), ("near", "near", ""),
              ("drafted", "block", 'decoding = "drafted"\ndraft = "near"\n'
                                   'draft_memory = "memory"\n')]
    for name, folder, more in models:
        lines += f'''
[[model]]
name = "{name}"
file = "{folder}/decoder.onnx"
sha256 = "{digest(files[folder + "/decoder.onnx"])}"
[model.translation]
encoder = {part(folder + "/encoder.onnx")}
{more}'''
    return (lines + f'''
[[model]]
name = "memory"
file = "memory.rstm"
sha256 = "{digest(files["memory.rstm"])}"
[model.translation]
memory = true
''').encode()


def memory(program, sources, targets):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("en", sources), ("de", targets)):
            pathlib.Path(folder, name).write_bytes(content)
        subprocess.run([program, "memory", "build", "en", "de", "-o", "memory.rstm"], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
        return pathlib.Path(folder, "memory.rstm").read_bytes()


def make(program):
    pairs = sentences()
    # The memory knows every third sentence.
    known, others = pairs[::3], pairs[1::3]
    files = networks()
    files["spm.model"] = pieces([line for pair in pairs for line in pair], PIECES)
    files["other.model"] = pieces([line for pair in pairs for line in pair], PIECES - 20)
    files["known.en"], files["known.de"] = (text(side) for side in zip(*known))
    files["test.en"], files["test.de"] = (text(side) for side in zip(*others))
    files["memory.rstm"] = memory(program, files["known.en"], files["known.de"])
    files["zoo.toml"] = manifest(files)
    return files


def main():
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--check"]):
        sys.exit(__doc__)
    files = make(str(pathlib.Path(sys.argv[1]).resolve()))
    if sys.argv[2:]:
        wrong = [name for name, content in files.items()
                 if not (HERE / name).is_file() or (HERE / name).read_bytes() != content]
        sys.exit(f"not as make_networks.py writes them: {', '.join(wrong)}" if wrong else 0)
    for name, content in files.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
