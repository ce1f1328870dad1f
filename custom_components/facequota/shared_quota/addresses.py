"""Parses the addresses of servers as people write them."""

import asyncio
from dataclasses import dataclass
import ipaddress
import re
import socket
from typing import Final

DEFAULT_PORT: Final = 6379
# A name or an IPv4 address, or an IPv6 address in brackets; then a port, if there is one.
_WRITTEN: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one server listens."""

    host: str
    port: int


def read_addresses(text: str) -> tuple[Address, ...]:
    """Return the addresses of a list with commas or spaces; raise ValueError."""
    found = []
    for one in re.split(r"[,\s]+", text.strip()):
        # An IPv6 address alone needs no brackets: a port cannot follow it.
        match = _WRITTEN.fullmatch(f"[{one}]" if one.count(":") > 1 else one)
        match = match or _WRITTEN.fullmatch(one)
        if match is None:
            raise ValueError("no address")
        port = int(match[3] or DEFAULT_PORT)
        if not 0 < port < 65536:
            raise ValueError("no port")
        found.append(Address(host=match[1] or match[2], port=port))
    return tuple(found)


async def is_public(address: Address) -> bool:
    """Return whether an address can be reached from everywhere; raise OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    return any(ipaddress.ip_address(one[4][0]).is_global for one in found)
