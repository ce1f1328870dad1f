"""A search in files, in what is packed in them, and in what an API answered."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
import hashlib
from io import BytesIO
import os
from pathlib import Path
import tarfile
from typing import Final

from .decimals import Decimals
from .needles import Needles

_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_JPEG: Final = b"\xff\xd8\xff"
_MAX_SEGMENTS: Final = 64


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a search has gone through, and what it met where."""

    files: int = 0
    size: int = 0
    met: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)

    @property
    def megabytes(self) -> float:
        """Return how much was searched."""
        return round(self.size / 1e6, 1)

    @property
    def nothing(self) -> bool:
        """Return if there was nothing to find."""
        return not self.met and not self.pictures

    def as_text(self) -> str:
        """Return what was searched and met."""
        searched = f"{self.files:,} files, {self.megabytes:,} MB"
        met = [f"{where} ({count})" for where, count in self.met.most_common(5)]
        met += [f"a picture in {where}" for where in list(self.pictures)[:5]]
        return f"{searched}: {', '.join(met) if met else 'nothing found'}"


class Search:
    """Looks for secrets, for templates in decimals and for any picture at all."""

    def __init__(self, needles: Needles, decimals: Decimals) -> None:
        """Begin with nothing searched."""
        self._needles = needles
        self._decimals = decimals

    def content(self, where: str, content: bytes, findings: Findings) -> None:
        """Search some bytes, and whatever archive they are."""
        findings.files += 1
        findings.size += len(content)
        for name, count in self._needles.count(content).items():
            findings.met[f"{name} in {where}"] += count
        for _ in self._decimals.find(content):
            findings.met[f"a template in decimals in {where}"] += 1
        if count := pictures_in(content):
            findings.pictures[where] += count
        if where.endswith((".tar", ".tar.gz", ".tgz")):
            for name, member in members(content):
                self.content(f"{where}/{name}", member, findings)

    def folders(
        self,
        folders: Sequence[Path],
        *,
        skip: Callable[[Path], bool] = lambda _: False,
    ) -> Findings:
        """Search every file below some folders."""
        findings = Findings()
        for path in walk(folders):
            if skip(path):
                continue
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                # It went away since the folder was read.
                continue
            self.content(str(path), content, findings)
        return findings


def walk(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield every regular file below some folders, through links to folders too."""
    seen: set[str] = set()
    for folder in folders:
        for place, names, files in os.walk(folder, followlinks=True):
            real = os.path.realpath(place)
            if real in seen:
                names.clear()
                continue
            seen.add(real)
            yield from (
                path for name in sorted(files) if (path := Path(place, name)).is_file()
            )


def digests(folders: Sequence[Path]) -> dict[Path, bytes]:
    """Return what every file holds now, to tell later which ones have changed."""
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in walk(folders)}


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files in a tar archive, packed or not."""
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                yield member.name, file.read()


def pictures_in(content: bytes) -> int:
    """Return how many JPEG and PNG pictures begin in some bytes.

    Three bytes begin a JPEG, and in a large file any three bytes are met: what follows
    has to be a JPEG's segments up to its frame header too.
    """
    count = content.count(_PNG)
    at = content.find(_JPEG)
    while at >= 0:
        count += _is_jpeg(content, at + 2)
        at = content.find(_JPEG, at + 1)
    return count


def _is_jpeg(content: bytes, at: int) -> bool:
    """Return if segments follow that end in a frame header (ITU-T T.81, B.1.1)."""
    for _ in range(_MAX_SEGMENTS):
        if len(content) < at + 4 or content[at] != 0xFF:
            return False
        marker = content[at + 1]
        if marker in (0xC0, 0xC1, 0xC2):
            return True
        if marker not in (0xC4, 0xDB, 0xDD, 0xFE) and not 0xE0 <= marker <= 0xEF:
            return False
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return False
