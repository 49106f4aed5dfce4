from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import OfferId, ProductId, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import MixRule, OfferLine, Supplier, SupplierOffer
from crossborder.model.time import Window
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.chinese import chinese_calendar
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.dated.buyable import Basket
from crossborder.stages.inventory.virtual import (
    Candidate,
    LeadPart,
    LeadTime,
    VerdictKind,
    promise,
    virtual_stock,
)
from crossborder.stages.inventory.virtual.keep import arrival, starts

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKU = SkuId("s1")
LEAD = LeadTime.stated(DAY, 2 * DAY, 12 * HOUR, transit=(5 * DAY, 9 * DAY))
SHIP_BY = NOW + 6 * DAY
OFFICE = WorkCalendar(cut_off=time(16), confirmed=(2026,))


def offer(available: int | None = 100, **fields: Any) -> SupplierOffer:
    line = OfferLine(SKU, available, Price(Decimal(10), "CNY"))
    observed = fields.pop("observed_at", NOW)
    return SupplierOffer(
        OfferId("o1"),
        Supplier(SupplierId("m")),
        ProductId("p"),
        (line,),
        "CNY",
        observed,
        **fields,
    )


def decided(made: SupplierOffer, **changes: Any) -> Decision[VirtualStock | None]:
    arguments = {"now": NOW, "ship_by": SHIP_BY, "lead": LEAD, **changes}
    return virtual_stock(made, SKU, **arguments)


def stock(made: SupplierOffer, **changes: Any) -> VirtualStock:
    found = decided(made, **changes).value
    assert found is not None
    return found


def codes(made: SupplierOffer, **changes: Any) -> tuple[str, ...]:
    return decided(made, **changes).codes


def promisable(made: SupplierOffer, now: datetime, **changes: Any) -> int:
    found = decided(made, now=now, **changes).value
    return 0 if found is None else found.promisable(now)


OFFERS = st.builds(
    lambda available, multiple, moq, one_piece, handling, until: offer(
        available,
        multiple=multiple,
        moq=moq,
        one_piece=one_piece,
        handling=handling,
        valid_until=until,
    ),
    st.one_of(st.none(), st.integers(0, 200)),
    st.integers(1, 6),
    st.integers(1, 20),
    st.booleans(),
    st.sampled_from([None, HOUR, 3 * DAY]),
    st.sampled_from([None, NOW + 3 * HOUR, NOW + 30 * DAY]),
)
HOURS = st.integers(0, 200).map(lambda hours: hours * HOUR)
LEVELS = st.sampled_from([Decimal(text) for text in ("0.5", "0.8", "0.9", "0.95", "0.99")])
LAWS = st.lists(st.integers(0, 40), min_size=1, max_size=5).map(Distribution.of)
LEADS = st.builds(
    lambda one, two, three, calendar, sent: LeadTime(
        (
            LeadPart("handling", one, calendar, 5.0),
            LeadPart("domestic", two, None, 5.0),
            LeadPart("check", three, calendar),
        ),
        (LeadPart("line_haul", sent),),
    ),
    LAWS,
    LAWS,
    LAWS,
    st.sampled_from([None, OFFICE, WorkCalendar(weekend=frozenset({7}))]),
    LAWS,
)


@given(OFFERS, LEADS, HOURS, HOURS)
def test_passing_time_never_raises_what_may_be_promised(
    made: SupplierOffer, lead: LeadTime, one: timedelta, other: timedelta
) -> None:
    early, late = NOW + min(one, other), NOW + max(one, other)
    assert promisable(made, late, lead=lead) <= promisable(made, early, lead=lead)
    before, after = (decided(made, now=now, lead=lead).value for now in (early, late))
    if before is not None and after is not None:
        assert after.confidence <= before.confidence
        assert after.order_by == before.order_by


