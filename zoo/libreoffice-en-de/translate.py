"""Translates sentences with a trained network, in batches, greedily (for distillation).

    translate.py WORK NAME INPUT OUTPUT

Goes on where it was stopped: OUTPUT.part holds the lines done so far, in order of length.
"""

import argparse
import json
import pathlib

import numpy
import sentencepiece
import torch

import networks
from train import BOS, EOS, MAX_PIECES, pad, with_allocator

BATCH = 64


def load(work, name):
    """A trained network and its tokenizer."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(work / "spm.model"))
    network = networks.make_network(name, tokenizer.get_piece_size(), 0.0)
    weights = numpy.load(work / f"{name}.npz")
    network.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
    return network.eval(), tokenizer


def greedy(network, sources):
    """Tokens of the translations of a batch (lists of pieces with the end mark)."""
    state = network.begin(pad(sources))
    limits = [2 * len(source) + 10 for source in sources]
    tokens = torch.full((len(sources),), BOS)
    results = [[] for _ in sources]
    running = [True] * len(sources)
    for step in range(max(limits)):
        tokens = network.step(state, tokens).argmax(-1)
        for i, token in enumerate(tokens.tolist()):
            running[i] = running[i] and token != EOS and step < limits[i]
            if running[i]:
                results[i].append(token)
        if not any(running):
            break
    return results


def translate_file(work, name, source, target, share=1.0):
    """`share` of the lines, spread evenly; the others are empty in the target."""
    network, tokenizer = load(work, name)
    lines = source.read_text(encoding="utf-8").splitlines()
    pieces = [line[:MAX_PIECES] + [EOS] for line in tokenizer.encode(lines)]
    chosen = range(0, len(lines), max(1, round(1 / share)))
    order = sorted(chosen, key=lambda i: (len(pieces[i]), i))
    partial = target.with_name(target.name + ".part")
    done = []
    if partial.exists():
        done = [json.loads(line) for line in partial.read_text(encoding="utf-8").splitlines()]
    with torch.no_grad(), partial.open("a", encoding="utf-8") as out:
        for start in range(len(done), len(order), BATCH):
            batch = order[start:start + BATCH]
            for text in tokenizer.decode(greedy(network, [pieces[i] for i in batch])):
                done.append(text)
                out.write(json.dumps(text, ensure_ascii=False) + "\n")
            out.flush()
    texts = [""] * len(lines)
    for place, text in zip(order, done):
        texts[place] = " ".join(text.split())
    finished = target.with_name(target.name + ".new")
    finished.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    finished.rename(target)
    partial.unlink()


def main():
    with_allocator()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("name", choices=sorted(networks.SIZES))
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--share", type=float, default=1.0, help="of the lines; for trying")
    options = parser.parse_args()
    torch.set_num_threads(1)
    translate_file(options.work, options.name, options.input, options.output, options.share)


if __name__ == "__main__":
    main()
