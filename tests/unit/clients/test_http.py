"""Real HTTP libraries against a real server on this machine, and against their mock transports."""

import asyncio
import gzip
import importlib
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from attrs import evolve

from crossborder.clients import AsyncClient, Client
from crossborder.clients._http import AsyncWire, BodyTooLarge, Unsendable, Wire, default_http
from crossborder.conversation import Desk, Lost, NotSent, Reply, Request, Steps, flow
from crossborder.errors import OutcomeUnknown, Unreachable, Unreadable
from crossborder.testing.clock import VirtualClock
from unit.clients.stand import (  # type: ignore[import-not-found,unused-ignore]
    COLOURS,
    NOW,
    Runner,
    desk,
    reading,
    writing,
)

LIBRARIES = ("httpx", "httpx2")
colours = pytest.mark.parametrize("colour", COLOURS)
SHORT = 0.2


class Far(BaseHTTPRequestHandler):
    """Answers by path."""

    protocol_version = "HTTP/1.1"
    hold = Event()
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        type(self).seen.append((self.command, self.path, dict(self.headers), body))
        getattr(self, f"_{self.path.split('?')[0].strip('/')}")()

    do_GET = do_POST  # noqa: N815

    def _plain(self) -> None:
        self._send(b"fine", {"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"})

    def _redirect(self) -> None:
        self.send_response(307)
        self.send_header("Location", "/plain")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _gzip(self) -> None:
        self._send(gzip.compress(b"x" * 1000), {"Content-Encoding": "gzip"})

    def _garbled(self) -> None:
        self._send(b"this is not gzip", {"Content-Encoding": "gzip"})

    def _large(self) -> None:
        with suppress(OSError):
            self._send(b"x" * 20_000_001)

    def _bomb(self) -> None:
        with suppress(OSError):
            self._send(gzip.compress(b"x" * 2_000_000), {"Content-Encoding": "gzip"})

    def _slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "10")
        self.end_headers()
        self.wfile.write(b"five.")
        self.wfile.flush()
        type(self).hold.wait(5)

    def _dripping(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with suppress(OSError):
            while not type(self).hold.wait(0.02):
                self.wfile.write(b".")
                self.wfile.flush()

    def _reset(self) -> None:
        # Linger of zero: the connection ends with a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        self.wfile = self.rfile = open("/dev/null", "r+b")  # noqa: SIM115

    def _chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfive.\r\n")
        self.close_connection = True

    def _send(self, body: bytes, *headers: dict[str, str]) -> None:
        self.send_response(200)
        for some in headers:
            for name, value in some.items():
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reset connection is meant."""


@pytest.fixture
def far() -> Iterator[str]:
    Far.seen, Far.hold = [], Event()
    server = _Quiet(("127.0.0.1", 0), Far)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        Far.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


def exchanged(
    colour: str, library: Any, request: Request, *, read: float = 5.0, limit: int = 20_000_000
) -> Reply:
    """One exchange over a real connection, with a client that is closed afterwards."""
    if colour == "sync":
        with library.Client(trust_env=False) as http:
            return Wire(http, limit).exchange(request, connect=5, read=read)

    async def go() -> Reply:
        async with library.AsyncClient(trust_env=False) as http:
            return await AsyncWire(http, limit).exchange(request, connect=5, read=read)

    return asyncio.run(go())


@colours
def test_a_request_arrives_as_it_was_signed(colour: str, library: Any, far: str) -> None:
    sent = Request("POST", f"{far}/plain", {"q": "a b&ü"}, {"X-Sign": "s"}, b"\x00body")
    reply = exchanged(colour, library, sent)
    assert (reply.status, reply.content) == (200, b"fine")
    assert [value for name, value in reply.headers if name.casefold() == "set-cookie"] == [
        "a=1",
        "b=2",
    ]
    ((method, path, headers, body),) = Far.seen
    assert (method, path, body) == ("POST", "/plain?q=a+b%26%C3%BC", b"\x00body")
    assert f"{far}{path}" == sent.target
    assert headers["X-Sign"] == "s"


@colours
def test_an_answer_that_comes_drop_by_drop_is_lost(colour: str, library: Any, far: str) -> None:
    asked = Request("GET", f"{far}/dripping")
    with pytest.raises(Lost, match="too slowly"):
        exchanged(colour, library, asked, read=0.06)


@colours
def test_a_redirect_is_not_followed_even_where_the_given_client_would(
    colour: str, library: Any, far: str
) -> None:
    asked = Request("GET", f"{far}/redirect")
    assert exchanged(colour, library, asked).status == 307
    with library.Client(trust_env=False, follow_redirects=True) as http:
        assert Wire(http, 1000).exchange(asked, connect=5, read=5).status == 307


@colours
def test_a_body_is_unpacked(colour: str, library: Any, far: str) -> None:
    assert exchanged(colour, library, Request("GET", f"{far}/gzip")).content == b"x" * 1000


@colours
@pytest.mark.parametrize("path", ["slow", "reset", "chunked", "garbled"])
def test_what_breaks_after_sending_is_lost(colour: str, library: Any, far: str, path: str) -> None:
    with pytest.raises(Lost):
        exchanged(colour, library, Request("GET", f"{far}/{path}"), read=SHORT)


@colours
def test_a_refused_connection_was_not_sent(colour: str, library: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent):
            exchanged(
                colour, library, Request("POST", f"http://127.0.0.1:{held.getsockname()[1]}/")
            )


@colours
@pytest.mark.parametrize(("path", "limit"), [("large", 20_000_000), ("bomb", 1_000_000)])
def test_a_body_beyond_the_limit_is_not_read_to_its_end(
    colour: str, library: Any, far: str, path: str, limit: int
) -> None:
    with pytest.raises(BodyTooLarge, match=f"{limit} bytes"):
        exchanged(colour, library, Request("GET", f"{far}/{path}"), limit=limit)


@colours
def test_a_body_of_exactly_the_limit_is_read(colour: str, library: Any, far: str) -> None:
    assert exchanged(colour, library, Request("GET", f"{far}/plain"), limit=4).content == b"fine"


HUSH = "shpat_hush"


@colours
@pytest.mark.parametrize(
    "broken",
    [
        Request("GET", "http://127.0.0.1:1/", headers={"Authorization": f"Bearer {HUSH}\n"}),
        Request("GET", "http://127.0.0.1:1/", headers={"Authorization": f"Bearer {HUSH} ü库"}),
        Request("GET", "127.0.0.1/a"),
        Request("GET", "http:///a"),
        Request("GET", "http://127.0.0.1:1/", headers={"a name": "b"}),
    ],
    ids=["a line break", "not ASCII", "no scheme", "no host", "a name with a blank"],
)
def test_what_cannot_be_written_as_http_is_told_without_its_headers(
    colour: str, library: Any, broken: Request, far: str
) -> None:
    reachable = evolve(broken, url=broken.url.replace("http://127.0.0.1:1", far))
    with pytest.raises(Unsendable) as caught:
        exchanged(colour, library, reachable)
    assert HUSH not in str(caught.value)
    assert Far.seen == []


@colours
def test_a_token_with_a_line_break_is_an_error_at_once_that_does_not_show_it(
    colour: str, far: str, caplog: pytest.LogCaptureFixture
) -> None:
    import traceback

    class Bearer:
        def sign(self, request: Request, token: object, now: object) -> Request:
            return request.with_headers({"Authorization": f"Bearer {HUSH}\n"})

    caplog.set_level("DEBUG")
    runner = Runner(colour, None)
    with pytest.raises(Unreachable) as caught:
        runner.run(writing(desk(base_url=far, credentials=Bearer())))
    runner.close()
    assert not caught.value.retryable
    assert runner.clock.slept == ()
    assert HUSH not in "".join(traceback.format_exception(caught.value))
    assert HUSH not in caplog.text
    assert HUSH not in repr(runner.events)


def mocked(library: Any, colour: str, handler: Any) -> Any:
    transport = library.MockTransport(handler)
    kind = library.Client if colour == "sync" else library.AsyncClient
    return kind(transport=transport)


@colours
def test_a_client_that_was_brought_along_is_used_and_not_closed(colour: str, library: Any) -> None:
    http = mocked(library, colour, lambda request: library.Response(200, text=str(request.url)))
    runner = Runner(colour, http)
    assert runner.run(reading(desk())).content == b"https://shop.test/things"
    runner.close()
    assert not http.is_closed
    assert runner.run(reading(desk())).status == 200


@colours
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("ConnectTimeout", Unreachable),
        ("PoolTimeout", Unreachable),
        ("ReadTimeout", OutcomeUnknown),
    ],
)
def test_the_librarys_own_errors_are_told_apart(
    colour: str, library: Any, name: str, error: type[Exception]
) -> None:
    def handler(request: Any) -> Any:
        raise getattr(library, name)("no", request=request)

    runner = Runner(colour, mocked(library, colour, handler))
    with pytest.raises(error):
        runner.run(writing(desk()))


@colours
def test_an_error_without_words_is_named(colour: str, library: Any) -> None:
    def handler(request: Any) -> Any:
        raise library.ReadError("")

    with pytest.raises(OutcomeUnknown, match="ReadError"):
        Runner(colour, mocked(library, colour, handler)).run(writing(desk()))


@colours
def test_an_error_of_nobodys_kind_comes_out_unchanged(colour: str, library: Any) -> None:
    raised = LookupError("mine")

    def handler(request: Any) -> Any:
        raise raised

    with pytest.raises(LookupError) as caught:
        Runner(colour, mocked(library, colour, handler)).run(writing(desk()))
    assert caught.value is raised


@colours
def test_limits_of_time_reach_the_library(colour: str, library: Any) -> None:
    limits: list[Any] = []

    def handler(request: Any) -> Any:
        limits.append(request.extensions["timeout"])
        return library.Response(200)

    Runner(colour, mocked(library, colour, handler)).run(reading(desk()))
    assert limits == [{"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 10.0}]


@flow
def _plain(at: Desk) -> Steps[Reply]:
    return (yield from at.get("plain", "/plain"))


@colours
def test_too_large_an_answer_is_unreadable_on_a_read_and_unknown_on_a_write(
    colour: str, library: Any
) -> None:
    http = mocked(library, colour, lambda request: library.Response(200, content=b"x" * 101))
    runner = Runner(colour, http, body_limit=100)
    with pytest.raises(Unreadable, match="too large"):
        runner.run(reading(desk()))
    for method in ("POST", "PUT"):
        with pytest.raises(OutcomeUnknown, match="too large"):
            runner.run(writing(desk(), method))
    assert runner.told.count("sent") == 3


def test_a_client_opens_http_when_it_is_needed_closes_it_and_opens_it_again(far: str) -> None:
    at = desk(base_url=far)
    with Client(clock=VirtualClock(NOW)) as client:
        client.close()
        for _ in range(2):
            assert client.run(_plain(at)).content == b"fine"
            opened = client._http
            client.close()
            assert opened.is_closed


def test_the_client_for_tasks_does_the_same(far: str) -> None:
    async def go() -> None:
        async with AsyncClient(clock=VirtualClock(NOW)) as client:
            await client.close()
            for _ in range(2):
                assert (await client.run(_plain(desk(base_url=far)))).content == b"fine"
                opened = client._http
                await client.close()
                assert opened.is_closed

    asyncio.run(go())


def test_the_opened_client_follows_no_redirect_and_says_who_it_is() -> None:
    with default_http(asynchronous=False) as http:
        assert not http.follow_redirects
        assert http.headers["user-agent"] == "crossborder"


@colours
def test_headers_of_a_plain_mapping_will_do(colour: str) -> None:
    httpx = importlib.import_module("httpx")

    class Response:
        status_code, headers = 200, {"A": "b"}

        def iter_bytes(self) -> Iterator[bytes]:
            yield b"fine"

        async def aiter_bytes(self) -> Any:
            yield b"fine"

        def close(self) -> None:
            raise OSError("already gone")

        async def aclose(self) -> None:
            raise OSError("already gone")

    class Shaped:
        build_request = httpx.Client().build_request

        def send(self, request: Any, **how: Any) -> Response:
            return Response()

    class AsyncShaped(Shaped):
        async def send(self, request: Any, **how: Any) -> Response:  # type: ignore[override]
            return Response()

    runner = Runner(colour, Shaped() if colour == "sync" else AsyncShaped())
    assert runner.run(reading(desk())) == Reply(200, {"A": "b"}, b"fine")
