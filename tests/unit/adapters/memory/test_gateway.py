from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from crossborder.errors import NotFound
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import EntryKind, MoneyLedger, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Done, Refused
from crossborder.model.payment import Payment, PaymentAttempt

TRY = PaymentAttempt("try-1", OrderId("1"), Price("20", "USD"), "card", capture=False)


@pytest.fixture
def take(talk: Any) -> Callable[..., Any]:
    """Captures or gives back so much of the one payment."""

    def run(kind: str, amount: str, id: str, currency: str = "USD") -> Any:
        ref, money = Ref("memory", "PAY000001"), Price(amount, currency)
        if kind == "capture":
            return talk(talk.memory.capture(ref, money, id=id))
        return talk(talk.memory.refund(ref, money, id=id, now=talk.clock.now(), reason="late"))

    return run


def test_an_attempt_is_authorised_and_captured_in_parts(talk: Any, take: Any) -> None:
    paid = talk(talk.memory.pay(TRY)).value
    assert (paid.state, paid.captured) == (PaymentState.AUTHORIZED, Money("0", "USD"))
    part = take("capture", "5", "c1").value
    assert (part.state, part.captured) == (PaymentState.PARTIALLY_PAID, Money("5", "USD"))
    whole = take("capture", "15", "c2").value
    assert (whole.state, whole.captured) == (PaymentState.PAID, Money("20", "USD"))
    assert talk(talk.memory.payment(whole.ref)) == whole
    ledger = MoneyLedger(TRY.money).with_entries(whole.entries)
    assert ledger.state is PaymentState.PAID
    assert talk.counted("capture") == 2


def test_an_attempt_may_be_captured_at_once(talk: Any) -> None:
    paid = talk(talk.memory.pay(evolve(TRY, capture=True))).value
    assert (paid.state, paid.captured, paid.native) == (
        PaymentState.PAID,
        Price("20", "USD"),
        "captured",
    )
    assert [entry.kind for entry in paid.entries] == [EntryKind.AUTHORIZED, EntryKind.CAPTURED]


def test_a_declined_method_is_refused_and_takes_nothing(talk: Any) -> None:
    outcome = talk(talk.memory.pay(evolve(TRY, method="declined-card")))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("declined",)
    assert outcome.problems[0].field == "method"
    assert talk.state.effects == []


def test_one_attempt_is_one_payment_however_often_it_is_sent(talk: Any, losing: Any) -> None:
    line = losing(talk.memory.server, "/payments")
    first = talk(talk.memory.pay(TRY), http=line)
    assert line.seen == 2
    assert talk(talk.memory.pay(TRY)) == first
    assert talk.counted("authorization") == 1
    other = talk(talk.memory.pay(evolve(TRY, id="try-2")))
    assert other != first
    assert talk.counted("authorization") == 2


def test_one_id_for_two_attempts_is_refused(talk: Any) -> None:
    talk(talk.memory.pay(TRY))
    outcome = talk(talk.memory.pay(evolve(TRY, money=Price("21", "USD"))))
    assert outcome.codes == ("key_reused",)


def test_no_more_is_captured_than_was_authorised(talk: Any, take: Any) -> None:
    talk(talk.memory.pay(TRY))
    assert take("capture", "20.01", "c1").codes == ("too_much",)
    assert take("capture", "20", "c2", "EUR").codes == ("too_much",)
    assert isinstance(take("capture", "20", "c3"), Done)
    assert take("capture", "0.01", "c4").codes == ("too_much",)
    assert talk.counted("capture") == 1


def test_no_more_is_given_back_than_was_captured(talk: Any, take: Any) -> None:
    talk(talk.memory.pay(TRY))
    take("capture", "20", "c1")
    assert take("refund", "20.01", "r1").codes == ("too_much",)
    assert take("refund", "20", "r2", "EUR").codes == ("too_much",)
    part = take("refund", "5", "r3").value
    assert (part.money, part.reason, part.status) == (Price("5", "USD"), "late", "succeeded")
    assert part.payment == Ref("memory", "PAY000001")
    stands: Payment = talk(talk.memory.payment(part.payment))
    assert (stands.state, stands.refunded) == (
        PaymentState.PARTIALLY_REFUNDED,
        Money("5", "USD"),
    )
    assert isinstance(take("refund", "15", "r4"), Done)
    assert talk(talk.memory.payment(part.payment)).state is PaymentState.REFUNDED
    assert take("refund", "0.01", "r5").codes == ("too_much",)


@pytest.mark.parametrize("kind", ["capture", "refund"])
def test_a_repeat_under_the_same_id_happens_once(talk: Any, take: Any, kind: str) -> None:
    talk(talk.memory.pay(evolve(TRY, capture=kind == "refund")))
    before = talk.counted(kind)
    first = take(kind, "5", "one")
    assert take(kind, "5", "one") == first
    assert talk.counted(kind) == before + 1
    assert take(kind, "6", "one").codes == ("key_reused",)


def test_a_payment_that_carries_no_sums_counts_them_as_nothing(talk: Any, take: Any) -> None:
    paid = talk(talk.memory.pay(TRY)).value
    talk.state.payments["PAY000001"] = evolve(paid, captured=None, refunded=None)
    assert take("capture", "20", "c1").value.captured == Money("20", "USD")


@pytest.mark.parametrize("kind", ["capture", "refund"])
def test_an_unknown_payment_is_not_found(talk: Any, take: Any, kind: str) -> None:
    with pytest.raises(NotFound):
        take(kind, "1", "x")
    with pytest.raises(NotFound):
        talk(talk.memory.payment(Ref("memory", "PAY9")))
