#!/usr/bin/env python3
"""Asks a translation memory what it must not answer: sentences of its own text, each changed.

    memory_edits.py SOURCES TARGETS [--program rightsize] [--count 300] [--seed 1]

SOURCES and TARGETS are what `rightsize memory build` takes (WORK/memory.en, WORK/memory.de). One
set of sentences has a word changed: a negation put in or taken out, another word of the text in
place of one, a word put in, dropped or moved, letter case, the mark at the end. None is a sentence
of the text, so any answer would be that of another question. In the other set a number or a placeholder is another
one: an answer must have the new value and not the old. Exit code 1 where one is wrong.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
AUXILIARY = re.compile(r"\b(is|are|can|could|will|must|do|does|has|have|should|was|were)\b")
NEGATION = re.compile(r"\b(not|no) |n't\b| ?\bnot\b")
VALUE = re.compile(r"%\w+|\$[(\[]\w+[)\]]|\{\w+\}|\d+")


def other(rng, words, than):
    while True:
        word = rng.choice(words)
        if word != than:
            return word


def negated(rng, sentence, words):
    if NEGATION.search(sentence):
        return NEGATION.sub("", sentence, count=1)
    found = AUXILIARY.search(sentence)
    return found and sentence[:found.end()] + " not" + sentence[found.end():]


def replaced(rng, sentence, words):
    parts = sentence.split(" ")
    at = rng.randrange(len(parts))
    bare = parts[at].strip(".,:;!?()\"'")
    if bare.isalpha():
        parts[at] = parts[at].replace(bare, other(rng, words, bare))
    return " ".join(parts)


def put_in(rng, sentence, words):
    parts = sentence.split(" ")
    parts.insert(rng.randrange(1, len(parts)), rng.choice(words))
    return " ".join(parts)


def dropped(rng, sentence, words):
    parts = sentence.split(" ")
    del parts[rng.randrange(len(parts))]
    return " ".join(parts)


def moved(rng, sentence, words):
    parts = sentence.split(" ")
    at = rng.randrange(len(parts) - 1)
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return " ".join(parts)


def recased(rng, sentence, words):
    parts = sentence.split(" ")
    at = rng.randrange(len(parts))
    parts[at] = parts[at].swapcase() if rng.random() < 0.5 else parts[at].capitalize()
    return " ".join(parts)


def marked(rng, sentence, words):
    marks = ".?!:"
    if sentence[-1] in marks:
        return sentence[:-1] + other(rng, marks, sentence[-1])
    return sentence + rng.choice(marks)


EDITS = (negated, replaced, put_in, dropped, moved, recased, marked)


def word_edits(rng, sources, count):
    """(kind, entry, edited sentence), as many of each kind as goes."""
    known = set(sources)
    words = sorted({w for s in sources for w in s.split() if w.isalpha() and len(w) > 2})
    long = sorted(s for s in known if len(s.split()) >= 4)
    found = []
    while len(found) < count:
        edit = EDITS[len(found) % len(EDITS)]
        entry = rng.choice(long)
        edited = edit(rng, entry, words)
        if edited and edited not in known:
            found.append((edit.__name__, entry, edited))
    return found


def new_value(rng, old):
    """Another number of as many digits or fewer or more; a placeholder with another number or, where
    it has none, of another kind."""
    digits = re.search(r"\d+", old)
    if not digits:
        return other(rng, ["%s", "%d", "%1", "$(ARG1)", "{0}"], old)
    size = max(1, len(digits.group()) + rng.choice([-1, 0, 0, 0, 1]))
    while True:
        number = str(rng.randrange(10 ** (size - 1), 10**size))
        if number != digits.group():
            return old[:digits.start()] + number + old[digits.end():]


def value_edits(rng, sources, count):
    """(old value, new value, edited sentence)."""
    known = set(sources)
    with_values = sorted(s for s in known if VALUE.search(s))
    found = []
    while len(found) < count:
        entry = rng.choice(with_values)
        place = rng.choice(list(VALUE.finditer(entry)))
        new = new_value(rng, place.group())
        edited = entry[:place.start()] + new + entry[place.end():]
        if edited not in known:
            found.append((place.group(), new, edited))
    return found


def answers(program, folder, sentences):
    """What the memory alone says to each, None where it has no answer."""
    (folder / "sentences").write_text("".join(s + "\n" for s in sentences), encoding="utf-8")
    # It fails where a sentence has no answer, as most have none.
    done = subprocess.run([program, "translate", folder / "zoo.toml", "--json", "--file",
                           folder / "sentences"], capture_output=True, text=True, check=False)
    if not done.stdout:
        raise SystemExit(done.stderr)
    return [line["translation"] if line["answered"] else None
            for line in json.loads(done.stdout)["sentences"]]


def make_memory(program, sources, targets, folder):
    memory = folder / "memory.rstm"
    subprocess.run([program, "memory", "build", sources, targets, "-o", memory], check=True,
                   stdout=subprocess.DEVNULL)
    digest = hashlib.sha256(memory.read_bytes()).hexdigest()
    shipped = (HERE / "zoo.toml").read_text(encoding="utf-8").split("[defaults")[0]
    (folder / "zoo.toml").write_text(
        f'{shipped}[[model]]\nname = "memory"\nfile = "memory.rstm"\nsha256 = "{digest}"\n'
        "[model.translation]\nmemory = true\n", encoding="utf-8")


def has(text, value):
    """Whether the value stands there for itself: 10 is not in 100."""
    runs = re.findall(r"\d+", text) if value.isdigit() else VALUE.findall(text)
    return value in runs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("targets", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path,
                        default=HERE.parents[1] / "build" / "release" / "rightsize")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sources = options.sources.read_text(encoding="utf-8").splitlines()
    rng = random.Random(options.seed)
    words = word_edits(rng, sources, options.count)
    values = value_edits(rng, sources, options.count)
    with tempfile.TemporaryDirectory() as folder:
        make_memory(options.program, options.sources, options.targets, pathlib.Path(folder))
        said = answers(options.program, pathlib.Path(folder),
                       [edit[-1] for edit in words + values])
    wrong = [(edit, text) for edit, text in zip(words, said) if text is not None]
    kinds = collections.Counter(edit[0] for edit in words)
    print(f"{len(words)} edits of words ({', '.join(f'{n} {k}' for k, n in kinds.items())}): "
          f"{len(wrong)} answered")
    of_values = list(zip(values, said[len(words):]))
    answered = [(edit, text) for edit, text in of_values if text is not None]
    stale = [(edit, text) for edit, text in answered
             if has(text, edit[0]) and not has(edit[2], edit[0]) or not has(text, edit[1])]
    print(f"{len(values)} edits of numbers and placeholders: {len(answered)} answered "
          f"({100 * len(answered) / len(values):.1f} %), {len(stale)} with an old value")
    for edit, text in wrong + stale:
        print("wrong:", *edit, "->", text)
    return 1 if wrong or stale else 0


if __name__ == "__main__":
    sys.exit(main())
