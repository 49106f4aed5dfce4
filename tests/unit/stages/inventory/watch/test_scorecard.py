"""How well suppliers deliver, from what became of purchases."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_UP, Decimal, localcontext
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import OrderId, PurchaseId, SkuId, SupplierId, TicketId
from crossborder.model.money import Price
from crossborder.model.purchase import Purchase, PurchaseLine, PurchaseStatus
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.dated.trust import trusted
from crossborder.stages.inventory.watch.purchases import PurchaseRecord, record_of
from crossborder.stages.inventory.watch.scorecard import (
    Scorecard,
    ScorecardPolicy,
    effect,
    scorecard,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MAKER = SupplierId("maker")


def record(number: int | str = 1, **fields: Any) -> PurchaseRecord:
    """A purchase of three days ago, handed over after 20 hours of the two days promised."""
    placed = fields.pop("placed_at", NOW - 3 * DAY)
    given: dict[str, Any] = {
        "known_at": NOW,
        "quantity": 4,
        "promised_handling": 2 * DAY,
        "handed_over_at": placed + 20 * HOUR,
        **fields,
    }
    return PurchaseRecord(PurchaseId(f"po{number}"), MAKER, placed, **given)


def late(number: int | str) -> PurchaseRecord:
    return record(number, handed_over_at=NOW - HOUR)


def judged(*records: PurchaseRecord, **given: Any) -> Decision[Scorecard]:
    return scorecard(MAKER, records, **{"now": NOW, **given})


def card(*records: PurchaseRecord, **given: Any) -> Scorecard:
    return judged(*records, **given).value


@st.composite
def records(draw: st.DrawFn, prefix: str = "po", *, faulty: bool | None = None) -> PurchaseRecord:
    """A record of one of a few purchases; `faulty` or faultless where that is asked for."""
    placed = NOW - draw(st.integers(0, 400 * 24)) * HOUR
    known = placed + draw(st.integers(0, (NOW - placed) // HOUR)) * HOUR
    handed = draw(
        st.none() | st.integers(0, (known - placed) // HOUR).map(lambda h: placed + h * HOUR)
    )
    quantity = draw(st.integers(1, 10**7))
    faults = draw(st.tuples(st.booleans(), st.booleans(), st.integers(0, min(3, quantity))))
    promised = draw(st.none() | st.integers(0, 100).map(lambda hours: hours * HOUR))
    if faulty is False:
        handed, faults, promised = known, (False, False, 0), known - placed
    elif faulty and not any(faults):
        handed, promised, known = None, timedelta(0), max(known, placed + HOUR)
        placed, known = placed - HOUR, known - HOUR
    return PurchaseRecord(
        PurchaseId(f"{prefix}{draw(st.integers(0, 10**6 if faulty is not None else 5))}"),
        MAKER,
        placed,
        known,
        quantity,
        promised,
        handed,
        faults[0],
        faults[2],
        faults[1],
    )


HISTORIES = st.lists(records(), max_size=12)


@given(HISTORIES, st.data())
def test_the_order_of_the_records_does_not_matter(
    history: list[PurchaseRecord], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations([*history, *history[:3]]))
    assert judged(*mixed) == judged(*history)


@given(HISTORIES, st.lists(records("bad", faulty=True), max_size=5))
def test_a_purchase_with_a_fault_never_raises_the_score(
    history: list[PurchaseRecord], bad: list[PurchaseRecord]
) -> None:
    before = card(*history)
    for count in range(len(bad)):
        after = card(*history, *bad[: count + 1])
        assert after.score <= before.score
        assert trusted(100, score=after.score) <= trusted(100, score=before.score)


@given(HISTORIES, st.lists(records("good", faulty=False), min_size=1, max_size=5))
def test_a_faultless_purchase_never_lowers_the_score(
    history: list[PurchaseRecord], good: list[PurchaseRecord]
) -> None:
    before, after = card(*history), card(*history, *good)
    assert after.score >= before.score
    assert after.on_time.value >= before.on_time.value
    assert after.vanished.value <= before.vanished.value


@given(HISTORIES, records(), records(), st.sampled_from([0 * HOUR, 48 * HOUR]))
def test_of_two_records_known_at_once_the_one_stands_that_makes_the_score_lower(
    history: list[PurchaseRecord], one: PurchaseRecord, other: PurchaseRecord, handling: timedelta
) -> None:
    policy = ScorecardPolicy(handling=handling)
    both = [evolve(each, purchase_id=PurchaseId("both"), known_at=NOW) for each in (one, other)]
    scores = [card(*history, each, policy=policy).score for each in both]
    assert card(*history, *both, policy=policy).score == min(scores)


def test_an_overdue_purchase_stands_before_one_handed_over_in_time_with_a_scratch() -> None:
    overdue = record(quantity=14, handed_over_at=None)
    scratched = record(quantity=14, defective=1)
    assert card(overdue).score < card(scratched).score
    assert card(overdue, scratched) == card(scratched, overdue) == card(overdue)


@given(HISTORIES)
def test_every_rate_is_a_share_to_four_places_inside_its_interval(
    history: list[PurchaseRecord],
) -> None:
    made = card(*history)
    for rate in (made.on_time, made.cancelled, made.defective, made.vanished):
        assert 0 <= rate.low <= rate.value <= rate.high <= 1
        assert rate.value.as_tuple().exponent == -4
        assert rate.evidence <= len({one.purchase_id for one in history})
        assert rate.weight <= rate.evidence
    assert made.score.as_tuple().exponent == -4


@given(HISTORIES)
def test_what_a_caller_set_for_its_decimals_changes_nothing(history: list[PurchaseRecord]) -> None:
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_UP
        coarse = judged(*history)
    assert coarse == judged(*history)


def test_without_evidence_the_card_is_what_was_believed_before() -> None:
    nothing = judged()
    rates = nothing.value.on_time, nothing.value.cancelled, nothing.value.defective
    assert [rate.value for rate in rates] == [Decimal(x) for x in ("0.9000", "0.0300", "0.0200")]
    assert nothing.value.score == Decimal("0.8384")  # 0.9 x 0.97 x 0.98 x 0.98
    assert nothing.codes == ("on_time", "cancelled", "defective", "vanished", "thin", "score")
    assert ScorecardPolicy().faultless == Decimal("0.8384292")


def test_few_purchases_move_a_rate_little_and_many_much() -> None:
    fresh = {"placed_at": NOW, "known_at": NOW, "cancelled_after_pay": True, "handed_over_at": None}
    few = [record(number, **fresh) for number in range(3)]
    many = [record(number, **fresh) for number in range(300)]
    # (30 x 0.03 + 3) / 33 and (30 x 0.03 + 300) / 330
    assert card(*few).cancelled.value == Decimal("0.1182")
    assert card(*many).cancelled.value == Decimal("0.9118")
    assert card(*few).cancelled.evidence == 3
    assert card(*few).cancelled.weight == Decimal(3)
    assert "thin" in judged(*few).codes
    assert "thin" not in judged(*many).codes


def test_old_purchases_count_less() -> None:
    def weight(days: int) -> Decimal:
        return card(record(placed_at=NOW - days * DAY)).on_time.weight

    assert [weight(days) for days in (0 + 1, 90, 180, 900, 20_000)] == [
        Decimal(text) for text in ("0.9923", "0.5000", "0.2500", "0.0010", "0.0000")
    ]
    assert card(record(), policy=ScorecardPolicy(half_life=3 * DAY)).on_time.weight == Decimal(
        "0.5"
    )


def test_ten_late_shipments_lower_what_can_be_sold_and_it_is_said_by_how_much() -> None:
    good = [record(number, placed_at=NOW - 5 * DAY) for number in range(20)]
    cards = [card(*good, *[late(f"late{n}") for n in range(count)]) for count in range(11)]
    stock = [trusted(50, score=one.score) for one in cards]
    assert stock == sorted(stock, reverse=True)
    told = effect(cards[0], cards[10], pieces=50)
    assert (told.value, told.codes) == (stock[10] - stock[0], ("fewer",))
    assert told.value == -8
    scores = {"score_before": cards[0].score, "score_after": cards[10].score}
    assert told.reasons[0].facts == {"pieces": 50, "before": 45, "after": 37, **scores}
    assert effect(cards[10], cards[0], pieces=50).codes == ("more",)
    assert effect(cards[0], cards[0], pieces=50).codes == ("unchanged",)


@pytest.mark.parametrize(
    ("fields", "rates"),
    [
        ({}, (1, 0, 0, 0)),
        ({"handed_over_at": NOW}, (0, 0, 0, 0)),
        ({"handed_over_at": None}, (0, 0, 0, 0)),
        ({"handed_over_at": None, "cancelled_after_pay": True}, (0, 1, 0, 0)),
        ({"handed_over_at": None, "vanished": True}, (0, 0, 0, 1)),
        ({"defective": 1}, (1, 0, Decimal("0.25"), 0)),
        ({"handed_over_at": NOW - DAY - HOUR, "promised_handling": None}, (1, 0, 0, 0)),
        ({"handed_over_at": NOW - DAY + HOUR, "promised_handling": None}, (0, 0, 0, 0)),
    ],
)
def test_a_purchase_counts_for_what_became_of_it(
    fields: dict[str, Any], rates: tuple[Any, ...]
) -> None:
    # With next to no belief before and no ageing, the rate is the purchase's own share.
    none = Decimal(0)
    policy = ScorecardPolicy(none, none, none, none, 1, 10_000_000 * DAY)
    made = card(record(**fields), policy=policy)
    values = (made.on_time.value, made.cancelled.value, made.defective.value, made.vanished.value)
    assert values == tuple((Decimal(rate) / 2).quantize(Decimal("0.0001")) for rate in rates)


def test_a_purchase_that_is_still_open_is_no_evidence() -> None:
    waiting = record(handed_over_at=None, promised_handling=4 * DAY)
    made = card(waiting)
    assert (made.on_time.evidence, made.score) == (0, card().score)
    assert (made.lead_hours, made.open_hours) == ((), (72.0,))
    # It is judged by what was known then, not by the time that passed without news.
    assert card(waiting, now=NOW + 9 * DAY).on_time.evidence == 0


def test_lead_times_are_listed_and_waiting_ones_apart() -> None:
    made = card(
        late("a"),
        record("b"),
        record("c", handed_over_at=None),
        record("d", handed_over_at=None, vanished=True),
    )
    assert (made.lead_hours, made.open_hours) == ((20.0, 71.0), (72.0,))


def test_a_silent_supplier_does_not_look_quick() -> None:
    done = [record(name) for name in "abcd"]
    quick = card(*done).hours()
    assert quick == Distribution.of([20] * 4)
    waiting = [record(f"open{number}", handed_over_at=None) for number in range(4)]
    slow = card(*done, *waiting).hours()
    assert slow == Distribution.censored([20] * 4, [72] * 4)
    assert slow is not None
    assert (slow.quantile(0.5), slow.quantile(0.9)) == (20, 144)


@given(HISTORIES)
def test_hours_are_known_once_any_purchase_took_or_takes_time(
    history: list[PurchaseRecord],
) -> None:
    made = card(*history)
    told = made.hours()
    assert (told is None) is (not made.lead_hours and not any(made.open_hours))
    if told is not None:
        assert told.values[-1] >= max((*made.lead_hours, *made.open_hours))


def test_a_purchase_known_twice_counts_as_known_last() -> None:
    open_then = record(handed_over_at=None, known_at=NOW - 2 * DAY)
    lost = record(handed_over_at=None, cancelled_after_pay=True)
    assert card(lost, open_then) == card(lost)
    assert card(record(), lost) == card(lost)
    assert card(record(), late(1)) == card(late(1))


def test_information_from_the_future_is_refused() -> None:
    with pytest.raises(InvalidValue, match="known after now") as caught:
        judged(record(), now=NOW - HOUR)
    assert caught.value.field == "records"


def test_purchases_of_another_supplier_are_refused() -> None:
    with pytest.raises(InvalidValue, match="is not maker"):
        judged(evolve(record(), supplier_id=SupplierId("other")))
    other = scorecard(SupplierId("other"), (), now=NOW).value
    with pytest.raises(InvalidValue, match="is not maker"):
        effect(card(), other, pieces=1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"defective": 5}, "defective"),
        ({"promised_handling": -HOUR}, "promised_handling"),
        ({"known_at": NOW - 4 * DAY}, "known_at"),
        ({"handed_over_at": NOW + HOUR}, "handed_over_at"),
        ({"handed_over_at": NOW - 4 * DAY}, "handed_over_at"),
    ],
)
def test_a_record_that_cannot_be_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        record(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"on_time": Decimal("1.1")}, "on_time"),
        ({"strength": 0}, "strength"),
        ({"half_life": 0 * DAY}, "half_life"),
        ({"handling": -DAY}, "handling"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        ScorecardPolicy(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("pieces", "score", "field"), [(-1, "0.5", "pieces"), (1, "1.1", "score"), (1, "-1", "score")]
)
def test_a_haircut_that_cannot_be_is_refused(pieces: int, score: str, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        trusted(pieces, score=Decimal(score))
    assert caught.value.field == field


def purchase(status: PurchaseStatus, *flags: str) -> Purchase:
    lines = tuple(
        PurchaseLine(SkuId("s"), 2, Price("3", "CNY"), order_id=order)
        for order in (OrderId("1"), OrderId("2"), None)
    )
    return Purchase(PurchaseId("po1"), MAKER, lines, status, flags=frozenset(flags))


def ticket(order: str, intent: str = "damaged", at: datetime = NOW) -> Ticket:
    message = Message("m", Author.CUSTOMER, "?", at)
    return Ticket(TicketId("t"), "mail", (message,), order_id=OrderId(order), intent=intent)


def made_of(bought: Purchase, *tickets: Ticket, **given: Any) -> PurchaseRecord:
    return record_of(bought, tickets, placed_at=NOW - DAY, known_at=NOW, **given)


def test_a_record_is_made_of_the_purchase_and_its_tickets() -> None:
    bought = purchase(PurchaseStatus.RECEIVED)
    made = made_of(
        bought, ticket("1"), ticket("1"), ticket("2", "refund"), ticket("9"), handed_over_at=NOW
    )
    assert made == PurchaseRecord(
        PurchaseId("po1"), MAKER, NOW - DAY, NOW, 6, None, NOW, False, 1, False
    )
    assert made_of(bought, ticket("1"), ticket("2")).defective == 2
    assert made_of(bought, ticket("1"), defective=5).defective == 5
    assert made_of(bought, vanished=True).vanished


def test_only_what_was_cancelled_after_payment_is_the_suppliers_fault() -> None:
    cancelled = PurchaseStatus.CANCELLED
    assert made_of(purchase(cancelled, "after_payment")).cancelled_after_pay
    assert not made_of(purchase(cancelled)).cancelled_after_pay
    assert not made_of(purchase(PurchaseStatus.PAID, "after_payment")).cancelled_after_pay


def test_a_ticket_written_later_is_refused() -> None:
    with pytest.raises(InvalidValue, match="after known_at"):
        made_of(purchase(PurchaseStatus.RECEIVED), ticket("1", at=NOW + HOUR))


def test_a_card_is_shown_as_a_table() -> None:
    shown = evolve(card(record()), supplier_id=SupplierId("<b>"))._repr_html_()
    assert "<caption>&lt;b&gt;: 0.8435</caption>" in shown
    assert shown.count("<tr>") == 5
    assert "<td>on_time</td><td>0.9032</td>" in shown


def test_a_scorecard_is_made_again_from_its_record() -> None:
    with recording():
        first = judged(record(), late("b"), policy=ScorecardPolicy(strength=10))
        told = effect(card(), first.value, pieces=30)
    assert replay(to_record(first)) == evolve(first, inputs=None)
    assert replay(to_record(told)) == evolve(told, inputs=None)
