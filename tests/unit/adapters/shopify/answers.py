"""Answers in the vendor's shape, made up for the tests."""

from datetime import UTC, datetime
from typing import Any

__all__ = ["NOW", "gid", "line", "listed", "moment", "money", "order", "paid", "parcel"]

NOW = "2026-11-02T12:00:00Z"


def moment() -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC)


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def money(amount: str, currency: str = "USD", paid: str = "", paid_in: str = "") -> Any:
    presentment = {"amount": paid or amount, "currencyCode": paid_in or currency}
    return {
        "shopMoney": {"amount": amount, "currencyCode": currency},
        "presentmentMoney": presentment,
    }


def listed(*items: Any, after: str = "") -> Any:
    return {"nodes": list(items), "pageInfo": {"hasNextPage": bool(after), "endCursor": after}}


def line(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": gid("LineItem", number),
        "sku": f"SKU-{number}",
        "title": "Tea cup",
        "variantTitle": "Red",
        "quantity": 2,
        "currentQuantity": 2,
        "variant": {"id": gid("ProductVariant", number)},
        "originalUnitPriceSet": money("10.00"),
        "discountAllocations": [
            {"allocatedAmountSet": money("1.50")},
            {"allocatedAmountSet": money("0.50")},
        ],
        "taxLines": [{"title": "VAT", "priceSet": money("3.60")}],
        **fields,
    }


def paid(number: int, kind: str, amount: str, status: str = "SUCCESS", **fields: Any) -> Any:
    return {
        "id": gid("OrderTransaction", number),
        "kind": kind,
        "status": status,
        "gateway": "shopify_payments",
        "processedAt": f"2026-11-02T12:00:{number:02}Z",
        "createdAt": NOW,
        "parentTransaction": None,
        "amountSet": money(amount),
        **fields,
    }


def parcel(number: int = 1, pieces: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": gid("Fulfillment", number),
        "status": "SUCCESS",
        "createdAt": NOW,
        "deliveredAt": None,
        "trackingInfo": [{"company": "China Post", "number": "RR1CN", "url": "https://t.test/1"}],
        "fulfillmentLineItems": listed(
            {"quantity": pieces, "lineItem": {"id": gid("LineItem", 1)}}
        ),
        **fields,
    }


def order(*lines: Any, parcels: tuple[Any, ...] = (), **fields: Any) -> dict[str, Any]:
    visit = {
        "id": gid("CustomerVisit", 1),
        "occurredAt": "2026-11-01T09:00:00Z",
        "utmParameters": {"campaign": "autumn", "medium": "CPC", "source": "g"},
    }
    transactions = fields.pop("transactions", [paid(1, "SALE", "26.60")])
    return {
        "id": gid("Order", 1),
        "name": "#1001",
        "processedAt": NOW,
        "updatedAt": "2026-11-02T12:30:00Z",
        "cancelledAt": None,
        "closedAt": None,
        "cancelReason": None,
        "currencyCode": "USD",
        "presentmentCurrencyCode": "USD",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "taxesIncluded": False,
        "customerLocale": "de-AT",
        "email": "order@example.com",
        "phone": "+43 1",
        "note": "ring twice",
        "tags": ["gift"],
        "test": False,
        "sourceName": "web",
        "totalPriceSet": money("26.60"),
        "shippingLines": listed(
            {
                "title": "Air",
                "discountedPriceSet": money("4.00"),
                "taxLines": [{"title": "VAT", "priceSet": money("1.00")}],
            }
        ),
        "customer": {
            "id": gid("Customer", 1),
            "displayName": "Ada",
            "locale": "de",
            "defaultEmailAddress": {
                "emailAddress": "ada@example.com",
                "marketingState": "SUBSCRIBED",
            },
        },
        "shippingAddress": {
            "name": "Ada Lovelace",
            "firstName": "Ada",
            "lastName": "Lovelace",
            "company": None,
            "address1": "Ring 1",
            "address2": "",
            "city": "Wien",
            "province": "Wien",
            "provinceCode": "9",
            "zip": "1010",
            "countryCodeV2": "AT",
            "phone": None,
        },
        "customerJourneySummary": {"firstVisit": visit, "lastVisit": visit},
        "transactionsCount": {"count": len(transactions)},
        "transactions": transactions,
        "fulfillmentsCount": {"count": len(parcels)},
        "fulfillments": list(parcels),
        "lineItems": listed(*(lines or (line(),))),
        **fields,
    }
