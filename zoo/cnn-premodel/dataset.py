"""What the premodel learns from: a table of labels, and the pictures as small squares.

The table is written by `rightsize labels`. Its header is `item,fold_0,...,fold_{K-1},all`: an item is
the path of a picture, a cell is the class to learn (the name of a model, or `none` where no model is
right), and an item's cell is empty in the one fold that it is tested in.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from network import SIDE

NO_MODEL = "none"
WIDE = SIDE * 5 // 4  # the side of the stored pictures, from which training cuts squares of SIDE


class RecipeError(Exception):
    """Something went wrong that the user can understand and mend."""


@dataclass(frozen=True)
class Labels:
    """The table of labels; class numbers are places in `classes`."""

    items: list[str]
    classes: list[str]  # models by name, then `none` where it occurs
    folds: np.ndarray  # items x folds: the class to learn, -1 where the item is tested
    whole: np.ndarray  # items: the class when everything is learnt

    @property
    def tested_in(self) -> np.ndarray:
        """The fold that each item is tested in."""
        return np.argmin(self.folds, axis=1)


def read_labels(path: Path) -> Labels:
    """Reads and checks a table of labels."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    folds = len(header) - 2
    if folds < 2 or header != ["item", *(f"fold_{fold}" for fold in range(folds)), "all"]:
        raise RecipeError(f"{path}: the header is not item,fold_0,fold_1,...,all")
    if not rows:
        raise RecipeError(f"{path}: there are no items")
    for line, row in enumerate(rows, 2):
        if len(row) != len(header) or not row[0] or not row[-1]:
            raise RecipeError(f"{path}: line {line}: an item, {folds} folds and a class are needed")
        if row[1:-1].count("") != 1:
            raise RecipeError(f"{path}: line {line}: the cell of exactly one fold must be empty")
    items = [row[0] for row in rows]
    if len(set(items)) != len(items):
        raise RecipeError(f"{path}: an item occurs twice")
    found = {cell for row in rows for cell in row[1:] if cell}
    classes = sorted(found, key=lambda name: (name == NO_MODEL, name))
    if len(classes) < 2:
        raise RecipeError(f"{path}: there is one class only, so there is nothing to learn")
    numbers = {name: number for number, name in enumerate(classes)} | {"": -1}
    cells = np.array([[numbers[cell] for cell in row[1:]] for row in rows])
    return Labels(items, classes, cells[:, :-1], cells[:, -1])


def read_picture(path: Path) -> np.ndarray:
    """The centred square of a picture, area-averaged to WIDE x WIDE pixels; uint8 RGB."""
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise RecipeError(f"{path}: cannot be read: {error}") from error
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    # Nearly `shrink = "area"`, `enlarge = "bicubic"` of a manifest: Pillow counts whole pixels.
    method = Image.Resampling.BOX if side >= WIDE else Image.Resampling.BICUBIC
    return np.asarray(picture.resize((WIDE, WIDE), method, box))


def read_pictures(labels: Labels, folder: Path) -> np.ndarray:
    """All pictures of a table: items x WIDE x WIDE x 3, uint8."""
    return np.stack([read_picture(folder / item) for item in labels.items])