@given(OFFERS, LEADS, HOURS, HOURS)
def test_a_later_ship_by_never_lowers_what_may_be_promised(
    made: SupplierOffer, lead: LeadTime, one: timedelta, other: timedelta
) -> None:
    early, late = NOW + min(one, other), NOW + max(one, other)
    few = promisable(made, NOW, lead=lead, ship_by=early)
    assert few <= promisable(made, NOW, lead=lead, ship_by=late)


@given(OFFERS, LEADS, LEVELS, LEVELS)
def test_a_higher_level_never_gives_more_or_a_later_deadline(
    made: SupplierOffer, lead: LeadTime, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    deliver_by = SHIP_BY + 3 * DAY
    eager = decided(made, lead=lead, level=low, deliver_by=deliver_by).value
    careful = decided(made, lead=lead, level=high, deliver_by=deliver_by).value
    if careful is not None:
        assert eager is not None
        assert careful.order_by <= eager.order_by
        assert careful.sellable == eager.sellable
        assert careful.confidence == eager.confidence


@given(OFFERS, LEADS, st.integers(0, 2), st.integers(1, 30))
def test_a_longer_lead_never_gives_more_or_a_later_deadline(
    made: SupplierOffer, lead: LeadTime, place: int, more: int
) -> None:
    parts = list(lead.parts)
    parts[place] = evolve(parts[place], hours=parts[place].law.shifted(more))
    quick, slow = (
        decided(made, lead=one).value for one in (lead, evolve(lead, parts=tuple(parts)))
    )
    if slow is not None:
        assert quick is not None
        assert slow.order_by <= quick.order_by
        assert slow.sellable <= quick.sellable
        assert slow.confidence <= quick.confidence


@given(OFFERS, st.integers(0, 200), st.integers(0, 200), st.integers(0, 30))
def test_a_drop_of_supply_never_raises_what_may_be_promised(
    made: SupplierOffer, one: int, other: int, age: int
) -> None:
    (line,) = made.lines
    few = evolve(made, lines=(evolve(line, available=min(one, other)),))
    many = evolve(made, lines=(evolve(line, available=max(one, other)),))
    now = NOW + age * HOUR
    assert promisable(few, now) <= promisable(many, now)


@given(OFFERS, LEADS, HOURS, st.integers(0, 80), LEVELS)
def test_what_is_sellable_now_can_be_bought_and_brought_in_time(
    made: SupplierOffer, lead: LeadTime, age: timedelta, cap: int, level: Decimal
) -> None:
    now = NOW + age
    found = decided(made, now=now, cap=cap, lead=lead, level=level).value
    if found is None:
        return
    available = made.line(SKU).available
    assert 0 < found.sellable <= cap
    assert available is None or found.sellable <= available
    assert now < found.sellable_until <= found.order_by
    assert level <= found.confidence or found.confidence == Decimal("0.9999")
    assert found.promise.earliest <= found.promise.latest
    held = lead.handled(made.handling)
    # Forwards and backwards the law is thinned at other places, each time to the safe side.
    near = float(level) - 0.01
    assert arrival(held.parts, now, near) <= SHIP_BY
    assert arrival((*held.parts, *held.transit), now, near) <= found.promise.latest
    law = starts(held, ship_by=SHIP_BY, deliver_by=found.promise.latest)
    assert law.chance(found.order_by) >= float(level) - 1e-9


@given(OFFERS, LEADS, HOURS)
def test_passing_the_deadline_only_removes_supply(
    made: SupplierOffer, lead: LeadTime, past: timedelta
) -> None:
    found = decided(made, lead=lead).value
    if found is not None:
        late = decided(made, now=found.order_by + past, lead=lead)
        assert found.promisable(found.order_by + past) == 0
        assert late.value is None


TERMS = st.builds(
    lambda available, multiple, moq, alone, priced, mix: evolve(
        offer(available, multiple=multiple, moq=moq, one_piece=alone, mix=mix),
        lines=(
            OfferLine(
                SKU,
                available,
                Price(10, "CNY") if priced else None,
                Price(12, "CNY") if alone else None,
            ),
        ),
    ),
    st.one_of(st.none(), st.integers(1, 300), st.just(10_000)),
    st.integers(1, 12),
    st.integers(1, 120),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, MixRule(min_pieces=8)]),
)


