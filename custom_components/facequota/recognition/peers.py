"""The hosts that this process is connected to: a camera may redirect the reader.

FFmpeg follows redirects, and no option forbids that. The connections show it afterwards.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
import socket
from typing import Final
from urllib.parse import urlsplit

MAX_FILES: Final = 256
"""More than a reader ever has open."""

type Host = IPv4Address | IPv6Address


def peers() -> set[tuple[int, Host]]:
    """Return every connection of this process: the number of its file, and the host."""
    found = ((number, _peer(number)) for number in range(MAX_FILES))
    return {(number, host) for number, host in found if host is not None}


def lead_to(url: str, connections: set[tuple[int, Host]]) -> bool:
    """Return if all of them lead to the host whose IP address is in an address."""
    named = _host(urlsplit(url).hostname or "")
    return all(host == named for _, host in connections)


def _peer(number: int) -> Host | None:
    """Return the host at the other end of a connection; None if the file is not one."""
    try:
        connection = socket.socket(fileno=number)
    except OSError:
        return None
    try:
        return _host(connection.getpeername()[0])
    except OSError, ValueError, IndexError:
        return None
    finally:
        # The file belongs to FFmpeg: it must not be closed here.
        connection.detach()


def _host(text: str) -> Host:
    """Return a host from its IP address; raises ValueError."""
    host = ip_address(text.partition("%")[0])
    mapped = host.ipv4_mapped if isinstance(host, IPv6Address) else None
    return mapped or host
