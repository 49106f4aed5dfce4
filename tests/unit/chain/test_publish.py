from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.chain import Published, publish
from crossborder.demo.world import MARKET, STORE, sample_offer, terms_of
from crossborder.model.ids import WarehouseId
from crossborder.model.listing import Fee, FeeRule, ListingRules, ListingStatus
from crossborder.model.money import Money
from crossborder.model.outcome import Done, Refused
from crossborder.model.stock import RealStock
from crossborder.stages.sourcing import Verdict


def _codes(published: Published) -> tuple[str, ...]:
    assert isinstance(published.outcome, Refused)
    return published.outcome.codes


def test_a_product_is_published_with_price_stock_and_feed(site: Any) -> None:
    made = site()
    published = made.published()
    assert isinstance(published.outcome, Done)
    assert published.sent
    assert published.outcome.value.digest == published.draft.digest
    assert {item.sku_id for item in published.stock} == set(published.costs)
    assert len(published.feed) == len(published.json_ld) == 2
    assert made.writes == [f"PUT /listings/{published.draft.sku.replace(':', '%3A')}"]
    for variant in published.draft.variants:
        floor = published.costs[variant.sku_id].total.amount / (1 - made.world.terms.floor)
        assert variant.price.amount >= floor


@pytest.mark.parametrize("verdict", [Verdict.BLOCKED, Verdict.NEEDS_REVIEW])
def test_nothing_is_published_without_an_approved_review(site: Any, verdict: Verdict) -> None:
    made = site()
    entered = made.sourced()
    doubted = evolve(entered, review=evolve(entered.review, verdict=verdict))
    assert _codes(made.published(doubted)) == ("not_approved",)
    assert made.writes == []
    assert made.state.effects == []


def test_nothing_is_published_on_a_review_that_has_grown_old(site: Any) -> None:
    made = site()
    entered = made.sourced()
    old = evolve(entered, review=evolve(entered.review, expires_at=made.world.moment))
    assert _codes(made.published(old)) == ("expired",)
    assert made.writes == []


def test_nothing_is_published_that_was_changed_after_its_review(site: Any) -> None:
    made = site()
    entered = made.sourced()
    changed = evolve(entered, product=evolve(entered.product, title="Nike 收纳包"))
    assert _codes(made.published(changed)) == ("changed",)
    assert made.writes == []


def test_publishing_an_unchanged_draft_sends_nothing(site: Any) -> None:
    made = site()
    entered = made.sourced()
    first = made.published(entered)
    made.heard.clear()
    again = made.published(entered, key="next day")
    assert made.writes == []
    assert not again.sent
    assert again.outcome == first.outcome
    assert made.state.counted("listing") == 1


def test_a_changed_draft_is_sent_in_place_of_the_old_one(site: Any) -> None:
    made = site()
    entered = made.sourced()
    first = made.published(entered)
    made.heard.clear()
    made.world.terms = evolve(made.world.terms, margin=Decimal("0.40"))
    again = made.published(entered, key="next day")
    assert again.sent
    assert len(made.writes) == 1
    assert again.outcome.value.ref == first.outcome.value.ref
    assert made.state.counted("listing") == 1
    assert again.draft.variants[0].price > first.draft.variants[0].price


def test_a_draft_that_goes_back_to_an_earlier_one_is_sent_again(site: Any) -> None:
    """Each sending is its own write, even within one run: the key holds the draft's digest."""
    made = site()
    entered = made.sourced()
    first = made.published(entered)
    made.world.terms = evolve(made.world.terms, margin=Decimal("0.40"))
    made.published(entered, key="tuesday")
    made.world.terms = evolve(made.world.terms, margin=Decimal("0.30"))
    back = made.published(entered, key="wednesday")
    assert back.sent
    assert made.state.listings[first.draft.sku].digest == first.draft.digest


def test_a_listing_that_the_platform_paused_waits_for_a_person(site: Any) -> None:
    made = site()
    entered = made.sourced()
    first = made.published(entered)
    listing = made.state.listings[first.draft.sku]
    made.state.listings[first.draft.sku] = evolve(
        listing, status=ListingStatus.PAUSED, paused_for="policy"
    )
    made.heard.clear()
    again = made.published(entered, key="next day")
    assert made.writes == []
    assert again.outcome.value.paused_for == "policy"


