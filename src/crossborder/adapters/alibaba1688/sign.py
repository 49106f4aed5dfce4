"""How a call to 1688 is signed (param2), and how its access token is renewed.

The official SDKs sort the joined texts `name + value`, while the documentation says "by name";
the two differ where one name begins another (`a=z`, `ab=1`). The SDKs are followed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from attrs import evolve, field, frozen

from crossborder.adapters.alibaba1688.rules import GATEWAY, POLICIES, VENDOR, read
from crossborder.conversation import Desk, Renewable, Request, Steps, Token, segment
from crossborder.errors import Unauthorized
from crossborder.secret import Secret
from crossborder.wire.dates import BEIJING, instant
from crossborder.wire.payload import Payload
from crossborder.wire.sign import hmac_sha1_hex

__all__ = ["Param2", "granted", "signature"]

_SCHEME = "param2/"


def signature(path: str, parameters: Iterable[tuple[str, str]], secret: Secret) -> str:
    """HMAC-SHA1 in capital hex over the path and the sorted texts `name + value`.

    Args:
        path: from `param2/` on, without a query.
        parameters: as they are sent, not yet quoted; file contents are not among them.
        secret: the app secret.

    >>> signature("param2/1/system/currentTime/1000000", [("b", "2"), ("a", "1")],
    ...           Secret("test123"))
    '33E54F4F7B989E3E0E912D3FBD2F1A03CA7CCE88'
    """
    joined = sorted(name + value for name, value in parameters)
    return hmac_sha1_hex(secret, path + "".join(joined)).upper()


def granted(payload: Payload, *, now: datetime, before: Token | None = None) -> Token:
    """The token in an answer of `getToken`; a refresh token that is not replaced stays.

    `expires_in` is seconds as a text, `refresh_token_timeout` a moment of its own: the life of a
    refresh token differs from app to app.
    """
    access = Secret(payload.text("access_token"))
    seconds = payload.maybe_integer("expires_in")
    given = payload.maybe_text("refresh_token")
    until = payload.maybe_text("refresh_token_timeout")
    kept = before.refresh if before is not None else None
    kept_until = before.refresh_expires_at if before is not None else None
    return Token(
        access,
        None if seconds is None else now + timedelta(seconds=seconds),
        Secret(given) if given else kept,
        _moment(payload, until) if until else kept_until,
        payload.unread(),
    )


def _moment(payload: Payload, text: str) -> datetime:
    path = payload.path("refresh_token_timeout")
    return instant(text, zone=BEIJING, field=path, source=payload.source)


@frozen
class Param2(Renewable):
    """The credentials of an app and of the account that allowed it.

    Attributes:
        app_key: of the app, in the path of every call.
        app_secret: what is signed with.
        token: the token to start from when the store holds none.
        account: for errors and pacing.
        base_url: of the gateway.
    """

    app_key: str
    app_secret: Secret
    token: Token | None = field(default=None)
    account: str = ""
    base_url: str = GATEWAY

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The form with `access_token`, `_aop_timestamp` (milliseconds) and `_aop_signature`."""
        form = parse_qsl(request.content.decode(), keep_blank_values=True)
        held = token or self.token
        if held is not None:
            form.append(("access_token", held.access.reveal()))
        form.append(("_aop_timestamp", str(int(now.timestamp() * 1000))))
        path = _SCHEME + request.url.partition(f"/{_SCHEME}")[2]
        form.append(("_aop_signature", signature(path, form, self.app_secret)))
        return evolve(request, content=urlencode(form).encode())

    def renew(self, token: Token | None, now: datetime) -> Steps[Token]:
        """Ask for a new access token with the refresh token."""
        held = token or self.token
        if held is None or held.refresh is None:
            raise Unauthorized(
                "the access token has ended and there is no refresh token: authorise the app again",
                vendor=VENDOR,
                account=self.account,
                operation="token.renew",
            )
        desk = Desk(VENDOR, self.base_url, self.account, POLICIES, read=read)
        reply = yield from desk.post(
            "token.renew",
            f"/openapi/http/1/system.oauth2/getToken/{segment(self.app_key)}",
            form={
                "grant_type": "refresh_token",
                "client_id": self.app_key,
                "client_secret": self.app_secret.reveal(),
                "refresh_token": held.refresh.reveal(),
            },
            # A refresh token serves any number of times until `refresh_token_timeout`: asking
            # twice leaves one access token unused, nothing else.
            repeatable=True,
        )
        answer = Payload(reply.json(source=VENDOR), source=VENDOR)
        return granted(answer, now=now, before=held)
