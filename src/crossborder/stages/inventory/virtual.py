"""Virtual stock (虚库): what can be sold now and bought in time, with its deadline."""

from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.model.time import Window

__all__ = ["LeadTime", "virtual_stock"]

_NONE = timedelta(0)
_MICROSECOND = timedelta(microseconds=1)


@frozen(field_transformer=checked)
class LeadTime:
    """From the purchase to the moment the goods can leave for the buyer.

    Attributes:
        handling: until the supplier hands over.
        to_us: from the supplier to our warehouse.
        check: for looking at the goods and packing them.
        margin: kept in hand against surprises.

    >>> LeadTime(timedelta(days=2), timedelta(days=3), margin=timedelta(days=1)).total
    datetime.timedelta(days=6)
    """

    handling: timedelta
    to_us: timedelta
    check: timedelta = _NONE
    margin: timedelta = _NONE

    def __attrs_post_init__(self) -> None:
        for name in ("handling", "to_us", "check", "margin"):
            if getattr(self, name) < _NONE:
                raise refuse(self, name, str(getattr(self, name)), "must not be negative")

    @property
    def total(self) -> timedelta:
        """All parts, the margin included."""
        return self.handling + self.to_us + self.check + self.margin


def _closed(
    offer: SupplierOffer, line: OfferLine, *, now: datetime, order_by: datetime
) -> Reason | None:
    """Why nothing may be promised, or None."""
    if not offer.orderable:
        return Reason("not_orderable", "the source forbids buying")
    if offer.valid_from is not None and now < offer.valid_from:
        return Reason("not_begun", "", Extra({"valid_from": offer.valid_from.isoformat()}))
    if offer.valid_until is not None and now >= offer.valid_until:
        return Reason("expired", "", Extra({"valid_until": offer.valid_until.isoformat()}))
    if now >= order_by:
        return Reason("deadline_passed", "", Extra({"order_by": order_by.isoformat()}))
    if line.available == 0:
        return Reason("sold_out", "the supplier has none left")
    free = offer.sells_singly(line) or offer.mix is not None
    if line.available is not None and line.available < offer.moq and not free:
        facts = Extra({"available": line.available, "moq": offer.moq})
        return Reason("below_moq", "the supplier has less than it sells at once", facts)
    return None


def _sellable(
    offer: SupplierOffer, line: OfferLine, *, age: timedelta, fresh_for: timedelta, cap: int
) -> int:
    if line.available is None:
        pieces = cap // 2
    else:
        # 1 at age 0, a half at `fresh_for`: whole microseconds keep it exact.
        whole = 2 * (fresh_for // _MICROSECOND)
        left = whole - max(age, _NONE) // _MICROSECOND
        pieces = min(cap, line.available * left // whole)
    return pieces - pieces % offer.multiple


def _confidence(spare: timedelta, work: timedelta) -> Decimal:
    """Half, plus half the share of spare time in all time; never quite 1."""
    share = Decimal(spare // _MICROSECOND) / Decimal(max((spare + work) // _MICROSECOND, 1))
    half = Decimal("0.5")
    return min(half + half * share, Decimal("0.99")).quantize(Decimal("0.01"), ROUND_DOWN)


def _arguments(cap: int, fresh_for: timedelta, transit: tuple[timedelta, timedelta]) -> None:
    source = "virtual_stock"
    if cap < 0:
        raise InvalidValue("must not be negative", field="cap", value=cap, source=source)
    if fresh_for <= _NONE:
        raise InvalidValue(
            "must be above zero", field="fresh_for", value=str(fresh_for), source=source
        )
    if not _NONE <= transit[0] <= transit[1]:
        shown = tuple(map(str, transit))
        raise InvalidValue(
            "must rise from at least zero", field="transit", value=shown, source=source
        )


@decides("inventory.virtual_stock", 1)
def virtual_stock(
    offer: SupplierOffer,
    sku_id: SkuId,
    *,
    now: datetime,
    ship_by: datetime,
    lead: LeadTime,
    transit: tuple[timedelta, timedelta],
    cap: int = 50,
    fresh_for: timedelta = timedelta(hours=24),
) -> Decision[VirtualStock | None]:
    """What may be promised from this offer when parcels must leave by `ship_by`; None if nothing.

    - The purchase must be placed by `ship_by` less the lead time; the supplier's own handling
      time counts where it is the longer one.
    - The supplier's figure is trusted less as it grows old: wholly at once, half at `fresh_for`,
      then not at all. At most `cap` pieces are promised, half of it where the supplier does not
      count its stock; what is left is rounded down to the offer's multiple.
    - The buyer is promised the goods between the fastest course of things and `ship_by` plus the
      slow `transit`.
    - Confidence is a half plus half the share of spare time (slack and margin) in all the time
      there is: a rule of thumb, as no measured lead times come in, and the reasons say so.

    Later times never promise more (once the offer has begun), a later `ship_by` never less.

    Raises:
        InvalidValue: a negative cap, no freshness, or a transit that falls.
    """
    _arguments(cap, fresh_for, transit)
    handling = max(lead.handling, offer.handling or _NONE)
    total = lead.total - lead.handling + handling
    order_by = ship_by - total
    line = next((line for line in offer.lines if line.sku_id == sku_id), None)
    if line is None:
        absent = Reason("sku_not_offered", "the offer does not have the SKU")
        return Decision(None, reasons=(absent,))
    closed = _closed(offer, line, now=now, order_by=order_by)
    if closed is not None:
        return Decision(None, reasons=(closed,))
    ends = [order_by, offer.observed_at + fresh_for]
    if offer.valid_until is not None:
        ends.append(offer.valid_until)
    until, age = min(ends), now - offer.observed_at
    if now >= until:
        seen = Extra({"observed_at": offer.observed_at.isoformat()})
        return Decision(None, reasons=(Reason("stale", "the supplier's figure is too old", seen),))
    sellable = _sellable(offer, line, age=age, fresh_for=fresh_for, cap=cap)
    counted = Extra({"available": line.available, "cap": cap, "sellable": sellable})
    if not sellable:
        return Decision(None, reasons=(Reason("nothing_left", "after the haircut", counted),))
    slack, work = order_by - now, total - lead.margin
    confidence = _confidence(slack + lead.margin, work)
    promise = Window(now + work + transit[0], ship_by + transit[1])
    stock = VirtualStock(
        sku_id, offer.id, sellable, order_by, until, promise, confidence, offer.observed_at
    )
    reasons = (
        Reason("order_by", str(total), Extra({"order_by": order_by.isoformat()})),
        Reason("uncounted" if line.available is None else "counted", f"seen {age} ago", counted),
        Reason("confidence", "evidence: none yet", Extra({"confidence": confidence})),
    )
    return Decision(stock, reasons=reasons)
