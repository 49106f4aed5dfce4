"""How EasyPost knows us, and how we know EasyPost.

Sources: `https://docs.easypost.com/docs/authentication` and
`https://docs.easypost.com/guides/webhooks-guide`, with the vector of its client libraries' tests.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from unicodedata import normalize

from attrs import frozen

from crossborder.conversation import Credentials, Request, Token
from crossborder.secret import Secret
from crossborder.wire.sign import hmac_sha256_hex, same

__all__ = ["HEADER", "Key", "proven", "signature"]

HEADER = "x-hmac-signature"
"""The header a webhook is signed in."""


@frozen
class Key(Credentials):
    """The key of an account: the name of HTTP's basic authentication, without a password."""

    secret: Secret

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        """The request with the key."""
        basic = b64encode(f"{self.secret.reveal()}:".encode()).decode("ascii")
        return request.with_headers({"Authorization": f"Basic {basic}"})


def signature(body: bytes, secret: Secret) -> str:
    """HMAC-SHA256 over the raw body in hex, behind the name of the method.

    The secret is taken in its compatibility decomposition (NFKD): an accent is a sign of its own.

    >>> signature(b"{}", Secret("é")) == signature(b"{}", Secret("e\u0301"))
    True
    """
    plain = Secret(normalize("NFKD", secret.reveal()))
    return f"hmac-sha256-hex={hmac_sha256_hex(plain, body)}"


def proven(body: bytes, headers: Mapping[str, str], secrets: Sequence[Secret]) -> bool:
    """Whether one of the secrets signed these very bytes.

    Every secret is tried, whichever fits: the time taken says nothing about them.
    """
    given = next((value for name, value in headers.items() if name.casefold() == HEADER), "")
    fits = [same(given.strip(), signature(body, secret)) for secret in secrets]
    return any(fits)
