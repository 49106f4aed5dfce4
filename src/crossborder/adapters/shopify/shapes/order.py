"""An order of the shop as an `Order`.

All amounts are in the shop's currency (`shopMoney`), which is also the currency of the order;
what the buyer paid in another one stands in the order's extra, under `transactions`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.adapters.shopify.shapes.base import (
    cursor_after,
    maybe_moment,
    moment,
    money,
    readable,
)
from crossborder.model.customer import Customer
from crossborder.model.extra import Extra
from crossborder.model.ids import CustomerId, OrderId, Ref, SkuId
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger
from crossborder.model.money import Money, Price, total
from crossborder.model.order import Fulfilment, Order, OrderLine
from crossborder.model.place import Address
from crossborder.model.promotion import Medium, Touch
from crossborder.model.status import OrderStatus
from crossborder.stages.orders import read_status
from crossborder.wire.payload import Payload

__all__ = ["order"]

_KINDS = {
    "AUTHORIZATION": EntryKind.AUTHORIZED,
    "EMV_AUTHORIZATION": EntryKind.AUTHORIZED,
    "SALE": EntryKind.CAPTURED,
    "CAPTURE": EntryKind.CAPTURED,
    "REFUND": EntryKind.REFUNDED,
    "VOID": EntryKind.VOIDED,
}
# Notes about money that does not move between buyer and gateway: change given over a counter,
# and what the vendor proposes to refund.
_NO_FACTS = frozenset({"CHANGE", "SUGGESTED_REFUND"})

# The customary values of `utm_medium`; what a marketer invented beyond them stays in extra.
_MEDIUMS = {
    "cpc": Medium.ADVERTISEMENT,
    "ppc": Medium.ADVERTISEMENT,
    "paid": Medium.ADVERTISEMENT,
    "display": Medium.ADVERTISEMENT,
    "affiliate": Medium.AFFILIATE,
    "influencer": Medium.INFLUENCER,
    "social": Medium.SOCIAL,
    "email": Medium.MAIL,
    "mail": Medium.MAIL,
    "organic": Medium.SEARCH,
}


def order(
    payload: Payload,
    lines: Sequence[Payload],
    fulfilments: Sequence[Fulfilment],
    *,
    api_version: str,
) -> Order:
    """The order, with all its lines and fulfilments.

    Args:
        payload: the order's object.
        lines: its lines, from all pages.
        fulfilments: already read, from all pages.
        api_version: kept beside the vendor's words.

    Raises:
        Unreadable: what the vendor promises is missing or wrong; the field names it.
    """
    gid = payload.text("id")
    currency = payload.text("currencyCode")
    included = payload.flag("taxesIncluded")
    left = _pieces(fulfilments)
    extra: dict[str, Any] = {"presentmentCurrency": payload.text("presentmentCurrencyCode")}
    if included:
        extra["taxesIncluded"] = True
    address = payload.maybe_one("shippingAddress")
    fulfilled = payload.one("fulfillmentsCount").integer("count")
    if fulfilled > len(fulfilments):
        extra["truncated"] = "fulfilments"
    with readable(payload.at):
        placed = Order(
            OrderId(gid),
            SOURCE,
            Ref(SOURCE, gid),
            moment(payload, "processedAt"),
            tuple(_line(line, left, included=included) for line in lines),
            currency,
            customer=_customer(payload, address),
            ship_to=_address(payload, address),
            reported=_status(payload, api_version, gid),
            number=payload.text("name"),
            shipping=_shipping(payload, currency, included=included),
            ledger=_ledger(payload, extra),
            fulfilments=tuple(fulfilments),
            touches=_touches(payload, extra),
            updated_at=moment(payload, "updatedAt"),
        )
    payload.raw("lineItems", "fulfillments")  # read by the caller, as connections
    said = {**payload.unread(), **extra}
    return evolve(placed, extra=Extra({name: value for name, value in said.items() if value}))


def _pieces(fulfilments: Iterable[Fulfilment]) -> dict[str, int]:
    left: dict[str, int] = {}
    for item in fulfilments:
        for line in item.lines if not item.cancelled else ():
            left[line.line_id] = left.get(line.line_id, 0) + line.quantity
    return left


def _price(amounts: Iterable[Money], currency: str) -> Price:
    return Price(total(amounts, currency).amount, currency)


def _line(line: Payload, left: dict[str, int], *, included: bool) -> OrderLine:
    gid, unit = line.text("id"), money(line, "originalUnitPriceSet")
    variant = line.maybe_one("variant")
    quantity, current = line.integer("quantity"), line.integer("currentQuantity")
    discounts = [money(item, "allocatedAmountSet") for item in line.each("discountAllocations")]
    taxes = [money(item, "priceSet") for item in line.each("taxLines")]
    tax = _price(taxes, unit.currency) if taxes else None
    extra: dict[str, Any] = {
        "variant": variant.text("id") if variant else None,
        "variantTitle": line.maybe_text("variantTitle"),
        # A tax inside the price is not added once more: the line's `tax` is what comes on top.
        "taxIncluded": str(tax.amount) if tax is not None and included else None,
    }
    sku = (line.maybe_text("sku") or "").strip()
    with readable(line.at):
        return OrderLine(
            gid,
            SkuId(sku or (variant.text("id") if variant else gid)),
            quantity,
            unit,
            line.maybe_text("title") or "",
            _price(discounts, unit.currency) if discounts else None,
            None if included else tax,
            # Pieces that came back after they left were not cancelled.
            max(0, quantity - max(current, left.get(gid, 0))),
            Extra({key: value for key, value in extra.items() if value}),
        )


def _shipping(payload: Payload, currency: str, *, included: bool) -> Price:
    connection = payload.one("shippingLines")
    if cursor_after(connection) is not None:
        raise payload.refuse("shippingLines", "more than 15 lines", "is longer than is read")
    amounts: list[Money] = []
    for line in connection.each("nodes"):
        amounts.append(money(line, "discountedPriceSet"))
        if not included:
            amounts += [money(tax, "priceSet") for tax in line.each("taxLines")]
    return _price(amounts, currency)


def _status(payload: Payload, api_version: str, gid: str) -> OrderStatus:
    values = {
        "financial": payload.maybe_text("displayFinancialStatus") or "",
        "fulfillment": payload.text("displayFulfillmentStatus"),
        "cancelledAt": payload.maybe_text("cancelledAt") or "",
        "closedAt": payload.maybe_text("closedAt") or "",
    }
    return read_status(SOURCE, values, api_version=api_version, order_id=gid).value


def _ledger(payload: Payload, extra: dict[str, Any]) -> MoneyLedger | None:
    """The money's facts; None while there are none, or when they are not all known."""
    entries: list[LedgerEntry] = []
    kept: list[Extra] = []
    whole = True
    transactions = payload.each("transactions")
    for item in transactions:
        gid, kind, word = item.text("id"), item.text("kind"), item.text("status")
        parent = item.maybe_one("parentTransaction")
        parent_id = parent.text("id") if parent else ""
        paid = money(item, "amountSet", side="presentmentMoney")
        facts = {
            "id": gid,
            "kind": kind,
            "status": word,
            "gateway": item.maybe_text("gateway") or "",
            "parent": parent_id,
            "amount": paid.amount,
            "currency": paid.currency,
        }
        kept.append(Extra(facts))
        if word != "SUCCESS" or kind in _NO_FACTS:
            continue
        if kind not in _KINDS:
            whole = False
            continue
        at = maybe_moment(item, "processedAt") or moment(item, "createdAt")
        booked = money(item, "amountSet")
        entries.append(LedgerEntry(gid, _KINDS[kind], booked, at, Ref(SOURCE, parent_id or gid)))
    extra["transactions"] = kept
    whole = whole and payload.one("transactionsCount").integer("count") <= len(transactions)
    if not whole:
        extra["ledger"] = "incomplete"
    due = money(payload, "totalPriceSet")
    return MoneyLedger(due).with_entries(entries) if entries and whole else None


