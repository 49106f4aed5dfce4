from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger, PaymentState
from crossborder.model.money import Money, Price
from crossborder.stages.payment import may_capture, may_refund, record

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
EMPTY = MoneyLedger(Price(Decimal(20), "USD"))
ORDER = OrderId("1001")


def usd(amount: str | int) -> Price:
    return Price(Decimal(amount), "USD")


def fact(
    kind: EntryKind,
    amount: str = "20",
    *,
    name: str = "",
    at: datetime = NOW,
    ref: str | None = "pi_1",
) -> LedgerEntry:
    payment = None if ref is None else Ref("gate", ref)
    return LedgerEntry(name or f"{kind.value}/{amount}", kind, usd(amount), at, payment)


def ledger(*entries: LedgerEntry) -> MoneyLedger:
    return EMPTY.with_entries(entries)


FACTS = st.lists(
    st.builds(
        lambda kind, amount, hours, ref: fact(
            kind, str(amount), name=f"{kind}/{amount}/{hours}", at=NOW + hours * DAY, ref=ref
        ),
        st.sampled_from(EntryKind),
        st.integers(0, 30),
        st.integers(0, 9),
        st.just("pi_1"),
    ),
    max_size=6,
)


@given(FACTS, st.data())
def test_any_order_with_any_repeats_gives_one_ledger_and_one_state(
    facts: list[LedgerEntry], data: st.DataObject
) -> None:
    whole = record(EMPTY, tuple(facts)).value
    repeated = data.draw(st.permutations(facts + facts[:3]))
    step = EMPTY
    for entry in repeated:
        step = record(step, (entry,)).value
    assert step == whole
    assert step.state == whole.state


@given(FACTS, FACTS)
def test_each_new_fact_is_told_once_and_a_known_one_never(
    first: list[LedgerEntry], second: list[LedgerEntry]
) -> None:
    before = record(EMPTY, tuple(first)).value
    decision = record(before, tuple(second), order_id=ORDER)
    told = [event.facts["entry"] for event in decision.events if "money" in event.facts]
    known = {entry.id for entry in before.entries}
    assert sorted(told) == sorted({entry.id for entry in second} - known)
    again = record(decision.value, tuple(second), order_id=ORDER)
    assert (again.value, again.events, again.codes) == (decision.value, (), ("nothing_new",))


@given(FACTS, st.integers(0, 60))
def test_no_permission_goes_beyond_what_is_open_reserved_or_refundable(
    facts: list[LedgerEntry], asked: int
) -> None:
    book = record(EMPTY, tuple(facts)).value
    capture = may_capture(book, usd(asked), now=NOW + DAY).value
    assert Money.zero("USD") <= capture <= min(usd(asked), book.open)
    back = may_refund(book, usd(asked)).value
    if back is None:
        assert asked == 0 or book.refundable.amount <= 0
    else:
        assert Money.zero("USD") < back <= min(usd(asked), book.refundable)
        after = book.with_entries([LedgerEntry("last", EntryKind.REFUNDED, back, NOW)])
        assert after.refunded <= after.captured


@given(FACTS)
def test_an_excess_is_never_settled_in_silence(facts: list[LedgerEntry]) -> None:
    decision = record(EMPTY, tuple(facts))
    told = {
        event.facts["what"] for event in decision.events if event.name == "payment.mismatch"
    } - {"reported"}
    book = decision.value
    assert ("captured" in told) is (book.captured > book.due)
    assert ("refunded" in told) is (book.refunded > book.captured)


def test_a_capture_is_a_fact_and_a_change_of_state() -> None:
    decision = record(EMPTY, (fact(EntryKind.CAPTURED, name="ch_1"),), order_id=ORDER)
    assert decision.value.state is PaymentState.PAID
    assert [(event.name, event.subject, event.at) for event in decision.events] == [
        ("payment.captured", "1001", NOW),
        ("payment.state_changed", "1001", NOW),
    ]
    assert decision.events[0].facts == {"entry": "ch_1", "money": "20 USD", "payment": "gate:pi_1"}
    assert decision.events[1].facts == {"before": None, "after": "paid"}
    assert decision.codes == ("recorded",)


def test_the_subject_is_the_facts_own_id_where_no_order_is_named() -> None:
    decision = record(EMPTY, (fact(EntryKind.FAILED, name="f_1", ref=None),))
    assert {event.subject for event in decision.events} == {"f_1"}
    assert "payment" not in decision.events[0].facts


@pytest.mark.parametrize("kind", list(EntryKind))
def test_every_kind_of_fact_has_its_event(kind: EntryKind) -> None:
    event = record(EMPTY, (fact(kind),)).events[0]
    expected = "charged_back" if kind is EntryKind.CHARGEBACK else kind.value
    assert event.name == f"payment.{expected}"


def mismatches(decision: Any) -> list[tuple[str, Any]]:
    return [
        (event.name, event.facts)
        for event in decision.events
        if event.name.startswith("payment.mismatch")
    ]


def test_more_taken_than_due_is_a_mismatch_told_once_for_each_excess() -> None:
    paid = ledger(fact(EntryKind.CAPTURED))
    over = record(paid, (fact(EntryKind.CAPTURED, "5"),))
    assert mismatches(over) == [
        ("payment.mismatch", {"what": "captured", "excess": "5 USD"}),
    ]
    assert over.codes == ("recorded", "mismatch")
    failed = record(over.value, (fact(EntryKind.FAILED),))
    assert mismatches(failed) == []


