"""Writes a network as ncnn reads it: a text with the layers, a file with the numbers."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_HALF_FLOATS = 0x01306B47
"""Before weights of sixteen bits; zero would stand before weights of thirty-two."""

_MAGIC = 7767517

type Values = NDArray[np.float32]

type _Line = tuple[str, str, list[str], list[str], dict[int, int | float]]
"""Kind, name, inputs, outputs and parameters."""


@dataclass(slots=True, kw_only=True)
class Layer:
    """A layer of ncnn: its parameters by number, its weights, its plain floats."""

    kind: str
    inputs: list[str]
    output: str
    parameters: dict[int, int | float] = field(default_factory=dict)
    weights: Values | None = None
    floats: list[Values] = field(default_factory=list)


def write_ncnn(layers: list[Layer], folder: Path, name: str) -> None:
    """Write NAME.param and NAME.bin into a folder."""
    (folder / f"{name}.param").write_text(_param(layers))
    (folder / f"{name}.bin").write_bytes(_bin(layers))


def _param(layers: list[Layer]) -> str:
    """Return the text that describes the layers."""
    readers: dict[str, int] = {}
    for layer in layers:
        for name in layer.inputs:
            readers[name] = readers.get(name, 0) + 1
    made = {layer.output for layer in layers}
    (entry,) = set(readers) - made
    lines: list[_Line] = [("Input", "in", [], [entry], {})]
    # An output that several layers read must be split into as many copies.
    given: dict[str, int] = {}
    for layer in layers:
        inputs = []
        for name in layer.inputs:
            if readers[name] > 1:
                given[name] = given.get(name, 0) + 1
                name = f"{name}_{given[name]}"
            inputs.append(name)
        lines.append(
            (layer.kind, layer.output, inputs, [layer.output], layer.parameters)
        )
        if (count := readers.get(layer.output, 0)) > 1:
            copies = [f"{layer.output}_{n + 1}" for n in range(count)]
            lines.append(("Split", f"{layer.output}_split", [layer.output], copies, {}))
    blobs = sum(len(outputs) for _, _, _, outputs, _ in lines)
    text = [str(_MAGIC), f"{len(lines)} {blobs}"]
    for kind, name, inputs, outputs, parameters in lines:
        numbers = [f"{key}={value}" for key, value in parameters.items()]
        counts = [str(len(inputs)), str(len(outputs))]
        text.append(" ".join([kind, name, *counts, *inputs, *outputs, *numbers]))
    return "\n".join(text) + "\n"


def _bin(layers: list[Layer]) -> bytes:
    """Return all weights in the order of the layers, as little-endian numbers."""
    parts = []
    for layer in layers:
        if layer.weights is not None:
            half = layer.weights.astype("<f2").tobytes()
            parts += [np.array(_HALF_FLOATS, "<u4").tobytes(), half]
            parts.append(bytes(-len(half) % 4))
        parts += [values.astype("<f4").tobytes() for values in layer.floats]
    return b"".join(parts)
