"""Trains one network; can be stopped at any time and goes on where it was.

    train.py WORK NAME --steps N [--target train.LANG] [--language de] [--output NAME]

Writes WORK/NAME.npz (weights: the mean of the last states). The learning rate warms up, then
falls to nothing at the last step, so the number of steps is fixed up front.
"""

import argparse
import math
import os
import pathlib
import random
import sys
import time

import numpy
import sentencepiece
import torch
from torch.nn import functional

import networks

BOS, EOS = 1, 2
# Keeps memory that was freed: without, a step on a CPU spends two thirds of its time getting pages
# from the system again and again.
ALLOCATOR = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(10**11),
             "MALLOC_TOP_PAD_": str(2**28), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
MAX_PIECES = 120


def read_pairs(work, part, language, target=None):
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(work / "spm.model"))
    sources = (work / f"{part}.en").read_text(encoding="utf-8").splitlines()
    targets = (work / (target or f"{part}.{language}")).read_text(encoding="utf-8").splitlines()
    if len(sources) != len(targets):
        raise SystemExit(f"{part}: {len(sources)} sources, {len(targets)} targets")
    pairs = []
    for a, b in zip(tokenizer.encode(sources), tokenizer.encode(targets)):
        if 0 < len(a) <= MAX_PIECES and 0 < len(b) <= MAX_PIECES:
            pairs.append((a + [EOS], [BOS] + b + [EOS]))
    return pairs, tokenizer.get_piece_size()


def batches(pairs, tokens, seed):
    """The pairs in random batches of like length, about `tokens` target tokens each."""
    order = list(range(len(pairs)))
    generator = random.Random(seed)
    generator.shuffle(order)
    result = []
    for start in range(0, len(order), 8192):
        bucket = sorted(order[start:start + 8192],
                        key=lambda i: (len(pairs[i][1]), len(pairs[i][0])))
        batch, longest = [], 0
        for i in bucket:
            longest = max(longest, len(pairs[i][1]), len(pairs[i][0]))
            if batch and longest * (len(batch) + 1) > tokens:
                result.append(batch)
                batch, longest = [], max(len(pairs[i][1]), len(pairs[i][0]))
            batch.append(i)
        if batch:
            result.append(batch)
    generator.shuffle(result)
    return result


def pad(rows):
    width = max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def loss_of(network, pairs, smoothing):
    source = pad([a for a, _ in pairs])
    target = pad([b for _, b in pairs])
    wanted = target[:, 1:]
    hidden = network.hidden(source, target[:, :-1])
    seen = wanted != 0
    logits = network.logits(hidden[seen])
    return functional.cross_entropy(logits, wanted[seen], label_smoothing=smoothing), int(seen.sum())


def fast_bfloat16():
    """Whether this processor multiplies bfloat16 faster than float32 (about 1.6 times a training step)."""
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def rate_at(step, steps, peak, warm_up):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def validate(network, pairs):
    network.eval()
    total = count = 0
    with torch.no_grad():
        for start in range(0, len(pairs), 64):
            loss, n = loss_of(network, pairs[start:start + 64], 0.0)
            total, count = total + float(loss) * n, count + n
    network.train()
    return total / count


def save(path, content):
    partial = path.with_name(path.name + ".part")
    torch.save(content, partial)
    partial.rename(path)


