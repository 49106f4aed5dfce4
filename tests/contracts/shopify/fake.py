"""A pretend shop with state: it runs the documents against Shopify's own schema."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    build_client_schema,
    execute_sync,
    parse,
)

from contracts.shopify.cost import cost_of  # type: ignore[import-not-found,unused-ignore]
from crossborder.conversation import Call, Lost, Reply, Request
from crossborder.testing.contract_transport import ContractTransport, GraphqlContract, Operation
from crossborder.testing.contract_transport.documents import document as read_document
from crossborder.testing.play import LOST, Script, reply

__all__ = ["IDEMPOTENT", "LOCATION", "FakeShop", "contract_of", "schema_at"]

LOCATION = "gid://shopify/Location/1"
IDEMPOTENT = frozenset({"inventorySetQuantities", "refundCreate"})
_NOW = "2026-11-02T12:00:00Z"
_URL = "https://demo.myshopify.com/admin/api/2026-10/graphql.json"


@lru_cache
def schema_at(path: Path) -> Any:
    """The schema in a contract file; the vendor's own is not valid in six deprecations."""
    return build_client_schema(read_document(path)["data"], assume_valid=True)


def contract_of(path: Path) -> GraphqlContract:
    """The contract with the limits that a schema cannot say."""
    return GraphqlContract.load(
        path,
        url=_URL,
        name="shopify",
        auth_headers=("X-Shopify-Access-Token",),
        require_directives={"idempotent": IDEMPOTENT},
        larger_arrays={"variants": 2048},
        type_of=lambda item: str(item["id"]).split("/")[3],
    )


def _connection(items: list[Any], first: int = 50, after: str | None = None) -> dict[str, Any]:
    start = int(after or 0)
    stop = start + first
    page = {"hasNextPage": stop < len(items), "endCursor": str(stop)}
    return {"nodes": items[start:stop], "pageInfo": page}


def _connected(items: list[Any]) -> Callable[..., dict[str, Any]]:
    return lambda info, first=50, after=None, **_: _connection(items, first, after)


def _listed(items: list[Any]) -> Callable[..., list[Any]]:
    return lambda info, first=None, **_: items[:first]


def _bag(amount: str, currency: str = "USD") -> dict[str, Any]:
    money = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def _error(field: list[str], message: str, code: str = "") -> dict[str, Any]:
    return {"field": field, "message": message, **({"code": code} if code else {})}


