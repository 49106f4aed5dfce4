"""The far end of the pretend vendor: a transport with state, and a record of every effect.

It answers HTTP requests like a small platform would: some writes are upserts, some honour an
operation key, one (placing a purchase) is neither, so that a caller must look before it repeats.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from threading import RLock
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crossborder.adapters.memory.state import Answer, State, refused
from crossborder.conversation import Reply, Request, Transport
from crossborder.wire.text import read_json, write_json

__all__ = ["MemoryServer"]

Handler = Callable[[dict[str, str], Any, datetime], Answer]

_TOKEN_LIFE = timedelta(hours=1)


class MemoryServer(Transport):
    """A platform, a supplier market, a gateway, a carrier, an inbox and a centre in one process.

    Attributes:
        state: what stands there; fill it with `state.add_offer`, `state.place_order` …
        secured: whether calls need a token that was asked for with the secret.
    """

    state_type: type[State] = State

    def __init__(
        self, now: Callable[[], datetime], *, secret: str = "", secured: bool = False
    ) -> None:
        self.state = self.state_type()
        self.secured = secured
        self._now = now
        self._secret = secret
        self._tokens: dict[str, datetime] = {}
        self._keyed: dict[str, tuple[str, Reply]] = {}
        self._lock = RLock()

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        """Answer one request; two threads take turns."""
        with self._lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Reply:
        parts = urlsplit(request.target)
        path, now = parts.path, self._now()
        body = read_json(request.content, source="memory") if request.content else None
        if path == "/token":
            return self._token(body, now)
        if self.secured and not self._known(request, now):
            return _reply(Answer(401, {"problems": [{"code": "token"}]}))
        key = request.header("operation-key")
        digest = sha256(repr((request.method, path)).encode() + request.content).hexdigest()
        if key is not None and key in self._keyed:
            known, reply = self._keyed[key]
            if known != digest:
                return _reply(refused("key_reused", "the operation key was used for another call"))
            return reply
        reply = _reply(self._route(request.method, path, dict(parse_qsl(parts.query)), body, now))
        if key is not None and reply.status < 300:
            self._keyed[key] = (digest, reply)
        return reply

    def _route(
        self, method: str, path: str, query: dict[str, str], body: Any, now: datetime
    ) -> Answer:
        for wanted, pattern, name in _ROUTES:
            match = pattern.fullmatch(path)
            if match and wanted == method:
                given = {part: unquote(value) for part, value in match.groupdict().items()}
                handler: Handler = getattr(self.state, name)
                return handler({**query, **given}, body, now)
        return Answer(404, {"problems": [{"code": "no_such_path", "text": path}]})

    def _token(self, body: Any, now: datetime) -> Reply:
        if not isinstance(body, dict) or body.get("secret") != self._secret:
            return _reply(Answer(403, {}))
        ends = now + _TOKEN_LIFE
        token = sha256(f"{self._secret}/{ends.isoformat()}".encode()).hexdigest()
        self._tokens[token] = ends
        return _reply(Answer(200, {"access_token": token, "expires_at": ends.isoformat()}))

    def _known(self, request: Request, now: datetime) -> bool:
        held = (request.header("authorization") or "").removeprefix("Bearer ")
        return held in self._tokens and self._tokens[held] > now


def _reply(answer: Answer) -> Reply:
    return Reply(
        answer.status, {"Content-Type": "application/json"}, write_json(answer.body).encode()
    )


def _path(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


_ROUTES: list[tuple[str, re.Pattern[str], str]] = [
    (method, _path(template), name)
    for method, template, name in (
        ("GET", "/offers", "search_offers"),
        ("GET", "/offers/{id}", "show_offer"),
        ("POST", "/purchases/preview", "preview"),
        ("POST", "/purchases", "place_purchase"),
        ("GET", "/purchases", "find_purchases"),
        ("GET", "/purchases/{id}", "show_purchase"),
        ("POST", "/purchases/{id}/pay", "pay_purchase"),
        ("GET", "/purchases/{id}/trace", "trace_purchase"),
        ("PUT", "/listings/{sku}", "put_listing"),
        ("GET", "/listings/{sku}", "show_listing"),
        ("POST", "/listings/{sku}/delist", "delist"),
        ("POST", "/listings/{sku}/stock", "set_stock"),
        ("GET", "/orders", "list_orders"),
        ("GET", "/orders/{id}", "show_order"),
        ("POST", "/orders/{id}/fulfilments", "report_dispatch"),
        ("POST", "/orders/{id}/refunds", "refund_order"),
        ("POST", "/payments", "take_payment"),
        ("GET", "/payments/{id}", "show_payment"),
        ("POST", "/payments/{id}/capture", "capture_payment"),
        ("POST", "/payments/{id}/refund", "refund_payment"),
        ("POST", "/quotes", "quote"),
        ("POST", "/shipments", "book_shipment"),
        ("GET", "/shipments", "find_shipment"),
        ("GET", "/shipments/{number}/label", "show_label"),
        ("POST", "/tracking/register", "register_tracking"),
        ("POST", "/tracking/query", "query_tracking"),
        ("GET", "/tickets", "list_tickets"),
        ("POST", "/tickets/{id}/messages", "post_message"),
        ("GET", "/held", "list_held"),
    )
]
