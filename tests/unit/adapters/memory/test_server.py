from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.memory import (
    AsyncMemoryTokenStore,
    Memory,
    MemoryServer,
    MemoryTokenStore,
)
from crossborder.adapters.memory.rules import POLICIES, read
from crossborder.clients import AsyncClient, Client
from crossborder.conversation import Broken, Busy, Expired, Ok, Rejected, Reply, Request
from crossborder.errors import BadRequest, NotFound, Unauthorized
from crossborder.model.ids import OrderId
from crossborder.model.money import Price
from crossborder.model.payment import PaymentAttempt
from crossborder.protocols import (
    Carrier,
    DispatchReporter,
    Inbox,
    ListingChannel,
    OfferSource,
    OrderFeed,
    OrderRefunder,
    PaymentGateway,
    PurchaseTracer,
    Purchasing,
    StockPublisher,
    Tracker,
    WebhookReader,
    supports,
)
from crossborder.secret import Secret

PROTOCOLS = (
    Carrier,
    DispatchReporter,
    Inbox,
    ListingChannel,
    OfferSource,
    OrderFeed,
    OrderRefunder,
    PaymentGateway,
    PurchaseTracer,
    Purchasing,
    StockPublisher,
    Tracker,
    WebhookReader,
)


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.__name__)
def test_the_pretend_vendor_is_able_to_do_everything(protocol: type) -> None:
    assert supports(Memory.demo(), protocol)


@pytest.fixture
def secured(talk: Any) -> MemoryServer:
    """A server that asks for a token."""
    return MemoryServer(talk.clock.now, secret="hunter2", secured=True)


class _Heard:
    """Passes requests on and keeps them."""

    def __init__(self, server: MemoryServer) -> None:
        self.server, self.paths, self.tokens = server, [], set[str]()  # type: ignore[var-annotated]

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        self.paths.append(request.url.removeprefix("https://memory.test"))
        self.tokens.add(request.header("authorization") or "")
        return self.server.exchange(request, connect=connect, read=read)


@pytest.fixture
def tokens(talk: Any) -> Any:
    """A store of the kind that the client takes."""
    return AsyncMemoryTokenStore() if talk.asynchronous else MemoryTokenStore()


def test_a_token_is_asked_for_used_and_renewed_when_it_ends(
    talk: Any, secured: MemoryServer, tokens: Any
) -> None:
    memory, heard = Memory.connect(secured, secret="hunter2"), _Heard(secured)
    for _ in range(2):
        assert talk(memory.listing("x"), http=heard, tokens=tokens) is None
    assert heard.paths == ["/token", "/listings/x", "/listings/x"]
    talk.clock.advance(timedelta(hours=1).total_seconds())
    assert talk(memory.listing("x"), http=heard, tokens=tokens) is None
    assert heard.paths[3:] == ["/token", "/listings/x"]
    # None for asking, and one token for each hour.
    assert len(heard.tokens) == 3


def test_a_token_that_the_server_has_forgotten_is_renewed_once(
    talk: Any, secured: MemoryServer, tokens: Any
) -> None:
    memory, heard = Memory.connect(secured, secret="hunter2"), _Heard(secured)
    talk(memory.listing("x"), http=heard, tokens=tokens)
    secured._tokens.clear()
    talk.clock.advance(1)
    assert talk(memory.listing("x"), http=heard, tokens=tokens) is None
    assert heard.paths == ["/token", "/listings/x", "/listings/x", "/token", "/listings/x"]


@pytest.mark.parametrize("secret", ["wrong", "", None])
def test_without_the_secret_nobody_comes_in(
    talk: Any, secured: MemoryServer, secret: str | None
) -> None:
    memory = Memory.connect(secured, secret=secret)
    with pytest.raises(Unauthorized) as caught:
        talk(memory.listing("x"), http=secured)
    assert caught.value.vendor == "memory"
    assert "hunter2" not in repr(vars(caught.value))


def test_the_secret_is_seen_nowhere() -> None:
    memory = Memory.connect(MemoryServer(lambda: pytest.fail("no time")), secret="hunter2")
    assert "hunter2" not in repr(memory)
    assert memory == Memory.connect(memory.server, secret=Secret("hunter2"))
    assert memory != Memory.connect(memory.server, secret="other")


