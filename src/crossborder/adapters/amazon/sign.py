"""How Amazon knows us: an access token for an hour, asked for at Login with Amazon.

Requests are not signed since October 2023; the token alone proves them.
"""

from datetime import datetime, timedelta

from attrs import field, frozen

from crossborder.adapters.amazon.rules import LOGIN_HOST, POLICIES, VENDOR, read_token
from crossborder.conversation import Desk, Renewable, Request, Steps, Token
from crossborder.secret import Secret
from crossborder.wire.payload import Payload

__all__ = ["Application"]

_PATH = "/auth/o2/token"
# Where an answer does not say how long the token is good.
_LASTS = timedelta(hours=1)


@frozen
class Application(Renewable):
    """An application that a seller has allowed.

    Attributes:
        client_id: of the application.
        client_secret: of the application.
        refresh_token: from the seller's consent; it stays the same.
        account: for errors and pacing.
        token: an access token that is known already, or None.
        url: where tokens are asked for.
    """

    client_id: str
    client_secret: Secret
    refresh_token: Secret
    account: str = ""
    token: Token | None = field(default=None)
    url: str = LOGIN_HOST

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with its access token; without one Amazon answers 403."""
        held = token or self.token
        if held is None:
            return request
        return request.with_headers({"x-amz-access-token": held.access.reveal()})

    def renew(self, token: Token | None, now: datetime) -> Steps[Token]:
        """A new access token; the old one is not needed, and stays good until its end."""
        desk = Desk(VENDOR, self.url, self.account, POLICIES, read=read_token)
        asked = {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token.reveal(),
            "client_id": self.client_id,
            "client_secret": self.client_secret.reveal(),
        }
        # A refresh token serves any number of times: asked twice, two access tokens are good.
        reply = yield from desk.post("token.renew", _PATH, form=asked, repeatable=True)
        answer = Payload(reply.json(source=VENDOR), source=VENDOR)
        seconds = answer.maybe_integer("expires_in")
        lasts = timedelta(seconds=seconds) if seconds else _LASTS
        return Token(Secret(answer.text("access_token")), now + lasts)