class Training:
    def __init__(self, options):
        self.options = options
        self.work = options.work
        torch.set_num_threads(1)
        torch.manual_seed(options.seed)
        self.pairs, vocabulary = read_pairs(self.work, "train", options.language, options.target)
        self.held, _ = read_pairs(self.work, "val", options.language)
        self.held.sort(key=lambda pair: len(pair[1]))
        self.network = networks.make_network(options.name, vocabulary, options.dropout)
        self.optimiser = torch.optim.Adam(self.network.parameters(), betas=(0.9, 0.98), eps=1e-9)
        self.step = self.epoch = self.place = 0
        self.mean, self.mean_count = None, 0
        # Products only: weights, sums and the optimiser stay float32, and so does the recurrence.
        self.bfloat16 = (options.precision == "bfloat16" or options.precision == "auto" and
                         networks.SIZES[options.name]["kind"] == "transformer" and fast_bfloat16())
        self.output = options.output or options.name
        self.checkpoint = self.work / f"{self.output}.checkpoint"
        if self.checkpoint.exists():
            self.restore()
        elif options.start:
            self.network.load_state_dict(
                {key: torch.from_numpy(value) for key, value in numpy.load(options.start).items()})

    def restore(self):
        held = torch.load(self.checkpoint)
        self.network.load_state_dict(held["network"])
        self.optimiser.load_state_dict(held["optimiser"])
        self.step, self.epoch, self.place = held["step"], held["epoch"], held["place"]
        self.mean, self.mean_count = held["mean"], held["mean_count"]

    def store(self):
        save(self.checkpoint, {
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(),
            "step": self.step, "epoch": self.epoch, "place": self.place, "mean": self.mean,
            "mean_count": self.mean_count})

    def add_to_mean(self):
        state = {key: value.double() for key, value in self.network.state_dict().items()}
        if self.mean is None:
            self.mean = state
        else:
            for key, value in state.items():
                self.mean[key] += value
        self.mean_count += 1

    def run(self):
        o = self.options
        self.network.train()
        began, tokens = time.process_time(), 0
        while self.step < o.steps:
            plan = batches(self.pairs, o.tokens, o.seed * 1000 + self.epoch)
            while self.place < len(plan) and self.step < o.steps:
                for group in self.optimiser.param_groups:
                    group["lr"] = rate_at(self.step, o.steps, o.rate, o.warm_up)
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bfloat16):
                    loss, n = loss_of(self.network, [self.pairs[i] for i in plan[self.place]],
                                      o.smoothing)
                self.optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                self.optimiser.step()
                tokens += n
                self.step, self.place = self.step + 1, self.place + 1
                if self.step % 50 == 0 and self.step > o.steps * 0.93:
                    self.add_to_mean()
                if self.step % 200 == 0 or self.step == o.steps:
                    self.store()
                    held = validate(self.network, self.held[::4])
                    cpu = time.process_time() - began
                    print(f"step {self.step}/{o.steps} epoch {self.epoch} loss {float(loss):.3f} "
                          f"held-out {held:.4f} tokens/s {tokens / cpu:.0f} CPU {cpu:.0f} s",
                          flush=True)
            if self.place >= len(plan):
                self.epoch, self.place = self.epoch + 1, 0
        self.write()

    def write(self):
        state = self.network.state_dict()
        if self.mean_count:
            state = {key: (value / self.mean_count).float() for key, value in self.mean.items()}
        path = self.work / f"{self.output}.npz"
        partial = path.with_name(path.name + ".part.npz")
        numpy.savez(partial, **{key: value.numpy() for key, value in state.items()})
        partial.rename(path)


def with_allocator():
    """Starts the program again where it runs without ALLOCATOR."""
    if any(os.environ.get(key) != value for key, value in ALLOCATOR.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ALLOCATOR})


def main():
    with_allocator()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("name", choices=sorted(networks.SIZES))
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--language", default="de")
    parser.add_argument("--target", help="file in WORK to learn instead of train.LANGUAGE")
    parser.add_argument("--output", metavar="NAME", help="of the files written, without their endings")
    parser.add_argument("--start", help=".npz to start from")
    parser.add_argument("--tokens", type=int, default=4096, help="per batch")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="largest learning rate")
    parser.add_argument("--warm-up", type=int, default=400)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto",
                        help="of matrix products; auto: bfloat16 where the processor has it")
    parser.add_argument("--seed", type=int, default=1)
    Training(parser.parse_args()).run()


if __name__ == "__main__":
    main()
