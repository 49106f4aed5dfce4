"""What differs between two observations of one offer, as events; and the way back."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from attrs import evolve

from crossborder.model.check import refuse
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref, SkuId
from crossborder.model.money import Price
from crossborder.model.supply import (
    MixRule,
    OfferLine,
    PriceTier,
    Quoting,
    Supplier,
    SupplierOffer,
)

__all__ = ["applied", "changes"]

_DETAILS = ("product_id", "ref", "supplier")
_TERMS = (
    *("quoting", "moq", "multiple", "mix", "one_piece", "free_postage"),
    *("valid_from", "valid_until", "handling", "ship_from", "unit"),
)
_LINE_PRICES = ("unit_price", "one_piece_price", "channel_price")
_TIER_PRICES = ("unit_price", "member_price")
_EXACT = Context(prec=40)
_MICROSECOND = timedelta(microseconds=1)


def _plain(value: Any) -> Any:
    """A field's value as facts can hold it."""
    if isinstance(value, Price):
        return value.amount
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return Decimal(value // _MICROSECOND).scaleb(-6, context=_EXACT)
    if isinstance(value, Quoting):
        return value.value
    if isinstance(value, Ref):
        return Extra({"vendor": value.vendor, "value": value.value})
    if isinstance(value, MixRule):
        # The model does not hold it to the offer's currency.
        least = value.min_amount
        money = least if least is None else _named(least, "amount", "currency")
        return Extra({"min_amount": money, "min_pieces": value.min_pieces})
    if isinstance(value, Supplier):
        return _named(value, "id", "name", "ref", "identities", "scores", "extra")
    return value


def _named(value: Any, *names: str) -> Extra:
    return Extra({name: _plain(getattr(value, name)) for name in names})


def _by_sku(offer: SupplierOffer) -> dict[SkuId, OfferLine]:
    lines = {line.sku_id: line for line in offer.lines}
    if len(lines) < len(offer.lines):
        raise refuse(offer, "lines", [line.sku_id for line in offer.lines], "has two of one SKU")
    return lines


def _step(before: int | None, after: int | None) -> str:
    if before is None:
        return "counted"
    if after is None:
        return "uncounted"
    return "rose" if after > before else "fell"


Told = Iterator[tuple[str, dict[str, Any]]]


def _compared(old: Any, new: Any, names: tuple[str, ...], event: str, **facts: Any) -> Told:
    """The named fields that differ; `old` or `new` may be None, which has nothing in them."""
    field = "price" if event == "price_changed" else "field"
    for name in names:
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before != after:
            yield event, {**facts, field: name, "before": _plain(before), "after": _plain(after)}


def _line_changes(known: SupplierOffer, seen: SupplierOffer) -> Told:
    old, new = _by_sku(known), _by_sku(seen)
    stated = ("available", *_LINE_PRICES, "ref")
    for sku_id in old:
        if sku_id not in new:
            yield "sku_removed", {"sku_id": sku_id, "before": _named(old[sku_id], *stated)}
    for sku_id, line in new.items():
        was = old.get(sku_id)
        if was is None:
            yield "sku_added", {"sku_id": sku_id, "after": _named(line, *stated)}
        elif was != line:
            yield from _compared(was, line, _LINE_PRICES, "price_changed", sku_id=sku_id)
            if was.available != line.available:
                change = _step(was.available, line.available)
                figures = {"before": was.available, "after": line.available, "change": change}
                yield "stock_changed", {"sku_id": sku_id, **figures}
            yield from _compared(was, line, ("ref",), "terms_changed", sku_id=sku_id)


def _tier_changes(known: SupplierOffer, seen: SupplierOffer) -> Told:
    old = {tier.min_quantity: tier for tier in known.tiers}
    new = {tier.min_quantity: tier for tier in seen.tiers}
    for start in sorted({*old, *new}):
        was, now = old.get(start), new.get(start)
        names = _TIER_PRICES if now is not None else _TIER_PRICES[:1]
        yield from _compared(was, now, names, "price_changed", min_quantity=start)


def _extra_changes(known: SupplierOffer, seen: SupplierOffer) -> Told:
    old, new = known.extra, seen.extra
    for key in sorted({*old, *new}):
        if key in old and key in new and old[key] == new[key]:
            continue
        facts: dict[str, Any] = {"field": "extra", "key": key}
        # A key that is absent is not one that holds None: only what was there is told.
        facts |= {"before": old[key]} if key in old else {}
        facts |= {"after": new[key]} if key in new else {}
        yield "details_changed", facts


def changes(known: SupplierOffer, seen: SupplierOffer) -> tuple[Event, ...]:
    """Exactly what is other in `seen`, each with the figure `before` and `after`.

    | event | tells |
    |---|---|
    | `inventory.offer_vanished`, `inventory.offer_returned` | it can no longer, or again, be bought |
    | `inventory.sku_removed`, `inventory.sku_added` | a SKU with all that is stated of it |
    | `inventory.price_changed` | one `price`, of a `sku_id` or of the tier from `min_quantity` on |
    | `inventory.stock_changed` | pieces of a `sku_id`; None where the supplier does not count |
    | `inventory.terms_changed` | a term of the offer, or the ordering `ref` of a `sku_id` |
    | `inventory.details_changed` | what no purchase hangs on: the supplier's badges, `extra` |

    A tier that begins has no price before; one that ends has no `unit_price` after. The order of
    the SKUs tells nothing. Times are in UTC, durations in seconds, prices in the fact `currency`.

    Raises:
        InvalidValue: an offer with two lines of one SKU.
    """
    told: list[tuple[str, dict[str, Any]]] = []
    if known.orderable != seen.orderable:
        flags = {"before": known.orderable, "after": seen.orderable}
        told.append(("offer_returned" if seen.orderable else "offer_vanished", flags))
    told += _line_changes(known, seen)
    told += _tier_changes(known, seen)
    told += _compared(known, seen, _TERMS, "terms_changed")
    told += _compared(known, seen, _DETAILS, "details_changed")
    told += _extra_changes(known, seen)
    shared = {"currency": seen.currency}
    return tuple(
        Event(f"inventory.{name}", seen.id, seen.observed_at, Extra({**shared, **facts}))
        for name, facts in told
    )


def _ref(data: Any) -> Ref | None:
    return None if data is None else Ref(data["vendor"], data["value"])


def _moment(data: str | None) -> datetime | None:
    return None if data is None else datetime.fromisoformat(data)


def _duration(data: Decimal | None) -> timedelta | None:
    return None if data is None else int(data.scaleb(6, context=_EXACT)) * _MICROSECOND


def _mix(data: Any) -> MixRule | None:
    if data is None:
        return None
    least = data["min_amount"]
    return MixRule(None if least is None else Price(**least), data["min_pieces"])


_READ: dict[str, Callable[[Any], Any]] = {
    "handling": _duration,
    "mix": _mix,
    "quoting": Quoting,
    "ref": _ref,
    "supplier": lambda data: Supplier(**{**data, "ref": _ref(data["ref"])}),
    "valid_from": _moment,
    "valid_until": _moment,
}
"""How a field is read back from its facts; what is not here stands in them as it is."""


class _Draft:
    """An offer in the making: what the events are told to, one after the other."""

    def __init__(self, known: SupplierOffer) -> None:
        self.currency = known.currency
        self.lines = _by_sku(known)
        self.tiers: dict[int, Any] = {
            tier.min_quantity: {name: getattr(tier, name) for name in _TIER_PRICES}
            for tier in known.tiers
        }
        self.extra = dict(known.extra)
        self.fields: dict[str, Any] = {}

    def price(self, amount: Decimal | None) -> Price | None:
        return None if amount is None else Price(amount, self.currency)

    def orderable(self, facts: Extra) -> None:
        self.fields["orderable"] = facts["after"]

    def sku_removed(self, facts: Extra) -> None:
        del self.lines[facts["sku_id"]]

    def sku_added(self, facts: Extra) -> None:
        stated = facts["after"]
        prices = {name: self.price(stated[name]) for name in _LINE_PRICES}
        self.lines[facts["sku_id"]] = OfferLine(
            facts["sku_id"], stated["available"], ref=_ref(stated["ref"]), **prices
        )

    def line(self, facts: Extra, **changed: Any) -> None:
        self.lines[facts["sku_id"]] = evolve(self.lines[facts["sku_id"]], **changed)

    def stock_changed(self, facts: Extra) -> None:
        self.line(facts, available=facts["after"])

    def price_changed(self, facts: Extra) -> None:
        price = self.price(facts["after"])
        if "min_quantity" not in facts:
            self.line(facts, **{facts["price"]: price})
        elif price is None and facts["price"] == "unit_price":
            del self.tiers[facts["min_quantity"]]
        else:
            self.tiers.setdefault(facts["min_quantity"], {})[facts["price"]] = price

    def terms_changed(self, facts: Extra) -> None:
        if "sku_id" in facts:
            self.line(facts, ref=_ref(facts["after"]))
        else:
            read = _READ.get(facts["field"])
            after = facts["after"]
            self.fields[facts["field"]] = read(after) if read else after

    def details_changed(self, facts: Extra) -> None:
        if facts["field"] != "extra":
            self.terms_changed(facts)
        elif "after" in facts:
            self.extra[facts["key"]] = facts["after"]
        else:
            del self.extra[facts["key"]]

    def offer(self, known: SupplierOffer) -> SupplierOffer:
        tiers = tuple(
            PriceTier(start, prices.get("unit_price"), prices.get("member_price"))
            for start, prices in sorted(self.tiers.items())
        )
        lines, extra = tuple(self.lines.values()), Extra(self.extra)
        return evolve(known, lines=lines, tiers=tiers, extra=extra, **self.fields)


_TELL: dict[str, Callable[[_Draft, Extra], None]] = {
    "inventory.details_changed": _Draft.details_changed,
    "inventory.offer_returned": _Draft.orderable,
    "inventory.offer_vanished": _Draft.orderable,
    "inventory.price_changed": _Draft.price_changed,
    "inventory.sku_added": _Draft.sku_added,
    "inventory.sku_removed": _Draft.sku_removed,
    "inventory.stock_changed": _Draft.stock_changed,
    "inventory.terms_changed": _Draft.terms_changed,
}


def applied(known: SupplierOffer, events: Iterable[Event]) -> SupplierOffer:
    """The offer after the events of `changes`, in their order: what was seen then.

    SKUs stand in the order in which they were told. Other events, and those of other offers, are
    passed over.

    Raises:
        InvalidValue: an event that does not follow from what is known, such as one of a SKU that
            the offer does not have.
    """
    draft = _Draft(known)
    for event in events:
        if event.subject != known.id or event.name not in _TELL:
            continue
        try:
            _TELL[event.name](draft, event.facts)
        except KeyError as error:
            said = f"does not follow from what is known: no {error.args[0]}"
            raise refuse("applied", "events", event.name, said) from None
        draft.fields["observed_at"] = event.at
    return draft.offer(known)
