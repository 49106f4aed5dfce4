"""How YunExpress knows us: a token for a time, and a signature over each request."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from crossborder.adapters.yunexpress.rules import VENDOR, read_token
from crossborder.conversation import Desk, Renewable, Request, Steps, Token
from crossborder.secret import Secret
from crossborder.wire.payload import Payload
from crossborder.wire.sign import hmac_sha256_base64

__all__ = ["App", "signature"]

_PATH = "/openapi/oauth2/token"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Two hours where an answer does not say, as the SDK evan-lc/yunexpress-sdk takes it.
_LASTS = timedelta(seconds=7200)


def signature(secret: Secret, *, method: str, path: str, date: str, body: str = "") -> str:
    """HMAC-SHA256 in base64 over body, date, method and path, joined like a query string.

    Nothing is quoted, the query is not signed, and the part of an empty body is left out.

    >>> signature(Secret("my-secret"), method="GET", path="/v1/x", date="1711612800000")[:8]
    '4ls+IWAs'
    """
    said = f"body={body}&" if body else ""
    return hmac_sha256_base64(secret, f"{said}date={date}&method={method}&uri={path}")


@frozen
class App(Renewable):
    """An application of the open platform.

    Attributes:
        id: of the application.
        secret: of the application; it signs, and it is what a token is asked for with.
        desk: where a token is asked for.
        source: the source key of the user, where the account has one.
        token: a token that is known already, or None.
    """

    id: str
    secret: Secret
    desk: Desk = field(eq=False)
    source: Secret | None = None
    token: Token | None = None

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with `token`, `date` and `sign`; without a token the vendor answers 401."""
        date = str((now - _EPOCH) // _MILLISECOND)
        proof = signature(
            self.secret,
            method=request.method,
            path=urlsplit(request.url).path,
            date=date,
            body=request.content.decode(),
        )
        held = {} if token is None else {"token": token.access.reveal()}
        return request.with_headers({**held, "date": date, "sign": proof})

    def renew(self, token: Token | None, now: datetime) -> Steps[Token]:
        """A new token, asked for with the secret; the old one is not needed."""
        desk = evolve(self.desk.unsigned, read=read_token)
        asked = {
            "grantType": "client_credentials",
            "appId": self.id,
            "appSecret": self.secret.reveal(),
            **({"sourceKey": self.source.reveal()} if self.source else {}),
        }
        # A grant of client credentials (RFC 6749, 4.4) books nothing: asked twice, two tokens.
        reply = yield from desk.post("token.create", _PATH, json=asked, repeatable=True)
        answer = Payload(reply.json(source=VENDOR), source=VENDOR)
        seconds = answer.maybe_integer("expiresIn")
        lasts = timedelta(seconds=seconds) if seconds else _LASTS
        return Token(Secret(answer.text("accessToken")), now + lasts)