@given(
    TERMS,
    st.one_of(st.none(), st.integers(0, 60)),
    st.sampled_from([None, Basket(Money(9, "CNY"), 6)]),
    st.integers(0, 47),
    st.integers(0, 60),
)
def test_every_published_piece_can_be_promised(
    made: SupplierOffer, credible: int | None, beside: Basket | None, age: int, cap: int
) -> None:
    asked: dict[str, Any] = {"fresh_for": 2 * DAY, "cap": cap, "deliver_by": SHIP_BY + 12 * DAY}
    now = NOW + age * HOUR / 2
    found = decided(made, now=now, credible=credible, beside=beside, **asked).value
    pieces = 0 if found is None else found.sellable
    assert pieces <= cap
    candidates = (Candidate(made, LEAD, credible, beside=beside),)
    for wanted in range(1, pieces + 1):
        verdict = promise(candidates, SKU, wanted, now=now, ship_by=SHIP_BY, **asked).value
        assert verdict.kind is VerdictKind.PROMISE
        assert verdict.buy >= wanted


def test_the_cap_bounds_what_is_promised_and_not_what_is_bought() -> None:
    assert stock(offer(10_000, moq=100)).sellable == 50
    assert stock(offer(None, moq=30)).sellable == 25
    assert codes(offer(40, moq=100)) == ("below_moq",)
    assert stock(offer(25, moq=10, multiple=10)).sellable == 20


def test_single_pieces_for_dropshipping_need_no_wholesale_price() -> None:
    alone = OfferLine(SKU, 100, None, Price(12, "CNY"))
    made = evolve(offer(one_piece=True), lines=(alone,))
    assert stock(made).sellable == 50
    assert stock(evolve(made, moq=5)).sellable == 50
    assert codes(evolve(made, one_piece=False)) == ("no_price",)


@given(OFFERS, LEADS)
def test_a_decision_made_again_is_the_same(made: SupplierOffer, lead: LeadTime) -> None:
    with recording():
        first = decided(made, lead=lead)
    assert replay(to_record(first)) == evolve(first, inputs=None)


def test_virtual_stock_states_its_deadline_its_promise_and_its_confidence() -> None:
    decision = decided(offer())
    assert decision.value == VirtualStock(
        SKU,
        OfferId("o1"),
        50,
        # Of 84 to 168 hours no more than 114 are taken in .912 of all courses, 108 in .888.
        SHIP_BY - 114 * HOUR,
        NOW + DAY,
        Window(NOW + 3 * DAY + 12 * HOUR + 5 * DAY, NOW + 15 * DAY),
        # All but two days more on the way with a slow supplier: 1 - .05 x (.15 x .2 + .05).
        Decimal("0.9960"),
        NOW,
    )
    assert decision.codes == ("order_by", "counted", "confidence", *["no_history"] * 4)
    told = "of being in time, no more; observations: handling 0, domestic 0, check 0, transit 0"
    assert decision.reasons[2].text == told
    assert {reason.facts["part"] for reason in decision.reasons[3:]} == {
        *("handling", "domestic", "check", "transit"),
    }


def test_a_promised_date_makes_the_deadline_earlier() -> None:
    loose = stock(offer(), deliver_by=SHIP_BY + 9 * DAY)
    tight = stock(offer(), deliver_by=SHIP_BY + 7 * DAY, level=Decimal("0.7"))
    assert loose.order_by == stock(offer()).order_by
    assert tight.promise.latest == SHIP_BY + 7 * DAY
    assert tight.confidence < loose.confidence
    assert codes(offer(), deliver_by=SHIP_BY + 4 * DAY) == ("deadline_passed",)


def test_without_a_way_to_the_buyer_the_hand_over_is_promised() -> None:
    found = stock(offer(), lead=evolve(LEAD, transit=()))
    assert found.promise.latest == SHIP_BY


