"""Trains the vocabulary: SentencePiece pieces that both languages share.

    vocabulary.py WORK [--language de]

Writes WORK/spm.model. It sees the training text alone. The same text gives the same pieces.
"""

import argparse
import io
import os
import pathlib

import sentencepiece

PIECES = 4000
COVERAGE = 0.9995  # of the characters; rarer ones are unknown
MAX_BYTES = 20000  # of a line; longer ones would be left out


def train(work, language):
    model = io.BytesIO()
    # The model names its texts: paths in it would differ from machine to machine.
    os.chdir(work)
    sentencepiece.SentencePieceTrainer.train(
        input=f"train.en,train.{language}", model_writer=model, model_type="bpe",
        vocab_size=PIECES, character_coverage=COVERAGE, max_sentence_length=MAX_BYTES,
        pad_id=0, bos_id=1, eos_id=2, unk_id=3, num_threads=1, minloglevel=1)
    partial = pathlib.Path("spm.model.part")
    partial.write_bytes(model.getvalue())
    partial.rename("spm.model")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--language", default="de")
    options = parser.parse_args()
    train(options.work, options.language)


if __name__ == "__main__":
    main()
