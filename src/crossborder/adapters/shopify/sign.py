"""Proofs in both directions: ours to Shopify by header, Shopify's to us by HMAC.

Sources: https://shopify.dev/docs/api/admin-graphql (`X-Shopify-Access-Token`),
https://shopify.dev/docs/apps/build/webhooks/verify-deliveries.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.conversation import Credentials, Request, Token
from crossborder.errors import Unauthorized, Unreadable
from crossborder.model.extra import Extra
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.secret import Secret
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.sign import hmac_sha256_base64, same, timely
from crossborder.wire.text import read_json

__all__ = ["AccessToken", "read_webhook"]


@frozen
class AccessToken(Credentials):
    """The Admin API access token of one app at one shop; it does not end by itself."""

    token: Secret

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with the token in its header."""
        return request.with_headers({"X-Shopify-Access-Token": self.token.reveal()})


def read_webhook(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[Secret],
    now: datetime,
    account: str,
    tolerance: timedelta | None = None,
) -> WebhookEvent:
    """The event, when one of the secrets signed these very bytes.

    Give the old and the new secret for an hour after a rotation. Both spellings of the headers
    are read, with `X-Shopify-` and, as the newer event deliveries have it, with `Shopify-`.

    Args:
        body: the raw bytes, before any parsing.
        headers: of the request, in any case.
        secrets: the app's client secrets.
        now: for the age.
        account: for the error.
        tolerance: how far the stated time may lie from `now`, or None to take any age: Shopify
            repeats a failed delivery for four hours with its first time.

    Raises:
        Unauthorized: no secret fits, or the message is too old.
        Unreadable: it is proven, but has no id, no topic or no JSON object.
    """
    held = {name.casefold(): value for name, value in headers.items()}

    def header(name: str) -> str:
        return (held.get(f"x-shopify-{name}") or held.get(f"shopify-{name}") or "").strip()

    def refuse(text: str) -> Unauthorized:
        return Unauthorized(text, vendor=SOURCE, account=account, operation="webhook")

    def wanted(name: str) -> str:
        if not header(name):
            raise Unreadable("is missing", field=f"headers.{name}", value=None, source=SOURCE)
        return header(name)

    given = header("hmac-sha256")
    if not given:
        raise refuse("the message is not signed")
    # Every secret is tried, so that the time taken does not tell which one fits.
    fits = [same(given, hmac_sha256_base64(secret, body)) for secret in secrets]
    if not any(fits):
        raise refuse("no secret fits the signature")
    stated, at = header("triggered-at"), None
    if stated:
        at = instant(stated, field="headers.triggered-at", source=SOURCE)
    if tolerance is not None and (at is None or not timely(at, now=now, tolerance=tolerance)):
        raise refuse("the message is too old")
    message = Payload(read_json(body, source=SOURCE), source=SOURCE)
    return WebhookEvent(
        SOURCE,
        wanted("webhook-id"),
        wanted("topic"),
        header("api-version"),
        at,
        Extra(message.unread()),
    )