def test_measured_times_are_told_with_their_number_and_open_years() -> None:
    spans = tuple((NOW - day * DAY, NOW - day * DAY + 5 * HOUR) for day in range(2, 32))
    seen = LeadPart.learned("handling", spans, now=NOW)
    seldom = LeadPart.learned("domestic", spans[:4], now=NOW)
    check = LeadPart.learned("check", spans, now=NOW, calendar=WorkCalendar())
    decision = decided(offer(), lead=LeadTime((seen, seldom, check)))
    assert decision.codes[2:] == ("confidence", "little_history", "calendar_unconfirmed")
    assert decision.reasons[2].text.endswith("handling 30, domestic 4, check 30")
    assert decision.reasons[2].facts["observations"] == {"handling": 30, "domestic": 4, "check": 30}
    assert decision.reasons[3].text == "domestic was seen 4 times, fewer than 20"
    assert decision.reasons[3].facts["fewer_than"] == 20
    assert decision.reasons[4].facts == {"part": "check", "years": (2026,)}


def test_a_year_that_a_calendar_does_not_cover_is_said_to_be_missing() -> None:
    now, ship_by = datetime(2026, 12, 20, tzinfo=UTC), datetime(2027, 2, 8, tzinfo=UTC)
    lead = LeadTime.stated(DAY, DAY, ours=chinese_calendar([2026]), check=HOUR)
    short = decided(offer(observed_at=now), now=now, ship_by=ship_by, lead=lead)
    missing = [reason for reason in short.reasons if reason.code == "calendar_missing_year"]
    assert [reason.facts for reason in missing] == [{"part": "check", "years": (2027,)}]
    assert "2027" in missing[0].text
    assert "calendar_unconfirmed" not in short.codes
    covered = evolve(lead.parts[2], calendar=chinese_calendar([2026, 2027]))
    whole = decided(offer(observed_at=now), now=now, ship_by=ship_by, lead=lead.replaced(covered))
    assert "calendar_missing_year" not in whole.codes


def test_nothing_is_promised_of_a_way_about_which_nothing_is_known() -> None:
    unknown = LeadTime.stated(None, DAY)
    assert codes(offer(), lead=unknown) == ("lead_time_unknown",)
    assert decided(offer(), lead=unknown).reasons[0].facts == {"parts": ("handling",)}
    assert stock(offer(handling=DAY), lead=unknown).sellable == 50


@pytest.mark.parametrize(
    ("age", "sellable"), [(0, 40), (6, 35), (12, 30), (23, 20), (24, 0), (30, 0)]
)
def test_the_suppliers_figure_is_trusted_less_as_it_grows_old(age: int, sellable: int) -> None:
    made = offer(40, observed_at=NOW - age * HOUR)
    assert promisable(made, NOW) == sellable


def test_a_figure_from_the_future_is_not_trusted_more_than_a_fresh_one() -> None:
    early = decided(offer(40, observed_at=NOW + HOUR))
    fresh = decided(offer(40))
    assert promisable(offer(40, observed_at=NOW + HOUR), NOW) == 40
    assert early.codes == ("order_by", "counted", "read_in_the_future", *fresh.codes[2:])
    assert early.reasons[1].text == fresh.reasons[1].text == "seen 0:00:00 ago"
    assert early.reasons[2].facts["observed_at"] == (NOW + HOUR).isoformat()


def test_stock_that_is_not_counted_is_promised_up_to_half_the_cap() -> None:
    assert promisable(offer(None), NOW, cap=50) == 25
    assert promisable(offer(None, multiple=6), NOW, cap=50) == 25
    told = decided(offer(None)).reasons[1]
    assert told.code == "uncounted"
    assert told.text == "the supplier does not count: half of the cap"


