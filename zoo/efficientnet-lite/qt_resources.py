"""Reads files out of Qt's binary resource files (.rcc), format versions 1 to 3.

Such a file is a header, a tree whose nodes are folders and files, and two tables: names and data. All
numbers are big endian. A folder names its children by the number of the first; node 0 is the root.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

MAGIC = b"qres"
ZLIB, FOLDER, ZSTD = 1, 2, 4  # flags of a node


class ResourceError(Exception):
    """The file is damaged, or uses what this reader does not know."""


class ResourceFile:
    """The files inside one .rcc, by their path."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            magic, version, self._tree, self._data, self._names = struct.unpack_from(">4s4I", content)
            if magic != MAGIC or not 1 <= version <= 3:
                raise ResourceError("no Qt resource file of version 1 to 3")
            # Nodes got a date in version 2.
            self._node_size = 14 if version == 1 else 22
            self._nodes = {path: (flags, data) for path, flags, data in self._walk()}
        except (struct.error, UnicodeDecodeError) as error:
            raise ResourceError(f"damaged: {error}") from error

    def paths(self) -> list[str]:
        return sorted(self._nodes)

    def read(self, path: str) -> bytes:
        if path not in self._nodes:
            raise ResourceError(f"holds no {path}")
        flags, start = self._nodes[path]
        try:
            (length,) = struct.unpack_from(">I", self._content, self._data + start)
        except struct.error as error:
            raise ResourceError(f"{path}: damaged: {error}") from error
        start += self._data + 4
        block = self._content[start:start + length]
        if len(block) != length:
            raise ResourceError(f"{path}: {length} bytes announced, {len(block)} there")
        return _unpacked(block, flags, path)

    def _walk(self) -> Iterator[tuple[str, int, int]]:
        # Every node has one parent: more visits than nodes fit into the file mean a circle.
        room = len(self._content) // self._node_size
        folders = [("", 0)]
        while folders:
            folder, node = folders.pop()
            _, _, count, first = struct.unpack_from(">IHII", self._content, self._at(node))
            room -= count
            if room < 0:
                raise ResourceError("damaged: its tree has no end")
            for child in range(first, first + count):
                name, flags = struct.unpack_from(">IH", self._content, self._at(child))
                path = folder + self._name(name)
                if flags & FOLDER:
                    folders.append((path + "/", child))
                else:
                    (data,) = struct.unpack_from(">I", self._content, self._at(child) + 10)
                    yield path, flags, data

    def _at(self, node: int) -> int:
        return self._tree + node * self._node_size

    def _name(self, offset: int) -> str:
        start = self._names + offset
        (length,) = struct.unpack_from(">H", self._content, start)
        start += 6  # the length, and a hash that Qt looks names up with
        name = self._content[start:start + 2 * length]
        if len(name) != 2 * length:
            raise ResourceError("damaged: a name is cut off")
        return name.decode("utf-16-be")


def _unpacked(block: bytes, flags: int, path: str) -> bytes:
    if flags & ZSTD:
        raise ResourceError(f"{path}: packed with zstd, which this reader does not know")
    if not flags & ZLIB:
        return block
    try:
        data = zlib.decompress(block[4:])
    except zlib.error as error:
        raise ResourceError(f"{path}: damaged: {error}") from error
    if len(data) != int.from_bytes(block[:4], "big"):
        raise ResourceError(f"{path}: damaged: not the announced length")
    return data
