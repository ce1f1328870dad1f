"""The pairing secret: what makes two instances members of one quota.

It is drawn at random, written as a code of 24 signs, and stretched by scrypt (RFC 7914),
so that even with a sealed message from a dump of the server it cannot be guessed.
"""

from dataclasses import dataclass
from hashlib import sha256
import secrets
from typing import Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

# Crockford's base 32: no I, L, O or U, which are read as something else.
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("ILO", "110", "- \t\n")
_SECRET_SIGNS: Final = 22
_CHECK_SIGNS: Final = 2
_GROUP: Final = 4
# 32 MiB and some 0.1 s, as RFC 7914 proposes for a computation that is rare.
_COST: Final = 2**15


class WrongCode(ValueError):
    """Not a pairing code, or one with a typing error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The keys that are derived from a pairing code."""

    quota: str
    """The name of the quota on the server; it tells nothing of the key."""
    key: bytes
    """32 bytes that only members have."""


def new_code() -> str:
    """Return a new pairing code, 110 random bits in groups of four signs."""
    secret = "".join(secrets.choice(_SIGNS) for _ in range(_SECRET_SIGNS))
    return _grouped(secret + _check(secret))


def read_code(text: str) -> str:
    """Return a code as new_code writes it; raise WrongCode if it cannot be one."""
    signs = text.upper().translate(_READ_AS)
    secret, check = signs[:_SECRET_SIGNS], signs[_SECRET_SIGNS:]
    if any(sign not in _SIGNS for sign in signs) or check != _check(secret):
        raise WrongCode
    return _grouped(signs)


def pairing(code: str) -> Pairing:
    """Return the keys of a code. Takes 0.1 s of a core: not in an event loop."""
    stretched = Scrypt(
        salt=b"FaceQuota shared quota", length=48, n=_COST, r=8, p=1
    ).derive(read_code(code).encode())
    return Pairing(quota=stretched[32:].hex(), key=stretched[:32])


def _check(secret: str) -> str:
    digest = sha256(secret.encode()).digest()
    return "".join(_SIGNS[byte % 32] for byte in digest[:_CHECK_SIGNS])


def _grouped(signs: str) -> str:
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))
