"""How well the check of translations finds losses: puts some into human translations and counts.

    losses.py zoo.toml test.en test.de --rightsize build/release/rightsize

The check is the program's (`rightsize translate --check`); this only makes the losses, the same ones
every time. Prints, for the untouched pairs, the share of alarms; for every kind of loss the share of
damaged sentences that are doubted.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import tempfile

NUMBER = re.compile(r"\d+")
PLACEHOLDER = re.compile(r"%[A-Z0-9_]+|%\d*\$?[sdif]\b|\$[(\[]\w+[)\]]|\{\w*\}|</?[A-Za-z]+>|&\w+;")
# What a translation says where the negation is lost; the German words, for German alone.
POSITIVE = {"nicht": "", "nichts": "etwas", "nie": "immer", "niemals": "immer", "ohne": "mit",
            "weder": "sowohl", "niemand": "jemand"}
NEGATED = re.compile(r"\b(not|no|never|cannot|without|none|neither|nothing)\b|n['’]t\b", re.IGNORECASE)
NEGATION = re.compile(r"\b(nichts?|nie|niemals|ohne|weder|niemand|kein(?:e[nmrs]?)?)\b", re.IGNORECASE)


def replaced(text, match, by):
    return re.sub(r"  +", " ", text[:match.start()] + by + text[match.end():]).strip()


def changed_digit(match, chance):
    digits = list(match.group())
    place = chance.randrange(len(digits))
    digits[place] = chance.choice([d for d in "0123456789" if d != digits[place]])
    return "".join(digits)


def doubled_digit(match, chance):
    place = chance.randrange(len(match.group()))
    return match.group()[:place] + match.group()[place] + match.group()[place:]


def other_placeholder(match, chance):
    return chance.choice([p for p in ("%d", "%s", "%1", "{1}", "$(ARG2)") if p != match.group()])


def affirmed(match, _):
    word = match.group()
    positive = word[1:] if word.lower().startswith("kein") else POSITIVE[word.lower()]
    return positive.capitalize() if word[0].isupper() else positive


# What the source must have, what is looked for in the translation, what becomes of it.
LOSSES = {
    "number: a digit changed": (NUMBER, NUMBER, changed_digit),
    "number: a digit doubled": (NUMBER, NUMBER, doubled_digit),
    "number: dropped": (NUMBER, NUMBER, lambda *_: ""),
    "placeholder: dropped": (PLACEHOLDER, PLACEHOLDER, lambda *_: ""),
    "placeholder: another one": (PLACEHOLDER, PLACEHOLDER, other_placeholder),
    "negation: lost": (NEGATED, NEGATION, affirmed),
}


def damaged(pairs, in_source, pattern, change):
    """Every pair with such a part on both sides, one of those of the target changed."""
    chance = random.Random(1)
    losses = []
    for source, target in pairs:
        matches = list(pattern.finditer(target))
        if not matches or not in_source.search(source):
            continue
        match = chance.choice(matches)
        losses.append((source, replaced(target, match, change(match, chance))))
    return losses


def doubts_of(program, zoo, pairs):
    """The kinds of doubt that the program has of each pair."""
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / name for name in ("source", "target")]
        for side, file in enumerate(files):
            file.write_text("".join(pair[side] + "\n" for pair in pairs), encoding="utf-8")
        done = subprocess.run([program, "translate", zoo, "--file", files[0], "--check", files[1], "--json"],
                              check=True, capture_output=True, text=True)
    return [{doubt["kind"] for doubt in sentence["doubts"]} for sentence in json.loads(done.stdout)["sentences"]]


def share(part, whole):
    return f"{part:6} of {whole:6}  {100 * part / max(whole, 1):5.1f} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("zoo", type=pathlib.Path)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("--rightsize", default="rightsize")
    options = parser.parse_args()
    lines = [file.read_text(encoding="utf-8").splitlines() for file in (options.source, options.target)]
    pairs = list(zip(*lines, strict=True))
    alarms = doubts_of(options.rightsize, options.zoo, pairs)
    print(f"{'alarms on human translations':32}{share(sum(map(bool, alarms)), len(pairs))}")
    for kind, count in collections.Counter(kind for kinds in alarms for kind in kinds).most_common():
        print(f"  {kind:30}{share(count, len(pairs))}")
    for name, parts in LOSSES.items():
        losses = damaged(pairs, *parts)
        found = sum(map(bool, doubts_of(options.rightsize, options.zoo, losses)))
        print(f"found, {name:25}{share(found, len(losses))}")


if __name__ == "__main__":
    main()
