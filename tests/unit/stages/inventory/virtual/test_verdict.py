from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import OfferId, ProductId, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.supply import MixRule, OfferLine, Supplier, SupplierOffer
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.dated.buyable import Basket
from crossborder.stages.inventory.virtual import (
    Candidate,
    LeadPart,
    LeadTime,
    Verdict,
    VerdictKind,
    promise,
)

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKU = SkuId("s1")
SHIP_BY = NOW + 6 * DAY
DELIVER_BY = SHIP_BY + 10 * DAY


def candidate(
    name: str = "main",
    days: int = 1,
    *,
    price: str = "10",
    available: int | None = 100,
    credible: int | None = None,
    match: str = "1",
    beside: Basket | None = None,
    currency: str = "CNY",
    **terms: Any,
) -> Candidate:
    line = OfferLine(SKU, available, Price(Decimal(price), currency))
    offer = SupplierOffer(
        OfferId(name),
        Supplier(SupplierId(name)),
        ProductId("p"),
        (line,),
        currency,
        NOW,
        **terms,
    )
    lead = LeadTime.stated(days * DAY, DAY, transit=(5 * DAY, 9 * DAY))
    return Candidate(offer, lead, credible, Decimal(match), beside)


def decided(*candidates: Candidate, **changes: Any) -> Decision[Verdict]:
    arguments: dict[str, Any] = {
        "pieces": 3,
        "now": NOW,
        "ship_by": SHIP_BY,
        "deliver_by": DELIVER_BY,
        **changes,
    }
    return promise(candidates, SKU, arguments.pop("pieces"), **arguments)


CANDIDATES = st.lists(
    st.builds(
        lambda days, price, credible, match, terms: (days, price, credible, match, terms),
        st.integers(0, 9),
        st.integers(1, 30),
        st.one_of(st.none(), st.integers(0, 8)),
        st.sampled_from(["1", "0.9", "0.5"]),
        st.sampled_from([{}, {"moq": 5}, {"multiple": 2}, {"orderable": False}]),
    ),
    min_size=1,
    max_size=4,
).map(
    lambda made: tuple(
        candidate(f"o{at}", days, price=str(price), credible=credible, match=match, **terms)
        for at, (days, price, credible, match, terms) in enumerate(made)
    )
)


@given(CANDIDATES, st.integers(1, 6), st.integers(0, 12), st.sampled_from([None, "8", "20"]))
def test_a_verdict_holds_everything_it_was_asked_to_hold(
    candidates: tuple[Candidate, ...], pieces: int, later: int, limit: str | None
) -> None:
    most = None if limit is None else Price(Decimal(limit), "CNY")
    decision = decided(
        *candidates,
        pieces=pieces,
        later=later,
        max_unit_price=most,
        min_match=Decimal("0.9"),
    )
    verdict = decision.value
    if verdict.kind is VerdictKind.REFUSE:
        assert verdict == Verdict(VerdictKind.REFUSE, pieces)
        assert len(decision.reasons) == len(candidates) + 1
        return
    chosen = next(one for one in candidates if one.offer.id == verdict.offer_id)
    stock, cost = verdict.stock, verdict.unit_cost
    assert stock is not None
    assert cost is not None
    assert stock.order_by > NOW
    assert stock.confidence >= Decimal("0.9")
    assert chosen.match >= Decimal("0.9")
    assert most is None or cost <= most
    assert pieces <= verdict.buy
    assert chosen.credible is None or verdict.buy <= chosen.credible
    moved = stock.promise.latest - DELIVER_BY
    assert timedelta(0) <= moved <= later * DAY
    assert verdict.ship_by == SHIP_BY + moved
    assert (moved > timedelta(0)) is (verdict.kind is VerdictKind.LATER)
    assert (chosen is candidates[0]) or verdict.kind is not VerdictKind.PROMISE
    if moved:
        sooner = moved // DAY - 1
        refused = decided(
            *candidates,
            pieces=pieces,
            later=sooner,
            max_unit_price=most,
            min_match=Decimal("0.9"),
        )
        assert refused.value.kind is VerdictKind.REFUSE


@given(CANDIDATES, st.integers(1, 6), st.integers(0, 72), st.integers(0, 72))
def test_waiting_never_gives_an_earlier_date(
    candidates: tuple[Candidate, ...], pieces: int, one: int, other: int
) -> None:
    soon, late = (NOW + hours * HOUR for hours in sorted((one, other)))
    dates = []
    for now in (soon, late):
        verdict = decided(*candidates, pieces=pieces, now=now, later=20, fresh_for=3000 * DAY).value
        dates.append(None if verdict.stock is None else verdict.stock.promise.latest)
    if dates[1] is not None:
        assert dates[0] is not None
        assert dates[0] <= dates[1]


