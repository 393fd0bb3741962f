#!/usr/bin/env python3
"""Writes classes.tsv: the WordNet number and a name of each of the 1,000 ImageNet classes, in the order of
the networks' outputs. For maintainers; the file is committed. Needs nothing but Python and pip.
"""

from __future__ import annotations

import sys
from pathlib import Path

from downloads import DEFAULT_CACHE, Package, RecipeError, fetch, read_member, say

CLASSES = Path(__file__).resolve().parent / "classes.tsv"
TIMM = Package(
    "timm", "1.0.31", "timm-1.0.31-py3-none-any.whl",
    "5bd50f7d0fe6d09bf9285ac2523234a1b7e6bf075c0be3e7aed09139fcb617c7",
)
# WordNet's first word is the name, but two words name two classes each.
CLEARER = {
    "n02012849": "crane (bird)",
    "n03126707": "crane (machine)",
    "n03710637": "maillot",
    "n03710721": "maillot, tank suit",
}


def main() -> int:
    try:
        wheel = fetch(TIMM, DEFAULT_CACHE)
        numbers = read_member(wheel, "timm/data/_info/imagenet_synsets.txt").decode().split()
        words = read_member(wheel, "timm/data/_info/imagenet_synset_to_lemma.txt").decode()
    except (RecipeError, OSError) as error:
        print(f"make_classes.py: {error}", file=sys.stderr)
        return 1
    names = dict(line.split("\t") for line in words.splitlines())
    with CLASSES.open("w", encoding="utf-8", newline="\n") as file:
        for number in numbers:
            name = CLEARER.get(number) or names[number].split(",")[0].strip()
            file.write(f"{number}\t{name}\n")
    say(f"wrote {len(numbers)} classes to {CLASSES.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
