"""The adapter against a stateful 1688 that judges each request by the vendor's samples."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from contracts.alibaba1688.fake import (  # type: ignore[import-not-found,unused-ignore]
    APP_KEY,
    APP_SECRET,
    OFFER,
    SPECS,
    FakeMarket,
    book,
    payload,
)
from contracts.where import contracts_root  # type: ignore[import-not-found,unused-ignore]
from crossborder.adapters.alibaba1688 import Alibaba1688
from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.conversation import Reply, Token
from crossborder.model.ids import PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Done, Pending
from crossborder.model.place import Address
from crossborder.model.supply import Purchase, PurchaseLine, PurchaseStatus
from crossborder.secret import Secret
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contract_transport import ContractTransport, ContractViolation
from crossborder.testing.contracts.once import Deed, Far, OnceContract
from crossborder.testing.contracts.sourcing import (
    OfferSourceContract,
    PurchaseTracerContract,
    PurchasingContract,
)

pytestmark = pytest.mark.contracts

FOLDER: Path = contracts_root() / "china" / "1688"
TOKEN = Token(Secret("c0ffee00-1111-2222-3333-444455556666"))
SHOP = Alibaba1688.connect(APP_KEY, app_secret=APP_SECRET, token=TOKEN, account="main")


def purchase(quantity: int = 5, count: int = 2, number: str = "988129883123") -> Purchase:
    lines = tuple(
        PurchaseLine(
            SkuId(f"sku-{n}"),
            quantity,
            Price("20", "CNY"),
            Ref("alibaba1688", str(OFFER + n // 2)),
            Ref("alibaba1688.spec", SPECS[n % 2]),
        )
        for n in range(count)
    )
    return Purchase(PurchaseId(number), SupplierId("seller"), lines)


def far(market: Any, shop: Alibaba1688 = SHOP) -> Far:
    limit = (FOLDER / "observed_gateway_error_rate_limit.json").read_bytes()
    heads = {"Content-Type": "application/json"}
    return Far(
        shop,
        ContractTransport(book(FOLDER), market),
        lambda: dict(market.done),
        throttle=Reply(400, heads, limit),
    )


class TestOffers(OfferSourceContract):
    def far(self) -> Far:
        return far(FakeMarket(FOLDER))

    def ref(self) -> Ref:
        return Ref(
            "alibaba1688", str(payload(FOLDER, "real_query_product_detail_trimmed")["offerId"])
        )

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
        transport = far.transport
        assert isinstance(transport, ContractTransport)
        market: Any = transport._answer
        market.send(int(outcome.value.refs[0].value))
        bought: Purchase = outcome.value
        return bought

    def unsent_refs(self, far: Far) -> tuple[Ref, ...]:
        other = purchase(number="988129883124")
        outcome = self.run(far, SHOP.place(other, ship_to=WAREHOUSE), key="unsent")
        assert isinstance(outcome, Done)
        refs: tuple[Ref, ...] = outcome.value.refs
        return refs


WAREHOUSE = Address(
    "张三", "CN", ("网商路699号",), "杭州市", "浙江省", "310000", "滨江区", phone="13800138000"
)


def test_a_purchase_goes_from_preview_to_the_last_scan() -> None:
    market = FakeMarket(FOLDER)
    end = far(market)
    client = Client(http=end.transport, journal=MemoryJournal(), clock=VirtualClock(end.now))
    preview = client.run(SHOP.preview(purchase(), ship_to=WAREHOUSE))
    assert isinstance(preview, Done)
    assert preview.value.total == Money("206.00", "CNY")
    placed = client.run(SHOP.place(purchase(), ship_to=WAREHOUSE), key="po")
    assert isinstance(placed, Done)
    asked = client.run(SHOP.pay_purchase(placed.value), key="pay")
    assert isinstance(asked, Pending)
    assert isinstance(client.run(asked.ask), Pending)
    (number,) = market.orders
    market.pay(number)
    paid = client.run(asked.ask)
    assert isinstance(paid, Done)
    assert paid.value.status is PurchaseStatus.PAID
    market.send(number)
    seen = client.run(SHOP.purchase(paid.value))
    assert (seen.status, seen.waybills) == (PurchaseStatus.SHIPPED, ("3832890717253",))
    assert seen.total == Money("206.00", "CNY")
    assert client.run(SHOP.trace(seen))[-1].number == "3832890717253"


def test_a_wrong_secret_is_caught_by_the_far_end() -> None:
    wrong = Alibaba1688.connect(APP_KEY, app_secret="other", token=TOKEN, account="main")
    end = far(FakeMarket(FOLDER), wrong)
    client = Client(http=end.transport, clock=VirtualClock(end.now))
    with pytest.raises(ContractViolation, match="signature"):
        client.run(wrong.preview(purchase(), ship_to=WAREHOUSE))