@pytest.mark.parametrize(
    ("available", "credible", "sellable"), [(40, 10, 10), (5, 10, 5), (None, 10, 10), (90, 80, 50)]
)
def test_only_credible_pieces_are_promised(
    available: int | None, credible: int, sellable: int
) -> None:
    assert promisable(offer(available), NOW, credible=credible) == sellable
    assert codes(offer(available), credible=credible)[1] == "counted"
    assert codes(offer(available), credible=0) == ("nothing_left",)


def test_the_supplier_is_not_counted_on_to_be_faster_than_he_says() -> None:
    ship_by = NOW + 8 * DAY
    slow = stock(offer(handling=2 * DAY), ship_by=ship_by)
    quick = stock(offer(handling=HOUR), ship_by=ship_by)
    assert slow.order_by < quick.order_by == stock(offer(), ship_by=ship_by).order_by
    assert slow.confidence < quick.confidence


def test_the_promise_ends_with_the_offer_or_its_freshness() -> None:
    assert stock(offer(valid_until=NOW + 2 * HOUR)).sellable_until == NOW + 2 * HOUR
    assert stock(offer(), fresh_for=3 * HOUR).sellable_until == NOW + 3 * HOUR


@pytest.mark.parametrize(
    ("made", "changes", "code"),
    [
        (offer(), {"ship_by": NOW + 4 * DAY}, "deadline_passed"),
        (offer(orderable=False), {}, "not_orderable"),
        (offer(valid_until=NOW), {}, "expired"),
        (offer(valid_from=NOW + HOUR), {}, "not_begun"),
        (offer(0), {}, "sold_out"),
        (offer(5, moq=6), {}, "below_moq"),
        (offer(observed_at=NOW - DAY), {}, "stale"),
        (offer(2, multiple=3), {}, "not_a_multiple"),
        (offer(), {"cap": 0}, "nothing_left"),
    ],
)
def test_what_cannot_be_bought_in_time_is_not_promised(
    made: SupplierOffer, changes: dict[str, Any], code: str
) -> None:
    assert decided(made, **changes).value is None
    assert codes(made, **changes) == (code,)


def test_an_offer_without_the_sku_promises_nothing() -> None:
    decision = virtual_stock(offer(), SkuId("s2"), now=NOW, ship_by=SHIP_BY, lead=LEAD)
    assert (decision.value, decision.codes) == (None, ("sku_not_offered",))


def test_few_pieces_may_be_promised_where_few_may_be_bought() -> None:
    few = offer(5, moq=6, mix=MixRule(min_pieces=7))
    assert promisable(few, NOW, beside=Basket(Money(1, "CNY"), 4)) == 5
    assert codes(few) == ("below_moq",)


def test_more_slack_means_more_confidence_but_never_certainty() -> None:
    near, far = stock(offer()), stock(offer(), ship_by=NOW + 300 * DAY)
    assert near.confidence < far.confidence == Decimal("0.9999")


@pytest.mark.parametrize("name", ["now", "ship_by", "deliver_by"])
def test_a_time_without_a_zone_is_named_as_the_caller_knows_it(name: str) -> None:
    with pytest.raises(NaiveTime) as caught:
        decided(offer(), **{name: SHIP_BY.replace(tzinfo=None)})
    assert (caught.value.source, caught.value.field) == ("virtual_stock", name)


def test_a_level_of_one_is_told_its_bounds() -> None:
    with pytest.raises(InvalidValue, match="must be above 0 and below 1"):
        decided(offer(), level=Decimal(1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cap", -1),
        ("fresh_for", timedelta(0)),
        ("level", Decimal(0)),
        ("level", Decimal(1)),
    ],
)
def test_arguments_that_cannot_be_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=name):
        decided(offer(), **{name: value})


def test_a_way_that_takes_years_is_a_slip() -> None:
    endless = LeadTime((LeadPart("handling", Distribution.point(14_000.0), OFFICE),))
    assert codes(offer(), lead=endless) == ("lead_too_long",)
    assert "more than 3 years" in decided(offer(), lead=endless).reasons[0].text
