"""How 17TRACK knows us, and how we know 17TRACK."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from crossborder.conversation import Credentials, Request, Token
from crossborder.errors import MissingCredential
from crossborder.secret import Secret
from crossborder.wire.sign import same, sha256_hex

__all__ = ["Key", "inside", "proven", "signature"]


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


def inside(body: bytes, secrets: Sequence[Secret]) -> bool:
    """Whether one of the keys made the `sign` that a message of version 1 carries inside itself.

    It is SHA-256 in hex over the event, the data as they were sent, and the key, with slashes
    between them (v1 document); so the data are taken from the body as they stand, never written
    anew. What is no such message proves nothing.
    """
    try:
        parts = _members(body.decode())
        sign, event = json.loads(parts["sign"]), json.loads(parts["event"])
        signed = f"{event}/{parts['data']}".encode()
    except (ValueError, KeyError, RecursionError):
        return False
    if not isinstance(sign, str):
        return False
    fits = [same(sign.strip().casefold(), signature(signed, secret)) for secret in secrets]
    return any(fits)


def _members(text: str) -> dict[str, str]:
    """The members of a JSON object by name, each as it is written; ValueError where it is none."""
    scan, found = json.JSONDecoder().raw_decode, {}
    place = _after(text, 0, "{")
    while True:
        name, end = scan(text, place)
        start = _after(text, end, ":")
        _, end = scan(text, start)
        found[str(name)] = text[start:end]
        if text[end:].lstrip()[:1] != ",":
            break
        place = _after(text, end, ",")
    if text[end:].strip() != "}":
        raise ValueError(text[end:])
    return found


def _after(text: str, place: int, mark: str) -> int:
    """Where the next value begins behind a mark."""
    rest = text[place:].lstrip()
    if not rest.startswith(mark):
        raise ValueError(rest[:1])
    return len(text) - len(rest[1:].lstrip())
