"""A request and its reply, as values that hide their secrets; and what carries them."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from attrs import evolve, field, frozen

from crossborder.secret import MASK, masked
from crossborder.wire.text import decode, read_json

__all__ = ["Lost", "NotSent", "Reply", "Request", "Transport", "segment"]

Pairs = tuple[tuple[str, str], ...]


def pairs(values: Mapping[str, str] | Iterable[tuple[str, str]] | None) -> Pairs:
    """Names and values as a tuple, in the given order."""
    if values is None:
        return ()
    items = values.items() if isinstance(values, Mapping) else values
    return tuple((str(name), str(value)) for name, value in items)


def segment(text: str) -> str:
    """A text made safe as one part of a path: no id can leave its place.

    >>> segment("a/../b?c")
    'a%2F..%2Fb%3Fc'
    """
    quoted = quote(text, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


@frozen(repr=False)
class Request:
    """One HTTP request, before or after signing; equal by value.

    Attributes:
        method: GET, POST …
        url: without the query.
        query: names and values, not yet quoted.
        headers: names and values.
        content: the body's bytes.
    """

    method: str
    url: str
    query: Pairs = field(default=(), converter=pairs)
    headers: Pairs = field(default=(), converter=pairs)
    content: bytes = b""

    @property
    def target(self) -> str:
        """The address with its query, exactly as it is sent."""
        if not self.query:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.query)}"

    @property
    def digest(self) -> str:
        """A fingerprint of the whole request: the journal knows a reused key by it."""
        said = repr((self.method, self.url, self.query, self.headers)).encode()
        return sha256(said + b"\n" + self.content).hexdigest()

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case, or None."""
        return _header(self.headers, name)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """The request with these headers set; one of the same name is replaced."""
        gone = {name.casefold() for name in headers}
        kept = tuple(pair for pair in self.headers if pair[0].casefold() not in gone)
        return evolve(self, headers=kept + tuple(headers.items()))

    def with_query(self, query: Mapping[str, str]) -> Self:
        """The request with these parameters added."""
        return evolve(self, query=self.query + tuple(query.items()))

    def __repr__(self) -> str:
        shown = [repr(self.method), repr(_shown(self.url))]
        if self.query:
            shown.append(f"query={dict(masked(self.query))}")
        if self.headers:
            shown.append(f"headers={dict(masked(self.headers))}")
        if self.content:
            shown.append(f"content=<{len(self.content)} bytes>")
        return f"Request({', '.join(shown)})"


# Names of the vendors' own ids of an exchange: Shopify, Stripe, Amazon, PayPal, 17TRACK.
_REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid", "paypal-debug-id", "trace-id")
# What of a reply's headers is worth keeping in a journal; never a token or a cookie.
_KEPT = frozenset({"content-type", "date", "location", *_REQUEST_IDS})


@frozen(repr=False)
class Reply:
    """One HTTP reply, its body whole.

    Attributes:
        status: the HTTP status.
        headers: names and values.
        content: the body's bytes.
    """

    status: int
    headers: Pairs = field(default=(), converter=pairs)
    content: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case, or None."""
        return _header(self.headers, name)

    @property
    def request_id(self) -> str | None:
        """The vendor's id of the exchange, where it gave one."""
        return next(filter(None, (self.header(name) for name in _REQUEST_IDS)), None)

    def text(self, *, source: str) -> str:
        """The body as text, by its stated charset or UTF-8; `Unreadable` when it is neither."""
        charset = None
        kind = self.header("content-type") or ""
        for part in kind.split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().casefold() == "charset":
                charset = value.strip().strip("\"'") or None
        return decode(self.content, charset=charset, source=source)

    def json(self, *, source: str) -> Any:
        """The body as JSON, numbers exact; `Unreadable` when it is not JSON."""
        return read_json(self.text(source=source), source=source)

    @property
    def recorded(self) -> "Reply":
        """What a journal may keep: status, body and allow-listed headers."""
        kept = tuple(pair for pair in self.headers if pair[0].casefold() in _KEPT)
        return evolve(self, headers=kept)

    def __repr__(self) -> str:
        return f"Reply({self.status}, <{len(self.content)} bytes>)"


def _header(headers: Pairs, name: str) -> str | None:
    folded = name.casefold()
    return next((value for held, value in headers if held.casefold() == folded), None)


def _shown(url: str) -> str:
    """The address without a password, and with the sensitive values of its query hidden."""
    if "@" not in url and "?" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    query = urlencode(masked(parse_qsl(parts.query, keep_blank_values=True)), safe="*")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


class NotSent(Exception):
    """Raised by a transport: the request did not leave, so nothing can have happened."""


class Lost(Exception):
    """Raised by a transport: the request left, and no whole answer came."""


class Transport(Protocol):
    """Anything that can carry a request: what stands in for an HTTP library in tests.

    A client takes one in place of an HTTP client: `Client(http=transport)`.
    """

    @abstractmethod
    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        """Carry the request; `connect` and `read` are time limits in seconds.

        Raises:
            NotSent: it did not leave.
            Lost: it left, and no whole answer came.
        """
        ...
