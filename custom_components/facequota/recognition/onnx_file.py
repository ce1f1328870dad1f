"""Reads a network from an ONNX file: only what the two conversions need.

An ONNX file is a protocol buffer (onnx.proto of the ONNX project has the field
numbers). The onnx package would add tens of megabytes in place of these few lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_TYPES: dict[int, type[np.generic]] = {
    1: np.float32,
    2: np.uint8,
    3: np.int8,
    6: np.int32,
    7: np.int64,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation; inputs are outputs of others or names of tensors."""

    operation: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any]
    """Numbers and lists of integers; others are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The operations in an order in which they can run, and their constants."""

    nodes: list[Node]
    tensors: dict[str, NDArray[Any]]


def read_onnx(path: Path) -> Network:
    """Return the network of a file. Raises ValueError or IndexError on invalid data."""
    graph = _message(path.read_bytes())[7][0]
    fields = _message(graph)
    return Network(
        nodes=[_node(node) for node in fields[1]],
        tensors=dict(_tensor(tensor) for tensor in fields[5]),
    )


def _node(data: bytes) -> Node:
    fields = _message(data)
    return Node(
        operation=fields[4][0].decode(),
        inputs=[name.decode() for name in fields.get(1, [])],
        outputs=[name.decode() for name in fields.get(2, [])],
        attributes=dict(_attribute(attribute) for attribute in fields.get(5, [])),
    )


def _attribute(data: bytes) -> tuple[str, Any]:
    fields = _message(data)
    value: Any = None
    if 2 in fields:
        (value,) = struct.unpack("<f", fields[2][0])
    elif 3 in fields:
        value = fields[3][0]
    elif 8 in fields:
        value = _integers(fields[8])
    return fields[1][0].decode(), value


def _tensor(data: bytes) -> tuple[str, NDArray[Any]]:
    fields = _message(data)
    kind = _TYPES[fields[2][0]]
    if 9 in fields:
        values = np.frombuffer(fields[9][0], kind)
    elif 4 in fields:
        values = np.frombuffer(b"".join(fields[4]), np.float32)
    else:
        values = np.array(_integers(fields.get(5) or fields.get(7) or []), kind)
    return fields[8][0].decode(), values.reshape(_integers(fields.get(1, [])))


def _integers(values: list[Any]) -> list[int]:
    """Return repeated integers, which may be packed."""
    result: list[int] = []
    for value in values:
        if isinstance(value, int):
            result.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = _varint(value, at)
            result.append(number)
    return result


def _message(data: bytes) -> dict[int, list[Any]]:
    """Return the values of each field of a message, in their order."""
    fields: dict[int, list[Any]] = {}
    for number, value in _fields(data):
        fields.setdefault(number, []).append(value)
    return fields


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if key & 7 == _BYTES:
            length, at = _varint(data, at)
        else:
            length = {_FIXED32: 4, _FIXED64: 8}[key & 7]
        yield key >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer and where the next value begins."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value - (1 << 64) if value >> 63 else value, at
        shift += 7
