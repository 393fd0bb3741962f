"""The checksums of a recipe's models: in the manifest, and of what was made."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from downloads import RecipeError


def expected_checksums(manifest: Path) -> dict[str, str]:
    """The checksum of each model, by name, from the manifest."""
    models = tomllib.loads(manifest.read_text(encoding="utf-8"))["model"]
    return {model["name"]: model["sha256"] for model in models}


def update_checksums(manifests: Iterable[Path], found: dict[str, str]) -> None:
    """Rewrites the checksums in the manifests and nothing else (for maintainers).

    The first manifest is that of the recipe itself; the others name its models by its folder.
    """
    own, *others = manifests
    for manifest in (own, *others):
        text = manifest.read_text(encoding="utf-8")
        folder = "" if manifest == own else rf"\.\./{own.parent.name}/"
        for name, checksum in found.items():
            entry = rf'(file = "{folder}models/{name}\.onnx"\nsha256 = )"[^"]*"'
            text = re.sub(entry, rf'\1"{checksum}"', text)
        manifest.write_text(text, encoding="utf-8")


def check(found: dict[str, str], expected: dict[str, str]) -> None:
    """Fails where a model is not, to the last byte, the one that the manifest names."""
    wrong = [name for name in found if found[name] != expected[name]]
    if wrong:
        lines = [f"  {name}: expected {expected[name]}, made {found[name]}" for name in wrong]
        raise RecipeError(
            "these models differ from the manifest's checksums; selectors would refuse them.\n"
            + "\n".join(lines)
            + "\nAre the Python packages those of requirements.txt? After an intended change of the "
            "recipe, run it with --update-checksums."
        )


def write_whole(target: Path, data: bytes) -> None:
    """Writes a file under its name only once it is complete."""
    part = target.with_suffix(".part")
    try:
        part.write_bytes(data)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
