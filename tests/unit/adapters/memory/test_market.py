from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from crossborder.adapters.memory import MemoryJournal
from crossborder.conversation import Reply, Request
from crossborder.errors import NotFound, OutcomeUnknown
from crossborder.model.ids import PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Done, Refused
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase, PurchaseLine, PurchaseStatus
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.protocols.sourcing import Preview

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
WAREHOUSE = Address("Warehouse", "CN", ("1 Road",), "Shenzhen")
LINE = PurchaseLine(SkuId("s1"), 2, Price("10", "CNY"), Ref("memory", "o1"))


def _purchase(*lines: PurchaseLine, **changed: Any) -> Purchase:
    given: dict[str, Any] = {"id": PurchaseId("P-1"), "supplier_id": SupplierId("factory")}
    return Purchase(lines=lines or (LINE,), **(given | changed))


def test_an_offer_is_shown_whole_with_the_time_of_observation(talk: Any, sourced: Any) -> None:
    ref = talk.state.add_offer(sourced())
    found = talk(talk.memory.offer(ref, language="en", now=NOW))
    assert found.product == sourced().product
    assert found.offer == evolve(sourced().offer, observed_at=NOW)


def test_an_offer_without_a_ref_gets_one(talk: Any, sourced: Any) -> None:
    assert talk.state.add_offer(sourced(ref=None)) == Ref("memory", "o1")


def test_an_unknown_offer_is_not_found(talk: Any) -> None:
    with pytest.raises(NotFound) as caught:
        talk(talk.memory.offer(Ref("memory", "x/../y"), language="en", now=NOW))
    assert caught.value.operation == "offers.get"
    assert caught.value.problems[0].code == "no_such_offer"
    assert caught.value.problems[0].text == "x/../y"


def test_a_search_goes_through_all_pages_in_order(talk: Any, sourced: Any) -> None:
    for number in range(23):
        talk.state.add_offer(sourced(number, title=f"Umbrella {number}"))
    talk.state.add_offer(sourced(99, title="Hat", tiers=()))
    pages = talk.pages(talk.memory.search("UMBRELLA", language="en"))
    assert [len(page.items) for page in pages] == [10, 10, 3]
    assert {hit.title for page in pages for hit in page.items} == {
        f"Umbrella {number}" for number in range(23)
    }
    again = talk.pages(talk.memory.search("umbrella", language="en", cursor=pages[0].cursor))
    assert [page.items for page in again] == [page.items for page in pages[1:]]
    hit = talk.pages(talk.memory.search("hat", language="en"))[0].items[0]
    assert (hit.price, hit.moq) == (None, 1)


def test_a_preview_says_the_cost_and_places_nothing(talk: Any, sourced: Any) -> None:
    talk.state.add_offer(sourced())
    outcome = talk(talk.memory.preview(_purchase(), ship_to=WAREHOUSE))
    assert outcome == Done(
        Preview(
            Money("20", "CNY"), Money("6.00", "CNY"), Money("26.00", "CNY"), ("debit", "cashier")
        )
    )
    assert talk.state.effects == []


@pytest.mark.parametrize(
    ("purchase", "code"),
    [
        (_purchase(evolve(LINE, quantity=6)), "out_of_stock"),
        (_purchase(evolve(LINE, sku_id=SkuId("s2"))), "not_orderable"),
        (_purchase(evolve(LINE, offer_ref=Ref("memory", "o2"))), "not_orderable"),
        (_purchase(evolve(LINE, offer_ref=None)), "not_orderable"),
        (_purchase(supplier_id=SupplierId("other")), "several_sellers"),
    ],
)
def test_what_cannot_be_bought_is_refused_before_and_when_placing(
    talk: Any, sourced: Any, purchase: Purchase, code: str
) -> None:
    talk.state.add_offer(sourced())
    for flow in (talk.memory.preview, talk.memory.place):
        outcome = talk(flow(purchase, ship_to=WAREHOUSE))
        assert isinstance(outcome, Refused)
        assert outcome.codes == (code,)
        assert outcome.problems[0].field == "lines.0"
    assert talk.state.effects == []


def test_an_uncounted_stock_is_never_short(talk: Any, sourced: Any) -> None:
    offer = sourced().offer
    lines = (evolve(offer.lines[0], available=None),)
    talk.state.add_offer(sourced(lines=lines))
    purchase = _purchase(evolve(LINE, quantity=5000))
    assert isinstance(talk(talk.memory.preview(purchase, ship_to=WAREHOUSE)), Done)


