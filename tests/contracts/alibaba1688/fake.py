"""A 1688 with state: offers with stock, orders under outside numbers, a cashier and couriers.

It answers in the shapes of the vendor's samples. What no sample shows (an order list, a missing
offer) follows the tables of fields.
"""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from attrs import define, field

from crossborder.adapters.alibaba1688.calls import APIS, path
from crossborder.adapters.alibaba1688.rules import GATEWAY
from crossborder.adapters.alibaba1688.sign import signature
from crossborder.conversation import Reply, Request
from crossborder.secret import Secret
from crossborder.testing.contract_transport import (
    ContractViolation,
    Operation,
    Sample,
    SampleBook,
)
from crossborder.wire.sign import same
from crossborder.wire.text import read_json, write_json

__all__ = ["APP_KEY", "APP_SECRET", "OFFER", "SPECS", "FakeMarket", "book", "payload"]

APP_KEY = "1000000"
APP_SECRET = Secret("test-app-secret-1688")
OFFER = 554456348334
SPECS = ("b266e0726506185beaf205cbae88530d", "2ba3d63866a71fbae83909d9b4814f01")
_AUTH = ("access_token", "_aop_timestamp", "_aop_signature")


def payload(folder: Path, name: str) -> Any:
    """One of the vendor's payloads, numbers exact."""
    return read_json((folder / f"{name}.json").read_bytes(), source=name)


def verify(request: Request) -> None:
    """Refuse a request whose `_aop_signature` is not the one of the vendor's SDKs."""
    form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
    given = form.pop("_aop_signature", "")
    signed = "param2/" + request.url.partition("/param2/")[2]
    if not same(given, signature(signed, form.items(), APP_SECRET)):
        raise ContractViolation(
            "the signature is wrong", operation=request.url, where="auth", contract="1688"
        )


def book(folder: Path) -> SampleBook:
    """The vendor's printed requests and answers.

    Where the sample of a text field is a number (`outOrderId`), the table of fields counts: it is
    a String there, so it is marked as taking any.
    """
    cart = dict(payload(folder, "doc_create_cross_order_request"), outOrderId="xxx")
    cart = {name: _text(value) for name, value in cart.items()}
    asked: dict[str, tuple[dict[str, str], Any]] = {
        "offers.get": (
            _texts(payload(folder, "doc_query_product_detail_request")),
            payload(folder, "doc_query_product_detail"),
        ),
        "offers.search": (
            _texts(payload(folder, "doc_keyword_query_request")),
            payload(folder, "doc_keyword_query"),
        ),
        "orders.create": (cart, payload(folder, "doc_create_cross_order_alipay")),
        "orders.preview": (cart, payload(folder, "doc_create_order_preview")),
        "orders.list": ({"outOrderId": "xxx", "page": "1", "pageSize": "20"}, {"result": []}),
        "orders.get": (
            {"orderId": "13342343", "webSite": "1688"},
            payload(folder, "doc_get_buyer_view"),
        ),
        "orders.trace": (
            {"orderId": "13342343", "webSite": "1688"},
            payload(folder, "doc_get_logistics_trace_info"),
        ),
        "payments.agreements": ({}, {"result": {"result": {}, "success": True}}),
        "payments.debit": ({"tradeWithholdPreparePayParam": '{"orderId":1938489823}'}, {}),
        "payments.url": (
            {"orderIdList": "[74321349391498520]"},
            payload(folder, "doc_alipay_url_get_single"),
        ),
    }
    may_lack = {"message", "tradeType", "useRedEnvelope", "cargoParamList.specId"}
    may_lack |= {"addressParam.phone", "addressParam.mobile", "offerDetailParam.outMemberId"}
    may_lack |= {f"offerQueryParam.{name}" for name in _SEARCH}
    samples = {
        name: Sample(
            "POST",
            path(name, "{appKey}").replace("%7BappKey%7D", "{appKey}"),
            answer,
            form=form,
            optional=may_lack,
            auth=_AUTH,
        )
        for name, (form, answer) in asked.items()
    }
    assert set(samples) == set(APIS)
    return SampleBook(samples, base_url=GATEWAY, name="1688", verify=verify)


# Of product.search.keywordQuery only the first four are required (table of fields).
_SEARCH = tuple(
    "filter sort outMemberId priceStart priceEnd categoryId categoryIdList regionOpp".split()
    + "productCollectionId snId keywordTranslate saleFilterList".split()
)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else write_json(value)


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _order(number: int, cargo: list[dict[str, Any]]) -> dict[str, Any]:
    goods = sum((Decimal(20) * item["quantity"] for item in cargo), Decimal(0))
    base = {
        # As in the vendor's samples the number loses its last digits and the text does not.
        "id": number // 100 * 100,
        "idOfStr": str(number),
        "status": "waitbuyerpay",
        "createTime": "20261102170000000+0800",
        "totalAmount": goods + 6,
        "shippingFee": 6,
        "sumProductPayment": goods,
        "discount": 0,
    }
    lines = [
        {
            "productID": item["offerId"],
            "specId": item.get("specId"),
            "quantity": item["quantity"],
            "price": 20,
            "logisticsStatus": 8,
        }
        for item in cargo
    ]
    return {"baseInfo": base, "productItems": lines, "nativeLogistics": {"logisticsItems": []}}


