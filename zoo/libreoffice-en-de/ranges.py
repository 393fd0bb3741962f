"""How large the inputs of a Transformer's matrix products get, on training sentences.

    ranges.py WORK NAME

Writes WORK/NAME.ranges.json: {layer: largest absolute input}. The scales of int8 activations come
from it, so that results depend neither on what else is in a call nor on the machine.
"""

import argparse
import json
import pathlib

import torch

import networks
from train import read_pairs, pad, with_allocator
from translate import load

SENTENCES = 512
SHARE = 0.9999  # of the values lie within the range; rarer ones are clipped


def measure(work, name, language):
    network, _ = load(work, name)
    pairs, _ = read_pairs(work, "train", language)
    pairs = pairs[:: max(1, len(pairs) // SENTENCES)]
    seen = {}

    def note(layer):
        def hook(_, inputs):
            values = inputs[0].abs().flatten()
            rank = max(1, int(SHARE * values.numel()))
            seen[layer] = max(seen.get(layer, 0.0), float(values.kthvalue(rank).values))
        return hook

    for layer, module in network.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_pre_hook(note(layer))
    # The output projection is no module of its own: its input is what the last norm gives.
    network.decoder_norm.register_forward_hook(
        lambda _, __, output: note("output")(None, (output,)))
    with torch.no_grad():
        for start in range(0, len(pairs), 16):
            batch = sorted(pairs[start:start + 16], key=lambda pair: len(pair[1]))
            for pair in batch:
                network.hidden(pad([pair[0]]), pad([pair[1][:-1]]))
    path = work / f"{name}.ranges.json"
    path.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main():
    with_allocator()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("name", choices=sorted(networks.SIZES))
    parser.add_argument("--language", default="de")
    options = parser.parse_args()
    torch.set_num_threads(1)
    measure(options.work, options.name, options.language)


if __name__ == "__main__":
    main()
