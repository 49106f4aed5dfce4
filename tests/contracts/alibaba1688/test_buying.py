"""The adapter against a stateful 1688 that judges each request by the vendor's samples."""

import pytest

from contracts.alibaba1688.fake import APP_KEY, FakeMarket
from contracts.alibaba1688.samples import FOLDER, SHOP, TOKEN, WAREHOUSE, far, purchase
from crossborder.adapters.alibaba1688 import Alibaba1688
from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.model.money import Money
from crossborder.model.outcome import Done, Pending
from crossborder.model.purchase import PurchaseStatus
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contract_transport import ContractViolation

pytestmark = pytest.mark.contracts


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
