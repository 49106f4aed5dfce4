"""How calls to Stripe are signed, and how its webhooks are proven.

Sources: docs.stripe.com/api/authentication, docs.stripe.com/api/versioning and
docs.stripe.com/webhooks/signature.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from crossborder.conversation import Credentials, Request, Token
from crossborder.errors import Unauthorized, Unreadable
from crossborder.secret import Secret
from crossborder.wire.dates import instant
from crossborder.wire.sign import hmac_sha256_hex, same, timely

__all__ = ["SIGNATURE", "TOLERANCE", "SecretKey", "prove"]

SIGNATURE = "stripe-signature"
"""The header a webhook is signed in."""

TOLERANCE = timedelta(seconds=300)
"""How far the time of a webhook may be from ours, as Stripe's own libraries have it."""


@frozen
class SecretKey(Credentials):
    """An account's secret key, and the version of the API it speaks.

    Attributes:
        key: `sk_…`, or a restricted `rk_…`.
        api_version: sent with each call, so that the account's own default never decides.
    """

    key: Secret
    api_version: str

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with its key and its version; the key has no end, so no token is used."""
        bearer = f"Bearer {self.key.reveal()}"
        return request.with_headers({"Authorization": bearer, "Stripe-Version": self.api_version})


def prove(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[Secret],
    now: datetime,
    account: str,
) -> None:
    """Return when one of the secrets signed these very bytes within `TOLERANCE` of `now`.

    The header holds one time `t` and a `v1` for each secret of the endpoint: two while one is
    replaced by the next. `v0`, which only test events carry, proves nothing.

    Raises:
        Unauthorized: it is not so; the text says why.
        NaiveTime: `now` has no zone.
    """

    def refuse(text: str) -> Unauthorized:
        return Unauthorized(text, vendor="stripe", account=account, operation="webhook")

    header = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(stamps) != 1 or not given:
        raise refuse("the webhook is not signed")
    try:
        sent = instant(stamps[0], field="t", source=SIGNATURE)
    except Unreadable:
        raise refuse("the webhook's signature has no time") from None
    signed = stamps[0].encode() + b"." + body
    expected = [hmac_sha256_hex(secret, signed) for secret in secrets]
    # Every pair is compared, so that the time taken tells nothing of which one fits.
    fits = [same(one, other) for one in given for other in expected]
    if not any(fits):
        raise refuse("none of the secrets signed the webhook")
    if not timely(sent, now=now, tolerance=TOLERANCE):
        raise refuse("the webhook's signature is too far from now")