def test_a_refund_that_came_before_its_capture_is_explained_later() -> None:
    early = record(EMPTY, (fact(EntryKind.REFUNDED),))
    assert mismatches(early) == [("payment.mismatch", {"what": "refunded", "excess": "20 USD"})]
    late = record(early.value, (fact(EntryKind.CAPTURED),))
    assert mismatches(late) == [("payment.mismatch_resolved", {"what": "refunded"})]
    assert late.value.state is PaymentState.REFUNDED


def test_two_sums_for_one_fact_are_a_mismatch() -> None:
    book = ledger(fact(EntryKind.CAPTURED, "20", name="ch_1"))
    decision = record(book, (fact(EntryKind.CAPTURED, "19", name="ch_1"),))
    found = mismatches(decision)
    assert [name for name, _ in found] == ["payment.mismatch"]
    assert found[0][1]["entry"] == "ch_1"
    assert [str(amount) for amount in found[0][1]["sums"]] == ["19", "20"]
    assert decision.value.state is PaymentState.PARTIALLY_PAID


def test_a_fact_in_another_currency_is_refused() -> None:
    with pytest.raises(InvalidValue, match="is not in USD"):
        record(EMPTY, (LedgerEntry("x", EntryKind.CAPTURED, Price(Decimal(1), "EUR"), NOW),))


@pytest.mark.parametrize(
    ("entries", "asked", "allowed", "code"),
    [
        ([], "20", "0", "not_authorized"),
        ([fact(EntryKind.AUTHORIZED)], "20", "20", "whole"),
        ([fact(EntryKind.AUTHORIZED)], "25", "20", "cut_down"),
        ([fact(EntryKind.AUTHORIZED, "15")], "20", "15", "cut_down"),
        ([fact(EntryKind.AUTHORIZED, "30")], "25", "20", "cut_down"),
        ([fact(EntryKind.AUTHORIZED), fact(EntryKind.CAPTURED, "8")], "20", "12", "cut_down"),
        ([fact(EntryKind.AUTHORIZED), fact(EntryKind.VOIDED)], "20", "0", "not_authorized"),
        ([fact(EntryKind.AUTHORIZED), fact(EntryKind.EXPIRED)], "20", "0", "not_authorized"),
        (
            [fact(EntryKind.AUTHORIZED), fact(EntryKind.VOIDED, ref="pi_0")],
            "20",
            "20",
            "whole",
        ),
        (
            [fact(EntryKind.AUTHORIZED), fact(EntryKind.CAPTURED, ref="pi_2")],
            "20",
            "0",
            "nothing_open",
        ),
        ([fact(EntryKind.AUTHORIZED, at=NOW - 7 * DAY)], "20", "0", "not_authorized"),
        (
            [
                fact(EntryKind.AUTHORIZED, at=NOW - 8 * DAY),
                fact(EntryKind.EXPIRED, at=NOW - DAY),
                fact(EntryKind.AUTHORIZED, name="again", ref="pi_2"),
            ],
            "20",
            "20",
            "whole",
        ),
    ],
)
def test_no_more_is_captured_than_is_due_and_reserved(
    entries: list[LedgerEntry], asked: str, allowed: str, code: str
) -> None:
    decision = may_capture(ledger(*entries), usd(asked), now=NOW)
    assert decision.value == Money(Decimal(allowed), "USD")
    assert type(decision.value) is Money
    assert decision.codes == (code,)


def test_an_authorisation_holds_as_long_as_it_is_said_to() -> None:
    book = ledger(fact(EntryKind.AUTHORIZED, at=NOW - 8 * DAY))
    assert may_capture(book, usd(20), now=NOW, valid_for=10 * DAY).value == usd(20)


@pytest.mark.parametrize(
    ("entries", "asked", "allowed", "code"),
    [
        ([], "5", None, "nothing_refundable"),
        ([fact(EntryKind.CAPTURED)], "5", "5", "whole"),
        ([fact(EntryKind.CAPTURED)], "25", "20", "cut_down"),
        ([fact(EntryKind.CAPTURED), fact(EntryKind.REFUNDED, "15")], "10", "5", "cut_down"),
        ([fact(EntryKind.CAPTURED), fact(EntryKind.CHARGEBACK)], "10", None, "nothing_refundable"),
        ([fact(EntryKind.CAPTURED)], "0", None, "nothing_refundable"),
    ],
)
def test_no_more_goes_back_than_came_in(
    entries: list[LedgerEntry], asked: str, allowed: str | None, code: str
) -> None:
    decision = may_refund(ledger(*entries), usd(asked))
    assert decision.value == (None if allowed is None else usd(allowed))
    assert decision.codes == (code,)


def test_permissions_are_asked_for_in_the_ledgers_currency() -> None:
    with pytest.raises(CurrencyMismatch):
        may_capture(EMPTY, Money(Decimal(1), "EUR"), now=NOW)
    with pytest.raises(CurrencyMismatch):
        may_refund(EMPTY, Price(Decimal(1), "EUR"))
