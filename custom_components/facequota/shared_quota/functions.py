"""The functions that run on the server, and how they are called.

A library is named by its contents, so instances of different versions can load their
own ones beside each other. They share only the layout of the keys, which every function
checks.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

_FOLDER: Final = Path(__file__).parent / "server_functions"


class Client(Protocol):
    """The part of the server's client that is used here."""

    async def execute_command(self, *args: Any) -> Any:
        """Send one command and return its answer; raise the server's error."""


class OtherLayout(Exception):
    """The quota on this server was begun by a version with another layout of the keys."""


class EpochEnded(Exception):
    """The epoch that a call was made for is over; nothing has changed."""


class Fallen(Exception):
    """The log on the server no longer has all changes; nothing was done."""


@cache
def library() -> tuple[str, str]:
    """Return the functions' prefix and the library's source. Reads files: not in an event loop."""
    source = "\n".join(path.read_text() for path in sorted(_FOLDER.glob("*.lua")))
    prefix = f"fq_{sha256(source.encode()).hexdigest()[:10]}_"
    # Redis wants the library's name in the first line, before any comment.
    return prefix, source.replace("@PREFIX@", prefix).replace("@NAME@", prefix[:-1])


async def load(client: Client) -> None:
    """Put this version's functions on the server, unless they are there."""
    name = library()[0][:-1]
    found = await client.execute_command(
        "FUNCTION", "LIST", "LIBRARYNAME", name, "WITHCODE"
    )
    source = library()[1]
    # Other code by this name is replaced: the name is a digest of the code.
    if not any(source.encode() in _flat(one) for one in found):
        await client.execute_command("FUNCTION", "LOAD", "REPLACE", source)


def _flat(entry: Any) -> list[Any]:
    """Return the values of a list or mapping that the server sent."""
    return list(entry.values()) if isinstance(entry, dict) else list(entry)


class Functions:
    """One quota's functions on one server, each with its arguments in order."""

    def __init__(self, client: Client, quota: str) -> None:
        """Call the functions for the keys of one quota."""
        self._client = client
        self._keys = f"fq:{{{quota}}}:"

    async def call(self, name: str, *args: str | bytes | float) -> list[Any]:
        """Call a function; return its answer: a word, the server's time in ms, the rest.

        Raises OtherLayout, EpochEnded or Fallen where the answer is one of these.
        """
        answer: list[Any] = await self._client.execute_command(
            "FCALL", library()[0] + name, 1, self._keys, *args
        )
        match answer[0]:
            case b"layout":
                raise OtherLayout
            case b"epoch":
                raise EpochEnded
            case b"gap":
                raise Fallen
        return answer

    def key(self, name: str) -> str:
        """Return the full name of one of this quota's keys."""
        return self._keys + name
