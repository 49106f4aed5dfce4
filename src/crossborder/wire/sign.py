"""The sums vendors sign with, and how a signature is compared.

Keys come as `Secret`s and are revealed here only. Texts are signed as UTF-8; hex digits are small.

>>> hmac_sha256_hex(Secret("key"), "message")[:16]
'6e9ef29b75fffc5b'
"""

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime, timedelta

from crossborder.errors import MissingCredential, NaiveTime
from crossborder.secret import Secret

__all__ = [
    "hmac_md5_hex",
    "hmac_sha1_hex",
    "hmac_sha256_base64",
    "hmac_sha256_hex",
    "md5_hex",
    "same",
    "sha256_hex",
    "timely",
]


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _hmac(key: Secret, content: str | bytes, method: str) -> "hmac.HMAC":
    if not key:
        # Anybody can sign with nothing: an unset variable must not open the door.
        raise MissingCredential("an empty secret signs nothing", name="secret")
    return hmac.new(key.reveal().encode(), _bytes(content), method)


def hmac_sha1_hex(key: Secret, content: str | bytes) -> str:
    """HMAC-SHA1 in hex; a vendor that wants capitals gets `.upper()`."""
    return _hmac(key, content, "sha1").hexdigest()


def hmac_md5_hex(key: Secret, content: str | bytes) -> str:
    """HMAC-MD5 in hex, where a vendor still asks for it."""
    return _hmac(key, content, "md5").hexdigest()


def hmac_sha256_hex(key: Secret, content: str | bytes) -> str:
    """HMAC-SHA256 in hex."""
    return _hmac(key, content, "sha256").hexdigest()


def hmac_sha256_base64(key: Secret, content: str | bytes) -> str:
    """HMAC-SHA256 in base64, as webhooks carry it."""
    return b64encode(_hmac(key, content, "sha256").digest()).decode("ascii")


def sha256_hex(content: str | bytes) -> str:
    """SHA-256 in hex.

    >>> sha256_hex("")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(_bytes(content)).hexdigest()


def md5_hex(content: str | bytes) -> str:
    """MD5 in hex, for vendors that ask for it: it protects nothing.

    >>> md5_hex("")[:16]
    'd41d8cd98f00b204'
    """
    return hashlib.md5(_bytes(content), usedforsecurity=False).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether two signatures are equal; the time taken does not tell where they differ."""
    return hmac.compare_digest(
        given.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )


def timely(stamp: datetime, *, now: datetime, tolerance: timedelta) -> bool:
    """Whether a signed message is neither too old nor from the future: repeats of it are refused.

    Raises:
        NaiveTime: a time without a zone.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    >>> timely(noon, now=noon + timedelta(minutes=6), tolerance=timedelta(minutes=5))
    False
    """
    for name, moment in (("stamp", stamp), ("now", now)):
        if moment.utcoffset() is None:
            raise NaiveTime("has no zone", field=name, value=moment, source="timely")
    return abs(now - stamp) <= tolerance
