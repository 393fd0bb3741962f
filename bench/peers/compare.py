#!/usr/bin/env python3
"""Rightsize beside its peers on the same images, in one run on one core; scripts/bench-peers calls it.

Every way of classifying takes its turn on each block of images, so that all meet the same state of the machine. Times
are CPU time from the bytes of a file to the answer: decoding, pre-processing, inference and deciding. Starting a
program and loading its models is left out everywhere.
"""

import argparse
import csv
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

import max_softmax_cascade as by_hand

SINGLE = "single model "  # prefix of the points that are added for the random mix
RESAMPLES = 2000
UNCOUNTED = 3  # images at the beginning of each turn: caches and memory are still the last way's


def fail(message):
    sys.exit(f"bench-peers: {message}")


def read_labels(path, count):
    """[(image, class)]: `count` rows spread evenly over the file (0: all)."""
    with open(path, newline="") as file:
        rows = [(path.parent / row["path"], int(row["label"])) for row in csv.DictReader(file)]
    if not rows:
        fail(f"{path}: no rows; needed are the columns path,label")
    if 0 < count < len(rows):
        rows = [rows[i * len(rows) // count] for i in range(count)]
    return rows


def is_cascade_by_hand(point):
    try:
        return len(by_hand.stages_of(point)) > 1
    except by_hand.CannotBeWrittenByHand:
        return False


def with_single_models(selector):
    """The same selector with one more point for each model alone."""
    fixed = next((p for p in selector["points"] if p["rule"]["kind"] == "fixed"), None)
    if fixed is None:
        return selector
    for model in selector["zoo"]["models"]:
        point = json.loads(json.dumps(fixed))
        point["name"] = SINGLE + model["name"]
        point["rule"]["stages"][0]["model"] = model["name"]
        point.pop("drift", None)
        selector["points"].append(point)
    return selector


class Rightsize:
    """An operating point, by the program. One process per block; it warms its models up itself."""

    def __init__(self, program, selector, point, models):
        self.command = [program, "classify", str(selector), "--json", "--point", point]
        for folder in models:
            self.command += ["--models", str(folder)]

    def classify(self, images):
        done = subprocess.run([*self.command, *map(str, images)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no output")
        results = json.loads(done.stdout)["images"]
        return [(row["class"] if row["answered"] else -1, row["cpu_ms"]) for row in results]


class Python:
    """The hand-written program, in this process."""

    def __init__(self, selector, folder, point, models, decoder, warm_up):
        self.cascade = by_hand.Cascade(selector, folder, point, models, decoder)
        data = warm_up.read_bytes()
        image = self.cascade.decoder.decode(data)
        for _, _, model in self.cascade.stages:
            model.probabilities(self.cascade.decoder, image)

    def classify(self, images):
        results = []
        for path in images:
            label, _, _, cpu_ms = by_hand.timed(self.cascade, path.read_bytes())
            results.append((label, cpu_ms))
        return results


def choose_ways(arguments, selector, bench_file, warm_up):
    """{row name: way} and the reasons for what is skipped."""
    points = {point["name"]: point for point in selector["points"]}
    point = arguments.point or selector["default_point"]
    if point not in points:
        fail(f"the selector has no operating point '{point}'; it has: {', '.join(points)}")
    baseline = selector["baseline"]
    ways, skipped = {}, []

    def rightsize(name, at):
        ways[name] = Rightsize(arguments.program, bench_file, at, arguments.models)

    def python(name, at, decoder):
        try:
            ways[name] = Python(selector, arguments.selector.parent, at, arguments.models, decoder, warm_up)
        except (by_hand.CannotBeWrittenByHand, RuntimeError, FileNotFoundError) as error:
            skipped.append((name, str(error)))

    rightsize(f"Rightsize, point {point}", point)
    same = point
    if not is_cascade_by_hand(points[point]):
        same = next((p["name"] for p in selector["points"] if is_cascade_by_hand(p)), None)
        if same:
            rightsize(f"Rightsize, point {same}", same)
    for decoder, library in (("pillow", "Pillow"), ("opencv", "OpenCV")):
        name = f"Python cascade ({library}), point {same}"
        if same is None:
            skipped.append((f"Python cascade ({library})", "the selector has no plain cascade on max_probability"))
        else:
            python(name, same, decoder)
    rightsize(f"{baseline} alone, Rightsize", SINGLE + baseline)
    for decoder, library in (("pillow", "Pillow"), ("opencv", "OpenCV")):
        python(f"{baseline} alone, Python ({library})", SINGLE + baseline, decoder)
    premodel = next((p["name"] for p in selector["points"] if p["rule"]["kind"] == "premodel"), None)
    if premodel:
        rightsize("the paper's premodel", premodel)
    else:
        skipped.append(("the paper's premodel", "the selector has no such point (rightsize train --premodel)"))
    for model in selector["zoo"]["models"]:
        if model["name"] != baseline:
            rightsize(SINGLE + model["name"], SINGLE + model["name"])
    return ways, skipped


def measure(ways, rows, block_size, skipped):
    """{row name: [(class, ms) per image]}; the ways take turns, in another order each time."""
    order = random.Random(1)
    results = {name: [] for name in ways}
    for start in range(0, len(rows), block_size):
        block = [image for image, _ in rows[start:start + block_size]]
        names = list(results)
        order.shuffle(names)
        for name in names:
            try:
                results[name] += ways[name].classify(block[:1] * UNCOUNTED + block)[UNCOUNTED:]
            except RuntimeError as error:
                skipped.append((name, str(error)))
                del results[name]
        print(f"\r{min(start + block_size, len(rows))} of {len(rows)} images", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return results


def mix_at(ms, singles):
    """Quality of the best random mix of single models, (ms, quality) each, that takes `ms` on average: their upper
    hull, from nothing answered at no cost."""
    best = 0.0
    cheap = [s for s in [(0.0, 0.0), *singles] if s[0] <= ms]
    dear = [s for s in singles if s[0] > ms]
    for a in cheap:
        best = max(best, a[1])
        for b in dear:
            best = max(best, a[1] + (b[1] - a[1]) * (ms - a[0]) / (b[0] - a[0]))
    return best


def mean(values):
    return math.fsum(values) / len(values)


def interval(values):
    ordered = sorted(values)
    return [ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered)) - 1]]


def figures(results, rows, baseline_name, selected, single_names):
    """Table rows with bootstrap intervals over the images, the same resamples for every row."""
    labels = [label for _, label in rows]
    right = {name: [float(label == want) for (label, _), want in zip(values, labels)]
             for name, values in results.items()}
    times = {name: [ms for _, ms in values] for name, values in results.items()}
    source = random.Random(1)
    n = len(rows)
    samples = [None] + [[source.randrange(n) for _ in range(n)] for _ in range(RESAMPLES)]
    drawn = {name: [] for name in [*results, "mix"]}  # [resample]: ms, quality, the mix's quality at that time
    for sample in samples:
        pick = range(n) if sample is None else sample
        at = {name: (mean([times[name][i] for i in pick]), mean([right[name][i] for i in pick])) for name in results}
        singles = [at[name] for name in single_names]
        for name in results:
            drawn[name].append((*at[name], mix_at(at[name][0], singles)))
        mixed = mix_at(at[selected][0], singles)
        drawn["mix"].append((at[selected][0], mixed, mixed))
    table = []
    base = drawn[baseline_name]
    for name, values in drawn.items():
        columns = {"top1": [right for _, right, _ in values], "cpu_ms": [ms for ms, _, _ in values],
                   "ratio": [b[0] / v[0] for b, v in zip(base, values)],
                   "over_mix": [right - mix for _, right, mix in values]}
        row = {"way": name}
        for column, drawn_values in columns.items():
            row[column] = drawn_values[0]
            row[column + "_95"] = interval(drawn_values[1:])
        table.append(row)
    return table


def text_of(table, skipped, about):
    def points(row, column, sign=""):
        low, high = row[column + "_95"]
        return f"{100 * row[column]:{sign}.1f} [{100 * low:{sign}.1f}, {100 * high:{sign}.1f}]"

    lines = [f"{about['images']} images, {about['machine']}, {about['date']}; 95 % intervals in brackets", "",
             f"| way | top-1, % | over a random mix at that time, points | CPU ms per image | against {about['baseline']} |",
             "|---|---|---|---|---|"]
    for row in table:
        low, high = row["ratio_95"]
        lines.append(f"| {row['way']} | {points(row, 'top1')} | {points(row, 'over_mix', '+')} | {row['cpu_ms']:.2f} "
                     f"| {row['ratio']:.2f}x [{low:.2f}, {high:.2f}] |")
    lines += [f"skipped: {name}: {why}" for name, why in skipped]
    return "\n".join(lines)


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=pathlib.Path, metavar="LABELS.csv", help="path,label: images beside it, classes from 0")
    parser.add_argument("models", type=pathlib.Path, nargs="*", metavar="MODELS", help="further folders with model files")
    parser.add_argument("--selector", type=pathlib.Path, required=True, help="selector file; default: that of the demo's zoo")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--point", help="operating point; default: the file's default")
    parser.add_argument("--images", type=int, default=200, help="at most so many, spread over the list; 0: all (default: 200)")
    parser.add_argument("--block", type=int, default=25, help="images per turn (default: 25)")
    parser.add_argument("--core", type=int, help="CPU core to use; default: the last there is")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.block < 1 or arguments.images < 0:
        fail("--block must be 1 or more, --images 0 or more")
    try:
        rows = read_labels(arguments.labels, arguments.images)
        selector = json.loads(arguments.selector.read_text())
    except (OSError, KeyError, ValueError) as error:
        fail(f"cannot read the labels or the selector: {error}")
    if not all("rule" in point for point in selector.get("points", [{}])):
        fail(f"{arguments.selector}: is no selector file of this version; train it again (rightsize train)")
    core = max(os.sched_getaffinity(0)) if arguments.core is None else arguments.core
    os.sched_setaffinity(0, {core})
    # Where the selector's own paths lead comes after the folders that were named.
    arguments.models += sorted({arguments.selector.parent / pathlib.Path(model["file"]).parent
                                for model in selector["zoo"]["models"]})
    baseline = selector["baseline"]
    with tempfile.TemporaryDirectory() as folder:
        bench_file = pathlib.Path(folder) / "selector.json"
        bench_file.write_text(json.dumps(with_single_models(selector)))
        ways, skipped = choose_ways(arguments, selector, bench_file, rows[0][0])
        results = measure(ways, rows, arguments.block, skipped)
    selected = next(iter(ways))
    baseline_name = f"{baseline} alone, Rightsize"
    if selected not in results or baseline_name not in results:
        fail("nothing to compare:\n" + "\n".join(f"  {name}: {why}" for name, why in skipped))
    singles = [name for name in results if name.startswith(SINGLE)] + [baseline_name]
    table = figures(results, rows, baseline_name, selected, singles)
    point = arguments.point or selector["default_point"]
    for row in table:
        if row["way"] == "mix":
            row["way"] = f"random mix of single models at the time of point {point}"
    about = {"images": len(rows), "point": point, "baseline": baseline, "machine": cpu_name(),
             "date": datetime.date.today().isoformat(), "core": core}
    if arguments.json:
        print(json.dumps({**about, "rows": table, "skipped": [{"way": n, "why": w} for n, w in skipped]}, indent=1))
    else:
        print(text_of(table, skipped, about))


if __name__ == "__main__":
    main()