@define
class FakeMarket:
    """Answers the calls of one buyer.

    Attributes:
        folder: of the vendor's payloads.
        flat: whether creation answers as the flat sample, which calls itself a failure.
        debits: whether automatic debit is agreed.
        stock: pieces of each spec.
        orders: by id, in order of creation.
        numbers: the outside number of each order.
        done: what happened, counted.
    """

    folder: Path
    flat: bool = False
    debits: bool = False
    stock: int = 100
    orders: dict[int, dict[str, Any]] = field(factory=dict)
    numbers: dict[int, str] = field(factory=dict)
    done: Counter[str] = field(factory=Counter)

    def __call__(self, request: Request, operation: Operation) -> Reply | dict[str, Any]:
        name = "_" + operation.id.replace(".", "_")
        answer: Reply | dict[str, Any] = getattr(self, name)(operation.body)
        if isinstance(answer, Reply):
            return answer
        heads = {"Content-Type": "application/json;charset=UTF-8"}
        return Reply(200, heads, write_json(answer).encode())

    def _offers_get(self, form: dict[str, str]) -> dict[str, Any]:
        real = payload(self.folder, "real_query_product_detail_trimmed")
        wanted = json.loads(form["offerDetailParam"])["offerId"]
        inner = real if wanted == real["offerId"] else None
        return {"result": {"success": True, "code": "200", "message": "ok", "result": inner}}

    def _offers_search(self, form: dict[str, str]) -> dict[str, Any]:
        page = json.loads(form["offerQueryParam"])["beginPage"]
        answer = payload(self.folder, "doc_keyword_query")
        hits = [{**answer["result"]["result"]["data"][0], "offerId": page}]
        counts = {"totalRecords": 2, "totalPage": 2, "pageSize": 1, "currentPage": page}
        answer["result"]["result"] = {**counts, "data": hits}
        return dict(answer)

    def _short(self, cargo: list[dict[str, Any]]) -> dict[str, Any] | None:
        if all(item["quantity"] <= self.stock for item in cargo):
            return None
        return {"success": False, "errorCode": "500_004", "errorMessage": "商品库存不足"}

    def _orders_preview(self, form: dict[str, str]) -> dict[str, Any]:
        cargo = json.loads(form["cargoParamList"])
        goods = sum(2000 * item["quantity"] for item in cargo)
        answer = payload(self.folder, "doc_create_order_preview")
        sums = {"sumPayment": goods + 600, "sumCarriage": 600, "sumPaymentNoCarriage": goods}
        answer["orderPreviewResuslt"][0] |= sums
        return self._short(cargo) or dict(answer)

    def _orders_create(self, form: dict[str, str]) -> dict[str, Any]:
        cargo = json.loads(form["cargoParamList"])
        short = self._short(cargo)
        if short is not None:
            return short
        number = self.order(cargo, form["outOrderId"])
        order = self.orders[number]
        amount = int(order["baseInfo"]["totalAmount"] * 100)
        said = {"totalSuccessAmount": amount, "orderId": str(number), "postFee": 600}
        if self.flat:
            return {**said, "success": False}
        return {"result": {**said, "success": True}, "success": True}

    def _orders_list(self, form: dict[str, str]) -> dict[str, Any]:
        found = [
            order
            for number, order in self.orders.items()
            if self.numbers[number] == form["outOrderId"]
        ]
        return {"result": found, "errorCode": "", "totalRecord": len(found)}

    def _orders_get(self, form: dict[str, str]) -> dict[str, Any]:
        order = self.orders.get(int(form["orderId"]))
        if order is None:
            return {"success": False, "errorCode": "404", "errorMessage": "no such order"}
        return {"result": order, "success": True}

    def _orders_trace(self, form: dict[str, str]) -> dict[str, Any]:
        order = self.orders[int(form["orderId"])]
        if not order["nativeLogistics"]["logisticsItems"]:
            return {"success": False, "errorCode": "404", "errorMessage": "no trace"}
        return dict(payload(self.folder, "doc_get_logistics_trace_info"))

    def _payments_agreements(self, form: dict[str, str]) -> dict[str, Any]:
        said = str(self.debits).lower()
        item = {"payChannel": "ALIPAY", "bindingStatus": said, "signedStatus": said}
        return {"result": {"result": {"paymentAgreements": [item]}, "success": True}}

    def _payments_debit(self, form: dict[str, str]) -> dict[str, Any]:
        number = json.loads(form["tradeWithholdPreparePayParam"])["orderId"]
        base = self.orders[number]["baseInfo"]
        paid = base["status"] == "waitbuyerpay"
        if paid:
            self.pay(number)
            self.done["debit"] += 1
        inner = {"payChannel": "Alipay", "paySuccess": paid}
        return {"result": {"success": True, "result": inner}}

    def _payments_url(self, form: dict[str, str]) -> dict[str, Any]:
        assert set(json.loads(form["orderIdList"])) <= set(self.orders)
        return dict(payload(self.folder, "doc_alipay_url_get_single"))

    def order(self, cargo: list[dict[str, Any]], outside: str) -> int:
        """An order was made; its number."""
        number = 87407346014789305 + len(self.orders) * 1000
        self.orders[number], self.numbers[number] = _order(number, cargo), outside
        self.done["purchase"] += 1
        return number

    def pay(self, number: int) -> None:
        """The order was paid."""
        self.orders[number]["baseInfo"]["status"] = "waitsellersend"

    def send(self, number: int) -> None:
        """The supplier sent the parcel."""
        order = self.orders[number]
        order["baseInfo"]["status"] = "waitbuyerreceive"
        order["nativeLogistics"]["logisticsItems"] = [{"logisticsBillNo": "3832890717253"}]
