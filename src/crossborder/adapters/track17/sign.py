"""How 17TRACK knows us, and how we know 17TRACK."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from crossborder.conversation import Credentials, Request, Token
from crossborder.errors import MissingCredential
from crossborder.secret import Secret
from crossborder.wire.sign import same, sha256_hex

__all__ = ["Key", "proven", "signature"]


@frozen
class Key(Credentials):
    """The security key of an account: sent as it is, in the header `17token`."""

    secret: Secret

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with the key."""
        return request.with_headers({"17token": self.secret.reveal()})


def signature(body: bytes, key: Secret) -> str:
    """SHA-256 in hex over the raw body, a slash and the key (v2.4 document; it is no HMAC).

    >>> signature(b'{}', Secret("123456ABCDEF"))[:16]
    '303c4aa999f692df'
    """
    if not key:
        # Anybody can sign with nothing: an unset variable must not open the door.
        raise MissingCredential("an empty key signs nothing", name="key")
    return sha256_hex(body + b"/" + key.reveal().encode())


def proven(body: bytes, headers: Mapping[str, str], secrets: Sequence[Secret]) -> bool:
    """Whether one of the keys made the header `sign` for these very bytes.

    Every key is tried, whichever fits: the time taken says nothing about them.
    """
    given = next((value for name, value in headers.items() if name.casefold() == "sign"), "")
    fits = [same(given.strip().casefold(), signature(body, secret)) for secret in secrets]
    return any(fits)
