#!/usr/bin/env python3
"""Trains a small convolutional network that looks at a picture and chooses the model to run.

    python3 train.py labels.csv DATA --output DIR

One network is trained per fold, for honest predictions, and one on everything, for use. A run that was
stopped goes on where it was: networks that are finished are kept in DIR/checkpoints. See README.md.
"""

from __future__ import annotations

import argparse
import copy
import csv
import datetime
import hashlib
import json
import pickle
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch import nn

    from dataset import WIDE, Labels, RecipeError, read_labels, read_pictures
    from network import (MEAN, OPSET, SIDE, STD, Premodel, normalised, onnx_bytes, probabilities)
except ModuleNotFoundError as problem:
    sys.exit(f"train.py: the Python package {problem.name} is missing (see README.md)")


@dataclass(frozen=True)
class Settings:
    """How a network is trained. Fixed beforehand; nothing is chosen by looking at tested items."""

    epochs: int = 40
    batch: int = 32
    rate: float = 4e-3  # at the peak of the one-cycle schedule
    weight_decay: float = 1e-2
    inner_share: float = 0.125  # of the training part: decides which epoch's weights are kept
    seed: int = 1


def say(text: str) -> None:
    """A progress line; stdout is left to data."""
    print(text, file=sys.stderr, flush=True)


def middle(pictures: np.ndarray) -> np.ndarray:
    """The middle SIDE x SIDE pixels of each picture: what the network sees when it is used."""
    margin = (WIDE - SIDE) // 2
    return pictures[:, margin : margin + SIDE, margin : margin + SIDE]


