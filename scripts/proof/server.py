"""What a copy of a shared quota's server holds, alone and with an old disk of a site.

The server is asked for everything that it can be asked for: the file that it would write
(SAVE, uncompressed), and its whole memory as the kernel shows it. The pairing code is
read from the site's own configuration, as somebody with its disk could.
"""

from collections.abc import Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from valkey.asyncio import Valkey

from custom_components.facequota.const import CONF_PAIRING_CODE
from custom_components.facequota.shared_quota.pairing import Pairing, pairing
from custom_components.facequota.shared_quota.seal import (
    EpochKey,
    Forged,
    Greeting,
    Membership,
)
from scripts.park.server import QuotaServer

from .memory import Memory
from .needles import NEEDLE_BYTES, Needles, Secret
from .report import Line

type Sealed = dict[tuple[str, str], bytes]
"""What lies sealed, by epoch and visitor."""

_DUMP: Final = "dump.rdb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """Everything that a server holds at one moment."""

    file: bytes
    memory: bytes
    sealed: Sealed
    greetings: dict[str, bytes]
    """What each instance says of itself, sealed."""
    handed: dict[str, bytes]
    """Keys on their way from one instance to another, sealed."""

    @property
    def everything(self) -> bytes:
        """Return all of it."""
        return self.file + self.memory


async def dump(server: QuotaServer, password: str | None = None) -> Dump:
    """Copy all that a server holds, as its operator or a thief can."""
    client: Any = Valkey(host="127.0.0.1", port=server.port, password=password)
    try:
        await client.config_set("rdbcompression", "no")
        await client.save()
        sealed: Sealed = {}
        greetings, handed = {}, {}
        async for key in client.scan_iter("fq:*"):
            kind, _, rest = key.decode().partition("}:")[2].partition(":")
            if kind == "v":
                epoch, _, visitor = rest.partition(":")
                sealed[epoch, visitor] = await client.hget(key, "t")
            elif kind == "i":
                greetings[rest] = await client.get(key)
            elif kind == "k":
                handed[rest] = await client.get(key)
    finally:
        await client.aclose()
    assert server.process is not None
    pieces = Memory(server.process.pid).pieces(overlap=0)
    return Dump(
        file=(server.folder / _DUMP).read_bytes(),
        memory=b"".join(piece.content for piece in pieces),
        sealed=sealed,
        greetings=greetings,
        handed=handed,
    )


def code_on_disk(configuration: Path) -> str:
    """Return the pairing code from a Home Assistant's configuration folder."""
    entries = json.loads((configuration / ".storage/core.config_entries").read_text())
    code: str = next(
        subentry["data"][CONF_PAIRING_CODE]
        for entry in entries["data"]["entries"]
        for subentry in entry.get("subentries", ())
        if CONF_PAIRING_CODE in subentry["data"]
    )
    return code


def opened_by(secret: Pairing, seen: Dump) -> tuple[list[str], int]:
    """Return which names and how many templates or keys a pairing code opens."""
    stranger = Membership(secret, "00" * 8)
    greetings: list[Greeting] = []
    for instance, sealed in seen.greetings.items():
        try:
            greetings.append(stranger.read_greeting(instance, sealed))
        except Forged:
            continue
    opened = 0
    for (epoch, visitor), sealed in seen.sealed.items():
        opened += _opens(EpochKey(epoch, secret.key), visitor, sealed)
        for wrapped in seen.handed.values():
            for greeting in greetings:
                try:
                    key = stranger.unwrap(wrapped, epoch, greeting)
                except Forged:
                    continue
                opened += _opens(key, visitor, sealed)
    return [one.name for one in greetings], opened


def _opens(key: EpochKey, visitor: str, sealed: bytes) -> bool:
    try:
        key.open(visitor, sealed)
    except Forged:
        return False
    return True


def linked(before: Dump, after: Dump) -> int:
    """Return how many pieces of what lay sealed, and how many ids, are met again."""
    pieces = [
        sealed[at : at + NEEDLE_BYTES]
        for sealed in before.sealed.values()
        for at in range(0, len(sealed) - NEEDLE_BYTES, NEEDLE_BYTES)
    ]
    ids = [visitor.encode() for _, visitor in before.sealed]
    needles = Needles([Secret(name="before", pieces=(*pieces, *ids))])
    return needles.count(after.file).total()


def server_line(
    before: Dump, after: Dump, secrets: Sequence[Secret], site: str, code: str
) -> Line:
    """Return what two copies, one before a purge and one after it, tell of anybody."""
    needles = Needles(secrets)
    found = needles.count(before.everything)
    named = before.everything.count(site.encode())
    names, opened = opened_by(pairing(code), before)
    again = linked(before, after)
    control = linked(before, before)
    planted = needles.count(before.file + b"".join(secrets[0].pieces))
    size = len(before.everything) / 1e6
    return Line(
        name="server",
        claim="A copy of a shared quota's server, alone or with a site's old disk, holds "
        "no template, no picture and no name, opens nothing, and links nobody with "
        "another epoch.",
        shown=not found
        and not named
        and not opened
        and not again
        and site in names
        and bool(before.sealed and after.sealed and control and planted),
        found=f"{len(before.sealed)} visitors; {size:.1f} MB of dump and memory: "
        f"{dict(found) or 'nothing found'}; the site's name is met {named} times; with "
        f"the pairing code from the disk {opened} templates open; after a purge and new "
        f"visits {again} pieces of the sealed templates and ids are met again",
        control=f"a template put into the copy is found ({planted.total()} pieces); with "
        f"the code the names of the sites open: {', '.join(names)}; in the first copy "
        f"{control} pieces are met",
        figures={"visitors": len(before.sealed), "found": dict(found), "linked": again},
    )


def as_secret(name: str, template: np.ndarray) -> Secret:
    """Return a template in any length and byte order as what is looked for."""
    unit = template / np.linalg.norm(template)
    return Secret(
        name=name,
        pieces=tuple(
            content[at : at + NEEDLE_BYTES]
            for vector in (template, unit)
            for order in ("<f4", ">f4")
            for content in (vector.astype(order).tobytes(),)
            for at in range(0, len(content), 2 * NEEDLE_BYTES)
        ),
    )
