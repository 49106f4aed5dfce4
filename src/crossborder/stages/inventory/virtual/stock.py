"""Virtual stock (虚库): what can be sold now and bought in time, with its deadline."""

from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.model.time import Window
from crossborder.stages.inventory.dated.buyable import Basket, most_buyable, purchase_quantity
from crossborder.stages.inventory.dated.trust import trusted
from crossborder.stages.inventory.virtual.hours import TooLong
from crossborder.stages.inventory.virtual.keep import Starts, arrival, confidence, fastest, starts
from crossborder.stages.inventory.virtual.lead import LeadTime

__all__ = [
    *("Asked", "Counted", "check_arguments", "closed", "counted", "sellable", "timed"),
    "virtual_stock",
]

_NONE = timedelta(0)
_FRESH = timedelta(hours=24)
_LEVEL = Decimal("0.90")


@frozen(field_transformer=checked)
class Asked:
    """What a promise must hold, and how carefully it is given.

    Attributes:
        now: the moment of deciding.
        ship_by: the parcel must be handed to its carrier by then.
        deliver_by: the promised date, or None where one is to be found.
        level: the least probability of keeping the promise.
        cap: most pieces promised of one offer; more may be bought where its terms ask for more.
        fresh_for: after so long a supplier's figure is not believed.
    """

    now: datetime
    ship_by: datetime
    deliver_by: datetime | None = None
    level: Decimal = _LEVEL
    cap: int = 50
    fresh_for: timedelta = _FRESH


def check_arguments(asked: Asked, source: str) -> None:
    """Refuse what cannot be asked.

    Raises:
        InvalidValue: a level that is no probability below 1, or no freshness.
    """
    if not 0 < asked.level < 1:
        raise InvalidValue(
            "must be above 0 and below 1", field="level", value=asked.level, source=source
        )
    if asked.fresh_for <= _NONE:
        value = str(asked.fresh_for)
        raise InvalidValue("must be above zero", field="fresh_for", value=value, source=source)


@decides("inventory.virtual_stock", 2)
def virtual_stock(
    offer: SupplierOffer,
    sku_id: SkuId,
    *,
    now: datetime,
    ship_by: datetime,
    lead: LeadTime,
    deliver_by: datetime | None = None,
    level: Decimal = _LEVEL,
    credible: int | None = None,
    cap: int = 50,
    fresh_for: timedelta = _FRESH,
    beside: Basket | None = None,
) -> Decision[VirtualStock | None]:
    """What may be promised from this offer when parcels must leave by `ship_by`; None if nothing.

    - `order_by` is the latest purchase time at which the parcel leaves by `ship_by`, and arrives
      by the promised date, with at least the probability `level`. It is found by following the
      laws of all parts back through their calendars and cut-offs.
    - Where no date is asked for, the one is promised that a parcel leaving at `ship_by` misses
      with half of the risk that `level` leaves; without transit it is `ship_by` itself. A higher
      level gives a later date then, and with it perhaps a later `order_by`.
    - `confidence` is the probability of being in time when the purchase is placed now, rounded
      down and never quite 1. Whether the goods are there and right is no part of it.
    - The supplier is never counted on to be faster than the offer says.
    - `credible` pieces may be counted on. Without it the supplier's figure is trusted less as it
      grows old: wholly at once, half at `fresh_for`, then not at all.
    - Of these no more are promised than can be bought on the offer's terms (`beside` is what else
      is in the cart, for its mix rule), and at most `cap`; where the supplier does not count its
      stock, half the cap. A purchase may be larger than what is promised of it.

    Later times never promise more (once the offer has begun), a later `ship_by` never less.
    Without history of a part the reasons say `no_history`; when nothing is known of a part,
    nothing is promised: `lead_time_unknown`, and neither where a part takes over three years:
    `lead_too_long`. An offer read after `now`, as clocks differ, is taken as read now, for an
    earlier moment must not promise less; the reasons say `read_in_the_future`.

    Raises:
        InvalidValue: a negative cap, no freshness, or a level that is not above 0 and below 1.
        NaiveTime: a time has no zone.
    """
    try:
        asked = Asked(now, ship_by, deliver_by, level, cap, fresh_for)
    except InvalidValue as error:
        # The caller knows what was called, and not the value that is made of its arguments.
        said, name, value = error.text, error.field, error.value
        raise type(error)(said, field=name, value=value, source="virtual_stock") from None
    check_arguments(asked, "virtual_stock")
    line = next((line for line in offer.lines if line.sku_id == sku_id), None)
    if line is None:
        return _nothing(Reason("sku_not_offered", "the offer does not have the SKU"))
    lead = lead.handled(offer.handling)
    shut = closed(offer, line, lead, asked=asked)
    if shut is not None:
        return _nothing(shut)
    count = counted(offer, line, asked=asked, credible=credible)
    pieces, why = sellable(offer, line, count, now=now, beside=beside)
    facts = Extra({"available": line.available, "cap": cap, "sellable": pieces})
    if not pieces:
        return _nothing(Reason(why, "that many cannot be counted on and bought", facts))
    stock, reasons = timed(offer, sku_id, lead, asked=asked, pieces=pieces)
    if stock is None:
        return Decision(None, reasons=reasons)
    told = [_told(offer, facts, now=now, counts=line.available is not None or credible is not None)]
    if now < offer.observed_at:
        when = Extra({"observed_at": offer.observed_at.isoformat(), "now": now.isoformat()})
        told.append(Reason("read_in_the_future", "its figures are trusted as if read now", when))
    return Decision(stock, reasons=(reasons[0], *told, *reasons[1:]))