def _customer(payload: Payload, address: Payload | None) -> Customer | None:
    buyer = payload.maybe_one("customer")
    if buyer is None:
        return None
    mail = buyer.maybe_one("defaultEmailAddress")
    known = mail.maybe_text("emailAddress") if mail else None
    subscribed = mail is not None and mail.maybe_text("marketingState") == "SUBSCRIBED"
    gid = buyer.text("id")
    language = payload.maybe_text("customerLocale") or buyer.maybe_text("locale")
    return Customer(
        CustomerId(gid),
        buyer.maybe_text("displayName") or "",
        known or payload.maybe_text("email") or "",
        language or "en",
        (address.maybe_text("countryCodeV2") if address else None) or "",
        (Ref(SOURCE, gid),),
        frozenset({"mail:marketing"}) if subscribed else frozenset(),
    )


def _address(payload: Payload, address: Payload | None) -> Address | None:
    """Where it goes; None while the name or the country is withheld."""
    if address is None:
        return None

    def said(*names: str) -> str:
        return (address.maybe_text(*names) or "").strip()

    name = said("name") or f"{said('firstName')} {said('lastName')}".strip() or said("company")
    country = said("countryCodeV2")
    if not name or not country:
        return None
    return Address(
        name,
        country,
        tuple(filter(None, (said("address1"), said("address2")))),
        said("city"),
        said("province", "provinceCode"),
        said("zip"),
        company=said("company"),
        phone=said("phone") or payload.maybe_text("phone") or "",
        email=payload.maybe_text("email") or "",
        extra=Extra({"provinceCode": said("provinceCode")} if said("provinceCode") else {}),
    )


def _touches(payload: Payload, extra: dict[str, Any]) -> tuple[Touch, ...]:
    journey = payload.maybe_one("customerJourneySummary")
    found: dict[str, Touch] = {}
    unknown: list[str] = []
    for name in ("firstVisit", "lastVisit"):
        visit = journey.maybe_one(name) if journey else None
        tags = visit.maybe_one("utmParameters") if visit else None
        if visit is None or tags is None:
            continue
        campaign = tags.maybe_text("campaign") or ""
        word = (tags.maybe_text("medium") or "").strip()
        if not campaign.strip():
            continue
        if word.casefold() not in _MEDIUMS:
            unknown.append(word)
            continue
        medium = _MEDIUMS[word.casefold()]
        found[visit.text("id")] = Touch(campaign, medium, moment(visit, "occurredAt"))
    if unknown:
        extra["utmMediums"] = unknown
    return tuple(sorted(found.values(), key=lambda touch: touch.at))
