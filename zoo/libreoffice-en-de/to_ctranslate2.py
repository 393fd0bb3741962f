"""Writes a Transformer of the zoo as a CTranslate2 model, for comparing speed on the same weights.

    to_ctranslate2.py WORK NAME OUTPUT [--check SOURCES EXPECTED]

Needs the packages ctranslate2 and sentencepiece. With --check, the model translates the lines of
SOURCES greedily, and every line that differs from EXPECTED (what another program makes of the same
weights) is shown; more than one in fifty is an error.
"""

import argparse
import pathlib
import shutil
import sys

import ctranslate2
import numpy
import sentencepiece
from ctranslate2.specs import transformer_spec

from sizes import MAX_POSITIONS, SIZES, sinusoids

MAY_DIFFER = 0.02  # of the lines: two tokens as likely as each other to the last digits


def set_norm(spec, weights, name):
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def set_linear(spec, weights, name):
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def set_attention(spec, weights, layer, names, norm):
    set_norm(spec.layer_norm, weights, f"{layer}.{norm}")
    for linear, name in zip(spec.linear, names, strict=True):
        set_linear(linear, weights, f"{layer}.{name}")


def set_feed_forward(spec, weights, layer, norm):
    set_norm(spec.layer_norm, weights, f"{layer}.{norm}")
    set_linear(spec.linear_0, weights, f"{layer}.up")
    set_linear(spec.linear_1, weights, f"{layer}.down")


def specification(weights, size):
    """The network in CTranslate2's terms."""
    spec = transformer_spec.TransformerSpec.from_config(
        (size["encoder"], size["decoder"]), size["heads"], pre_norm=True)
    positions = sinusoids(size["d"], MAX_POSITIONS)
    table = weights["embedding.weight"]
    for side, name in ((spec.encoder, "encoder"), (spec.decoder, "decoder")):
        side.position_encodings.encodings = positions
        set_norm(side.layer_norm, weights, f"{name}_norm")
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = table
    spec.decoder.projection.weight, spec.decoder.projection.bias = table, weights["bias"]
    for i, layer in enumerate(spec.encoder.layer):
        set_attention(layer.self_attention, weights, f"encoder.{i}", ("qkv", "out"), "norm1")
        set_feed_forward(layer.ffn, weights, f"encoder.{i}", "norm2")
    for i, layer in enumerate(spec.decoder.layer):
        set_attention(layer.self_attention, weights, f"decoder.{i}", ("qkv", "out"), "norm1")
        set_attention(layer.attention, weights, f"decoder.{i}", ("cross_q", "cross_kv", "cross_out"), "norm2")
        set_feed_forward(layer.ffn, weights, f"decoder.{i}", "norm3")
    return spec


def convert(weights, size, tokenizer, output, quantization=None):
    """Writes the model's folder; quantization: None (float32) or "int8"."""
    spec = specification(weights, size)
    pieces = [tokenizer.id_to_piece(i) for i in range(tokenizer.get_piece_size())]
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.bos_token = spec.config.decoder_start_token = "<s>"
    spec.config.eos_token, spec.config.unk_token = "</s>", "<unk>"
    spec.config.add_source_eos = True
    spec.config.layer_norm_epsilon = 1e-5
    spec.validate()
    spec.optimize(quantization=quantization)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    spec.save(str(output))


class Translator:
    """A converted model: one sentence at a time, on one thread."""

    def __init__(self, folder, tokenizer, compute_type="float32"):
        self.tokenizer = tokenizer
        self.model = ctranslate2.Translator(str(folder), device="cpu", compute_type=compute_type,
                                            inter_threads=1, intra_threads=1)

    def translate(self, sentence, beam=1):
        pieces = self.tokenizer.encode(sentence, out_type=str)
        found = self.model.translate_batch(
            [pieces], beam_size=beam, length_penalty=0.6, max_decoding_length=2 * len(pieces) + 12,
            return_scores=False)
        return self.tokenizer.decode(found[0].hypotheses[0])


def check(folder, tokenizer, sources, expected):
    """How many lines differ from what is expected."""
    translator = Translator(folder, tokenizer)
    different = 0
    for source, want in zip(sources, expected, strict=True):
        found = translator.translate(source)
        if found != want:
            different += 1
            print(f"{source}\n  expected: {want}\n  found:    {found}")
    print(f"{len(sources) - different} of {len(sources)} lines are the same")
    return different


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("name", choices=[n for n, s in SIZES.items() if s["kind"] == "transformer"])
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--quantization", choices=("int8",), help="of the weights; else float32")
    parser.add_argument("--check", nargs=2, type=pathlib.Path, metavar=("SOURCES", "EXPECTED"))
    options = parser.parse_args()
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "spm.model"))
    weights = dict(numpy.load(options.work / f"{options.name}.npz"))
    convert(weights, SIZES[options.name], tokenizer, options.output, options.quantization)
    if options.check:
        sources, expected = (path.read_text(encoding="utf-8").splitlines() for path in options.check)
        if check(options.output, tokenizer, sources, expected) > MAY_DIFFER * len(sources):
            sys.exit(1)


if __name__ == "__main__":
    main()
