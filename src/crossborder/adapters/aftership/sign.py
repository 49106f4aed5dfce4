"""How AfterShip knows us, and how we know AfterShip.

Sources: `https://www.aftership.com/docs/tracking/webhook/webhook-signature` and
`https://www.aftership.com/docs/returns/2025-04/webhook/signature` for the three headers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from crossborder.conversation import Credentials, Request, Token
from crossborder.secret import Secret
from crossborder.wire.sign import hmac_sha256_base64, same

__all__ = ["HEADERS", "TOLERANCE", "Key", "proven", "signature"]

HEADERS = ("aftership-hmac-sha256", "as-signature-hmac-sha256", "am-webhook-signature")
"""Where the signature stands: Tracking; Returns and Warranty; accounts from before 2022-10-25."""

TOLERANCE = timedelta(days=12)
"""How old a message may be. Its time is that of what happened, and AfterShip pushes 14 times,
waiting 30 seconds doubled each time: the last try comes after eleven days and nine hours."""

_PREFIX = "hmac-sha256="


@frozen
class Key(Credentials):
    """The key of an account: sent as it is, in the header `as-api-key`."""

    secret: Secret

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with the key."""
        return request.with_headers({"as-api-key": self.secret.reveal()})


def signature(body: bytes, secret: Secret) -> str:
    """HMAC-SHA256 over the raw body, in base64.

    >>> signature(b"{}", Secret("secret"))[:16]
    'dzJZAsrKgS3CWXM6'
    """
    return hmac_sha256_base64(secret, body)


def proven(body: bytes, headers: Mapping[str, str], secrets: Sequence[Secret]) -> bool:
    """Whether one of the secrets signed these very bytes, in any of the three headers.

    Every secret is tried with every header, whichever fits: the time taken says nothing of them.
    """
    given = [
        value.strip().removeprefix(_PREFIX)
        for name, value in headers.items()
        if name.casefold() in HEADERS
    ]
    expected = [signature(body, secret) for secret in secrets]
    fits = [same(one, other) for one in given for other in expected]
    return any(fits)
