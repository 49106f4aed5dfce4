"""Observations of offers, and the events of what changed in them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, ProductId, Ref, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.supply import (
    MixRule,
    OfferLine,
    PriceTier,
    Quoting,
    Supplier,
    SupplierOffer,
)
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.watch import Aside, News, Seen, gone, watch, watched
from crossborder.stages.inventory.watch.changes import applied, changes
from crossborder.testing.strategies import offers

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)
RED, BLUE, GREEN = SkuId("red"), SkuId("blue"), SkuId("green")


def price(amount: str) -> Price:
    return Price(amount, "CNY")


def offer(*, hours: int = 0, **fields: Any) -> SupplierOffer:
    lines = (
        OfferLine(RED, 100, price("12.50"), price("13.50"), None, Ref("alibaba1688", "r")),
        OfferLine(BLUE, None, price("12.50"), None, None, Ref("alibaba1688", "b")),
    )
    given: dict[str, Any] = {
        "tiers": (PriceTier(1, price("12.5")), PriceTier(10, price("11"), price("10.5"))),
        "extra": Extra({"sold": 7}),
        "lines": lines,
        **fields,
    }
    return SupplierOffer(
        id=OfferId("o1"),
        supplier=Supplier(SupplierId("m")),
        product_id=ProductId("p"),
        currency="CNY",
        observed_at=NOON + hours * HOUR,
        **given,
    )


def line(sku_id: SkuId, **changed: Any) -> tuple[OfferLine, ...]:
    return tuple(evolve(one, **changed) if one.sku_id == sku_id else one for one in offer().lines)


def look(known: SupplierOffer | None, seen: SupplierOffer) -> Decision[Seen]:
    return watch(known, seen, now=NOON + 24 * HOUR)


def told(seen: SupplierOffer) -> list[tuple[str, dict[str, Any]]]:
    """The events of the change from the offer as it is, without what all of them have."""
    return [
        (event.name, {key: fact for key, fact in event.facts.items() if key != "currency"})
        for event in look(offer(), evolve(seen, observed_at=NOON + HOUR)).events
    ]


def in_order(one: SupplierOffer) -> SupplierOffer:
    return evolve(one, lines=tuple(sorted(one.lines, key=lambda line: line.sku_id)))


OFFERS = offers("CNY")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[SupplierOffer, SupplierOffer]:
    """Two offers of one id and currency that share some of their fields and SKUs."""
    one = draw(OFFERS)
    later = draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=300)))
    other = evolve(draw(OFFERS), id=one.id, observed_at=one.observed_at + later)
    names = ["lines", "tiers", "extra", "supplier", "mix", "handling", "orderable", "ref", "moq"]
    kept = draw(st.sets(st.sampled_from(names)))
    other = evolve(other, **{name: getattr(one, name) for name in kept})
    if draw(st.booleans()):
        added = [item for item in one.lines if item.sku_id not in {x.sku_id for x in other.lines}]
        first = evolve(other.lines[0], sku_id=one.lines[0].sku_id)
        rest = [item for item in other.lines[1:] if item.sku_id != first.sku_id]
        other = evolve(other, lines=(first, *rest, *[a for a in added if a.sku_id != first.sku_id]))
    return one, other


@given(pairs())
def test_the_events_are_exactly_the_difference(pair: tuple[SupplierOffer, SupplierOffer]) -> None:
    known, seen = pair
    events = watch(known, seen, now=LATEST).events
    after = applied(known, events)
    assert in_order(evolve(after, observed_at=seen.observed_at)) == in_order(seen)
    absent = object()
    for event in events:
        assert event.facts.get("before", absent) != event.facts.get("after", absent)
    for event in events:
        assert without(event, known, events) != after


def without(event: Event, known: SupplierOffer, events: tuple[Event, ...]) -> SupplierOffer | None:
    """What comes out when one of the events is not told; None when nothing can."""
    try:
        made = applied(known, [one for one in events if one is not event])
    except InvalidValue:
        return None
    assert event.at is not None
    return evolve(made, observed_at=event.at)


def test_a_tier_told_without_its_price_is_refused() -> None:
    tiers = (*offer().tiers, PriceTier(50, price("9"), price("8")))
    unit, member = changes(offer(), offer(tiers=tiers))
    assert applied(offer(), [unit, member]).tiers == tiers
    with pytest.raises(InvalidValue) as caught:
        applied(offer(), [member])
    assert caught.value.field == "unit_price"


STREAMS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4)).map(
        lambda drawn: offer(hours=drawn[0], lines=line(RED, available=drawn[1] or None))
    )
    | st.integers(0, 3).map(lambda hours: gone(offer(), at=NOON + hours * HOUR))
    | st.integers(0, 3).map(lambda hours: offer(hours=hours, lines=offer().lines[::-1])),
    min_size=1,
    max_size=7,
)


def folded(stream: list[SupplierOffer]) -> SupplierOffer:
    known = None
    for seen in stream:
        known = look(known, seen).value.offer
    assert known is not None
    return known


@given(STREAMS, st.data())
def test_a_stream_with_repeats_in_any_order_ends_in_one_offer(
    stream: list[SupplierOffer], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(stream), max_size=4))
    mixed = data.draw(st.permutations([*stream, *repeats]))
    assert folded(mixed) == folded(stream)
    first, second = (watched(tuple(each), now=NOON + 24 * HOUR) for each in (stream, mixed))
    assert second.value == first.value
    assert second.events == first.events
    assert first.value[0].offer == folded(stream)
    again = watched(tuple(mixed), (folded(stream),), now=NOON + 24 * HOUR)
    assert again.events == ()
    assert again.value[0].news in (News.REPEATED, News.OLDER)


def dollars(hours: int, available: int = 1) -> SupplierOffer:
    lines = (OfferLine(RED, available, Price("2", "USD")),)
    return evolve(offer(hours=hours), currency="USD", tiers=(), lines=lines)


def euros(hours: int) -> SupplierOffer:
    return evolve(dollars(hours), currency="EUR", lines=(OfferLine(RED, 1, Price("2", "EUR")),))


MIXED = st.lists(
    st.builds(dollars, st.integers(0, 3), st.integers(0, 2))
    | st.builds(euros, st.integers(0, 3))
    | st.builds(
        lambda hours, left: offer(hours=hours, lines=line(RED, available=left)),
        st.integers(0, 3),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=8,
)
State = tuple[SupplierOffer, datetime | None, tuple[Aside, ...]]


def state(seen: Seen) -> State:
    return seen.offer, seen.since, seen.aside


def one_by_one(known: SupplierOffer | None, stream: list[SupplierOffer]) -> State:
    now_known: SupplierOffer | Seen | None = known
    for seen in stream:
        now_known = watch(now_known, seen, now=NOON + 24 * HOUR).value
    assert isinstance(now_known, Seen)
    return state(now_known)


@given(MIXED, st.sampled_from([None, offer(), dollars(1), offer(hours=9)]), st.data())
def test_a_stream_of_many_currencies_ends_in_the_same_however_it_is_split_and_shuffled(
    stream: list[SupplierOffer], known: SupplierOffer | None, data: st.DataObject
) -> None:
    start = () if known is None else (known,)
    now = NOON + 24 * HOUR
    whole = watched(tuple(stream), start, now=now)
    mixed = data.draw(st.permutations([*stream, *stream[:2]]))
    shuffled = watched(tuple(mixed), start, now=now)
    assert (shuffled.value, shuffled.events) == (whole.value, whole.events)
    assert one_by_one(known, mixed) == state(whole.value[0])
    cut = data.draw(st.integers(0, len(mixed)))
    half = watched(tuple(mixed[:cut]), start, now=now).value
    rest = watched(tuple(mixed[cut:]), half or start, now=now).value
    assert state((rest or half)[0]) == state(whole.value[0])
    again = watched(tuple(mixed), whole.value, now=now)
    assert (again.events, state(again.value[0])) == ((), state(whole.value[0]))


@given(MIXED)
def test_the_currency_first_observed_stands_with_its_newest_terms(
    stream: list[SupplierOffer],
) -> None:
    (seen,) = watched(tuple(stream), now=NOON + 24 * HOUR).value
    first = min((one.observed_at, one.currency) for one in stream)
    assert (seen.since, seen.offer.currency) == first
    newest = {
        one.currency: max(other.observed_at for other in stream if other.currency == one.currency)
        for one in stream
    }
    for one in (seen.offer, *(one.offer for one in seen.aside)):
        assert one.observed_at == newest.pop(one.currency)
    assert newest == {}


@given(offers(), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_the_same_look_twice_tells_nothing(one: SupplierOffer, later: timedelta) -> None:
    again = watch(one, one, now=one.observed_at + later)
    assert (again.value, again.events) == (Seen(one, News.REPEATED, later), ())
    found = watch(None, one, now=one.observed_at + later)
    again = watch(found.value, one, now=one.observed_at + later)
    assert (again.value, again.events) == (evolve(found.value, news=News.REPEATED), ())


def test_one_moment_takes_the_offer_that_promises_less() -> None:
    fewer, none = offer(lines=line(RED, available=5)), gone(offer(), at=NOON)
    uncounted = offer(lines=line(RED, available=None))
    for less, more in ((fewer, offer()), (none, fewer), (offer(), uncounted)):
        assert look(more, less).value.offer == less
        assert look(less, more).value.news is News.OLDER
        assert look(less, more).events == ()


def test_offers_of_one_moment_that_differ_only_in_odd_values_have_one_order() -> None:
    odd = [
        offer(extra=Extra({"x": value}))
        for value in (Decimal("NaN"), Decimal("1.5"), True, None, ("a", 1), {"k": "1"}, "1")
    ]
    odd.append(offer(valid_until=NOON, handling=HOUR))
    assert folded(odd) == folded(odd[::-1])


def test_a_first_look_finds_the_offer() -> None:
    found = look(None, offer())
    assert found.value == Seen(offer(), News.FIRST, 24 * HOUR, NOON)
    assert found.events == (
        Event("inventory.offer_found", "o1", NOON, Extra({"currency": "CNY", "skus": (RED, BLUE)})),
    )


def test_a_newer_look_at_the_same_terms_makes_what_is_known_younger() -> None:
    same = look(offer(), offer(hours=5))
    assert (same.value.news, same.value.age, same.events) == (News.UNCHANGED, 19 * HOUR, ())
    assert same.value.offer.observed_at == NOON + 5 * HOUR
    assert same.reasons[0].facts["observed_at"] == "2026-11-02T17:00:00+00:00"


def test_an_older_look_changes_nothing() -> None:
    late = look(offer(hours=2), gone(offer(), at=NOON + HOUR))
    assert late.value == Seen(offer(hours=2), News.OLDER, 22 * HOUR)
    assert (late.events, late.codes) == ((), ("older",))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [(100, 0, "fell"), (0, 3, "rose"), (100, None, "uncounted"), (None, 7, "counted")],
)
def test_stock_is_told_with_how_it_changed(
    before: int | None, after: int | None, change: str
) -> None:
    known = offer(lines=line(RED, available=before))
    (event,) = look(known, offer(hours=1, lines=line(RED, available=after))).events
    assert (event.name, event.at) == ("inventory.stock_changed", NOON + HOUR)
    figures = {"sku_id": RED, "before": before, "after": after, "change": change}
    assert event.facts == {"currency": "CNY", **figures}


def test_each_price_is_told_by_its_sku_or_the_quantity_it_begins_at() -> None:
    tiers = (PriceTier(1, price("12.50"), price("12")), PriceTier(50, price("9")))
    channel = line(RED, unit_price=price("12"), channel_price=price("11"))
    changed = "inventory.price_changed"

    def fact(before: Any, after: Any, price: str, **where: Any) -> tuple[str, dict[str, Any]]:
        figures = {"before": before and Decimal(before), "after": after and Decimal(after)}
        return changed, {**where, "price": price, **figures}

    assert told(offer(tiers=tiers, lines=channel)) == [
        fact("12.5", "12", "unit_price", sku_id=RED),
        fact(None, "11", "channel_price", sku_id=RED),
        fact(None, "12", "member_price", min_quantity=1),
        fact("11", None, "unit_price", min_quantity=10),
        fact(None, "9", "unit_price", min_quantity=50),
    ]


def test_skus_that_come_and_go_are_told_with_all_that_is_stated_of_them() -> None:
    lines = (offer().lines[0], OfferLine(GREEN, 4, price("8")))
    gone_line = {
        "available": None,
        "unit_price": Decimal("12.50"),
        "one_piece_price": None,
        "channel_price": None,
        "ref": {"vendor": "alibaba1688", "value": "b"},
    }
    new_line = {
        "available": 4,
        "unit_price": Decimal(8),
        "one_piece_price": None,
        "channel_price": None,
        "ref": None,
    }
    assert told(offer(lines=lines)) == [
        ("inventory.sku_removed", {"sku_id": BLUE, "before": gone_line}),
        ("inventory.sku_added", {"sku_id": GREEN, "after": new_line}),
    ]


def test_the_order_of_the_skus_tells_nothing() -> None:
    seen = look(offer(), offer(hours=1, lines=offer().lines[::-1]))
    assert (seen.events, seen.value.offer.lines) == ((), offer().lines[::-1])
    assert (seen.value.news, seen.codes) == (News.UNCHANGED, ("unchanged",))


@pytest.mark.parametrize(
    ("terms", "facts"),
    [
        ({"moq": 5}, {"field": "moq", "before": 1, "after": 5}),
        (
            {"mix": MixRule(price("100"), 5)},
            {
                "field": "mix",
                "before": None,
                "after": {
                    "min_amount": {"amount": Decimal(100), "currency": "CNY"},
                    "min_pieces": 5,
                },
            },
        ),
        ({"quoting": Quoting.TIERS}, {"field": "quoting", "before": "sku", "after": "tiers"}),
        (
            {"handling": 2 * HOUR},
            {"field": "handling", "before": None, "after": Decimal("7200.000000")},
        ),
        (
            {"valid_until": NOON},
            {"field": "valid_until", "before": None, "after": "2026-11-02T12:00:00+00:00"},
        ),
        (
            {"lines": line(RED, ref=None)},
            {
                "sku_id": RED,
                "field": "ref",
                "after": None,
                "before": {"vendor": "alibaba1688", "value": "r"},
            },
        ),
    ],
)
def test_a_term_is_told_with_what_it_was(terms: dict[str, Any], facts: dict[str, Any]) -> None:
    assert told(offer(**terms)) == [("inventory.terms_changed", facts)]


def test_what_a_vendor_says_beside_the_terms_is_told_by_its_key() -> None:
    assert told(offer(extra=Extra({"new": None}))) == [
        ("inventory.details_changed", {"field": "extra", "key": "new", "after": None}),
        ("inventory.details_changed", {"field": "extra", "key": "sold", "before": 7}),
    ]


def test_an_offer_that_vanishes_and_returns_is_told() -> None:
    lost = look(offer(), gone(offer(), at=NOON + HOUR))
    assert [event.name for event in lost.events] == ["inventory.offer_vanished"]
    assert not lost.value.offer.orderable
    back = look(lost.value.offer, offer(hours=2))
    assert [event.name for event in back.events] == ["inventory.offer_returned"]
    assert back.value.offer == offer(hours=2)


def test_another_currency_is_set_aside_and_told_and_is_no_price_change() -> None:
    seen = look(offer(), dollars(1))
    assert (seen.value.offer, seen.value.news) == (offer(), News.OTHER_CURRENCY)
    assert seen.value.aside == (Aside(dollars(1), NOON + HOUR),)
    sides = {"before": "CNY", "after": "USD", "stands": "CNY"}
    told = Event("inventory.currency_changed", "o1", NOON + HOUR, Extra(sides))
    assert (seen.events, seen.codes) == ((told,), ("other_currency",))
    facts = {"after": "USD", "stands": "CNY", "events": 1}
    assert seen.reasons[0].facts.items() >= facts.items()
    assert look(offer(), dollars(0)).value.news is News.OTHER_CURRENCY
    assert look(None, dollars(1)).value.offer == dollars(1)


def test_another_currency_is_told_once_for_each_reading_that_says_something_new() -> None:
    def next_look(known: Seen, seen: SupplierOffer) -> tuple[Seen, News, int]:
        made = watch(known, seen, now=NOON + 24 * HOUR)
        return made.value, made.value.news, len(made.events)

    known = look(offer(), dollars(2)).value
    assert next_look(known, dollars(2))[1:] == (News.REPEATED, 0)
    assert next_look(known, dollars(1))[1:] == (News.OLDER, 0)
    known, news, events = next_look(known, dollars(3))
    assert (news, events) == (News.OTHER_CURRENCY, 0)
    known, news, events = next_look(known, dollars(4, available=9))
    assert (news, events) == (News.OTHER_CURRENCY, 1)
    assert known.aside == (Aside(dollars(4, available=9), NOON + HOUR * 2),)
    known, news, events = next_look(known, euros(1))
    assert [one.offer.currency for one in known.aside] == ["EUR", "USD"]


def test_a_currency_observed_earlier_stands_though_it_is_told_later() -> None:
    late = watch(look(None, dollars(1)).value, offer(), now=NOON + 24 * HOUR)
    assert late.value == Seen(
        offer(), News.OTHER_CURRENCY, 24 * HOUR, NOON, (Aside(dollars(1), NOON + HOUR),)
    )
    (event,) = late.events
    assert event.facts == {"before": "USD", "after": "CNY", "stands": "CNY"}


def test_a_plain_offer_as_known_settles_the_currency() -> None:
    (aside,) = look(look(None, offer()).value.offer, dollars(5)).value.aside
    settled = look(aside.offer, offer(hours=1)).value
    assert (settled.offer, settled.since) == (dollars(5), None)
    assert settled.aside == (Aside(offer(hours=1), NOON + HOUR),)


def test_a_stream_tells_of_another_currency_and_goes_on() -> None:
    later = offer(hours=2, lines=line(RED, available=1))
    stream = watched((later, dollars(1), offer()), now=NOON + 3 * HOUR)
    assert stream.codes == ("watched", "other_currency")
    aside = (Aside(dollars(1), NOON + HOUR),)
    assert stream.value == (Seen(later, News.FIRST, HOUR, NOON, aside),)
    assert [event.name for event in stream.events] == [
        "inventory.offer_found",
        "inventory.currency_changed",
        "inventory.stock_changed",
    ]


def test_a_stream_keeps_offers_apart() -> None:
    other = evolve(offer(hours=1), id=OfferId("a"))
    stream = watched((offer(hours=2), other), (offer(),), now=NOON + 2 * HOUR)
    assert [(seen.offer.id, seen.news) for seen in stream.value] == [
        ("a", News.FIRST),
        ("o1", News.UNCHANGED),
    ]
    counts = {"observations": 2, "offers": 2, "events": 1, "refused": 0}
    assert stream.reasons[0].facts == counts


TWICE = offer(hours=1, lines=(*offer().lines, offer().lines[0]))


@pytest.mark.parametrize(
    ("known", "seen", "field"),
    [
        (offer(), evolve(offer(), id=OfferId("other")), "seen"),
        (offer(), offer(hours=25), "observed_at"),
        (offer(hours=25), offer(), "observed_at"),
        (None, TWICE, "lines"),
        (offer(), TWICE, "lines"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    known: SupplierOffer | None, seen: SupplierOffer, field: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        look(known, seen)
    assert caught.value.field == field


def test_changes_of_an_offer_with_two_lines_of_one_sku_are_refused() -> None:
    with pytest.raises(InvalidValue, match="two of one SKU"):
        changes(offer(), TWICE)


@pytest.mark.parametrize(
    ("bad", "code", "field", "at"),
    [
        (TWICE, "unreadable", "lines", NOON + HOUR),
        (offer(hours=3), "from_the_future", "observed_at", NOON + 2 * HOUR),
    ],
)
def test_an_observation_that_cannot_be_used_does_not_stop_the_others(
    bad: SupplierOffer, code: str, field: str, at: datetime
) -> None:
    now = NOON + 2 * HOUR
    other = evolve(offer(hours=1), id=OfferId("a"))
    good = (other, offer(), offer(hours=2, moq=7))
    clean = watched(good, now=now)
    for batch in ((bad, *good), (*good, bad, bad)):
        stream = watched(batch, now=now)
        assert stream.value == clean.value
        *events, refused = stream.events
        assert tuple(events) == clean.events
        facts = {"offer_id": "o1", "observed_at": bad.observed_at.isoformat(), "field": field}
        expected = Extra({**facts, "reason": code})
        assert refused == Event("inventory.observation_refused", "o1", at, expected)
        assert (stream.codes, stream.reasons[-1].facts) == (("watched", code), facts)
        assert stream.reasons[0].facts["refused"] == 1
    alone = watched((bad,), now=now)
    assert (alone.value, alone.codes) == ((), ("watched", code))


@pytest.mark.parametrize("bad", [TWICE, offer(hours=3)])
def test_an_offer_of_which_something_unusable_is_known_does_not_stop_the_others(
    bad: SupplierOffer,
) -> None:
    other = evolve(offer(hours=1), id=OfferId("a"))
    stream = watched((offer(hours=2), other), (bad,), now=NOON + 2 * HOUR)
    assert [seen.offer for seen in stream.value] == [other]
    assert stream.reasons[-1].facts["observed_at"] == "2026-11-02T14:00:00+00:00"


def test_an_offer_known_twice_is_refused() -> None:
    with pytest.raises(InvalidValue, match="two of one offer"):
        watched((), (offer(), offer(hours=1)), now=NOON + HOUR)


def test_events_of_other_offers_and_other_stages_are_passed_over() -> None:
    events = changes(offer(), offer(moq=4))
    foreign = [evolve(events[0], subject="other"), evolve(events[0], name="orders.placed")]
    assert applied(offer(), foreign) == offer()
    assert applied(offer(), events).moq == 4


def test_an_event_that_does_not_follow_is_refused() -> None:
    events = changes(offer(), offer(lines=line(RED, available=1)))
    with pytest.raises(InvalidValue, match="no red") as caught:
        applied(offer(lines=offer().lines[1:]), events)
    assert caught.value.value == "inventory.stock_changed"


def test_looks_are_made_again_from_their_records() -> None:
    with recording():
        one = watch(offer(), offer(hours=1, moq=3), now=NOON + HOUR)
        many = watched((offer(hours=1), gone(offer(), at=NOON)), (offer(),), now=NOON + HOUR)
        both = watched((offer(hours=1), dollars(1)), (many.value[0],), now=NOON + HOUR)
        next_one = watch(both.value[0], dollars(1), now=NOON + HOUR)
        refused = watched((TWICE, offer(hours=9)), now=NOON + HOUR)
    assert replay(to_record(one)) == evolve(one, inputs=None)
    assert replay(to_record(next_one)) == evolve(next_one, inputs=None)
    for made in (many, both, refused):
        assert replay(to_record(made)) == evolve(made, inputs=None)