def varied(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A random square of SIDE x SIDE pixels of each picture, every other one mirrored."""
    corners = random.integers(0, WIDE - SIDE + 1, (len(pictures), 2))
    squares = np.stack([picture[top : top + SIDE, left : left + SIDE]
                        for picture, (top, left) in zip(pictures, corners, strict=True)])
    mirrored = random.random(len(pictures)) < 0.5
    squares[mirrored] = squares[mirrored, :, ::-1]
    return squares


def train(pictures: np.ndarray, targets: np.ndarray, classes: int, settings: Settings) -> Premodel:
    """A network trained on all the pictures given, with the weights of its best epoch.

    The best epoch is the one with the least loss on an inner part that is set aside.
    """
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    order = random.permutation(len(pictures))
    held = max(1, round(len(order) * settings.inner_share))
    inner, learnt = order[:held], order[held:]
    inner_inputs, inner_targets = normalised(middle(pictures[inner])), torch.from_numpy(targets[inner])

    network = Premodel(classes)
    steps = max(1, len(learnt) // settings.batch)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.epochs * steps)
    loss_of = nn.CrossEntropyLoss()
    least, best = float("inf"), copy.deepcopy(network.state_dict())
    for _ in range(settings.epochs):
        network.train()
        for batch in np.array_split(random.permutation(learnt), steps):
            optimiser.zero_grad()
            logits = network(normalised(varied(pictures[batch], random)))
            loss_of(logits, torch.from_numpy(targets[batch])).backward()
            optimiser.step()
            schedule.step()
        network.eval()
        with torch.no_grad():
            loss = float(loss_of(network(inner_inputs), inner_targets))
        if loss < least:
            least, best = loss, copy.deepcopy(network.state_dict())
    network.load_state_dict(best)
    return network


def fingerprint(pictures: np.ndarray, targets: np.ndarray, classes: list[str],
                settings: Settings) -> str:
    """Changes when anything changes that a network depends on, its code apart."""
    digest = hashlib.sha256(json.dumps([classes, asdict(settings)], sort_keys=True).encode())
    for array in (pictures, targets):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def trained(name: str, pictures: np.ndarray, targets: np.ndarray, classes: list[str],
            settings: Settings, folder: Path) -> Premodel:
    """The network of a checkpoint where it is there and made from the same; else trains one."""
    path, made_from = folder / f"{name}.pt", fingerprint(pictures, targets, classes, settings)
    network = Premodel(len(classes))
    if path.is_file():
        try:
            checkpoint = torch.load(path, weights_only=True)
            if checkpoint["made_from"] == made_from:
                network.load_state_dict(checkpoint["network"])
                say(f"{name}: already there")
                return network
        except (KeyError, RuntimeError, TypeError, pickle.UnpicklingError, EOFError):
            say(f"{name}: the checkpoint is damaged; training it again")
    network = train(pictures, targets, len(classes), settings)
    part = path.with_suffix(".part")
    torch.save({"made_from": made_from, "network": network.state_dict()}, part)
    part.replace(path)
    say(f"{name}: trained on {len(pictures)} items")
    return network


@dataclass(frozen=True)
class Outcome:
    """The network trained on everything, and what the networks of the folds predict out of fold."""

    network: Premodel
    predicted: np.ndarray  # items x classes: probabilities
    majority: np.ndarray  # items: the commonest class of the fold's training part


def train_all(labels: Labels, pictures: np.ndarray, settings: Settings, folder: Path) -> Outcome:
    """Trains what the checkpoints in `folder` do not hold, K + 1 networks altogether."""
    folder.mkdir(parents=True, exist_ok=True)
    predicted = np.zeros((len(labels.items), len(labels.classes)))
    majority = np.zeros(len(labels.items), int)
    for fold in range(labels.folds.shape[1]):
        learnt, tested = labels.folds[:, fold] >= 0, labels.tested_in == fold
        if learnt.sum() < 2 or not tested.any():
            raise RecipeError(f"fold_{fold} has nothing to learn or nothing to test")
        targets = labels.folds[learnt, fold]
        network = trained(f"fold_{fold}", pictures[learnt], targets, labels.classes, settings, folder)
        predicted[tested] = probabilities(network, normalised(middle(pictures[tested])))
        majority[tested] = np.bincount(targets).argmax()
    network = trained("all", pictures, labels.whole, labels.classes, settings, folder)
    return Outcome(network, predicted, majority)


def card(labels: Labels, outcome: Outcome, settings: Settings) -> dict[str, object]:
    """The facts about the network that a user of it needs."""
    right = outcome.predicted.argmax(axis=1) == labels.whole
    return {
        "classes": labels.classes,
        "parameters": outcome.network.parameter_count,
        "input": {"name": "input", "layout": "NCHW", "size": [SIDE, SIDE], "colour": "RGB",
                  "crop": "centre-square", "crop_fraction": SIDE / WIDE, "shrink": "area",
                  "enlarge": "bicubic", "mean": [MEAN] * 3, "std": [STD] * 3},
        "output": {"name": "logits", "kind": "logits", "outputs": len(labels.classes)},
        "opset": OPSET,
        "trained_on": {"items": len(labels.items), "folds": labels.folds.shape[1],
                       "class_counts": np.bincount(labels.whole, minlength=len(labels.classes)).tolist()},
        "out_of_fold": {"accuracy": round(float(right.mean()), 4),
                        "majority_accuracy": round(float((outcome.majority == labels.whole).mean()), 4),
                        "standard_error": round(float(right.std() / len(right) ** 0.5), 4)},
        "settings": asdict(settings),
        "torch": torch.__version__,
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    }


def write_results(labels: Labels, outcome: Outcome, settings: Settings, output: Path) -> dict:
    """Writes predictions.csv, cnn.onnx and card.json; returns what the card says."""
    with (output / "predictions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["item", "fold", *labels.classes])
        for item, fold, row in zip(labels.items, labels.tested_in, outcome.predicted, strict=True):
            writer.writerow([item, fold, *(f"{value:.6f}" for value in row)])
    (output / "cnn.onnx").write_bytes(onnx_bytes(outcome.network))
    facts = card(labels, outcome, settings)
    (output / "card.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return facts


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Trains a network that chooses the model to run.")
    parser.add_argument("labels", type=Path, help="what `rightsize labels` wrote")
    parser.add_argument("data", type=Path, help="the folder that the items' paths start from")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR",
                        help="where the network, the predictions and the checkpoints go")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch (default: 1)")
    parser.add_argument("--epochs", type=int, default=Settings.epochs)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    return parser.parse_args()


def main() -> int:
    options = arguments()
    torch.set_num_threads(max(1, options.threads))
    torch.use_deterministic_algorithms(True)
    settings = Settings(epochs=max(1, options.epochs), seed=options.seed)
    try:
        labels = read_labels(options.labels)
        pictures = read_pictures(labels, options.data)
        outcome = train_all(labels, pictures, settings, options.output / "checkpoints")
        facts = write_results(labels, outcome, settings, options.output)
    except (RecipeError, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("train.py: stopped; run it again to go on", file=sys.stderr)
        return 1
    measured = facts["out_of_fold"]
    say(f"out of fold the choice is right on {measured['accuracy']:.1%} of the items, "
        f"the commonest class on {measured['majority_accuracy']:.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