def test_the_operation_key_of_a_refused_call_may_be_used_again(talk: Any) -> None:
    attempt = PaymentAttempt("1", OrderId("1"), Price("5", "USD"), "declined")
    assert talk(talk.memory.pay(attempt)).codes == ("declined",)
    paid = talk(talk.memory.pay(PaymentAttempt("1", OrderId("1"), Price("5", "USD"), "card")))
    assert talk.state.payments["PAY000001"] == paid.value


def test_an_unknown_path_or_method_is_not_found(talk: Any) -> None:
    for method, path in (("GET", "/nothing"), ("DELETE", "/offers"), ("POST", "/offers/1")):
        request = Request(method, f"https://memory.test{path}")
        reply = talk.memory.server.exchange(request, connect=1, read=1)
        assert reply.status == 404
        assert reply.json(source="memory")["problems"][0]["code"] == "no_such_path"


def test_what_is_no_json_object_gets_no_token(secured: MemoryServer) -> None:
    request = Request("POST", "https://memory.test/token", content=b'"hunter2"')
    assert secured.exchange(request, connect=1, read=1).status == 403


def test_a_refusal_without_problems_is_raised(talk: Any, order: Any) -> None:
    """It is no refusal that a seller could repair."""

    class Rude:
        def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            return Reply(422, {}, b"")

    talk.state.place_order(order())
    attempt = PaymentAttempt("1", OrderId("1"), Price("5", "USD"), "card")
    with pytest.raises(BadRequest):
        talk(talk.memory.pay(attempt), http=Rude())
    with pytest.raises(BadRequest):
        talk(
            talk.memory.refund_order(order(), Price("5", "USD"), now=talk.clock.now()), http=Rude()
        )


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(200), Ok()),
        (Reply(201), Ok()),
        (Reply(401), Expired("the token has ended")),
        (Reply(403), Rejected(kind=Unauthorized)),
        (Reply(404), Rejected((), NotFound)),
        (Reply(409), Rejected()),
        (Reply(429, {"Retry-After": "3"}), Busy(3.0)),
        (Reply(429), Busy()),
        (Reply(200, {"X-Throttled": "2"}), Busy(2.0)),
        (Reply(500), Broken()),
        (Reply(400), Rejected()),
    ],
)
def test_every_reply_is_read_before_it_is_believed(reply: Reply, verdict: object) -> None:
    assert read(reply) == verdict


@given(st.sampled_from([402, 404, 409, 422]), st.text(min_size=1), st.text(), st.text())
def test_the_problems_of_a_refusal_are_kept_whole(
    status: int, code: str, text: str, field: str
) -> None:
    from crossborder.wire.text import write_json

    body = {"problems": [{"code": f"c{code}", "text": text, "field": field, "more": 7}]}
    content = write_json(body).encode("utf-8", "surrogatepass")
    verdict = read(Reply(status, {}, content))
    assert isinstance(verdict, Rejected)
    (problem,) = verdict.problems
    assert (problem.code, problem.text, problem.field) == (f"c{code}", text, field)
    assert (problem.raw, problem.extra["more"]) == (f"c{code}", 7)
    assert verdict.kind is (NotFound if status == 404 else BadRequest)


def test_every_operation_has_a_policy() -> None:
    assert POLICIES.of("purchases.place").key_life is None


def test_two_threads_take_turns(order: Any) -> None:
    memory = Memory.demo()
    with Client(http=memory.server) as client:
        flows = [memory.listing(f"x{number}") for number in range(40)]
        ran = client.run_all(flows, at_once=8)
    assert [item.value for item in ran] == [None] * 40
    assert [item.error for item in ran] == [None] * 40


async def _together(memory: Memory) -> list[Any]:
    async with AsyncClient(http=memory.server) as client:
        return list(await client.run_all([memory.listing(f"x{n}") for n in range(40)], at_once=8))


def test_many_tasks_are_answered_too() -> None:
    import asyncio

    ran = asyncio.run(_together(Memory.demo()))
    assert [item.value for item in ran] == [None] * 40
