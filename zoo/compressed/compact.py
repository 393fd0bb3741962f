#!/usr/bin/env python3
"""The compact form of a model: a zip archive with the model and, apart, its shared weights.

    python compact.py MODEL.zip MODEL.onnx        gives the ONNX file again, to the last byte

ONNX stores a shared weight as a full number. The compact form stores a book of values and one byte a
weight that says which, zero for pruned; LZMA, the method of all entries, codes the byte in
4 to 5 bits. Storing only the distances between weights that are not pruned, as Deep Compression does, pays
where nine of ten weights are zero; at a third, the zeros among the bytes are as cheap.
"""

from __future__ import annotations

import io
import lzma
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

sys.path.append(str(Path(__file__).resolve().parents[1] / "efficientnet-lite"))
from checksums import write_whole
from quantise import integer_codes
from shared_weights import SharedWeights

MODEL = "model.onnx"


def serialised(model: onnx.ModelProto) -> bytes:
    return model.SerializeToString(deterministic=True)


def _constants(model: onnx.ModelProto) -> dict[str, onnx.TensorProto]:
    return {constant.name: constant for constant in model.graph.initializer}


def _rebuilt(weights: SharedWeights, scales: onnx.TensorProto | None) -> bytes:
    """The bytes of a constant: float32, or int8 where the layer has scales."""
    if scales is None:
        return weights.values.tobytes()
    return integer_codes(weights.values, numpy_helper.to_array(scales)).tobytes()


def _target(constants: dict[str, onnx.TensorProto],
            name: str) -> tuple[onnx.TensorProto, onnx.TensorProto | None]:
    """The constant that holds shared weights, and its scales where it holds their integers."""
    if name in constants:
        return constants[name], None
    layer = name.removesuffix(".weight")
    return constants[f"{layer}.weight.codes"], constants[f"{layer}.weight.scale"]


def pack(model: onnx.ModelProto, shared: dict[str, SharedWeights]) -> bytes:
    """The compact form of a model, of which some weights are shared (in float or as integers)."""
    rest = onnx.ModelProto()
    rest.CopyFrom(model)
    constants = _constants(rest)
    for name in shared:
        _target(constants, name)[0].ClearField("raw_data")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        entries = {MODEL: serialised(rest)}
        for name, weights in shared.items():
            entries[f"{name}/book"] = weights.book.tobytes()
            entries[f"{name}/symbols"] = weights.symbols.tobytes()
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_LZMA)  # carries no date
    return file.getvalue()


def unpack(data: bytes) -> bytes:
    """The ONNX file of a compact form."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        model = onnx.load_from_string(archive.read(MODEL))
        constants = _constants(model)
        for entry in archive.namelist():
            if not entry.endswith("/book"):
                continue
            name = entry.removesuffix("/book")
            target, scales = _target(constants, name)
            book = np.frombuffer(archive.read(entry), "<f4")
            symbols = np.frombuffer(archive.read(f"{name}/symbols"), np.uint8)
            weights = SharedWeights(book, symbols.reshape(list(target.dims)))
            target.raw_data = _rebuilt(weights, scales)
    return serialised(model)


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit("usage: compact.py MODEL.zip MODEL.onnx")
    try:
        write_whole(Path(sys.argv[2]), unpack(Path(sys.argv[1]).read_bytes()))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, lzma.LZMAError) as error:
        print(f"compact.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
