from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.payment import Payment, Payout, PayoutHold
from crossborder.testing.strategies import ledger_entries, money_ledgers

AT = datetime(2026, 11, 2, tzinfo=UTC)
K, S = EntryKind, PaymentState


def _entry(kind: EntryKind, amount: str, minute: int = 0, id: str | None = None) -> LedgerEntry:
    at = AT + timedelta(minutes=minute)
    return LedgerEntry(id or f"{kind.value}-{minute}", kind, Price(amount, "USD"), at)


def _ledger(*entries: LedgerEntry) -> MoneyLedger:
    return MoneyLedger(Price("20", "USD")).with_entries(entries)


@given(st.data())
def test_any_order_of_arrival_with_any_repeats_gives_one_ledger(data: st.DataObject) -> None:
    facts = data.draw(st.lists(ledger_entries("USD"), max_size=6))
    arrived = data.draw(st.permutations(facts + facts))
    parts = data.draw(st.integers(1, 4))
    whole = _ledger(*facts)
    piecemeal = MoneyLedger(Price("20", "USD"))
    for start in range(0, len(arrived), parts):
        piecemeal = piecemeal.with_entries(arrived[start : start + parts])
    assert piecemeal == whole
    assert piecemeal.state is whole.state
    assert piecemeal.with_entries(whole.entries) == whole


def test_two_tellings_of_one_fact_leave_the_same_one_whatever_came_first() -> None:
    tellings = [
        _entry(K.CAPTURED, "20", 1, id="c"),
        _entry(K.CAPTURED, "19", 1, id="c"),
        _entry(K.CAPTURED, "20", 2, id="c"),
    ]
    assert {_ledger(*order) for order in permutations(tellings)} == {
        MoneyLedger(Price("20", "USD"), (tellings[1],))
    }


@given(money_ledgers())
def test_the_sums_of_a_ledger_hold_together(ledger: MoneyLedger) -> None:
    zero = Money.zero(ledger.due.currency)
    assert ledger.open >= zero
    assert ledger.open == max(ledger.due - ledger.captured, zero)
    assert ledger.refundable == ledger.captured - ledger.refunded
    assert (ledger.state is None) == (not ledger.entries)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], None),
        ([(K.STARTED, "20")], S.PROCESSING),
        ([(K.FAILED, "20")], S.PENDING),
        ([(K.STARTED, "20"), (K.FAILED, "20")], S.PROCESSING),
        ([(K.AUTHORIZED, "20")], S.AUTHORIZED),
        ([(K.AUTHORIZED, "20"), (K.VOIDED, "20")], S.VOIDED),
        ([(K.AUTHORIZED, "20"), (K.EXPIRED, "20")], S.EXPIRED),
        ([(K.AUTHORIZED, "20"), (K.CAPTURED, "5")], S.PARTIALLY_PAID),
        ([(K.CAPTURED, "20")], S.PAID),
        ([(K.CAPTURED, "25")], S.PAID),
        ([(K.CAPTURED, "20"), (K.REFUNDED, "5")], S.PARTIALLY_REFUNDED),
        ([(K.CAPTURED, "20"), (K.REFUNDED, "20")], S.REFUNDED),
        ([(K.CAPTURED, "20"), (K.CHARGEBACK, "20")], S.REFUNDED),
        ([(K.CAPTURED, "20"), (K.CHARGEBACK, "20"), (K.CHARGEBACK_WON, "20")], S.PAID),
        ([(K.CAPTURED, "5"), (K.REFUNDED, "5")], S.REFUNDED),
        ([(K.CAPTURED, "5"), (K.REFUNDED, "1")], S.PARTIALLY_REFUNDED),
    ],
)
def test_the_payment_state_is_what_the_facts_add_up_to(
    facts: list[tuple[EntryKind, str]], state: PaymentState | None
) -> None:
    entries = [_entry(kind, amount, place) for place, (kind, amount) in enumerate(facts)]
    for order in permutations(entries):
        assert _ledger(*order).state is state


def test_a_ledger_says_what_came_in_went_back_and_is_left() -> None:
    ledger = _ledger(
        _entry(K.AUTHORIZED, "20", 0),
        _entry(K.CAPTURED, "15", 1),
        _entry(K.REFUNDED, "4", 2),
        _entry(K.CHARGEBACK, "3", 3),
        _entry(K.CHARGEBACK_WON, "3", 4),
    )
    dollars = {name: getattr(ledger, name).amount for name in ("captured", "refunded", "open")}
    assert dollars == {"captured": 15, "refunded": 4, "open": 5}
    assert ledger.refundable == Money("11", "USD")
    assert ledger.authorized == Money("20", "USD")


def test_a_ledger_is_sorted_and_of_one_currency() -> None:
    late, early = _entry(K.CAPTURED, "1", 2), _entry(K.AUTHORIZED, "1", 1)
    with pytest.raises(InvalidValue, match="must be sorted by time and id"):
        MoneyLedger(Price("20", "USD"), (late, early))
    with pytest.raises(CurrencyMismatch, match="is not in EUR") as caught:
        MoneyLedger(Price("20", "EUR"), (early,))
    assert caught.value.field == "entries"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"captured": Money("1", "EUR")}, "captured"),
        ({"refunded": Money("1", "EUR")}, "refunded"),
        ({"entries": (LedgerEntry("1", K.CAPTURED, Price("1", "EUR"), AT),)}, "entries"),
    ],
)
def test_a_payment_is_in_one_currency(changed: dict[str, object], field: str) -> None:
    with pytest.raises(CurrencyMismatch) as caught:
        Payment(Ref("stripe", "pi"), Price("1", "USD"), S.PAID, **changed)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.source) == (field, "Payment")


@pytest.mark.parametrize("field", ["fees", "net", "holds"])
def test_a_payout_is_in_one_currency(field: str) -> None:
    given: dict[str, object] = {
        "gross": Money("10", "USD"),
        "fees": Money("1", "USD"),
        "net": Money("9", "USD"),
    }
    wrong = (PayoutHold(Price("1", "EUR")),) if field == "holds" else Money("1", "EUR")
    with pytest.raises(CurrencyMismatch) as caught:
        Payout(Ref("stripe", "po"), at=AT, **(given | {field: wrong}))  # type: ignore[arg-type]
    assert caught.value.field == field
