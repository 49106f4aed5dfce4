"""What 1688 is tested with: a signed account, a warehouse and purchases of one seller."""

from pathlib import Path

from contracts.alibaba1688.fake import APP_KEY, APP_SECRET, OFFER, SPECS, FakeMarket, book
from crossborder.adapters.alibaba1688 import Alibaba1688
from crossborder.conversation import Reply, Token
from crossborder.model.ids import PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase, PurchaseLine
from crossborder.secret import Secret
from crossborder.testing.contract_transport import ContractTransport
from crossborder.testing.contracts import Far
from where import contracts_root

__all__ = ["FOLDER", "SHOP", "TOKEN", "WAREHOUSE", "far", "purchase"]

FOLDER: Path = contracts_root() / "china" / "1688"
TOKEN = Token(Secret("c0ffee00-1111-2222-3333-444455556666"))
SHOP = Alibaba1688.connect(APP_KEY, app_secret=APP_SECRET, token=TOKEN, account="main")


WAREHOUSE = Address(
    "收货人", "CN", ("网商路699号",), "杭州市", "浙江省", "310000", "滨江区", phone="13800138000"
)


def purchase(quantity: int = 5, count: int = 2, number: str = "988129883123") -> Purchase:
    """So many pieces of each of so many SKUs."""
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


def far(market: FakeMarket, shop: Alibaba1688 = SHOP) -> Far:
    """The market as the far end of an account, with its own words for too many calls."""
    limit = (FOLDER / "observed_gateway_error_rate_limit.json").read_bytes()
    heads = {"Content-Type": "application/json"}
    return Far(
        shop,
        ContractTransport(book(FOLDER), market),
        lambda: dict(market.done),
        throttle=Reply(400, heads, limit),
        server=market,
    )
