"""Measures every model of an exported zoo on the test text: quality by kind of text, CPU time.

    measure.py WORK --program rightsize [--language de]

Writes WORK/measured.json and, as a table for the README, WORK/measured.md.
"""

import argparse
import datetime
import json
import pathlib
import platform
import statistics
import subprocess
import tomllib

import sacrebleu

KINDS = ("help", "interface")
# How sacreBLEU splits text of languages without spaces between words; else as WMT does.
TOKENIZERS = {"zh": "zh", "ja": "char", "ko": "char", "km": "char", "dz": "char"}


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def spread(rows, count):
    """`count` of the rows, spread evenly (0: all)."""
    if not 0 < count < len(rows):
        return rows
    return [rows[i * len(rows) // count] for i in range(count)]


def translate(program, manifest, point, sources):
    """What the program says of each sentence."""
    done = subprocess.run(
        [str(program), "translate", str(manifest), "--point", point, "--json", "--file", "-"],
        input="".join(line + "\n" for line in sources), capture_output=True, encoding="utf-8",
        check=False)
    try:
        rows = json.loads(done.stdout)["sentences"]
    except (ValueError, KeyError) as error:
        words = done.stderr.strip().splitlines()
        raise SystemExit(f"{point}: {words[-1] if words else error}") from error
    if len(rows) != len(sources):
        raise SystemExit(f"{point}: {len(sources)} sentences, {len(rows)} answers")
    return rows


def tokenizer_of(language):
    return TOKENIZERS.get(language.split("-")[0], "13a")


def scores(hypotheses, references, tokenizer):
    bleu = sacrebleu.corpus_bleu(hypotheses, [references], tokenize=tokenizer)
    chrf = sacrebleu.corpus_chrf(hypotheses, [references])
    return {"bleu": round(bleu.score, 2), "chrf": round(chrf.score, 2), "sentences": len(references)}


def figures(rows, kinds, references, tokenizer):
    """Of one model: scores over all and by kind, and what it cost."""
    hypotheses = [row["translation"] for row in rows]
    result = {"all": scores(hypotheses, references, tokenizer)}
    for kind in KINDS:
        chosen = [i for i, one in enumerate(kinds) if one == kind]
        if chosen:
            result[kind] = scores([hypotheses[i] for i in chosen], [references[i] for i in chosen],
                                  tokenizer)
    times = [row["cpu_ms"] for row in rows]
    result["cpu_ms"] = round(statistics.fmean(times), 3)
    result["cpu_ms_p95"] = round(sorted(times)[int(0.95 * len(times))], 3)
    result["not_answered"] = sum(not row["answered"] for row in rows)
    return result


def size_mb(root, model):
    files = [model["file"], model["translation"]["encoder"]["file"]]
    return round(sum((root / file).stat().st_size for file in files) / 1e6, 2)


def table(measured):
    def pair(model, kind):
        found = model.get(kind)
        return f"{found['bleu']:.1f} / {found['chrf']:.1f}" if found else "-"

    about = (f"BLEU / chrF2 (sacreBLEU {measured['sacrebleu']}, {measured['tokenizer']}) on "
             f"{measured['sentences']} test sentences; CPU time of a sentence, mean and 95th percentile; {measured['machine']}, "
             f"{measured['date']}.")
    lines = [about, "", "| model | MB | all | help | interface | CPU ms | p95 |",
             "|---|---|---|---|---|---|---|"]
    for name, model in measured["models"].items():
        lines.append(f"| {name} | {model['mb']} | {pair(model, 'all')} | {pair(model, 'help')} | "
                     f"{pair(model, 'interface')} | {model['cpu_ms']:.2f} | "
                     f"{model['cpu_ms_p95']:.2f} |")
    return "\n".join(lines) + "\n"


def cpu_name():
    try:
        for line in lines_of(pathlib.Path("/proc/cpuinfo")):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def write(path, text):
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.rename(path)


def measure(options):
    root = options.work / "models"
    rows = list(zip(*(lines_of(options.work / f"test.{ending}")
                      for ending in ("kind", "en", options.language)), strict=True))
    kinds, sources, references = map(list, zip(*spread(rows, options.sentences)))
    zoo = tomllib.loads((root / "zoo.toml").read_text(encoding="utf-8"))
    measured = {"language": options.language, "date": datetime.date.today().isoformat(),
                "machine": cpu_name(), "sentences": len(sources),
                "sacrebleu": sacrebleu.__version__,
                "tokenizer": tokenizer_of(options.language), "models": {}}
    for model in zoo["model"]:
        said = translate(options.program, root / "zoo.toml", model["name"], sources)
        found = {"mb": size_mb(root, model), **figures(said, kinds, references,
                                                            measured["tokenizer"])}
        measured["models"][model["name"]] = found
        print(f"{model['name']}: BLEU {found['all']['bleu']}, chrF {found['all']['chrf']}, "
              f"{found['cpu_ms']} ms", flush=True)
    write(options.work / "measured.md", table(measured))
    write(options.work / "measured.json", json.dumps(measured, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--language", default="de")
    parser.add_argument("--sentences", type=int, default=0, help="spread over the test; 0: all")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
