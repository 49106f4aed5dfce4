"""What is wrong with a parcel now: an exception, a late arrival, silence."""

from datetime import MINYEAR, datetime, timedelta
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health
from crossborder.stages.logistics.tracking import moment

__all__ = ["DelayWarning", "last_seen", "one_of", "warn"]

_KINDS = ("exception", "late", "silent")
_PROPOSALS = ("tell_customer", "chase_carrier", "open_claim")
_CLAIM_AFTER = 3
"""Gaps of silence after which a parcel is treated as lost."""


def one_of(*words: str) -> Any:
    """A validator: the field holds one of the words."""

    def test(instance: object, attribute: Any, value: str) -> None:
        if value not in words:
            raise refuse(instance, attribute.name, value, f"must be one of {', '.join(words)}")

    return test


@frozen(field_transformer=checked)
class DelayWarning:
    """What is wrong with a parcel.

    Attributes:
        shipment_id: the parcel.
        kind: exception, late or silent.
        slack: time left against the promise or the gap; negative when it is used up.
        proposal: tell_customer, chase_carrier or open_claim.
        since: when it began, as far as we know.
    """

    shipment_id: ShipmentId
    kind: str = field(validator=one_of(*_KINDS))
    slack: timedelta
    proposal: str = field(validator=one_of(*_PROPOSALS))
    since: datetime = field()


_AHEAD = timedelta(days=1)
"""How far a scan may lie ahead: clocks are off, and local times are read as if they were UTC."""


def last_seen(shipment: Shipment, now: datetime) -> datetime | None:
    """The last scan whose time can be read and has come, or the hand-over; never after `now`."""
    moments = (moment(event) for event in shipment.events)
    seen = [at for at in moments if at.year > MINYEAR and at <= now + _AHEAD]
    last = max(seen, default=shipment.ship_date)
    return None if last is None else min(last, now)


def _exception(shipment: Shipment, now: datetime) -> DelayWarning | None:
    health = shipment.state.health
    if health not in (Health.FAILED, Health.ACTION_REQUIRED):
        return None
    stated = [moment(event) for event in shipment.events if event.health is health]
    left = shipment.promised.latest - now if shipment.promised is not None else timedelta(0)
    proposal = "chase_carrier" if health is Health.FAILED else "tell_customer"
    return DelayWarning(shipment.id, "exception", left, proposal, max(stated, default=now))


def _late(shipment: Shipment, now: datetime) -> DelayWarning | None:
    if shipment.promised is None:
        return None
    promised, expected = shipment.promised.latest, shipment.expected
    arrives = max(now, expected.window.latest) if expected is not None else now
    if arrives <= promised:
        return None
    since = min(expected.as_of, now) if expected is not None else promised
    return DelayWarning(shipment.id, "late", promised - arrives, "tell_customer", since)


def _silent(shipment: Shipment, now: datetime, gap: timedelta) -> DelayWarning | None:
    seen = last_seen(shipment, now)
    if seen is None or now - seen <= gap:
        return None
    quiet = now - seen
    proposal = "open_claim" if quiet > gap * _CLAIM_AFTER else "chase_carrier"
    return DelayWarning(shipment.id, "silent", gap - quiet, proposal, seen)


@decides("logistics.warn", 3)
def warn(
    shipment: Shipment, *, now: datetime, gap: timedelta = timedelta(days=5)
) -> Decision[DelayWarning | None]:
    """The worst thing wrong with a parcel that is on its way, or None.

    An exception is worse than being late, and that is worse than silence. Reasons name all that
    was found.

    Args:
        shipment: with its state, promise and expectation.
        now: the moment of looking.
        gap: the longest time without a scan that is still usual.
    """
    if shipment.state.stage.ended:
        return Decision(None, (Reason("ended", shipment.state.stage.value),))
    found = [
        warning
        for warning in (
            _exception(shipment, now),
            _late(shipment, now),
            _silent(shipment, now, gap),
        )
        if warning is not None
    ]
    if not found:
        return Decision(None, (Reason("on_its_way", "nothing to worry about"),))
    reasons = tuple(
        Reason(item.kind, item.proposal, Extra({"since": item.since.isoformat()})) for item in found
    )
    worst = found[0]
    facts = Extra({"kind": worst.kind, "proposal": worst.proposal})
    return Decision(worst, reasons, (Event("logistics.delay_warned", shipment.id, now, facts),))
