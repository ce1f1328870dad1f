"""The proof's search finds a secret in every form."""

import base64
from io import BytesIO
import os
import tarfile

import numpy as np
from PIL import Image
import pytest

from custom_components.facequota.quota.gallery import Gallery
from scripts.proof.decimals import Decimals
from scripts.proof.files import Findings, Search, pictures_in
from scripts.proof.memory import Memory
from scripts.proof.needles import Needles, spelled
from scripts.proof.network import parse
from scripts.proof.rows import rows_apart, transforms, unit_vectors
from scripts.proof.unlinkable import linkability

TEMPLATE = np.random.default_rng(7).normal(0, 0.1, 128).astype(np.float32)
CONTENT = TEMPLATE.tobytes()


def search() -> Search:
    """Return a search for one template."""
    return Search(Needles(spelled("template", CONTENT)), Decimals([TEMPLATE]))


def packed(content: bytes) -> bytes:
    """Return a packed archive in an archive, as a backup is."""
    for name, mode in (("data/file", "w:gz"), ("inner.tar.gz", "w")):
        buffer = BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode) as tar:  # type: ignore[call-overload]
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, BytesIO(content))
        content = buffer.getvalue()
    return content


@pytest.mark.parametrize(
    ("where", "content"),
    [
        ("raw", b"x" * 13 + CONTENT),
        ("scrap", CONTENT[100:140]),
        ("hexadecimal", CONTENT.hex().encode()),
        ("base64", base64.b64encode(b"ab" + CONTENT)),
        ("decimals", str([round(float(n), 3) for n in TEMPLATE]).encode()),
        ("backup.tar", packed(CONTENT)),
    ],
    # Without them the content would be the name, and differ between two processes.
    ids=["raw", "scrap", "hexadecimal", "base64", "decimals", "backup"],
)
def test_a_template_is_found_in_every_spelling(where: str, content: bytes) -> None:
    findings = Findings()
    search().content(where, content, findings)
    assert not findings.nothing


def test_an_invalid_template_is_not_found() -> None:
    findings = Findings()
    other = np.random.default_rng(8).normal(0, 0.1, 128)
    for content in (os.urandom(1_000_000), str(other.tolist()).encode()):
        search().content("other", content, findings)
    assert findings.nothing


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_any_picture_is_found(kind: str) -> None:
    buffer = BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, kind)
    assert pictures_in(b"before" + buffer.getvalue()) == 1
    # Three bytes begin a JPEG, but they are no picture yet.
    assert pictures_in(b"\xff\xd8\xff" * 100 + os.urandom(100_000)) == 0


def test_protected_templates_and_their_key_are_found_in_memory_and_go() -> None:
    gallery = Gallery(128)
    draw = np.random.default_rng(9)
    pair = draw.normal(size=(2, 128)).astype(np.float32)
    pair /= np.linalg.norm(pair, axis=1, keepdims=True)
    gallery.add_all(["one", "other"], pair)
    distance = float(np.linalg.norm(pair[0] - pair[1]))
    memory = Memory(os.getpid())
    rows = unit_vectors(memory, 128)
    address = gallery.rows.__array_interface__["data"][0]
    assert address in {row.address for row in rows_apart(rows, distance)}
    assert transforms(rows)
    kept = gallery.rows[0].tobytes()
    assert kept in memory.read(address, 1024)
    gallery.clear()
    assert kept not in memory.read(address, 1024)


def test_the_way_of_a_packet_is_read() -> None:
    header = bytes([0x45, *(0,) * 8, 6, 0, 0, 10, 0, 0, 1, 192, 0, 2, 1])
    packet = parse(0x0800, header + bytes([0, 1, 1, 187, *(0,) * 9, 0x02]))
    assert packet is not None
    assert str(packet) == "TCP 192.0.2.1:443"
    assert packet.opens


def test_scores_that_tell_people_apart_are_called_linkable() -> None:
    draw = np.random.default_rng(10)
    same, other = draw.normal(0, 1, 3000), draw.normal(0, 1, 3000)
    assert linkability(same, other).is_guessing
    assert not linkability(same, other + 0.3).is_guessing