def test_a_purchase_is_placed_paid_sent_and_traced(talk: Any, sourced: Any) -> None:
    talk.state.add_offer(sourced())
    placed = talk(talk.memory.place(_purchase(), ship_to=WAREHOUSE)).value
    assert placed.status is PurchaseStatus.PLACED
    assert (placed.total, placed.freight) == (Money("26.00", "CNY"), Money("6.00", "CNY"))
    assert talk(talk.memory.trace(placed)) == ()
    paid = talk(talk.memory.pay_purchase(placed)).value
    assert (paid.status, paid.native) == (PurchaseStatus.PAID, "paid")
    assert talk(talk.memory.pay_purchase(placed)).value == paid
    assert talk.counted("debit") == 1
    scan = TrackingEvent("memory", "PU", "collected", Stage.ACCEPTED, NOW)
    talk.state.scan_purchase(placed.refs[0].value, "SF1", (scan,))
    sent = talk(talk.memory.purchase(placed))
    assert (sent.status, sent.waybills) == (PurchaseStatus.SHIPPED, ("SF1",))
    assert talk(talk.memory.trace(placed)) == (scan,)


def test_without_automatic_debit_a_person_pays_at_the_cashier(talk: Any, sourced: Any) -> None:
    talk.state.add_offer(sourced())
    talk.state.auto_debit = False
    placed = talk(talk.memory.place(_purchase(), ship_to=WAREHOUSE)).value
    waiting = talk(talk.memory.pay_purchase(placed)).value
    assert waiting.status is PurchaseStatus.PLACED
    assert waiting.pay_url == f"https://memory.test/cashier/{placed.refs[0].value}"
    assert talk.counted("debit") == 0


def test_a_market_that_refuses_a_debit_is_taken_at_its_word(talk: Any, sourced: Any) -> None:
    talk.state.add_offer(sourced())
    placed = talk(talk.memory.place(_purchase(), ship_to=WAREHOUSE)).value

    class Poor:
        def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            return Reply(402, {}, b'{"problems": [{"code": "no_money"}]}')

    assert talk(talk.memory.pay_purchase(placed), http=Poor()).codes == ("no_money",)


def test_a_purchase_that_was_never_placed_is_not_there(talk: Any) -> None:
    for flow in (talk.memory.purchase, talk.memory.pay_purchase):
        with pytest.raises(NotFound):
            talk(flow(_purchase()))


def test_the_market_places_a_second_purchase_when_it_is_asked_twice(
    talk: Any, sourced: Any
) -> None:
    """That is why a lost answer must be looked up; the next tests show that it is."""
    talk.state.add_offer(sourced())
    for _ in range(2):
        talk(talk.memory.place(_purchase(), ship_to=WAREHOUSE))
    assert talk.counted("purchase") == 2


@pytest.mark.parametrize("after", [True, False], ids=["after the effect", "before it"])
def test_a_lost_answer_leaves_one_purchase(
    talk: Any, sourced: Any, losing: Any, after: bool
) -> None:
    talk.state.add_offer(sourced())
    line = losing(talk.memory.server, "/purchases", after=after)
    placed = talk(talk.memory.place(_purchase(), ship_to=WAREHOUSE), http=line).value
    assert placed == talk.state.purchases["PO000001"]
    assert talk.counted("purchase") == 1
    assert line.seen == (1 if after else 2)


def test_a_purchase_whose_every_answer_is_lost_stays_unknown(
    talk: Any, sourced: Any, losing: Any
) -> None:
    talk.state.add_offer(sourced())
    line = losing(talk.memory.server, "/purchases", times=9, after=False)
    with pytest.raises(OutcomeUnknown):
        talk(talk.memory.place(_purchase(), ship_to=WAREHOUSE), http=line)
    assert talk.counted("purchase") == 0


def test_with_a_journal_the_same_run_places_once(talk: Any, sourced: Any) -> None:
    talk.state.add_offer(sourced())
    journal = MemoryJournal()
    flow = talk.memory.place(_purchase(), ship_to=WAREHOUSE)
    first = talk(flow, journal=journal)
    talk.clock.advance(timedelta(hours=1).total_seconds())
    assert talk(flow, journal=journal) == first
    assert talk.counted("purchase") == 1
