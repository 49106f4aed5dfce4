"""The sums vendors sign with, and how a signature is compared.

Keys come as `Secret`s and are revealed here only. Texts are signed as UTF-8; hex digits are small.

>>> hmac_sha256_hex(Secret("key"), "message")[:16]
'6e9ef29b75fffc5b'
"""

import hashlib
import hmac
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta

from crossborder.errors import InvalidValue, MissingCredential
from crossborder.model.check import aware
from crossborder.secret import Secret

__all__ = [
    "hmac_md5_hex",
    "hmac_sha1_hex",
    "hmac_sha256_base64",
    "hmac_sha256_hex",
    "md5_hex",
    "rsa_sha256_fits",
    "same",
    "sha256_hex",
    "timely",
]


# The head of a SHA-256 digest in a signature (RFC 8017, section 9.2, note 1), and the shortest
# modulus that still protects (RFC 7518, section 3.3).
_SHA256_HEAD = bytes.fromhex("3031300d060960864801650304020105000420")
_SHORTEST = 256


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


def rsa_sha256_fits(content: str | bytes, signature: str, *, key: Mapping[str, str]) -> bool:
    """Whether the owner of a published RSA key signed the content (RSASSA-PKCS1-v1_5, SHA-256).

    Only the public half is used, so nothing here needs to be hidden.

    Args:
        content: what was signed, byte by byte.
        signature: in base64; one that is not, fits nothing.
        key: as a vendor publishes it (RFC 7517): `kty`, `n` and `e`.

    Raises:
        InvalidValue: it is no RSA key, or one of less than 2,048 bits.
    """
    modulus, exponent = _public(key)
    length = (modulus.bit_length() + 7) // 8
    try:
        given = b64decode(signature.strip(), validate=True)
    except ValueError:
        return False
    number = int.from_bytes(given)
    if len(given) != length or number >= modulus:
        return False
    tail = _SHA256_HEAD + hashlib.sha256(_bytes(content)).digest()
    expected = b"\x00\x01" + b"\xff" * (length - len(tail) - 3) + b"\x00" + tail
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(length), expected)


def _public(key: Mapping[str, str]) -> tuple[int, int]:
    try:
        modulus, exponent = (
            int.from_bytes(urlsafe_b64decode(f"{key[name]}===")) for name in ("n", "e")
        )
    except (KeyError, ValueError):
        modulus = exponent = 0
    if key.get("kty") != "RSA" or modulus.bit_length() < 8 * _SHORTEST or exponent < 3:
        shown = {name: key.get(name) for name in ("kty", "kid")}
        said = "is no RSA key of 2,048 bits or more"
        raise InvalidValue(said, field="key", value=shown, source="signature")
    return modulus, exponent


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
        aware(moment, name, "timely")
    return abs(now - stamp) <= tolerance