class FakeShop:
    """What a shop remembers; `transport` judges both sides by the contract.

    Attributes:
        available: points left in the bucket; while the shop is `patient` it is always full.
        lose: operations that are done once, and their answers lost.
        ran: the operations that were carried out, in order.
    """

    def __init__(self, schema: Any, contract: GraphqlContract, *, points: float = 1000) -> None:
        self.transport = ContractTransport(contract, self.answer)
        self.points, self.available, self.rate = points, points, 50.0
        self.products: dict[str, dict[str, Any]] = {}
        self.stock: dict[str, int] = {}
        self.orders: list[dict[str, Any]] = []
        self.published: list[tuple[str, str]] = []
        self.lose: set[str] = set()
        self.ran: list[str] = []
        self.patient = True
        self._schema, self._ids = schema, 100
        self._keys: dict[str, tuple[str, Any]] = {}

    # Exchange

    def script(self, call: Call) -> Script:
        """The answer to one call of a played flow, signed, paced and keyed as by a client."""
        request = call.request
        if call.keyed is not None:
            request = call.keyed(request, f"run/{call.step}")
        assert call.desk.credentials is not None
        signed = call.desk.credentials.sign(request, None, None)  # type: ignore[arg-type]
        try:
            return self.transport.exchange(signed, connect=1, read=1)
        except Lost:
            return LOST

    def answer(self, request: Request, operation: Operation) -> Reply:
        """What the shop says; it may do the thing and lose the answer."""
        if self.patient:
            self.available = self.points
        body = json.loads(request.content)
        requested = cost_of(self._schema, body["query"], body["variables"])
        if requested > 1000:
            return self._said({"errors": [_refusal("MAX_COST_EXCEEDED")]}, requested)
        if requested > self.available:
            return self.throttled(requested)
        result = execute_sync(
            self._schema,
            parse(body["query"]),
            root_value=self._root(),
            variable_values=body["variables"],
            context_value=body["variables"],
            type_resolver=lambda item, info, kind: item["id"].split("/")[3],
        )
        self.available -= min(requested, 20)
        self.ran.append(operation.id)
        if operation.id in self.lose:
            self.lose.discard(operation.id)
            raise Lost("cut off")
        said: dict[str, Any] = {"data": result.data}
        if result.errors:
            said["errors"] = [error.formatted for error in result.errors]
        return self._said(said, requested)

    def throttled(self, requested: int) -> Reply:
        """What a shop says whose bucket holds too little."""
        return self._said({"errors": [_refusal("THROTTLED")]}, requested)

    @property
    def effects(self) -> dict[str, int]:
        """What stands there: products, reported parcels, refunds."""
        return {
            "listing": len(self.products),
            "dispatch": sum(len(order["sent"]) for order in self.orders),
            "refund": sum(len(order["refunded"]) for order in self.orders),
        }

    def _said(self, body: dict[str, Any], requested: int) -> Reply:
        status = {
            "maximumAvailable": int(self.points),
            "currentlyAvailable": int(self.available),
            "restoreRate": int(self.rate),
        }
        cost = {"requestedQueryCost": requested, "throttleStatus": status}
        headers = {"X-Shopify-API-Version": "2026-10"}
        return reply(200, {**body, "extensions": {"cost": cost}}, headers=headers)

    def _gid(self, kind: str) -> str:
        self._ids += 1
        return f"gid://shopify/{kind}/{self._ids}"

    def _root(self) -> dict[str, Any]:
        return {
            "shop": {"currencyCode": "USD"},
            "location": {"id": LOCATION},
            "productByIdentifier": lambda info, identifier: self.products.get(identifier["handle"]),
            "product": lambda info, **by: self._product(by["id"]),
            "nodes": lambda info, ids: [self._item(one) for one in ids],
            "orders": self._orders,
            "order": lambda info, **by: self._order(by["id"]),
            "fulfillment": lambda info, **by: self._in_orders("sent", by["id"]),
            "fulfillmentOrder": lambda info, **by: self._in_orders("places", by["id"]),
            "productSet": self._set,
            "productUpdate": self._update,
            "publishablePublish": self._publish,
            "metafieldsSet": self._mark,
            "inventorySetQuantities": self._set_stock,
            "fulfillmentCreate": self._fulfil,
            "refundCreate": self._refund,
        }

    # Products

    def _product(self, gid: str) -> dict[str, Any] | None:
        return next((one for one in self.products.values() if one["id"] == gid), None)

    def _set(self, info: Any, identifier: Any, synchronous: bool, **by: Any) -> Any:
        asked = by["input"]
        handle = identifier["handle"]
        if asked.get("handle", handle) != handle:
            return _refused("product", _error(["input", "handle"], "differs", "INPUT_MISMATCH"))
        if len(asked["title"]) > 255:
            wrong = _error(["input", "title"], "Title is too long", "INVALID_PRODUCT")
            return _refused("product", wrong)
        named = {(one["name"], v["name"]) for one in asked["productOptions"] for v in one["values"]}
        old = self.products.get(handle)
        standing = {one["chosen"]: one for one in old["kept"]} if old else {}
        variants: list[dict[str, Any]] = []
        for place, given in enumerate(asked["variants"]):
            chosen = tuple((one["optionName"], one["name"]) for one in given["optionValues"])
            field = ["input", "variants", str(place), "optionValues"]
            if not set(chosen) <= named or len(chosen) != len(asked["productOptions"]):
                return _refused("product", _error(field, "missing", "OPTION_VALUES_MISSING"))
            if any(one["chosen"] == chosen for one in variants):
                return _refused("product", _error(field, "twice", "DUPLICATED_VALUE"))
            variant = standing.get(chosen) or {
                "id": self._gid("ProductVariant"),
                "inventoryItem": {"id": self._gid("InventoryItem")},
                "chosen": chosen,
            }
            variants.append({**variant, **{k: given[k] for k in ("sku", "price", "barcode")}})
            for level in given["inventoryQuantities"]:
                assert level["locationId"] == LOCATION
                self.stock[variant["inventoryItem"]["id"]] = level["quantity"]
        marks = old["marks"] if old else {}
        self.products[handle] = {
            "id": old["id"] if old else self._gid("Product"),
            "handle": handle,
            "title": asked["title"],
            "status": asked["status"],
            "onlineStoreUrl": None,
            "updatedAt": _NOW,
            "files": list(asked["files"]),
            "kept": variants,
            "variants": _connected(variants),
            "marks": marks,
            "metafield": lambda info, namespace, key: marks.get((namespace, key)),
        }
        return {"product": self.products[handle], "userErrors": []}

    def _update(self, info: Any, product: Any) -> Any:
        found = self._product(product["id"])
        if found is None:
            return _refused("product", _error(["product", "id"], "Product does not exist"))
        found["status"] = product["status"]
        return {"product": found, "userErrors": []}

    def _publish(self, info: Any, **by: Any) -> Any:
        asked = by["input"]
        self.published += [(by["id"], one["publicationId"]) for one in asked]
        return {"userErrors": []}

    def _mark(self, info: Any, metafields: Any) -> Any:
        for one in metafields:
            product = self._product(one["ownerId"])
            assert product is not None
            product["marks"][one["namespace"], one["key"]] = {"value": one["value"]}
        return {"userErrors": []}

    # Stock

    def _item(self, gid: str) -> dict[str, Any] | None:
        if gid not in self.stock:
            return None
        quantities = [{"quantity": self.stock[gid]}]
        level = {"quantities": lambda info, names: quantities}
        return {"id": gid, "inventoryLevel": lambda info, **_: level}

    def _keyed(self, info: Any, asked: Any, work: Callable[[], Any]) -> Any:
        directives = info.field_nodes[0].directives or ()
        if not any(one.name.value == "idempotent" for one in directives):
            raise GraphQLError("needs @idempotent", extensions={"code": "BAD_REQUEST"})
        key, said = info.context["key"], json.dumps(asked, sort_keys=True)
        if key not in self._keys:
            self._keys[key] = (said, work())
        elif self._keys[key][0] != said:
            code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
            raise GraphQLError("other parameters", extensions={"code": code})
        return self._keys[key][1]

    def _set_stock(self, info: Any, **by: Any) -> Any:
        asked = by["input"]
        return self._keyed(info, asked, lambda: self._write_stock(asked))

    def _write_stock(self, asked: Any) -> Any:
        errors = []
        for place, one in enumerate(asked["quantities"]):
            field = ["input", "quantities", str(place)]
            if "changeFromQuantity" not in one:
                raise GraphQLError("changeFromQuantity is required")
            expected, item = one["changeFromQuantity"], one["inventoryItemId"]
            if item not in self.stock:
                errors.append(_error([*field, "inventoryItemId"], "", "INVALID_INVENTORY_ITEM"))
            elif expected is not None and expected != self.stock[item]:
                code = "CHANGE_FROM_QUANTITY_STALE"
                errors.append(_error([*field, "changeFromQuantity"], "is stale", code))
        if errors:
            return {"inventoryAdjustmentGroup": None, "userErrors": errors}
        for one in asked["quantities"]:
            self.stock[one["inventoryItemId"]] = one["quantity"]
        group = {"id": self._gid("InventoryAdjustmentGroup")}
        return {"inventoryAdjustmentGroup": group, "userErrors": []}

    # Orders

    def add_order(
        self, *lines: tuple[str, int, str], updated: str = _NOW, **fields: Any
    ) -> dict[str, Any]:
        """An order of (sku, pieces, price), paid by one sale, to be sent from one place."""
        items: list[dict[str, Any]] = [
            {
                "id": self._gid("LineItem"),
                "sku": sku,
                "title": sku,
                "variantTitle": None,
                "quantity": pieces,
                "currentQuantity": pieces,
                "variant": {"id": self._gid("ProductVariant")},
                "originalUnitPriceSet": _bag(price),
                "discountAllocations": [],
                "taxLines": lambda info, **_: [],
            }
            for sku, pieces, price in lines
        ]
        due = f"{sum(int(pieces) * float(price) for _, pieces, price in lines):.2f}"
        sent: list[Any] = []
        paid = [
            {
                "id": self._gid("OrderTransaction"),
                "kind": "SALE",
                "status": "SUCCESS",
                "gateway": "shopify_payments",
                "processedAt": _NOW,
                "createdAt": _NOW,
                "parentTransaction": None,
                "amountSet": _bag(due),
            }
        ]
        places = [self._place(items)]
        refunds: list[Any] = []
        order: dict[str, Any] = {
            "id": self._gid("Order"),
            "name": f"#{1001 + len(self.orders)}",
            "processedAt": _NOW,
            "updatedAt": updated,
            "currencyCode": "USD",
            "presentmentCurrencyCode": "USD",
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "UNFULFILLED",
            "taxesIncluded": False,
            "tags": [],
            "test": False,
            "totalPriceSet": _bag(due),
            "shippingLines": _connected([]),
            "transactions": _listed(paid),
            "fulfillments": _listed(sent),
            "lineItems": _connected(items),
            "fulfillmentOrders": _connected(places),
            "refunds": _listed(refunds),
            "transactionsCount": lambda info: {"count": len(paid)},
            "fulfillmentsCount": lambda info: {"count": len(sent)},
            "sent": sent,
            "paid": paid,
            "places": places,
            "refunded": refunds,
            **fields,
        }
        self.orders.append(order)
        return order

    def _place(self, items: list[Any], location: str = LOCATION) -> dict[str, Any]:
        lines = [
            {
                "id": self._gid("FulfillmentOrderLineItem"),
                "remainingQuantity": item["quantity"],
                "lineItem": {"id": item["id"]},
            }
            for item in items
        ]
        return {
            "id": self._gid("FulfillmentOrder"),
            "status": "OPEN",
            "supportedActions": [{"action": "CREATE_FULFILLMENT"}],
            "assignedLocation": {"location": {"id": location}},
            "lineItems": _connected(lines),
            "lines": lines,
        }

    def _orders(
        self, info: Any, first: int, query: str, after: str | None = None, **sorting: str
    ) -> Any:
        assert sorting["sortKey"] == "UPDATED_AT"
        asked = re.fullmatch(r"updated_at:>='(.+)'", query)
        assert asked is not None
        found = sorted(
            (one for one in self.orders if one["updatedAt"] >= asked[1]),
            key=lambda one: str(one["updatedAt"]),
        )
        return _connection(found, first, after)

    def _order(self, gid: str) -> dict[str, Any] | None:
        return next((one for one in self.orders if one["id"] == gid), None)

    def _in_orders(self, name: str, gid: str) -> dict[str, Any] | None:
        parts = (part for order in self.orders for part in order[name])
        return next((part for part in parts if part["id"] == gid), None)

    def _fulfil(self, info: Any, fulfillment: Any) -> Any:
        left: list[Any] = []
        for part in fulfillment["lineItemsByFulfillmentOrder"]:
            place = self._in_orders("places", part["fulfillmentOrderId"])
            assert place is not None
            lines = {line["id"]: line for line in place["lines"]}
            for one in part["fulfillmentOrderLineItems"]:
                line = lines[one["id"]]
                if one["quantity"] > line["remainingQuantity"]:
                    return _refused("fulfillment", _error(["fulfillment"], "Invalid quantity"))
                line["remainingQuantity"] -= one["quantity"]
                left.append({"quantity": one["quantity"], "lineItem": line["lineItem"]})
        order = next(one for one in self.orders if place in one["places"])
        tracking = fulfillment.get("trackingInfo") or {}
        made = {
            "id": self._gid("Fulfillment"),
            "status": "SUCCESS",
            "createdAt": _NOW,
            "deliveredAt": None,
            "trackingInfo": _listed(
                [
                    {"company": tracking.get("company"), "number": number, "url": None}
                    for number in tracking.get("numbers") or ()
                ]
            ),
            "fulfillmentLineItems": _connected(left),
        }
        order["sent"].append(made)
        return {"fulfillment": made, "userErrors": []}

    def _refund(self, info: Any, **by: Any) -> Any:
        asked = by["input"]
        return self._keyed(info, asked, lambda: self._give_back(asked))

    def _give_back(self, asked: Any) -> Any:
        order = self._order(asked["orderId"])
        assert order is not None
        made = []
        for one in asked["transactions"]:
            parent = next(paid for paid in order["paid"] if paid["id"] == one["parentId"])
            back = sum(
                float(paid["amountSet"]["shopMoney"]["amount"])
                for paid in order["paid"]
                if paid["parentTransaction"] == {"id": parent["id"]}
            )
            whole = float(parent["amountSet"]["shopMoney"]["amount"])
            if float(one["amount"]) + back > whole:
                return _refused("refund", _error(["input"], "Refund is more than was paid"))
            made.append(
                {
                    **parent,
                    "id": self._gid("OrderTransaction"),
                    "kind": "REFUND",
                    "parentTransaction": {"id": parent["id"]},
                    "amountSet": _bag(one["amount"]),
                }
            )
        order["paid"] += made
        refund = {
            "id": self._gid("Refund"),
            "createdAt": _NOW,
            "note": asked["note"],
            "totalRefundedSet": _bag(
                f"{sum(float(one['amount']) for one in asked['transactions'])}"
            ),
            "transactions": _connected(made),
        }
        order["refunded"].append(refund)
        return {"refund": refund, "userErrors": []}


def _refused(name: str, error: Any) -> dict[str, Any]:
    return {name: None, "userErrors": [error]}


def _refusal(code: str) -> dict[str, Any]:
    return {"message": code.capitalize(), "extensions": {"code": code}}