def test_a_draft_against_the_platforms_rules_is_not_sent(site: Any) -> None:
    strict = ListingRules(forbidden_words=frozenset({"luggage"}))
    made = site(platforms=(evolve(STORE, rules=strict),))
    published = made.published()
    assert _codes(published) == ("forbidden_word",)
    assert published.draft is not None
    assert published.platform.id == "store"
    assert made.writes == []


def test_a_refusal_of_the_platform_is_handed_on(site: Any) -> None:
    payload = sample_offer()
    payload["result"]["result"]["subjectTrans"] = "Packing cubes, replica of nothing"
    made = site(payload)
    entered = made.sourced()
    approved = evolve(entered, review=evolve(entered.review, verdict=Verdict.APPROVED))
    published = made.published(approved)
    assert _codes(published) == ("forbidden_word",)
    assert published.sent
    assert (published.feed, published.json_ld) == ((), ())
    assert made.state.effects == []


def test_where_no_platform_leaves_the_margin_nothing_is_published(site: Any) -> None:
    greedy = evolve(STORE, fees=(evolve(STORE.fees[0], share=Decimal("0.95")),))
    assert _codes(site(platforms=(greedy,)).published()) == ("no_platform",)


@pytest.mark.parametrize("more", ["0.01", "1", "5", "40"])
def test_dearer_fees_never_win_a_comparison(site: Any, more: str) -> None:
    """They raise the price and so the margin: two platforms that are else alike tell them apart."""
    fee = FeeRule(Fee.FIXED, fixed=Money(more, "USD"))
    dear = evolve(STORE, id="a", fees=(*STORE.fees, fee))
    plain = evolve(STORE, id="b")
    assert site(platforms=(dear, plain)).published().platform.id == "b"


def test_a_platform_without_a_channel_is_not_considered(site: Any) -> None:
    made = site()
    entered = made.sourced()
    now, terms = made.world.at(), made.world.terms
    only = {"market": made.world.memory}
    published = made.run(publish(only, entered, terms=terms, now=now))
    assert published.platform.id == "market"
    none = made.run(publish({}, entered, terms=terms, now=now))
    assert _codes(none) == ("no_platform",)


def test_what_cannot_be_bought_has_no_cost_and_is_not_published(site: Any) -> None:
    payload = sample_offer()
    payload["result"]["result"]["status"] = "offline"
    made = site(payload)
    assert _codes(made.published()) == ("no_platform",)
    assert made.writes == []


def test_real_stock_is_offered_too(site: Any) -> None:
    made = site(stock_cap=3)
    entered = made.sourced()
    sku = entered.product.skus[0].id
    held = RealStock(sku, WarehouseId("cn"), 9, allocated=2)
    flow = publish(
        {"store": made.world.memory},
        entered,
        terms=made.world.terms,
        real=(held,),
        now=made.world.moment,
    )
    published = made.run(flow)
    assert published.draft.variants[0].quantity == 7 + 3
    assert published.draft.variants[1].quantity == 3


def test_prices_in_the_suppliers_currency_need_no_rate(site: Any) -> None:
    yuan = Money("20", "CNY")
    home = evolve(MARKET, currency="CNY", rules=ListingRules(currencies=frozenset({"CNY"})))
    made = site(terms=terms_of(platforms=(home,), rate=None))
    published = made.published()
    assert published.draft.variants[0].price > yuan
    assert published.draft.variants[0].price.currency == "CNY"


def test_a_long_lead_time_offers_nothing(site: Any) -> None:
    made = site(dispatch_within=timedelta(days=1))
    published = made.published()
    assert isinstance(published.outcome, Refused)
    assert published.outcome.codes == ("nothing_sellable",)
    assert [variant.quantity for variant in published.draft.variants] == [0, 0]
    assert published.stock == ()


def test_a_promise_that_is_not_sure_enough_offers_nothing(site: Any) -> None:
    """Of the demo's parcels 98 of 100 leave in time."""
    published = site(terms=terms_of(service_level=Decimal("0.99"))).published()
    assert _codes(published) == ("nothing_sellable",)
    sure = site(terms=terms_of(service_level=Decimal("0.97"))).published()
    assert {stock.confidence for stock in sure.stock} == {Decimal("0.9825")}
