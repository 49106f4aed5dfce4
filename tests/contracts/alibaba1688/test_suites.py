"""1688 passes the suites of a market, judged by its printed requests and answers."""

import pytest
from attrs import evolve

from contracts.alibaba1688.fake import OFFER, SPECS, FakeMarket, payload
from contracts.alibaba1688.samples import FOLDER, SHOP, WAREHOUSE, far, purchase
from contracts.colours import Reads, in_both_colours
from crossborder.clients import Client
from crossborder.model.ids import Ref
from crossborder.model.outcome import Done
from crossborder.model.purchase import Purchase, PurchaseStatus
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contracts import (
    Deed,
    Far,
    OfferSourceContract,
    OnceContract,
    PurchaseTracerContract,
    PurchasingContract,
)

pytestmark = [pytest.mark.contracts, pytest.mark.usefixtures("contracts")]


class TestOffers(OfferSourceContract):
    def far(self) -> Far:
        return far(FakeMarket(FOLDER))

    def ref(self) -> Ref:
        return _real_offer()

    def missing_ref(self) -> Ref:
        return Ref("alibaba1688", "404")

    def keyword(self) -> str:
        return "饼干"


class TestPurchasing(PurchasingContract):
    flat = False

    def far(self) -> Far:
        return far(FakeMarket(FOLDER, flat=self.flat))

    def purchase(self) -> Purchase:
        return purchase()

    def refused_purchase(self) -> Purchase:
        return purchase(quantity=101)


class TestPurchasingWithAnswersThatCallThemselvesFailures(TestPurchasing):
    flat = True


class TestSplitPurchasing(TestPurchasing):
    def purchase(self) -> Purchase:
        return purchase(count=60)

    def deeds(self) -> tuple[Deed, ...]:
        (deed,) = super().deeds()
        return (evolve(deed, count=2),)

    def refused_purchase(self) -> Purchase:
        return purchase(quantity=101, count=60)


class TestDebit(OnceContract):
    """Paying by automatic debit happens once, too."""

    def far(self) -> Far:
        market = FakeMarket(FOLDER, debits=True)
        market.order([{"offerId": OFFER, "specId": SPECS[0], "quantity": 5}], "PO-1")
        return far(market, evolve(SHOP, auto_debit=True))

    def deeds(self) -> tuple[Deed, ...]:
        ref = Ref("alibaba1688", "87407346014789305")
        placed = evolve(purchase(), status=PurchaseStatus.PLACED, refs=(ref,))
        return (Deed("pay", lambda far: far.adapter.pay_purchase(placed), "debit"),)


class TestTrace(PurchaseTracerContract):
    def far(self) -> Far:
        return far(FakeMarket(FOLDER))

    def sent(self, far: Far) -> Purchase:
        outcome = self.run(far, SHOP.place(purchase(), ship_to=WAREHOUSE), key="sent")
        assert isinstance(outcome, Done)
        far.server.send(int(outcome.value.refs[0].value))
        bought: Purchase = outcome.value
        return bought

    def unsent_refs(self, far: Far) -> tuple[Ref, ...]:
        other = purchase(number="988129883124")
        outcome = self.run(far, SHOP.place(other, ship_to=WAREHOUSE), key="unsent")
        assert isinstance(outcome, Done)
        refs: tuple[Ref, ...] = outcome.value.refs
        return refs


def _sent(far: Far) -> Purchase:
    """A purchase that is on its way."""
    with Client(http=far.transport, clock=VirtualClock(far.now)) as client:
        outcome = client.run(far.adapter.place(purchase(), ship_to=WAREHOUSE), key="place")
    assert isinstance(outcome, Done)
    far.server.send(int(outcome.value.refs[0].value))
    bought: Purchase = outcome.value
    return bought


def _real_offer() -> Ref:
    real = payload(FOLDER, "real_query_product_detail_trimmed")
    return Ref("alibaba1688", str(real["offerId"]))


READS: Reads = {
    "offer": lambda far: far.adapter.offer(_real_offer(), language="en", now=far.now),
    "search": lambda far: far.adapter.search("饼干", language="zh"),
    "preview": lambda far: far.adapter.preview(purchase(), ship_to=WAREHOUSE),
    "purchase": lambda far: far.adapter.purchase(_sent(far)),
    "trace": lambda far: far.adapter.trace(_sent(far)),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(lambda: far(FakeMarket(FOLDER)), READS[name])
    assert plain == awaited
    assert len(plain) == (2 if name == "search" else 1)
    assert plain[0]
