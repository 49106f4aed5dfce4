"""The one module that touches an HTTP library: httpx, or any client of its shape."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any, NoReturn

from crossborder.conversation import Lost, NotSent, Reply, Request

__all__ = ["AsyncWire", "BodyTooLarge", "Unsendable", "Wire", "default_http"]

# Class names of httpx and httpx2 (their exceptions are not each other's): the request never left.
_NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
# What a header's value is made of: visible ASCII, with blanks inside only.
_PLAIN = re.compile(r"(?:[!-~](?:[ -~\t]*[!-~])?)?").fullmatch
# The request cannot be put on the wire at all, however often it is tried.
_UNSENDABLE = frozenset({"InvalidURL", "LocalProtocolError", "UnsupportedProtocol"})


class BodyTooLarge(Exception):
    """The reply's body went over the limit; the rest was not read."""


class Unsendable(Exception):
    """The request is not HTTP: a line break in a header, an address without a host."""


def default_http(*, asynchronous: bool) -> Any:
    """A client of the declared HTTP library, without redirects (a redirected write is a risk)."""
    import httpx

    kind: Any = httpx.AsyncClient if asynchronous else httpx.Client
    return kind(follow_redirects=False, headers={"User-Agent": "crossborder"})


def _raise(error: Exception, sent: bool) -> NoReturn:
    names = {kind.__name__ for kind in type(error).__mro__}
    if not sent and names & _UNSENDABLE:
        # Without the library's words: they quote parts of the request.
        raise Unsendable(f"the request cannot be written ({type(error).__name__})") from None
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if not sent and names & _NOT_SENT:
        raise NotSent(text) from error
    if names & {"TransportError", "RequestError", "StreamError", "DecodingError"}:
        raise Lost(text) from error
    raise error


def _build(http: Any, request: Request, connect: float, read: float) -> Any:
    for name, value in request.headers:
        # Looked at before the library does: it quotes the value in its errors and its log.
        if not _PLAIN(value):
            raise Unsendable(f"the header {name!r} holds what no header can hold")
    # The target is quoted here, once, so that what was signed is what is sent.
    return http.build_request(
        request.method,
        request.target,
        headers=list(request.headers),
        content=request.content,
        timeout=(connect, read, read, connect),
    )


# A body may come in many pieces: in all it may take this many times the wait for one of them.
_PIECES = 4


class _Body:
    """The pieces of a body: not more bytes than the limit, not longer than a few waits."""

    def __init__(self, limit: int, read: float) -> None:
        self._limit, self._size = limit, 0
        self._parts: list[bytes] = []
        self._ends_at = monotonic() + _PIECES * read

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if monotonic() > self._ends_at:
            raise Lost("the answer came too slowly")
        if self._size > self._limit:
            raise BodyTooLarge(f"more than {self._limit} bytes")
        self._parts.append(part)

    def whole(self) -> bytes:
        return b"".join(self._parts)


def _reply(response: Any, body: bytes) -> Reply:
    headers = response.headers
    pairs = headers.multi_items() if hasattr(headers, "multi_items") else headers.items()
    return Reply(response.status_code, tuple(pairs), body)


class Wire:
    """Carries requests with a synchronous client of httpx's shape."""

    def __init__(self, http: Any, limit: int) -> None:
        self._http, self._limit = http, limit

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        """See `Transport.exchange`."""
        response = None
        try:
            built = _build(self._http, request, connect, read)
            response = self._http.send(built, stream=True, follow_redirects=False)
            body = _Body(self._limit, read)
            parts: Iterator[bytes] = response.iter_bytes()
            for part in parts:
                body.add(part)
            return _reply(response, body.whole())
        except (BodyTooLarge, Unsendable):
            raise
        except Exception as error:
            _raise(error, sent=response is not None)
        finally:
            if response is not None:
                with suppress(OSError):
                    response.close()


class AsyncWire:
    """Carries requests with an asynchronous client of httpx's shape."""

    def __init__(self, http: Any, limit: int) -> None:
        self._http, self._limit = http, limit

    async def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        """See `Transport.exchange`."""
        response = None
        try:
            built = _build(self._http, request, connect, read)
            response = await self._http.send(built, stream=True, follow_redirects=False)
            body = _Body(self._limit, read)
            parts: AsyncIterator[bytes] = response.aiter_bytes()
            async for part in parts:
                body.add(part)
            return _reply(response, body.whole())
        except (BodyTooLarge, Unsendable):
            raise
        except Exception as error:
            _raise(error, sent=response is not None)
        finally:
            if response is not None:
                with suppress(OSError):
                    await response.aclose()
