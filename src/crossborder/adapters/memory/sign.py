"""How a caller proves itself to the pretend vendor, and the vendor to us."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import field, frozen

from crossborder.adapters.memory.rules import VENDOR
from crossborder.conversation import Desk, Renewable, Request, Steps, Token
from crossborder.errors import Unauthorized
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.secret import Secret
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.sign import hmac_sha256_hex, same
from crossborder.wire.text import read_json

__all__ = ["TOLERANCE", "MemoryCredentials", "proven", "signature"]

TOLERANCE = timedelta(minutes=5)


@frozen
class MemoryCredentials(Renewable):
    """A token that ends and is renewed with the account's secret."""

    secret: Secret
    desk: Desk = field(eq=False, repr=False)

    @property
    def token(self) -> Token | None:
        """None: the first call asks for one."""
        return None

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with its bearer token."""
        held = token.access.reveal() if token is not None else ""
        return request.with_headers({"Authorization": f"Bearer {held}"})

    def renew(self, token: Token | None, now: datetime) -> Steps[Token]:
        """Ask for a token."""
        body = {"secret": self.secret.reveal()}
        # Asked twice it gives two tokens, and one of them is not used.
        reply = yield from self.desk.post("token", "/token", json=body, repeatable=True)
        said = Payload(reply.json(source=VENDOR), source=VENDOR)
        ends = instant(
            said.text("expires_at"), zone=None, field=said.path("expires_at"), source=VENDOR
        )
        return Token(Secret(said.text("access_token")), ends)


def signature(body: bytes, stamp: str, secret: Secret) -> str:
    """What the pretend vendor signs a message with."""
    return hmac_sha256_hex(secret, stamp.encode() + b"." + body)


def proven(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[Secret], now: datetime
) -> WebhookEvent:
    """The event of a message that one of the secrets signed within five minutes of `now`."""
    lowered = {name.casefold(): value for name, value in headers.items()}
    stamp, given = lowered.get("x-memory-time", ""), lowered.get("x-memory-signature", "")
    good = [same(signature(body, stamp, secret), given) for secret in secrets]
    if not stamp or not any(good):
        raise Unauthorized(
            "the signature does not fit", vendor=VENDOR, account="", operation="webhook"
        )
    at = instant(stamp, zone=None, field="x-memory-time", source=VENDOR)
    if abs(now - at) > TOLERANCE:
        raise Unauthorized("the message is too old", vendor=VENDOR, account="", operation="webhook")
    said = Payload(read_json(body, source=VENDOR), source=VENDOR)
    said.raw("body")
    return WebhookEvent(VENDOR, said.text("id"), said.text("topic"), "1", at, said.raw("body"))
