"""Writes the manifest of exported networks: each greedily, with a beam, and drafted where it can be.

    manifest.py FOLDER --tokenizer WORK/spm.model --language de

FOLDER has a folder for every network. Writes FOLDER/zoo.toml and FOLDER/spm.model.
"""

import argparse
import hashlib
import pathlib
import shutil

from sizes import SIZES

DRAFT, DRAFTED = "trf_draft", ("trf_big",)

HEADER = """\
# Networks that translate English into "{language}", made by zoo/libreoffice-en-de/make.py.
format = "rightsize-zoo"
version = 1
name = "libreoffice-en-{language}"
task = "translation"
source_language = "en"
target_language = "{language}"

[defaults.translation]
tokenizer = {{ file = "{folder}spm.model", sha256 = "{tokenizer}" }}
"""
MODEL = """
[[model]]
name = "{folder}/{mode}"
file = "{place}/decoder.onnx"
sha256 = "{decoder}"
[model.translation]
encoder = {{ file = "{place}/encoder.onnx", sha256 = "{encoder}" }}
decoding = "{decoding}"
"""


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entries_of(root, name, kind, prefix):
    """The models of one network, in one kind of numbers ("" or "-int8")."""
    folder = name + kind
    files = {part: sha256_of(root / folder / f"{part}.onnx") for part in ("encoder", "decoder")}
    modes = [("greedy", "greedy", ""), ("beam4", "beam", "beam = 4\n")]
    if name in DRAFTED and (root / (DRAFT + kind)).is_dir():
        modes.append(("drafted", "drafted", f'draft = "{DRAFT}{kind}/greedy"\n'))
    return "".join(MODEL.format(folder=folder, place=prefix + folder, mode=mode, decoding=decoding,
                                **files) + more
                   for mode, decoding, more in modes)


def checks_of(language):
    """What the check of translations must know of the languages; "" where nobody has written it."""
    file = pathlib.Path(__file__).with_name(f"checks.{language}.toml")
    if not file.is_file():
        return ""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return "\n" + "".join(line for line in lines if not line.startswith("#"))


def text_of(root, language, folder=""):
    """The manifest of the networks below `root`, which is called `folder` in it."""
    text = HEADER.format(language=language, folder=folder,
                         tokenizer=sha256_of(root / "spm.model"))
    text += checks_of(language)
    for name in reversed(SIZES):  # the cheapest first
        for kind in ("-int8", ""):
            if (root / (name + kind)).is_dir():
                text += entries_of(root, name, kind, folder)
    return text


def write(root, tokenizer, language):
    shutil.copyfile(tokenizer, root / "spm.model")
    partial = root / "zoo.toml.part"
    partial.write_text(text_of(root, language), encoding="utf-8")
    partial.rename(root / "zoo.toml")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
    parser.add_argument("--language", default="de")
    options = parser.parse_args()
    write(options.folder, options.tokenizer, options.language)


if __name__ == "__main__":
    main()
