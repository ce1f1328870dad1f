"""Why the shared quota is not available; each reason has a text in the UI."""

from enum import StrEnum
import ssl
from typing import Final

from valkey.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    ValkeyError,
)

from .functions import Fallen, OtherLayout


class Trouble(StrEnum):
    """The reasons."""

    NO_ANSWER = "no_answer"
    TLS = "tls"
    TLS_ONLY = "tls_only"
    CERTIFICATE_UNKNOWN = "certificate_unknown"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NAME = "certificate_name"
    WRONG_PASSWORD = "wrong_password"
    NO_PERMISSION = "no_permission"
    PERSISTENCE = "persistence"
    EVICTION = "eviction"
    TOO_OLD = "too_old"
    PUBLIC_ADDRESS = "public_address"
    CLOCKS = "clocks"
    READ_ONLY = "read_only"
    FULL = "full"
    OTHER_VERSION = "other_version"
    REFUSED = "refused"


class Unfit(Exception):
    """A server that cannot be used; the reason is a Trouble."""

    def __init__(self, trouble: Trouble) -> None:
        """Remember the reason."""
        super().__init__(trouble)
        self.trouble = trouble


FAILURES: Final = (ValkeyError, OSError, TimeoutError, Unfit, Fallen, OtherLayout)

# The reasons of X509_verify_cert (OpenSSL's x509_vfy.h) that a manager can fix without
# another authority: not valid yet, expired; another name, another address.
_CERTIFICATES: Final = {
    9: Trouble.CERTIFICATE_EXPIRED,
    10: Trouble.CERTIFICATE_EXPIRED,
    62: Trouble.CERTIFICATE_NAME,
    64: Trouble.CERTIFICATE_NAME,
}


def trouble_of(error: BaseException) -> Trouble:
    """Return the reason for the error of a call."""
    match error:
        case Unfit():
            return error.trouble
        case BaseExceptionGroup():
            return trouble_of(error.exceptions[0])
        case OtherLayout():
            return Trouble.OTHER_VERSION
        case NoPermissionError():
            return Trouble.NO_PERMISSION
        case AuthenticationError() | AuthorizationError():
            return Trouble.WRONG_PASSWORD
        case ReadOnlyError():
            return Trouble.READ_ONLY
        case OutOfMemoryError():
            return Trouble.FULL
        case ResponseError():
            return _answered(str(error))
    return _unanswered(error)


def _unanswered(error: BaseException) -> Trouble:
    """Return the reason for a missing answer: the client wraps TLS errors."""
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case ssl.SSLCertVerificationError():
                reason = cause.verify_code
                return _CERTIFICATES.get(reason, Trouble.CERTIFICATE_UNKNOWN)
            case ssl.SSLError():
                return Trouble.TLS
        cause = cause.__cause__ or cause.__context__
    return Trouble.NO_ANSWER


def _answered(text: str) -> Trouble:
    """Return the reason for an error that the client has no class for.

    An error inside a function comes with the function's name before and behind it.
    """
    for sign, trouble in {
        "OOM": Trouble.FULL,
        "READONLY": Trouble.READ_ONLY,
        "NOPERM": Trouble.NO_PERMISSION,
        "WRONGPASS": Trouble.WRONG_PASSWORD,
        "NOAUTH": Trouble.WRONG_PASSWORD,
    }.items():
        if sign in text:
            return trouble
    return Trouble.REFUSED
