"""Encryption of the data on the server, so that the server cannot read it.

A template lies there sealed by ChaCha20-Poly1305 (RFC 8439) under the epoch's key, for
one visitor and until one moment: copied to another visitor, or kept back and written
again later, it cannot be opened. The epoch's key passes from instance to instance under
a key agreed by X25519 (RFC 7748), whose private halves never leave their memory: a dump
of the server and of every disk does not reveal it.
"""

import json
import os
import struct
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
import numpy as np
from numpy.typing import NDArray

from .pairing import Pairing

_NONCE: Final = 12
_TAG: Final = 16
_LATEST: Final = struct.Struct("<d")


class Forged(Exception):
    """The data was not sealed by a member of this quota, or not for this place."""


class Opened(NamedTuple):
    """A template, and the latest TAT in ms that the portion it was sealed for allows."""

    template: NDArray[np.float32]
    latest: float


class EpochKey:
    """Seals and opens the templates of one epoch."""

    def __init__(self, epoch: str, key: bytes | None = None) -> None:
        """Draw a key, or take over the one that another instance drew."""
        self.epoch = epoch
        self._key = bytearray(key or os.urandom(32))
        self._cipher = ChaCha20Poly1305(self._key)

    def seal(self, visitor: str, template: NDArray[np.float32], latest: float) -> bytes:
        """Return a template sealed for a visitor, and until when it may be remembered."""
        plain = bytearray(_LATEST.size + template.nbytes)
        _LATEST.pack_into(plain, 0, latest)
        np.frombuffer(plain, np.float32, offset=_LATEST.size)[:] = template
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, plain, self._place(visitor))
        plain[:] = bytes(len(plain))
        return sealed

    def open(self, visitor: str, sealed: bytes) -> Opened:
        """Return the opened template of a visitor; the caller overwrites it.

        Raises Forged unless this epoch's key sealed it for this visitor.
        """
        size = len(sealed) - _NONCE - _TAG - _LATEST.size
        if size <= 0 or size % 4:
            raise Forged
        plain = bytearray(_LATEST.size + size)
        try:
            self._cipher.decrypt_into(
                sealed[:_NONCE], sealed[_NONCE:], self._place(visitor), plain
            )
        except InvalidTag as error:
            raise Forged from error
        (latest,) = _LATEST.unpack_from(plain)
        return Opened(np.frombuffer(plain, np.float32, offset=_LATEST.size), latest)

    def _place(self, visitor: str) -> bytes:
        return f"template {self.epoch} {visitor}".encode()

    def raw(self) -> bytes:
        """Return the key itself, to be handed over."""
        return bytes(self._key)

    def overwrite(self) -> None:
        """Overwrite the key: the epoch is over."""
        self._key[:] = bytes(len(self._key))
        self._cipher = ChaCha20Poly1305(bytes(32))


class Greeting(NamedTuple):
    """The report of an instance about itself to the others."""

    name: str
    public: bytes
    epoch: str
    """The epoch whose key it has; empty if none."""


class Membership:
    """Proves to the other instances that this is a member, and agrees on keys."""

    def __init__(self, pairing: Pairing, instance: str) -> None:
        """Draw this run's key pair."""
        self._pairing = pairing
        self._cipher = ChaCha20Poly1305(pairing.key)
        self._private = X25519PrivateKey.generate()
        self.instance = instance
        self.public = self._private.public_key().public_bytes_raw()

    def greeting(self, name: str, epoch: str) -> bytes:
        """Return this instance's greeting, sealed."""
        said = json.dumps([name, self.public.hex(), epoch]).encode()
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, said, self._place(self.instance))

    def read_greeting(self, instance: str, sealed: bytes) -> Greeting:
        """Return an instance's greeting; raise Forged if it is not a member."""
        try:
            said = self._cipher.decrypt(
                sealed[:_NONCE], sealed[_NONCE:], self._place(instance)
            )
            name, public, epoch = json.loads(said)
        except (InvalidTag, ValueError) as error:
            raise Forged from error
        return Greeting(name, bytes.fromhex(public), epoch)

    def wrap(self, key: EpochKey, instance: str, greeting: Greeting) -> bytes:
        """Return an epoch's key, sealed for one other instance."""
        nonce = os.urandom(_NONCE)
        cipher = self._agreed(greeting.public, key.epoch, self.instance, instance)
        sealed = cipher.encrypt(nonce, key.raw(), None)
        return f"{self.instance} ".encode() + nonce + sealed

    def sender(self, wrapped: bytes) -> str:
        """Return which instance claims to have sealed a key."""
        return wrapped.partition(b" ")[0].decode("ascii", "replace")

    def unwrap(self, wrapped: bytes, epoch: str, greeting: Greeting) -> EpochKey:
        """Return the epoch's key from its sender's greeting; raise Forged."""
        sender, _, rest = wrapped.partition(b" ")
        cipher = self._agreed(greeting.public, epoch, sender.decode(), self.instance)
        try:
            key = cipher.decrypt(rest[:_NONCE], rest[_NONCE:], None)
        except (InvalidTag, ValueError) as error:
            raise Forged from error
        return EpochKey(epoch, key)

    def _agreed(
        self, public: bytes, epoch: str, sender: str, receiver: str
    ) -> ChaCha20Poly1305:
        """Return the cipher that only these two instances can compute, for this epoch.

        The pairing key is the salt: without it the cipher is another one.
        """
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError as error:
            raise Forged from error
        info = f"epoch {self._pairing.quota} {epoch} {sender} {receiver}".encode()
        derive = HKDF(SHA256(), length=32, salt=self._pairing.key, info=info)
        return ChaCha20Poly1305(derive.derive(shared))

    def _place(self, instance: str) -> bytes:
        return f"greeting {self._pairing.quota} {instance}".encode()
