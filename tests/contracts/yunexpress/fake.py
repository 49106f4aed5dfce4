"""A stand-in for YunExpress: judged by its printed samples, with a memory of what was booked."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from crossborder.adapters.yunexpress.sign import signature
from crossborder.conversation import Lost, Reply, Request
from crossborder.secret import Secret
from crossborder.testing.contract_transport import (
    ContractTransport,
    Operation,
    Sample,
    SampleBook,
)
from crossborder.testing.play import reply
from crossborder.wire.text import read_json

__all__ = ["APP", "SECRET", "FakeYunExpress", "sample"]

APP, SECRET = "app-1", Secret("app-secret")
URL = "https://openapi.yunexpress.cn"
_AUTH = frozenset({"token", "date", "sign"})


def sample(contracts: Path, name: str) -> Any:
    """A printed request and answer, numbers exact."""
    path = contracts / "china" / "logistics" / f"yunexpress_{name}.json"
    return read_json(path.read_bytes(), source=path.name)


def _book(contracts: Path) -> dict[str, Sample]:
    def read(name: str, optional: frozenset[str] = frozenset()) -> Sample:
        held = sample(contracts, name)
        query = {key: str(value) for key, value in held["query"].items()}
        path, answer = held["path"], held["response"]
        return Sample("GET", path, answer, query=query, optional=optional, auth=_AUTH)

    # The order that the vendor prints in its look-up, as it is asked for in a booking.
    printed = sample(contracts, "get_waybill_detail")["response"]["result"]
    asked = {
        name: printed[name]
        for name in (
            "product_code",
            "customer_order_number",
            "weight_unit",
            "size_unit",
            "packages",
            "receiver",
            "declaration_info",
        )
    }
    # Numbers by the vendor's OpenAPI document, though these were printed without places.
    sides = dict.fromkeys(("length", "width", "height"), Decimal("1.5"))
    asked["packages"] = [{**box, **sides} for box in asked["packages"]]
    asked["declaration_info"] = [
        {**line, "unit_weight": Decimal("2.5")} for line in asked["declaration_info"]
    ]
    create = sample(contracts, "create_package")
    # Optional by the vendor's OpenAPI document, `CreatePackageRequest` and `Package`.
    may = {"sender", "customs_number"}
    may |= {f"packages.{side}" for side in ("length", "width", "height")}
    may |= {f"receiver.{name}" for name in printed["receiver"]}
    may |= {f"declaration_info.{name}" for name in printed["declaration_info"][0]}
    return {
        "create": Sample(
            "POST", create["path"], create["response"], json=asked, optional=may, auth=_AUTH
        ),
        "info": read("get_waybill_detail"),
        "label": read("get_label"),
        "track": read("get_tracking_info"),
        "price": read(
            "get_price_trial",
            frozenset(
                {"package_type", "postal_code", "product_group_code", "pieces", "origin"}
                | {"length", "width", "height", "size_unit", "weight_unit"}
            ),
        ),
        "token": Sample(
            "POST",
            "/openapi/oauth2/token",
            {"accessToken": "xxx", "expiresIn": 7200},
            json={"grantType": "client_credentials", "appId": "a", "appSecret": "s"},
            optional={"sourceKey"},
        ),
    }


class FakeYunExpress(ContractTransport):
    """Checks token and signature, and refuses a second order of one number.

    Attributes:
        orders: what was booked, by our number.
        tokens: every token given out; only the last one is good.
        closed: product codes that are not offered.
        lose: how many answers to bookings get lost, after the order was taken.
    """

    def __init__(self, contracts: Path) -> None:
        book = SampleBook(_book(contracts), base_url=URL, name="yunexpress", verify=self._proven)
        super().__init__(book, self._answer_it)
        self.orders: dict[str, dict[str, Any]] = {}
        self.tokens: list[str] = []
        self.closed: set[str] = set()
        self.lose = 0

    def _proven(self, request: Request) -> None:
        if request.url.endswith("/token"):
            assert request.header("sign") is None
            return
        date = request.header("date") or ""
        assert date.isdigit()
        assert len(date) == 13
        expected = signature(
            SECRET,
            method=request.method,
            path=request.url.removeprefix(URL),
            date=date,
            body=request.content.decode(),
        )
        assert request.header("sign") == expected

    def _answer_it(
        self, request: Request, operation: Operation
    ) -> Reply | Mapping[str, Any] | None:
        if operation.id == "token":
            self.tokens.append(f"token-{len(self.tokens)}")
            return {"accessToken": self.tokens[-1], "expiresIn": "7200"}
        if request.header("token") != self.tokens[-1]:
            return reply(401, {"success": False, "code": "401", "msg": "token expired"})
        if operation.id == "create":
            return self._create(json.loads(request.content))
        if operation.id == "price":
            return None
        asked = operation.query["order_number"]
        order = next((one for one in self.orders.values() if asked in one.values()), None)
        if order is None:
            return {"t": "1", "success": False, "code": "1", "msg": "订单不存在"}
        if operation.id == "info":
            return {"t": 1, "success": True, "result": order}
        own = {"label": "order_number", "track": "waybill_number"}[operation.id]
        result = operation.source.answer["result"]
        return {"t": 1, "success": True, "result": {**result, own: order["waybill_number"]}}

    def _create(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        number = asked["customer_order_number"]
        if number in self.orders:
            return {"t": 1, "success": False, "code": "2", "msg": "客户订单号重复"}
        if asked["product_code"] in self.closed:
            return {"t": 1, "success": False, "code": "3", "msg": "产品不可用"}
        self.orders[number] = {
            "customer_order_number": number,
            "waybill_number": f"YT{len(self.orders)}",
            "tracking_number": "",
            "product_code": asked["product_code"],
            "status": "A",
        }
        if self.lose:
            self.lose -= 1
            raise Lost("the answer got lost")
        order = self.orders[number]
        return {"t": 1, "success": True, "result": {**order, "bar_codes": [], "remote_area": False}}