def _told(offer: SupplierOffer, facts: Extra, *, now: datetime, counts: bool) -> Reason:
    """Whose count the pieces rest on."""
    if not counts:
        return Reason("uncounted", "the supplier does not count: half of the cap", facts)
    return Reason("counted", f"seen {max(_NONE, now - offer.observed_at)} ago", facts)


def timed(
    offer: SupplierOffer, sku_id: SkuId, lead: LeadTime, *, asked: Asked, pieces: int
) -> tuple[VirtualStock | None, tuple[Reason, ...]]:
    """So many pieces of an open offer with deadline and date, or None with the one reason why not.

    Args:
        offer: the terms, with nothing against buying.
        sku_id: the SKU.
        lead: the time it takes, all of it known and as long as the offer says.
        asked: what the promise must hold.
        pieces: that may be promised.
    """
    now = asked.now
    try:
        latest = _latest(lead, asked)
        law = starts(lead, ship_by=asked.ship_by, deliver_by=latest)
        soonest = fastest((*lead.parts, *lead.transit), now)
    except TooLong as error:
        return None, (Reason("lead_too_long", str(error)),)
    order_by = law.latest(float(asked.level))
    if now >= order_by:
        return None, (_late(law, order_by, now),)
    until = [order_by, offer.observed_at + asked.fresh_for]
    if offer.valid_until is not None:
        until.append(offer.valid_until)
    promise = Window(min(soonest, latest), latest)
    sure = confidence(law.chance(now))
    stock = VirtualStock(
        sku_id, offer.id, pieces, order_by, min(until), promise, sure, offer.observed_at
    )
    facts = Extra({"order_by": order_by.isoformat(), "level": asked.level})
    seen = {part.name: int(part.evidence) for part in (*lead.parts, *lead.transit)}
    listed = ", ".join(f"{name} {count}" for name, count in seen.items())
    observed = Extra({"confidence": sure, "observations": seen})
    return stock, (
        Reason("order_by", f"{order_by - now} from now", facts),
        Reason("confidence", f"of being in time, no more; observations: {listed}", observed),
        *lead.reasons((now, latest)),
    )


def _nothing(reason: Reason) -> Decision[VirtualStock | None]:
    return Decision(None, reasons=(reason,))


def _latest(lead: LeadTime, asked: Asked) -> datetime:
    """The date that is promised."""
    if asked.deliver_by is not None:
        return asked.deliver_by
    if not lead.transit:
        return asked.ship_by
    return arrival(lead.transit, asked.ship_by, (1 + float(asked.level)) / 2)


def _late(law: Starts, order_by: datetime, now: datetime) -> Reason:
    facts = Extra({"order_by": order_by.isoformat(), "chance": confidence(law.chance(now))})
    return Reason("deadline_passed", "bought now it would come too late too often", facts)


def closed(offer: SupplierOffer, line: OfferLine, lead: LeadTime, *, asked: Asked) -> Reason | None:
    """Why nothing may be promised whatever the pieces and the date, or None."""
    now = asked.now
    if not offer.orderable:
        return Reason("not_orderable", "the source forbids buying")
    if offer.valid_from is not None and now < offer.valid_from:
        return Reason("not_begun", "", Extra({"valid_from": offer.valid_from.isoformat()}))
    if offer.valid_until is not None and now >= offer.valid_until:
        return Reason("expired", "", Extra({"valid_until": offer.valid_until.isoformat()}))
    if line.available == 0:
        return Reason("sold_out", "the supplier has none left")
    if lead.unknown:
        facts = Extra({"parts": lead.unknown})
        return Reason("lead_time_unknown", "neither history nor a stated figure", facts)
    if now >= offer.observed_at + asked.fresh_for:
        seen = Extra({"observed_at": offer.observed_at.isoformat()})
        return Reason("stale", "the supplier's figure is too old", seen)
    return None


@frozen
class Counted:
    """How many pieces of an offer may be counted on.

    Attributes:
        pieces: that may be promised in all.
        bought: that may be bought in all; None where nothing speaks against any number.
    """

    pieces: int
    bought: int | None

    def less(self, gone: int) -> "Counted":
        """When so many of them are bought already."""
        bought = None if self.bought is None else max(0, self.bought - gone)
        return evolve(self, pieces=max(0, self.pieces - gone), bought=bought)


def counted(
    offer: SupplierOffer, line: OfferLine, *, asked: Asked, credible: int | None
) -> Counted:
    """How many pieces of an offer may be counted on: see `virtual_stock`."""
    stated = line.available
    if credible is not None:
        pieces = credible if stated is None else min(credible, stated)
    elif stated is None:
        return Counted(asked.cap // 2, None)
    else:
        age = asked.now - offer.observed_at
        pieces = trusted(stated, age=age, fresh_for=asked.fresh_for)
    return Counted(min(asked.cap, pieces), pieces)


def sellable(
    offer: SupplierOffer,
    line: OfferLine,
    count: Counted,
    *,
    now: datetime,
    beside: Basket | None,
) -> tuple[int, str]:
    """How many of the pieces can be had by a purchase, and why where it is none."""
    if not count.pieces:
        return 0, "nothing_left"
    if count.bought is None:
        way = purchase_quantity(offer, line, count.pieces, now=now, beside=beside)
    else:
        way = most_buyable(offer, line, count.bought, now=now, beside=beside)
    return min(count.pieces, way.pieces), way.reason
