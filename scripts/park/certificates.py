"""Certificates of an authority of one's own, for a server on the loopback."""

from datetime import UTC, datetime, timedelta
import ipaddress
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

_DAY: Final = timedelta(days=1)


def certified(
    folder: Path, address: str = "127.0.0.1", *, expired: bool = False
) -> tuple[str, list[str]]:
    """Make an authority and a server's certificate for an address.

    Returns the authority's certificate as text, and the settings of a server that uses
    the other one; its files go into the folder.
    """
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("An operator", authority, "An operator", authority, None)
    leaf = _certificate(
        "A server", server, "An operator", authority, address, expired=expired
    )
    texts = {
        "ca.crt": root.public_bytes(Encoding.PEM),
        "server.crt": leaf.public_bytes(Encoding.PEM),
        "server.key": server.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    settings = [
        *("--tls-auth-clients", "no"),
        *("--tls-cert-file", str(folder / "server.crt")),
        *("--tls-key-file", str(folder / "server.key")),
        *("--tls-ca-cert-file", str(folder / "ca.crt")),
    ]
    return texts["ca.crt"].decode(), settings


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuers_key: ec.EllipticCurvePrivateKey,
    address: str | None,
    *,
    expired: bool = False,
) -> x509.Certificate:
    """Return a certificate for an address, or an authority's own without one."""
    now = datetime.now(UTC) - (2 * _DAY if expired else timedelta())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(
            x509.BasicConstraints(ca=address is None, path_length=None), True
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                issuers_key.public_key()
            ),
            False,
        )
    )
    if address is None:
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, True)
    else:
        names = [x509.IPAddress(ipaddress.ip_address(address))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    return builder.sign(issuers_key, SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
