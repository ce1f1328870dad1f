"""A network without a way out, and a capture of everything sent into it."""

import asyncio
from collections import Counter
from dataclasses import dataclass
import ipaddress
import socket
import struct
import subprocess
from typing import Final, Self

OUTSIDE: Final = "outside"
# TEST-NET-1 (RFC 5737): no network has these addresses, so they are reached by the
# default route.
NOWHERE: Final = "192.0.2.1"

_ADDRESS: Final = "10.77.0.2/24"
_GATEWAY: Final = "10.77.0.1"
_ETH_P_ALL: Final = 0x0003
_ETH_P_IP: Final = 0x0800
_ETH_P_IPV6: Final = 0x86DD
_OUTGOING: Final = 4
_PROTOCOLS: Final = {1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 58: "ICMPv6"}


def build() -> None:
    """Give this network namespace a loopback, an interface and a default route.

    Nothing is behind the interface. It is there so that an attempt to reach the outside
    becomes packets that can be seen: without a route it would end before the first one.
    Raises subprocess.CalledProcessError where the kernel has no such interfaces.
    """
    _ip("link set lo up")
    try:
        _ip(f"link add {OUTSIDE} type dummy")
    except subprocess.CalledProcessError:
        _ip(f"link add {OUTSIDE} type veth peer name beyond")
        _ip("link set beyond up")
    # There is no host that could answer ARP requests.
    _ip(f"link set {OUTSIDE} arp off up")
    _ip(f"addr add {_ADDRESS} dev {OUTSIDE}")
    _ip(f"route add default via {_GATEWAY} dev {OUTSIDE}")


def _ip(arguments: str) -> None:
    subprocess.run(["ip", *arguments.split()], check=True, capture_output=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet that left by an interface."""

    protocol: str
    destination: str
    port: int | None
    opens: bool
    """It is the first one of a TCP connection."""

    @property
    def is_multicast(self) -> bool:
        """Return if it goes to every listener on the local network, such as mDNS."""
        address = ipaddress.ip_address(self.destination)
        return address.is_multicast or self.destination == "255.255.255.255"

    def __str__(self) -> str:
        """Return where it went."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.protocol} {self.destination}{port}"


class Capture:
    """Reads what leaves by one interface."""

    def __init__(self, interface: str) -> None:
        """Open a packet socket; it needs the right to do so (CAP_NET_RAW)."""
        self.packets: list[Packet] = []
        self._socket = socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL)
        )
        self._socket.bind((interface, _ETH_P_ALL))
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        """Begin to read."""
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def counted(self) -> Counter[str]:
        """Return the number of packets by destination."""
        return Counter(str(packet) for packet in self.packets)

    def _read(self) -> None:
        """Read the packets that have come."""
        while True:
            try:
                content, (_, protocol, kind, *_) = self._socket.recvfrom(2048)
            except BlockingIOError:
                return
            if kind == _OUTGOING and (packet := parse(protocol, content)):
                self.packets.append(packet)


def parse(ethertype: int, content: bytes) -> Packet | None:
    """Return where an IP packet goes; None for anything else."""
    if ethertype == _ETH_P_IP and len(content) >= 20:
        header = 4 * (content[0] & 0x0F)
        number, destination = content[9], content[16:20]
    elif ethertype == _ETH_P_IPV6 and len(content) >= 40:
        header, number, destination = 40, content[6], content[24:40]
    else:
        return None
    payload = content[header:]
    has_port = number in (6, 17) and len(payload) >= 4
    return Packet(
        protocol=_PROTOCOLS.get(number, f"IP {number}"),
        destination=str(ipaddress.ip_address(destination)),
        port=struct.unpack_from("!H", payload, 2)[0] if has_port else None,
        # SYN without ACK.
        opens=number == 6 and len(payload) > 13 and payload[13] & 0x12 == 0x02,
    )


def knock() -> None:
    """Send one packet to an unused address, to show that the capture sees it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"?", (NOWHERE, 9))
