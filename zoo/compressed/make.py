#!/usr/bin/env python3
"""Makes four variants of one network, as a zoo: as it is, pruned with shared weights, int8, and both.

    python make.py [--out DIR] [--cache DIR]                       EfficientNet-Lite 2; checks zoo.toml
    python make.py --source MODEL.onnx --ranges RANGES.json --out DIR     the same of another network

Each variant is written as an ONNX file and in a compact form (compact.py). See README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LITE = HERE.parent / "efficientnet-lite"
sys.path.append(str(LITE))
try:
    import onnx
    from google.protobuf.message import DecodeError

    from checksums import check, expected_checksums, update_checksums, write_whole
    from compact import pack, serialised, unpack
    from downloads import DEFAULT_CACHE, RecipeError, exit_code, say
    from integer_graph import quantised_graph
    from networks import Grid
    from onnx_model import float_model
    from quantise import committed_grids, grids_of_ranges
    from shared_weights import MOST_SHARED, SharedWeights, prune_and_share
    from sources import VARIANTS, load_network
except ModuleNotFoundError as problem:
    sys.exit(f"make.py: the Python package {problem.name} is missing; "
             f"install what {LITE / 'requirements.txt'} lists (see README.md)")

MANIFEST = HERE / "zoo.toml"
DEFAULT_SOURCE = "lite2"
# Chosen by how often the classes of crops of photos.py's hard photographs stay the same; see README.md.
SPARSITY, SHARED = 0.3, 64


def source_model(source: str, ranges: Path | None, cache: Path) -> tuple[onnx.ModelProto, dict[str, Grid]]:
    """The network to compress, and the grids of its tensors."""
    if source == DEFAULT_SOURCE:
        variant = VARIANTS[source]
        network = load_network(variant.network, cache)
        model = onnx.load_from_string(float_model(source, network, variant.size))
        return model, committed_grids(variant.network)
    if ranges is None:
        raise RecipeError(f"{source}: --ranges is needed (measure_graph_ranges.py measures them)")
    try:
        measured = json.loads(ranges.read_text(encoding="utf-8"))
        return onnx.load(source), grids_of_ranges(measured[Path(source).stem])
    except (DecodeError, ValueError, KeyError, TypeError) as error:
        raise RecipeError(f"{source}: not an ONNX model, or no ranges of it in {ranges}: {error}") from error


def variants(model: onnx.ModelProto, grids: dict[str, Grid], sparsity: float,
             shared: int) -> dict[str, tuple[onnx.ModelProto, dict[str, SharedWeights]]]:
    """The four models by name, each with the weights that it shares."""
    pruned, weights = prune_and_share(model, sparsity, shared)
    return {
        "none": (model, {}),
        "pruned": (pruned, weights),
        "int8": (quantised_graph(model, grids), {}),
        "both": (quantised_graph(pruned, grids), weights),
    }


def write_variant(name: str, model: onnx.ModelProto, shared: dict[str, SharedWeights], out: Path) -> str:
    """Writes both forms of a variant; returns the checksum of the ONNX file."""
    data, compact = serialised(model), pack(model, shared)
    if unpack(compact) != data:
        raise RecipeError(f"{name}: the compact form does not give the model again")
    write_whole(out / f"{name}.onnx", data)
    write_whole(out / f"{name}.zip", compact)
    say(f"{name}: {len(data) / 1e6:.2f} MB, compact {len(compact) / 1e6:.2f} MB")
    return hashlib.sha256(data).hexdigest()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes four variants of one network.")
    parser.add_argument("--source", default=DEFAULT_SOURCE, metavar="MODEL.onnx",
                        help="an fp32 ONNX file (default: EfficientNet-Lite 2 from its package)")
    parser.add_argument("--ranges", type=Path, metavar="RANGES.json",
                        help="what measure_graph_ranges.py wrote for the source")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="where the models go (default: models/ beside the manifest)")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR",
                        help="where downloaded packages are kept (default: build/downloads)")
    parser.add_argument("--sparsity", type=float, default=SPARSITY, metavar="SHARE",
                        help=f"the share of a layer's weights that is pruned (default: {SPARSITY})")
    parser.add_argument("--shared", type=int, default=SHARED, metavar="COUNT",
                        help=f"how many values the others of a layer share (default: {SHARED})")
    parser.add_argument("--update-checksums", action="store_true",
                        help="write the checksums of what was made into the manifest")
    options = parser.parse_args()
    options.own = (options.source, options.sparsity, options.shared) == (DEFAULT_SOURCE, SPARSITY, SHARED)
    if not 0 <= options.sparsity < 1 or not 2 <= options.shared <= MOST_SHARED:
        parser.error(f"--sparsity is from 0 to below 1, --shared from 2 to {MOST_SHARED}")
    if not options.own and (options.out is None or options.update_checksums):
        parser.error("zoo.toml is for the defaults: say --out DIR, without --update-checksums")
    options.out = options.out or HERE / "models"
    return options


def make(options: argparse.Namespace) -> None:
    model, grids = source_model(options.source, options.ranges, options.cache)
    options.out.mkdir(parents=True, exist_ok=True)
    made = variants(model, grids, options.sparsity, options.shared)
    found = {name: write_variant(name, *parts, options.out) for name, parts in made.items()}
    if options.update_checksums:
        update_checksums([MANIFEST], found)
    elif options.own:
        check(found, expected_checksums(MANIFEST))
    else:
        for name, checksum in found.items():
            print(f"{checksum}  {name}.onnx")


def main() -> int:
    options = arguments()
    return exit_code(lambda: make(options), options.out)


if __name__ == "__main__":
    sys.exit(main())