@given(CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_of_the_substitutes_does_not_matter(
    candidates: tuple[Candidate, ...], chance: Any
) -> None:
    main, *others = candidates
    chance.shuffle(others)
    assert decided(main, *others, later=5).value == decided(*candidates, later=5).value


@given(CANDIDATES)
def test_a_decision_made_again_is_the_same(candidates: tuple[Candidate, ...]) -> None:
    with recording():
        first = decided(*candidates, later=3, max_unit_price=Price("20", "CNY"))
    assert replay(to_record(first)) == evolve(first, inputs=None)


def test_the_main_supplier_promises_though_another_is_cheaper() -> None:
    decision = decided(candidate(), candidate("other", price="5"))
    assert (decision.value.kind, decision.value.offer_id) == (VerdictKind.PROMISE, "main")
    assert decision.codes == ("promise", "not_needed")
    assert decision.value.unit_cost == Money("10", "CNY")


def test_the_cheapest_substitute_keeps_the_date_the_main_supplier_cannot() -> None:
    decision = decided(
        candidate(days=5), candidate("a", price="12"), candidate("b", price="11"), later=10
    )
    assert (decision.value.kind, decision.value.offer_id) == (VerdictKind.SUBSTITUTE, "b")
    assert decision.codes == ("substitute", "deadline_passed", "not_needed")
    assert [reason.facts["offer"] for reason in decision.reasons] == ["b", "main", "a"]


def test_else_the_earliest_date_that_holds_is_promised() -> None:
    decision = decided(candidate(days=5), later=10)
    verdict = decision.value
    assert verdict.kind is VerdictKind.LATER
    assert verdict.stock is not None
    # Five stated days and one, in nine of ten cases at most nine: three days more than six.
    assert verdict.stock.promise.latest == DELIVER_BY + 3 * DAY
    assert verdict.ship_by == SHIP_BY + 3 * DAY
    assert decision.reasons[0].facts["days_later"] == 3
    assert decision.codes == ("promise_later", "deadline_passed")
    assert decided(candidate(days=5), later=2).codes == ("refused", "deadline_passed")


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (candidate(match="0.8"), "no_match"),
        (candidate(price="15"), "too_dear"),
        (candidate(currency="USD"), "other_currency"),
        (candidate(credible=2), "too_few"),
        (candidate(available=0), "sold_out"),
        (candidate(orderable=False), "not_orderable"),
        (candidate(moq=50, credible=20), "too_few"),
        (candidate(valid_until=NOW), "expired"),
    ],
)
def test_an_offer_that_cannot_serve_says_why(made: Candidate, code: str) -> None:
    decision = decided(made, max_unit_price=Price("14", "CNY"))
    assert decision.codes == ("refused", code)
    assert decision.reasons[1].facts["offer"] == "main"


def test_an_offer_without_a_price_cannot_serve() -> None:
    bare = candidate()
    offer = evolve(bare.offer, lines=(OfferLine(SKU, 100),))
    assert decided(evolve(bare, offer=offer)).codes == ("refused", "no_price")


def test_what_must_be_bought_beyond_the_order_is_paid_by_the_order() -> None:
    """Six must be bought where three are wanted: each of them costs double."""
    made = candidate(moq=5, multiple=2)
    decision = decided(made)
    assert (decision.value.buy, decision.value.unit_cost) == (6, Money("20", "CNY"))
    assert decided(made, max_unit_price=Price("19.99", "CNY")).codes == ("refused", "too_dear")


def test_a_mixed_cart_waives_the_smallest_quantity() -> None:
    beside = Basket(Money("0", "CNY"), 10)
    made = candidate(moq=50, mix=MixRule(min_pieces=12), beside=beside)
    assert decided(made).value.buy == 3


def test_stock_that_is_not_counted_is_promised_in_part() -> None:
    assert decided(candidate(available=None), pieces=25).value.kind is VerdictKind.PROMISE
    assert decided(candidate(available=None), pieces=26).codes == ("refused", "too_few")


def test_a_verdict_shows_itself() -> None:
    shown = decided(candidate()).value._repr_html_()
    assert "order by" in shown
    assert "promise" in shown
    assert "refuse" in decided(candidate(available=0)).value._repr_html_()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"pieces": 0}, "pieces"), ({"later": -1}, "later"), ({"level": Decimal(1)}, "level")],
)
def test_what_cannot_be_asked_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue, match=f"promise.{field}"):
        decided(candidate(), **changes)


def test_of_substitutes_in_two_currencies_those_in_the_main_offers_are_compared() -> None:
    others = (
        candidate("a", price="30"),
        candidate("b", currency="USD"),
        candidate("c", price="20"),
    )
    assert decided(candidate(), *others).value.offer_id == "main"
    decision = decided(candidate(available=0), *others)
    assert (decision.value.kind, decision.value.offer_id) == (VerdictKind.SUBSTITUTE, "c")
    assert decision.codes == ("substitute", "sold_out", "not_needed", "other_currency")
    alone = decided(candidate(available=0), candidate("b", currency="USD"))
    assert alone.value.offer_id == "b"
    foreign = (candidate("d", currency="USD"), *others[1:2], candidate("e", currency="EUR"))
    assert decided(candidate(available=0), *foreign).value.offer_id == "b"


def test_a_cheaper_batch_that_cannot_be_had_hides_no_single_pieces() -> None:
    """Ten at 1.00 would cost less than two at 6.00, but only five can be counted on."""
    made = candidate(price="1", available=12, moq=10, one_piece=True, credible=5)
    line = evolve(made.offer.lines[0], one_piece_price=Price("6", "CNY"))
    made = evolve(made, offer=evolve(made.offer, lines=(line,)))
    for pieces in (1, 2, 5):
        assert decided(made, pieces=pieces).value.buy == pieces
    assert decided(made, pieces=6).codes == ("refused", "too_few")
    assert decided(evolve(made, credible=None), pieces=2).value.buy == 10


def test_a_supplier_who_takes_years_does_not_spoil_the_others() -> None:
    slow = LeadPart("handling", Distribution.point(14_000.0), WorkCalendar())
    endless = evolve(candidate(), lead=LeadTime((slow,)))
    decision = decided(endless, candidate("other"))
    assert decision.value.offer_id == "other"
    assert decision.codes == ("substitute", "lead_too_long")


def test_goods_cannot_match_better_than_surely() -> None:
    with pytest.raises(InvalidValue, match=r"Candidate\.match must not be above 1"):
        candidate(match="1.01")


def test_an_offer_stands_there_once() -> None:
    with pytest.raises(InvalidValue, match="two of one offer"):
        decided(candidate(), candidate())
