"""Nouns → the parameters of a call: what 1688 is asked, as texts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from crossborder.adapters.alibaba1688.rules import LINES_AN_ORDER, PAGE_SIZE, SPEC, VENDOR
from crossborder.conversation import segment
from crossborder.errors import InvalidValue
from crossborder.model.ids import Ref
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase
from crossborder.wire.text import write_json

__all__ = [
    "APIS",
    "Batch",
    "Cargo",
    "address",
    "agreements",
    "batches",
    "cart",
    "debit",
    "detail",
    "order",
    "orders",
    "page_of",
    "path",
    "pay_url",
    "search",
]

Parameters = dict[str, str]

_GOODS = "com.alibaba.fenxiao.crossborder"
_TRADE = "com.alibaba.trade"
APIS: Mapping[str, str] = {
    "offers.get": f"{_GOODS}/product.search.queryProductDetail",
    "offers.search": f"{_GOODS}/product.search.keywordQuery",
    "orders.create": f"{_TRADE}/alibaba.trade.createCrossOrder",
    "orders.get": f"{_TRADE}/alibaba.trade.get.buyerView",
    "orders.list": f"{_TRADE}/alibaba.trade.getBuyerOrderList",
    "orders.preview": f"{_TRADE}/alibaba.createOrder.preview",
    "orders.trace": "com.alibaba.logistics/alibaba.trade.getLogisticsTraceInfo.buyerView",
    "payments.agreements": f"{_TRADE}/alibaba.trade.pay.protocolPay.isopen",
    "payments.debit": f"{_TRADE}/alibaba.trade.pay.protocolPay.preparePay",
    "payments.url": f"{_TRADE}/alibaba.alipay.url.get",
}
"""Operation → namespace and name of the API; all are of version 1."""

# createCrossOrder and preview: "Address ≤ 200 characters".
_ADDRESS = 200
# Goods go to a consolidation warehouse of ours, not to the buyer.
_CHINA = frozenset({"CN", "HK", "MO", "TW"})
_MOBILE = re.compile(r"(?:0086|86)?(1[0-9]{10})")
_PHONE = re.compile(r"[0-9]{5,20}")


def path(operation: str, app_key: str) -> str:
    """The path of an operation.

    >>> path("orders.get", "1000000")
    '/openapi/param2/1/com.alibaba.trade/alibaba.trade.get.buyerView/1000000'
    """
    return f"/openapi/param2/1/{APIS[operation]}/{segment(app_key)}"


def detail(ref: Ref, language: str) -> Parameters:
    """Of product.search.queryProductDetail; `country` is the language of the translation."""
    asked = {"offerId": _number(ref), "country": _language(language)}
    return {"offerDetailParam": write_json(asked)}


def search(keyword: str, language: str, page: int) -> Parameters:
    """Of product.search.keywordQuery."""
    asked = {
        "keyword": keyword,
        "beginPage": page,
        "pageSize": PAGE_SIZE,
        "country": _language(language),
    }
    return {"offerQueryParam": write_json(asked)}


def page_of(cursor: str | None) -> int:
    """The page a cursor names; pages count from one."""
    if cursor is None:
        return 1
    if not (cursor.isascii() and cursor.isdigit() and int(cursor[:9]) > 0):
        raise InvalidValue("is not a page", field="cursor", value=cursor, source=VENDOR)
    return int(cursor)


def _language(tag: str) -> str:
    """1688 knows languages without regions: `pt`, not `pt-BR`."""
    return tag.partition("-")[0].casefold()


def _number(ref: Ref) -> int:
    """The number in a ref of 1688: ids are texts with us and whole numbers in its parameters."""
    digits = ref.value
    if ref.vendor != VENDOR or not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise InvalidValue("is not an id of 1688", field="ref", value=str(ref), source=VENDOR)
    return int(digits)


@frozen
class Cargo:
    """What is bought of one SKU; lines for several sales orders are one cargo.

    Attributes:
        offer: the offer's id, in digits.
        spec: the `specId`, or empty for an offer without SKUs.
        quantity: pieces.
    """

    offer: str
    spec: str
    quantity: int

    @property
    def parameter(self) -> dict[str, Any]:
        """As createCrossOrder and the preview want it."""
        spec = {"specId": self.spec} if self.spec else {}
        return {**spec, "quantity": self.quantity, "offerId": int(self.offer)}


@frozen
class Batch:
    """What goes into one order.

    Attributes:
        number: its outside order id: the purchase's id, with a suffix where there are several.
        cargo: at most `LINES_AN_ORDER`.
    """

    number: str
    cargo: tuple[Cargo, ...]


def batches(purchase: Purchase) -> tuple[Batch, ...]:
    """The purchase in orders of at most 50 SKUs, in the order of its lines."""
    wanted: dict[tuple[str, str], int] = {}
    for place, line in enumerate(purchase.lines):
        if line.offer_ref is None:
            raise _line(place, "offer_ref", None, "must be given")
        if line.line_ref is not None and line.line_ref.vendor != SPEC:
            raise _line(place, "line_ref", line.line_ref, "must be a specId, not a skuId")
        offer = str(_number(line.offer_ref))
        key = (offer, line.line_ref.value if line.line_ref is not None else "")
        wanted[key] = wanted.get(key, 0) + line.quantity
    cargo = [Cargo(offer, spec, quantity) for (offer, spec), quantity in wanted.items()]
    cut = [cargo[at : at + LINES_AN_ORDER] for at in range(0, len(cargo), LINES_AN_ORDER)]
    if len(cut) == 1:
        return (Batch(str(purchase.id), tuple(cargo)),)
    return tuple(Batch(f"{purchase.id}-{n}", tuple(part)) for n, part in enumerate(cut, 1))


def _line(place: int, name: str, value: object, text: str) -> InvalidValue:
    return InvalidValue(text, field=f"lines.{place}.{name}", value=value, source="Purchase")


def cart(batch: Batch, ship_to: Address, flow: str) -> Parameters:
    """What preview and creation have in common."""
    return {
        "flow": flow,
        "addressParam": write_json(address(ship_to)),
        "cargoParamList": write_json([cargo.parameter for cargo in batch.cargo]),
        "outOrderId": batch.number,
        "isvBizType": "cross",
    }


def address(ship_to: Address) -> dict[str, Any]:
    """The consolidation warehouse: by `addressId` (in `extra`) where we have one, else as text.

    Raises:
        InvalidValue: outside China, longer than 200 characters, or without a phone number.

    >>> warehouse = Address("收货人", "CN", ("网商路699号",), "杭州市", "浙江省", phone="138 0013 8000")
    >>> address(warehouse)["mobile"]
    '13800138000'
    """
    if ship_to.extra.get("addressId") is not None:
        return {"addressId": _number(Ref(VENDOR, str(ship_to.extra["addressId"])))}
    if ship_to.country not in _CHINA:
        raise _refused("country", ship_to.country, "must be in China: 1688 ships to a warehouse")
    street = " ".join(filter(None, (*ship_to.lines, ship_to.company)))
    if not street:
        raise _refused("lines", ship_to.lines, "must hold a street")
    if len(street) > _ADDRESS:
        raise _refused("lines", street, f"is longer than {_ADDRESS} characters")
    return {
        "address": street,
        **_phone(ship_to.phone),
        "fullName": ship_to.name,
        "postCode": ship_to.postal_code or "000000",
        "areaText": ship_to.district,
        "townText": str(ship_to.extra.get("town") or ""),
        "cityText": ship_to.city,
        "provinceText": ship_to.region,
    }


def _phone(stated: str) -> Parameters:
    """Digits only: "phone: numbers only, no other words"."""
    digits = re.sub(r"[^0-9]", "", stated) if stated.isascii() else ""
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return {"mobile": mobile[1]}
    if not _PHONE.fullmatch(digits):
        raise _refused("phone", stated, "must be a phone number without words")
    return {"phone": digits}


def _refused(field: str, value: object, text: str) -> InvalidValue:
    return InvalidValue(text, field=field, value=value, source="Address")


def order(ref: Ref) -> Parameters:
    """Of alibaba.trade.get.buyerView and getLogisticsTraceInfo.buyerView."""
    return {"orderId": str(_number(ref)), "webSite": "1688"}


def orders(out_order_id: str) -> Parameters:
    """Of getBuyerOrderList: `outOrderId` is there "to control idempotence"."""
    return {"outOrderId": out_order_id, "page": "1", "pageSize": str(PAGE_SIZE)}


def agreements() -> Parameters:
    """Of protocolPay.isopen, which asks for nothing."""
    return {}


def debit(ref: Ref) -> Parameters:
    """Of protocolPay.preparePay."""
    return {"tradeWithholdPreparePayParam": write_json({"orderId": _number(ref)})}


def pay_url(refs: Sequence[Ref]) -> Parameters:
    """Of alipay.url.get."""
    return {"orderIdList": write_json([_number(ref) for ref in refs])}
