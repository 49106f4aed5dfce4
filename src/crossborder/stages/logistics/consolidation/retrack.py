"""A shipment that follows its history, also where the history takes something back."""

from datetime import datetime

from attrs import evolve

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import COMPUTED, ParcelState, TrackingEvent, added_up
from crossborder.stages.logistics.consolidation.history import INHERITED
from crossborder.stages.logistics.tracking import track

__all__ = ["retrack"]


def _lent(event: TrackingEvent) -> bool:
    return event.source == "consolidation" or INHERITED in event.extra


@decides("logistics.retrack", 1)
def retrack(
    shipment: Shipment, events: tuple[TrackingEvent, ...], *, now: datetime
) -> Decision[Shipment]:
    """`track` onto a history, after what its containers had lent it and no longer do is taken back.

    A shipment only gains scans by `track`. But a word that comes late, such as that the parcel had
    been taken out before, makes scans of the container another's. What carriers said of the parcel
    itself is never taken back.

    Args:
        shipment: as known so far.
        events: its history as it is now, the whole of it (`history`); other scans may be among it.
        now: the moment of reading, for the events that follow.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> at, parcel = datetime(2026, 11, 22, tzinfo=UTC), Shipment(ShipmentId("s1"), "acme", "A1")
    >>> lent = TrackingEvent("acme", "AF", at=at, extra=Extra({INHERITED: "bag"}))
    >>> after = retrack(parcel, (lent,), now=at).value
    >>> len(after.events), retrack(after, (), now=at).value == parcel
    (1, True)
    """
    told = set(events)
    kept = tuple(event for event in shipment.events if event in told or not _lent(event))
    gone = len(shipment.events) - len(kept)
    if not gone:
        return track(shipment, events, now=now)
    state = _without(shipment.state, added_up(shipment.events), added_up(kept))
    tracked = track(evolve(shipment, events=kept, state=state), events, now=now)
    after = tracked.value.state.stage
    facts = Extra({"scans": gone, "from": shipment.state.stage.value, "to": after.value})
    return Decision(
        tracked.value,
        (Reason("taken_back", facts=facts), *tracked.reasons),
        (Event("logistics.scans_taken_back", shipment.id, now, facts), *tracked.events),
    )


def _without(state: ParcelState, before: ParcelState, kept: ParcelState) -> ParcelState:
    """What the scans that are kept add up to; what a carrier said beside all of them stands."""
    plain = evolve(state, health=before.health) if state.health in COMPUTED else state
    return kept if plain == before else state
