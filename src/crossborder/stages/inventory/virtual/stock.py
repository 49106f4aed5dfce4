"""Virtual stock (虚库): what can be sold now and bought in time, with its deadline."""

from datetime import datetime, timedelta
from decimal import Decimal

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.model.time import Window
from crossborder.stages.inventory.dated.trust import trusted
from crossborder.stages.inventory.virtual.keep import Starts, arrival, confidence, fastest, starts
from crossborder.stages.inventory.virtual.lead import LeadTime

__all__ = ["Asked", "check_arguments", "closed", "credible_pieces", "offered", "virtual_stock"]

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
        cap: most pieces promised of one offer.
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
            "must be between 0 and 1", field="level", value=asked.level, source=source
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
) -> Decision[VirtualStock | None]:
    """What may be promised from this offer when parcels must leave by `ship_by`; None if nothing.

    - `order_by` is the latest purchase time at which the parcel leaves by `ship_by`, and arrives
      by the promised date, with at least the probability `level`. It is found by following the
      laws of all parts back through their calendars and cut-offs.
    - Where no date is asked for, the one is promised that a parcel leaving at `ship_by` misses
      with half of the risk that `level` leaves; without transit it is `ship_by` itself.
    - `confidence` is the probability of keeping the promise when the purchase is placed now,
      rounded down and never quite 1.
    - The supplier is never counted on to be faster than the offer says.
    - `credible` pieces may be counted on. Without it the supplier's figure is trusted less as it
      grows old: wholly at once, half at `fresh_for`, then not at all; where the supplier does not
      count its stock, half the cap. At most `cap` pieces are promised, rounded down to the
      offer's multiple.

    Later times never promise more (once the offer has begun), a later `ship_by` never less.
    Without history of a part the reasons say `no_history`; when nothing is known of a part,
    nothing is promised: `lead_time_unknown`.

    Raises:
        InvalidValue: a negative cap, no freshness, a level that is no probability below 1, or a
            way that takes longer than a year.
    """
    asked = Asked(now, ship_by, deliver_by, level, cap, fresh_for)
    check_arguments(asked, "virtual_stock")
    stock, reasons = offered(offer, sku_id, asked=asked, lead=lead, credible=credible)
    return Decision(stock, reasons=reasons)


def offered(
    offer: SupplierOffer, sku_id: SkuId, *, asked: Asked, lead: LeadTime, credible: int | None
) -> tuple[VirtualStock | None, tuple[Reason, ...]]:
    """The virtual stock of one offer with the reasons, or None with the one why not."""
    now = asked.now
    line = next((line for line in offer.lines if line.sku_id == sku_id), None)
    if line is None:
        return _nothing(Reason("sku_not_offered", "the offer does not have the SKU"))
    lead = lead.handled(offer.handling)
    shut = closed(offer, line, now=now)
    if shut is None and lead.unknown:
        facts = Extra({"parts": lead.unknown})
        shut = Reason("lead_time_unknown", "neither history nor a stated figure", facts)
    if shut is not None:
        return _nothing(shut)
    latest = _latest(lead, asked)
    law = starts(lead, ship_by=asked.ship_by, deliver_by=latest)
    order_by = law.latest(float(asked.level))
    if now >= order_by:
        return _nothing(_late(law, order_by, now))
    ends = [order_by, offer.observed_at + asked.fresh_for]
    if offer.valid_until is not None:
        ends.append(offer.valid_until)
    if now >= min(ends):
        seen = Extra({"observed_at": offer.observed_at.isoformat()})
        return _nothing(Reason("stale", "the supplier's figure is too old", seen))
    pieces = credible_pieces(offer, line, asked=asked, credible=credible)
    counted = Extra({"available": line.available, "cap": asked.cap, "sellable": pieces})
    if not pieces:
        return _nothing(Reason("nothing_left", "after the haircut", counted))
    promise = Window(min(fastest((*lead.parts, *lead.transit), now), latest), latest)
    sure = confidence(law.chance(now))
    stock = VirtualStock(
        sku_id, offer.id, pieces, order_by, min(ends), promise, sure, offer.observed_at
    )
    facts = Extra({"order_by": order_by.isoformat(), "level": asked.level})
    code = "uncounted" if line.available is None and credible is None else "counted"
    observed = Extra({"confidence": sure, "observations": int(lead.evidence)})
    reasons = (
        Reason("order_by", f"{order_by - now} from now", facts),
        Reason(code, f"seen {now - offer.observed_at} ago", counted),
        Reason("confidence", f"evidence: {lead.evidence:.0f} observations", observed),
        *lead.reasons((now, latest)),
    )
    return stock, reasons


def _nothing(reason: Reason) -> tuple[None, tuple[Reason, ...]]:
    return None, (reason,)


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


def closed(offer: SupplierOffer, line: OfferLine, *, now: datetime) -> Reason | None:
    """Why nothing may be promised whatever the time it takes, or None."""
    if not offer.orderable:
        return Reason("not_orderable", "the source forbids buying")
    if offer.valid_from is not None and now < offer.valid_from:
        return Reason("not_begun", "", Extra({"valid_from": offer.valid_from.isoformat()}))
    if offer.valid_until is not None and now >= offer.valid_until:
        return Reason("expired", "", Extra({"valid_until": offer.valid_until.isoformat()}))
    if line.available == 0:
        return Reason("sold_out", "the supplier has none left")
    free = offer.sells_singly(line) or offer.mix is not None
    if line.available is not None and line.available < offer.moq and not free:
        facts = Extra({"available": line.available, "moq": offer.moq})
        return Reason("below_moq", "the supplier has less than it sells at once", facts)
    return None


def credible_pieces(
    offer: SupplierOffer, line: OfferLine, *, asked: Asked, credible: int | None
) -> int:
    """How many pieces of an offer may be counted on: see `virtual_stock`."""
    stated = line.available
    if credible is not None:
        pieces = credible if stated is None else min(credible, stated)
    elif stated is None:
        pieces = asked.cap // 2
    else:
        age = asked.now - offer.observed_at
        pieces = trusted(stated, age=age, fresh_for=asked.fresh_for)
    pieces = min(asked.cap, pieces)
    return pieces - pieces % offer.multiple
