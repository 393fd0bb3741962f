#!/usr/bin/env python3
"""Rightsize beside CTranslate2 on the same weights and sentences, in one run on one core.

    translation.py WORK ZOO.toml SENTENCES --program build/release/rightsize

WORK holds NAME.npz and spm.model of the translation recipe, ZOO.toml its exported networks. Both translate one sentence
per call on one thread and take turns on every block of sentences, so that they meet the same state of the machine. Times are
CPU time from text to text: pieces, encoder, decoder, text. Starting a program and loading its models is left out.
Needs numpy, sentencepiece and ctranslate2 (requirements-translation.txt).
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import random
import subprocess
import sys
import tempfile
import time

RECIPE = pathlib.Path(__file__).resolve().parents[2] / "zoo" / "libreoffice-en-de"
RESAMPLES = 2000
UNCOUNTED = 3  # sentences at the beginning of each turn: caches and memory are still the last way's
BEAM = 4


def fail(message):
    sys.exit(f"translation: {message}")


def spread(rows, count):
    """`count` of the rows, spread evenly (0: all)."""
    if not 0 < count < len(rows):
        return rows
    return [rows[i * len(rows) // count] for i in range(count)]


class Rightsize:
    """A model of the zoo, by the program; one process per block."""

    def __init__(self, program, zoo, point):
        self.command = [str(program), "translate", str(zoo), "--point", point, "--json", "--file", "-"]

    def translate(self, sentences):
        done = subprocess.run(self.command, input="".join(line + "\n" for line in sentences), capture_output=True,
                              encoding="utf-8", check=False)
        try:
            rows = json.loads(done.stdout)["sentences"]
        except (ValueError, KeyError):
            fail(f"{' '.join(self.command)}: {done.stderr.strip()}")
        return [(row["translation"], row["cpu_ms"]) for row in rows]


class CTranslate2:
    """The same weights, in this process."""

    def __init__(self, translator, beam):
        self.translator, self.beam = translator, beam

    def translate(self, sentences):
        results = []
        for sentence in sentences:
            began = time.process_time()
            text = self.translator.translate(sentence, self.beam)
            results.append((text, 1e3 * (time.process_time() - began)))
        return results


def ways_of(names, arguments, folder):
    """{(network, numbers, mode): (ours, theirs)}"""
    import numpy
    import sentencepiece

    sys.path.insert(0, str(RECIPE))
    import to_ctranslate2 as peer

    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(arguments.work / "spm.model"))
    ways = {}
    for name in names:
        weights = dict(numpy.load(arguments.work / f"{name}.npz"))
        for numbers, kind, quantization in (("float32", "", None), ("int8", "-int8", "int8")):
            model = folder / (name + kind)
            peer.convert(weights, peer.SIZES[name], tokenizer, model, quantization)
            translator = peer.Translator(model, tokenizer, numbers)
            for mode, beam in (("greedy", 1), ("beam4", BEAM)):
                ways[name, numbers, mode] = (Rightsize(arguments.program, arguments.zoo, f"{name}{kind}/{mode}"),
                                             CTranslate2(translator, beam))
    return ways


def measure(ways, sentences, block_size):
    """{way: ([(text, ms)] of ours, of theirs)}; everyone takes turns, in another order each time."""
    order = random.Random(1)
    results = {key: ([], []) for key in ways}
    turns = [(key, side) for key in ways for side in (0, 1)]
    for start in range(0, len(sentences), block_size):
        block = sentences[start:start + block_size]
        order.shuffle(turns)
        for key, side in turns:
            results[key][side].extend(ways[key][side].translate(block[:1] * UNCOUNTED + block)[UNCOUNTED:])
        print(f"\r{min(start + block_size, len(sentences))} of {len(sentences)} sentences", end="", file=sys.stderr,
              flush=True)
    print(file=sys.stderr)
    return results


def ratio(ours, theirs):
    """Our total time over theirs, with a 95 % bootstrap interval over the sentences."""
    source, n = random.Random(1), len(ours)
    drawn = []
    for _ in range(RESAMPLES):
        pick = [source.randrange(n) for _ in range(n)]
        drawn.append(math.fsum(ours[i] for i in pick) / math.fsum(theirs[i] for i in pick))
    drawn.sort()
    return math.fsum(ours) / math.fsum(theirs), drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES) - 1]


def figures(results):
    table = []
    for (name, numbers, mode), (ours, theirs) in results.items():
        value, low, high = ratio([ms for _, ms in ours], [ms for _, ms in theirs])
        same = sum(a == b for (a, _), (b, _) in zip(ours, theirs, strict=True))
        words = [sum(len(text.split()) for text, _ in side) / len(side) for side in (ours, theirs)]
        table.append({"network": name, "numbers": numbers, "mode": mode,
                      "rightsize_ms": math.fsum(ms for _, ms in ours) / len(ours),
                      "ctranslate2_ms": math.fsum(ms for _, ms in theirs) / len(theirs), "ratio": value,
                      "ratio_95": [low, high], "same": same / len(ours), "words": words})
    return table


def text_of(table, about):
    lines = [f"{about['sentences']} sentences, CTranslate2 {about['ctranslate2']}, {about['machine']}, {about['date']}; CPU "
             "time on one thread; 95 % intervals in brackets", "",
             "| network | numbers | mode | Rightsize, ms | CTranslate2, ms | ratio | same text, % | words, ours / theirs |",
             "|---|---|---|---|---|---|---|---|"]
    for row in table:
        low, high = row["ratio_95"]
        lines.append(f"| {row['network']} | {row['numbers']} | {row['mode']} | {row['rightsize_ms']:.2f} | "
                     f"{row['ctranslate2_ms']:.2f} | {row['ratio']:.2f} [{low:.2f}, {high:.2f}] | {100 * row['same']:.1f} | "
                     f"{row['words'][0]:.1f} / {row['words'][1]:.1f} |")
    return "\n".join(lines)


def cpu_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path, metavar="WORK", help="folder with NAME.npz and spm.model")
    parser.add_argument("zoo", type=pathlib.Path, metavar="ZOO.toml", help="manifest of the exported networks")
    parser.add_argument("text", type=pathlib.Path, metavar="SENTENCES", help="one sentence a line")
    parser.add_argument("--program", type=pathlib.Path, required=True, help="the program rightsize")
    parser.add_argument("--networks", nargs="+", default=["trf_small", "trf_big"], metavar="NAME")
    parser.add_argument("--sentences", type=int, default=200, help="spread over the text; 0: all (default: 200)")
    parser.add_argument("--block", type=int, default=25, help="sentences per turn (default: 25)")
    parser.add_argument("--core", type=int, help="CPU core to use; default: the last there is")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.block < 1 or arguments.sentences < 0:
        fail("--block must be 1 or more, --sentences 0 or more")
    if os.environ.get("OMP_NUM_THREADS") != "1":  # read when the libraries are loaded
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if arguments.core is None else arguments.core})
    sentences = [line for line in arguments.text.read_text(encoding="utf-8").splitlines() if line.strip()]
    sentences = spread(sentences, arguments.sentences)
    with tempfile.TemporaryDirectory() as folder:
        ways = ways_of(arguments.networks, arguments, pathlib.Path(folder))
        results = measure(ways, sentences, arguments.block)
    import ctranslate2

    about = {"sentences": len(sentences), "ctranslate2": ctranslate2.__version__, "machine": cpu_name(),
             "date": datetime.date.today().isoformat()}
    table = figures(results)
    print(json.dumps({**about, "rows": table}, indent=1) if arguments.json else text_of(table, about))


if __name__ == "__main__":
    main()
