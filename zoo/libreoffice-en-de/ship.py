#!/usr/bin/env python3
"""Puts the zoo that this project ships together, from a finished WORK folder (see make.py).

    /usr/bin/python3 ship.py WORK

Copies int8 networks and the vocabulary into weights/, packs the text of the memory, and
writes zoo.toml; memory.rstm is then built by the program (scripts/setup does it).
"""

import argparse
import gzip
import pathlib
import shutil
import subprocess

import manifest

HERE = pathlib.Path(__file__).resolve().parent
NETWORKS = ("trf_draft", "gru_mid", "trf_small", "trf_big")
MEMORY = """
[[model]]
name = "memory"
file = "models/memory.rstm"
sha256 = "{sha256}"
[model.translation]
memory = true
"""


def pack(source, target):
    """The same bytes for the same text."""
    with gzip.GzipFile(filename="", fileobj=target.open("wb"), mode="wb", mtime=0) as out:
        out.write(source.read_bytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path,
                        default=HERE.parents[1] / "build" / "release" / "rightsize")
    options = parser.parse_args()
    weights = HERE / "weights"
    weights.mkdir(exist_ok=True)
    for name in NETWORKS:
        shutil.copytree(options.work / "models" / f"{name}-int8", weights / f"{name}-int8",
                        dirs_exist_ok=True)
    shutil.copyfile(options.work / "spm.model", weights / "spm.model")
    for ending in ("en", "de"):
        pack(options.work / f"memory.{ending}", weights / f"memory.{ending}.gz")
    memory = HERE / "models" / "memory.rstm"
    memory.parent.mkdir(exist_ok=True)
    subprocess.run([options.program, "memory", "build", options.work / "memory.en",
                    options.work / "memory.de", "-o", memory], check=True)
    text = manifest.text_of(weights, "de", folder="weights/")
    text += MEMORY.format(sha256=manifest.sha256_of(memory))
    (HERE / "zoo.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
