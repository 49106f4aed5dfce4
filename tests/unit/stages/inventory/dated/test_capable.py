from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import recording
from crossborder.model.ids import OfferId, OrderId, ProductId, Ref, SkuId, SupplierId
from crossborder.model.ledger import PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.status import OrderState, OrderStatus
from crossborder.model.supply import (
    MixRule,
    OfferLine,
    PriceTier,
    Quoting,
    Supplier,
    SupplierOffer,
)
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.dated import PlannedDemand, Position, available_to_promise
from crossborder.stages.inventory.dated.buyable import (
    Basket,
    Buyable,
    most_buyable,
    purchase_quantity,
)
from crossborder.stages.inventory.dated.capable import (
    CapableToPromise,
    OfferShare,
    OfferSource,
    capable_to_promise,
)
from crossborder.stages.inventory.dated.trust import haircut
from crossborder.stages.orders import plan

NOW = datetime(2026, 11, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKU = SkuId("s1")
LEAD = Distribution.of([24.0, 30.0, 36.0, 48.0])


def price(amount: int | str) -> Price:
    return Price(Decimal(amount), "CNY")


TIERS = tuple(PriceTier(n, price(cost)) for n, cost in ((1, 10), (20, 9), (50, 7)))


def offer(available: int | None = 100, name: str = "o1", **fields: Any) -> SupplierOffer:
    line = OfferLine(
        SKU,
        available,
        fields.pop("unit_price", None),
        fields.pop("one_piece_price", None),
        fields.pop("channel_price", None),
    )
    lines = fields.pop("lines", (line,))
    seen = fields.pop("observed_at", NOW)
    fields = {"quoting": Quoting.TIERS, "tiers": TIERS, **fields}
    supplier = Supplier(SupplierId("m"))
    return SupplierOffer(OfferId(name), supplier, ProductId("p"), lines, "CNY", seen, **fields)


OFFERS = st.builds(
    offer,
    st.one_of(st.none(), st.integers(0, 120)),
    moq=st.integers(1, 40),
    multiple=st.integers(1, 12),
    one_piece=st.booleans(),
    one_piece_price=st.sampled_from([None, price(12)]),
    channel_price=st.sampled_from([None, price("6.5")]),
    unit_price=st.sampled_from([None, price(8)]),
    tiers=st.sampled_from([TIERS, TIERS[1:], ()]),
    mix=st.sampled_from(
        [None, MixRule(price(150)), MixRule(None, 12), MixRule(price(120), 30), MixRule(price(0))]
    ),
)
BASKETS = st.one_of(
    st.none(),
    st.builds(
        lambda pieces, amount: Basket(Money(amount, "CNY"), pieces),
        st.integers(0, 20),
        st.integers(0, 200),
    ),
)


def cost_by_hand(made: SupplierOffer, pieces: int, beside: Basket | None) -> Money | None:
    """What exactly so many pieces cost, from the words of the terms; None when refused."""
    line = made.lines[0]
    listed = line.channel_price or made.listed_price(line, pieces)
    enough = pieces >= made.moq
    if made.mix is not None and beside is not None and listed is not None:
        enough |= made.mix.met(beside.amount + listed * pieces, beside.pieces + pieces)
    one = (line.channel_price or line.one_piece_price) if made.one_piece else None
    if enough and pieces % made.multiple == 0 and listed is not None:
        return listed * pieces
    return None if one is None else one * pieces


@given(OFFERS, st.integers(0, 130), BASKETS)
def test_the_most_that_can_be_bought_is_the_largest_quantity_with_a_cost(
    made: SupplierOffer, limit: int, beside: Basket | None
) -> None:
    way = most_buyable(made, made.lines[0], limit, now=NOW, beside=beside)
    costs = {n: cost_by_hand(made, n, beside) for n in range(1, limit + 1)}
    assert way.pieces == max((n for n, cost in costs.items() if cost is not None), default=0)
    assert way.cost == costs.get(way.pieces)
    assert bool(way.reason) == (way.pieces == 0)


@given(OFFERS, st.integers(1, 60), BASKETS, st.one_of(st.none(), st.integers(0, 90)))
def test_what_is_bought_is_the_cheapest_of_the_exact_and_the_rounded_up_purchase(
    made: SupplierOffer, wanted: int, beside: Basket | None, credible: int | None
) -> None:
    (line,) = made.lines
    way = purchase_quantity(made, line, wanted, now=NOW, beside=beside, limit=credible)
    most = line.available
    limit = min(most if most is not None else 400, credible if credible is not None else 400)

    def wholesale(pieces: int) -> bool:
        priced = evolve(made, one_piece=False)
        if made.listed_price(line, pieces) is None and line.channel_price is None:
            priced = evolve(priced, lines=(evolve(line, unit_price=price(1)),), mix=None)
        return cost_by_hand(priced, pieces, beside) is not None

    up = next((n for n in range(wanted, limit + 1) if wholesale(n)), wanted)
    tried = {wanted, up} if up > wanted else {wanted}
    costs = [(cost_by_hand(made, n, beside), n) for n in tried if n <= limit]
    known = [(cost, n) for cost, n in costs if cost is not None]
    if known:
        assert (way.cost, way.pieces) == min(known)
        assert way.reason == ""
    else:
        assert (way.pieces, way.cost) == (0, None)
        assert way.reason


@given(OFFERS, st.integers(1, 60))
def test_order_planning_buys_the_same_pieces_at_the_same_price(
    made: SupplierOffer, wanted: int
) -> None:
    line = OrderLine("l1", SKU, wanted, Price(Decimal(30), "USD"))
    paid = OrderStatus(OrderState.OPEN, PaymentState.PAID)
    order = Order(OrderId("o1"), "web", Ref("web", "1"), NOW, (line,), "USD", reported=paid)
    way = purchase_quantity(made, made.lines[0], wanted, now=NOW)
    planned = plan(order, (made,), now=NOW, order_by=NOW, unit_limit={}).value
    if planned.purchases:
        (bought,) = planned.purchases[0].lines
        assert way.pieces >= bought.quantity == wanted
        if way.pieces == wanted:
            assert way.unit_price == bought.unit_price
        else:
            assert way.cost is not None
            assert way.cost < bought.unit_price * wanted
    else:
        assert way.pieces != wanted


@given(OFFERS, st.integers(1, 60))
def test_whatever_is_wanted_up_to_the_most_can_be_bought(made: SupplierOffer, wanted: int) -> None:
    assume(cost_by_hand(evolve(made, moq=1, multiple=1), 1, None) is not None)
    limit = made.lines[0].available
    most = most_buyable(made, made.lines[0], 90 if limit is None else limit, now=NOW).pieces
    way = purchase_quantity(made, made.lines[0], wanted, now=NOW)
    if wanted <= most:
        assert way.pieces >= wanted
    elif limit is not None and wanted > limit:
        assert way.reason == "supplier_short"


def test_thirty_seven_pieces_take_their_tier_and_are_rounded_up_to_the_pack() -> None:
    made = offer(moq=12, multiple=12)
    line = made.lines[0]
    assert purchase_quantity(made, line, 37, now=NOW) == Buyable(48, price(9))
    assert purchase_quantity(made, line, 49, now=NOW) == Buyable(60, price(7))
    assert purchase_quantity(made, line, 5, now=NOW).cost == Money(120, "CNY")
    ended = evolve(made, valid_until=NOW - HOUR)
    assert purchase_quantity(ended, line, 37, now=NOW).reason == "offer_not_valid"
    begins = evolve(made, valid_from=NOW + HOUR)
    assert most_buyable(begins, line, 37, now=NOW).reason == "offer_not_valid"
    gone = evolve(made, orderable=False)
    assert purchase_quantity(gone, line, 37, now=NOW).reason == "not_orderable"
    assert purchase_quantity(made, line, 97, now=NOW).reason == "not_a_multiple"
    with pytest.raises(InvalidValue, match="must be at least 1"):
        purchase_quantity(made, line, 0, now=NOW)


def test_single_pieces_are_bought_unless_the_smallest_batch_costs_less() -> None:
    made = offer(moq=10, one_piece=True, one_piece_price=price(12))
    assert purchase_quantity(made, made.lines[0], 3, now=NOW) == Buyable(3, price(12))
    assert purchase_quantity(made, made.lines[0], 9, now=NOW) == Buyable(10, price(10))


def test_a_cart_is_filled_just_up_to_the_mix_rules_amount() -> None:
    """Seventeen at 9 make up 150; sixteen do not."""
    made = offer(None, moq=40, tiers=TIERS[1:], mix=MixRule(price(150)))
    way = purchase_quantity(made, made.lines[0], 1, now=NOW, beside=Basket(Money(0, "CNY")))
    assert way == Buyable(17, price(9))


def test_what_cannot_be_counted_on_is_not_bought() -> None:
    made = offer(moq=10, one_piece=True, one_piece_price=price(60))
    line = made.lines[0]
    assert purchase_quantity(made, line, 3, now=NOW) == Buyable(10, price(10))
    assert purchase_quantity(made, line, 3, now=NOW, limit=5) == Buyable(3, price(60))
    assert purchase_quantity(made, line, 6, now=NOW, limit=5).reason == "too_few"
    bound = evolve(made, one_piece=False)
    assert purchase_quantity(bound, line, 3, now=NOW, limit=5).reason == "too_few"


def test_a_wholesale_quantity_without_a_price_costs_what_single_pieces_cost() -> None:
    made = offer(tiers=(), moq=5, one_piece=True, one_piece_price=price(12))
    for pieces in (1, 4, 5, 6):
        way = purchase_quantity(made, made.lines[0], pieces, now=NOW)
        assert way == Buyable(pieces, price(12))
    assert promised(OfferSource(made, LEAD)).bought == 100


def test_an_offer_ends_at_the_moment_it_ends() -> None:
    made = offer(valid_until=NOW)
    assert purchase_quantity(made, made.lines[0], 1, now=NOW).reason == "offer_not_valid"
    assert purchase_quantity(made, made.lines[0], 1, now=NOW - HOUR / 60).pieces == 1


def test_nothing_is_delivered_before_it_is_bought() -> None:
    with pytest.raises(InvalidValue, match=r"OfferSource\.lead must not be negative"):
        OfferSource(offer(), Distribution.of([-5.0, 3.0]))


def test_the_mix_rule_waives_the_smallest_quantity_where_the_basket_is_known() -> None:
    made = offer(moq=30, mix=MixRule(None, 20))
    line, beside = made.lines[0], Basket(Money(50, "CNY"), 15)
    assert purchase_quantity(made, line, 3, now=NOW).pieces == 30
    assert purchase_quantity(made, line, 3, now=NOW, beside=beside) == Buyable(5, price(10))
    with pytest.raises(CurrencyMismatch):
        purchase_quantity(made, line, 3, now=NOW, beside=Basket(Money(50, "USD"), 15))


AGES = st.integers(0, 100).map(lambda hours: hours * HOUR)
SHARES = st.integers(0, 20).map(lambda n: Decimal(n) / 20)


@given(AGES, AGES, SHARES, SHARES)
def test_the_haircut_falls_with_age_and_rises_with_the_score(
    one: timedelta, other: timedelta, low: Decimal, high: Decimal
) -> None:
    (one, other), (low, high) = sorted((one, other)), sorted((low, high))
    kept = haircut(one, fresh_for=DAY, score=high)
    assert 0 <= haircut(other, fresh_for=DAY, score=high) <= kept <= 1
    assert haircut(one, fresh_for=DAY, score=low) <= kept
    assert (kept == 1) == (one == timedelta(0) and high == 1)


def test_a_figure_of_six_hours_is_worth_less_than_one_of_five_minutes() -> None:
    old, new = (haircut(age, fresh_for=DAY) for age in (6 * HOUR, timedelta(minutes=5)))
    assert old < new < 1
    assert haircut(-HOUR, fresh_for=DAY) == 1
    nearly = haircut(timedelta(microseconds=1), fresh_for=timedelta.max)
    assert nearly < 1
    assert haircut(DAY, fresh_for=3 * DAY, score=Decimal("0.3")) == Decimal("0.25")


SOURCES = st.builds(
    OfferSource,
    OFFERS,
    st.lists(st.integers(1, 90), min_size=1, max_size=5).map(Distribution.of),
    SHARES,
    st.one_of(st.none(), st.integers(0, 60)),
    st.integers(0, 20),
    BASKETS,
)
OWN = Position(SKU, 8, 3, planned=(PlannedDemand("d", 9, NOW + DAY),))
LATER = st.integers(0, 96).map(lambda hours: NOW + hours * HOUR)


def promised(*sources: OfferSource, **changes: Any) -> CapableToPromise:
    arguments = {"at": NOW + 3 * DAY, "now": NOW, **changes}
    return capable_to_promise(OWN, sources, **arguments).value


def seen(source: OfferSource, **changes: Any) -> OfferSource:
    line = source.offer.lines[0]
    if "available" in changes:
        changes["lines"] = (evolve(line, available=changes.pop("available")),)
    return evolve(source, offer=evolve(source.offer, **changes))


@given(SOURCES, LATER, st.integers(1, 20).map(lambda n: Decimal(n) / 20), st.integers(0, 60))
def test_an_offer_adds_what_is_trusted_buyable_and_in_time(
    source: OfferSource, at: datetime, level: Decimal, age: int
) -> None:
    source = seen(source, observed_at=NOW - age * HOUR)
    made = source.offer
    available = made.lines[0].available
    figure = max(0, (25 if available is None else available) - source.taken)
    counted = int(figure * Fraction(source.score) * Fraction(max(0, 48 - age), 48))
    counted = min(counted, 10**9 if source.capacity is None else source.capacity)
    hours = (at - NOW) / HOUR
    lead = source.lead
    slow = sum(w for v, w in zip(lead.values, lead.weights, strict=True) if v > hours)
    in_time = slow <= (1 - float(level)) * lead.evidence + 1e-9
    costs = (n for n in range(1, counted + 1) if cost_by_hand(made, n, source.beside) is not None)
    expected = max(costs, default=0) if in_time else 0
    value = promised(source, at=at, service_level=level)
    (share,) = value.shares
    assert (share.counted, share.buyable) == (counted, expected)
    assert bool(share.reason) == (expected == 0)
    assert value.pieces == max(0, value.own + expected)


@given(SOURCES, LATER, LATER, SHARES, st.integers(0, 120), AGES)
def test_more_trust_time_and_stock_never_promise_less(
    source: OfferSource,
    one: datetime,
    other: datetime,
    score: Decimal,
    available: int,
    age: timedelta,
) -> None:
    def pieces(source: OfferSource, **changes: Any) -> int:
        return promised(source, **changes).pieces

    early, late = sorted((one, other))
    assert pieces(source, at=early) <= pieces(source, at=late)
    worse, better = sorted((score, source.score))
    assert pieces(evolve(source, score=worse)) <= pieces(evolve(source, score=better))
    aged = seen(source, observed_at=NOW - age)
    assert pieces(aged) <= pieces(source)
    strict, lax = sorted((score, Decimal("0.6")), reverse=True)
    if lax:
        harder = pieces(source, service_level=strict)
        assert harder <= pieces(source, service_level=lax)
    counted = source.offer.lines[0].available
    if counted is not None:
        less, more = sorted((available, counted))
        assert pieces(seen(source, available=less)) <= pieces(seen(source, available=more))


@given(st.lists(SOURCES, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_offers_does_not_matter_and_each_counts_once(
    sources: list[OfferSource], chance: Any
) -> None:
    named = [seen(s, id=OfferId("ab"[place % 2])) for place, s in enumerate(sources)]
    value = promised(*named)
    assert value == promised(*chance.sample(named, len(named)))
    assert value == promised(*named, *named)
    ids = [share.offer_id for share in value.shares]
    assert ids == sorted(set(ids))


def test_the_later_reading_of_an_offer_counts_and_then_the_smaller() -> None:
    older = OfferSource(offer(90, observed_at=NOW - HOUR), LEAD)
    newer, careful = OfferSource(offer(50), LEAD), OfferSource(offer(40), LEAD)
    assert promised(newer, older).bought == 50
    assert promised(newer, careful, older).bought == 40
    other = OfferSource(offer(7, "o2"), LEAD)
    assert promised(newer, other).bought == 57


def test_a_shortage_of_our_own_is_covered_before_anything_is_promised() -> None:
    value = promised(OfferSource(offer(10), LEAD))
    assert (value.own, value.bought, value.pieces) == (-4, 10, 6)
    assert available_to_promise(OWN, NOW, now=NOW).value == 0
    assert promised().pieces == 0


def test_pieces_bought_since_the_figure_was_read_do_not_count_again() -> None:
    assert promised(OfferSource(offer(50), LEAD, taken=20)).bought == 30
    assert promised(OfferSource(offer(50), LEAD, taken=60)).shares[0].reason == "nothing_left"


def test_why_an_offer_adds_nothing_is_said() -> None:
    lines = (OfferLine(SkuId("s2"), 5, price(1)),)
    cases = {
        "sku_not_offered": OfferSource(offer(lines=lines), LEAD),
        "not_orderable": OfferSource(offer(orderable=False), LEAD),
        "offer_not_valid": OfferSource(offer(valid_until=NOW - HOUR), LEAD),
        "too_late": OfferSource(offer(), Distribution.of([10.0, 80.0])),
        "below_moq": OfferSource(offer(5, moq=6), LEAD),
        "no_price": OfferSource(offer(tiers=()), LEAD),
        "nothing_left": OfferSource(offer(), LEAD, capacity=0),
    }
    for code, source in cases.items():
        (share,) = promised(source).shares
        assert (share.reason, share.buyable, share.unit_price) == (code, 0, None)
    assert promised(cases["too_late"]).shares[0].chance == Decimal("0.5")


def test_of_two_lines_with_one_sku_only_the_better_one_counts() -> None:
    lines = (OfferLine(SKU, 5, price(8)), OfferLine(SKU, 9, price(8)), OfferLine(SKU, 2, price(8)))
    assert promised(OfferSource(offer(lines=lines), LEAD)).bought == 9


@given(st.lists(SOURCES, max_size=2))
def test_the_decision_can_be_made_again(sources: list[OfferSource]) -> None:
    with recording():
        decision = capable_to_promise(OWN, tuple(sources), at=NOW + DAY, now=NOW)
    assert decision.codes[0] == "own"
    assert replay(to_record(decision)) == evolve(decision, inputs=None)


def test_the_promise_is_an_escaped_table() -> None:
    shares = (OfferShare(OfferId("<o>"), 3, 2, price(5), Decimal("0.9")),)
    shown = CapableToPromise(SKU, NOW, 1, shares)._repr_html_()
    assert "&lt;o&gt;" in shown
    assert "s1: 3 for 2026-11-02" in shown


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("at", {"at": NOW - HOUR}),
        ("service_level", {"service_level": Decimal(0)}),
        ("service_level", {"service_level": Decimal("1.1")}),
        ("uncounted", {"uncounted": -1}),
        ("fresh_for", {"fresh_for": timedelta(0)}),
    ],
)
def test_what_cannot_be_asked_is_refused(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as caught:
        promised(OfferSource(offer(), LEAD), **changes)
    assert caught.value.field == field


@pytest.mark.parametrize("score", ["-0.1", "1.1"])
def test_a_score_lies_between_nought_and_one(score: str) -> None:
    with pytest.raises(InvalidValue):
        OfferSource(offer(), LEAD, Decimal(score))
    with pytest.raises(InvalidValue, match="between 0 and 1"):
        haircut(DAY, fresh_for=DAY, score=Decimal(score))
