"""The adapter against Stripe's OpenAPI specification, its fixtures, and its rule of keys."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from contracts.stripe.fake import (  # type: ignore[import-not-found,unused-ignore]
    FakeStripe,
)
from crossborder.adapters.memory.storage import MemoryJournal
from crossborder.adapters.stripe import Stripe, entries_of
from crossborder.clients import Client
from crossborder.conversation import Flow
from crossborder.conversation import flow as cut_off
from crossborder.errors import BadRequest, OutcomeUnknown
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import MoneyLedger, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Done, Pending, Refused
from crossborder.model.payment import Payment, PaymentAttempt
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contract_transport import ContractTransport, OpenApiContract

pytestmark = pytest.mark.contracts

NOW = datetime(2024, 11, 22, 18, 26, 40, tzinfo=UTC)
GATEWAY = Stripe.connect(secret_key="sk_test_1")
ATTEMPT = PaymentAttempt("a-1", OrderId("o-1"), Price("20", "USD"), "pm_card_visa")
PAYMENT = Ref("stripe", "pi_1")


@pytest.fixture(scope="module")
def folder(contracts: Path) -> Path:
    return contracts / "stripe"


@pytest.fixture(scope="module")
def contract(folder: Path) -> OpenApiContract:
    return OpenApiContract.load(
        folder / "openapi_spec3_2024-04-10.json.gz",
        base_url="https://api.stripe.com",
        name="stripe",
        fixtures=folder / "fixtures3.json",
    )


@pytest.fixture
def stripe(folder: Path) -> Any:
    resources = json.loads((folder / "fixtures3.json").read_bytes())["resources"]
    return FakeStripe(resources)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def transport(contract: OpenApiContract, stripe: Any) -> ContractTransport:
    return ContractTransport(contract, stripe)


@pytest.fixture
def client(transport: ContractTransport, clock: VirtualClock) -> Client:
    return Client(http=transport, clock=clock, journal=MemoryJournal())


def paid(client: Client, attempt: PaymentAttempt = ATTEMPT, key: str = "k") -> Payment:
    outcome = client.run(GATEWAY.pay(attempt), key=key)
    assert isinstance(outcome, Done)
    return outcome.value


FLOWS: dict[str, tuple[Flow[Any], str]] = {
    "pay": (GATEWAY.pay(evolve(ATTEMPT, description="Tea")).keep(), "PostPaymentIntents"),
    "pay elsewhere": (
        Stripe.connect(secret_key="sk_test_1", return_url="https://shop.test/").pay(ATTEMPT).keep(),
        "PostPaymentIntents",
    ),
    "capture": (
        GATEWAY.capture(PAYMENT, Price("5", "USD"), id="c-1").keep(),
        "PostPaymentIntentsIntentCapture",
    ),
    "refund": (
        GATEWAY.refund(PAYMENT, Price("1", "USD"), id="r-1", now=NOW, reason="late").keep(),
        "PostRefunds",
    ),
    "payment": (GATEWAY.payment(PAYMENT).keep(), "GetPaymentIntentsIntent"),
    "refund outcome": (GATEWAY.refund_outcome(Ref("stripe", "re_1")).keep(), "GetRefundsRefund"),
    "events": (GATEWAY.events(since=NOW, cursor="evt_1").keep(), "GetEvents"),
}


@pytest.mark.parametrize("name", FLOWS)
def test_every_call_keeps_the_specification_and_its_example_is_read(
    name: str, contract: OpenApiContract, clock: VirtualClock
) -> None:
    transport = ContractTransport(contract)
    flow, operation = FLOWS[name]
    assert Client(http=transport, clock=clock).run(flow) is not None
    assert transport.operations == (operation,)
    assert transport.requests[0].header("stripe-version") == "2025-03-31.basil"


def test_stripes_own_examples_become_our_nouns(
    contract: OpenApiContract, clock: VirtualClock
) -> None:
    client = Client(http=ContractTransport(contract), clock=clock)
    payment = client.run(GATEWAY.payment(PAYMENT))
    assert (payment.money, payment.native) == (Price("10.99", "USD"), "requires_payment_method")
    assert payment.state is PaymentState.PENDING
    refund = client.run(GATEWAY.refund_outcome(Ref("stripe", "re_1")))
    assert isinstance(refund, Done)
    assert (refund.value.money, refund.value.status) == (Price("1", "USD"), "succeeded")
    (event,) = client.run(GATEWAY.events(since=NOW)).items
    assert (event.topic, entries_of(event)) == ("plan.created", ())


def test_a_payment_is_authorised_captured_and_given_back(client: Client, stripe: Any) -> None:
    held = paid(client, evolve(ATTEMPT, capture=False))
    assert (held.state, held.order_id) == (PaymentState.AUTHORIZED, "o-1")
    taken = client.run(GATEWAY.capture(held.ref, Price("15", "USD"), id="c-1"), key="c")
    assert isinstance(taken, Done)
    assert taken.value.captured == Money("15", "USD")
    back = client.run(GATEWAY.refund(held.ref, Price("5", "USD"), id="r-1", now=NOW), key="r")
    assert isinstance(back, Done)
    assert back.value.payment == held.ref
    now = client.run(GATEWAY.payment(held.ref))
    assert now.state is PaymentState.PARTIALLY_REFUNDED
    ledger = MoneyLedger(held.money).with_entries((*held.entries, *taken.value.entries))
    ledger = ledger.with_entries(now.entries)
    assert (ledger.captured, ledger.refunded) == (Money("15", "USD"), Money("5", "USD"))
    more = client.run(GATEWAY.refund(held.ref, Price("11", "USD"), id="r-2", now=NOW), key="r2")
    assert isinstance(more, Refused)
    assert more.codes == ("already_refunded",)
    again = client.run(GATEWAY.capture(held.ref, Price("1", "USD"), id="c-2"), key="c2")
    assert isinstance(again, Refused)
    assert again.codes == ("wrong_state",)


def test_one_attempt_is_one_payment_however_often_it_is_run(client: Client, stripe: Any) -> None:
    first, second = paid(client, key="one"), paid(client, key="two")
    assert first == second
    assert stripe.done == ["PostPaymentIntents"]
    other = paid(client, evolve(ATTEMPT, id="a-2"), key="three")
    assert other.ref != first.ref


def test_a_decline_stays_declined_for_its_attempt_and_not_for_the_next(client: Client) -> None:
    bad = evolve(ATTEMPT, method="pm_card_visa_chargeDeclined")
    for key in ("one", "two"):
        outcome = client.run(GATEWAY.pay(bad), key=key)
        assert isinstance(outcome, Refused)
        assert outcome.codes == ("declined:issuer",)
    assert paid(client, evolve(ATTEMPT, id="a-2"), key="three").state is PaymentState.PAID


def test_a_payment_that_needs_the_buyer_is_pending(client: Client) -> None:
    outcome = client.run(GATEWAY.pay(evolve(ATTEMPT, method="pm_card_threeDSecure2Required")))
    assert isinstance(outcome, Pending)
    assert isinstance(client.run(outcome.ask), Pending)
    assert client.run(GATEWAY.client_secret(outcome.value.ref))


@pytest.mark.parametrize("lost", [1, 3])
def test_a_lost_answer_charges_once(client: Client, stripe: Any, lost: int) -> None:
    stripe.losing = lost
    assert paid(client).state is PaymentState.PAID
    assert stripe.done == ["PostPaymentIntents"]


def test_a_stored_500_is_not_repeated_but_looked_up(
    client: Client, stripe: Any, transport: ContractTransport
) -> None:
    stripe.breaking = 1
    held = paid(client, evolve(ATTEMPT, capture=False), key="p")
    assert list(transport.operations) == ["PostPaymentIntents", "GetPaymentIntentsSearch"]
    stripe.breaking = 1
    taken = client.run(GATEWAY.capture(held.ref, Price("20", "USD"), id="c-1"), key="c")
    assert isinstance(taken, Done)
    stripe.breaking = 1
    back = client.run(GATEWAY.refund(held.ref, Price("5", "USD"), id="r-1", now=NOW), key="r")
    assert isinstance(back, Done)
    assert list(transport.operations)[2:] == [
        "PostPaymentIntentsIntentCapture",
        "GetPaymentIntentsIntent",
        "PostRefunds",
        "GetRefunds",
    ]
    assert len(stripe.done) == 3


def test_a_key_in_use_is_tried_again_until_it_is_free(
    client: Client, stripe: Any, clock: VirtualClock
) -> None:
    stripe.running = 2
    assert paid(client).state is PaymentState.PAID
    assert len(clock.slept) >= 2
    assert stripe.done == ["PostPaymentIntents"]


def test_one_attempt_with_two_amounts_is_a_wrong_call(client: Client) -> None:
    paid(client, key="one")
    with pytest.raises(BadRequest) as caught:
        client.run(GATEWAY.pay(evolve(ATTEMPT, money=Price("21", "USD"))), key="two")
    assert [one.code for one in caught.value.problems] == ["key_reused"]


def test_a_run_after_a_day_looks_before_it_sends(
    stripe: Any, transport: ContractTransport, clock: VirtualClock
) -> None:
    journal = MemoryJournal()
    client = Client(http=transport, clock=clock, journal=journal)
    stripe.losing = 1
    with pytest.raises(OutcomeUnknown):
        # Tried once, and cut off before it could look.
        client.run(_cut(GATEWAY.pay(ATTEMPT)), key="k", retry=False)
    stripe.kept.clear()
    clock.advance(timedelta(hours=25).total_seconds())
    assert paid(client, key="k").state is PaymentState.PAID
    assert stripe.done == ["PostPaymentIntents"]
    assert transport.operations[-1] == "GetPaymentIntentsSearch"


def _cut(flow: Flow[Any]) -> Any:
    """The flow's first call only: what a crash leaves."""

    @cut_off
    def first() -> Any:
        steps = iter(flow)
        return (yield next(steps))

    return first()
