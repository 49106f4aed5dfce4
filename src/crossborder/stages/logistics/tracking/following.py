"""A parcel with what was heard of it: its history, its state and its numbers told anew."""

from datetime import datetime

from attrs import evolve

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import (
    COMPUTED,
    GOING_BACK,
    TROUBLE,
    Health,
    ParcelState,
    Stage,
    TrackingEvent,
    added_up,
    together,
)
from crossborder.stages.logistics.tracking.merging import merge

__all__ = ["track"]

_HOME = frozenset({Stage.DELIVERED, Stage.RETURNED})


def _legs(
    shipment: Shipment, stated: tuple[Leg, ...], events: tuple[TrackingEvent, ...]
) -> tuple[Leg, ...]:
    """The legs, with those stated anew, and one more for each number that an event brought.

    A leg that an event brought is named by who told of it, and gives way to a stated one of its
    number. It is added anew each time: scans may arrive in any order, and the legs are those that
    all of them together say.
    """
    brought = {event.number: event.source for event in reversed(events) if event.number}
    added = {number: Leg(carrier=source, number=number) for number, source in brought.items()}
    told = {Leg(carrier=event.source, number=event.number) for event in events if event.number}
    legs = [leg for leg in shipment.legs if leg not in told]
    places = {(leg.number, leg.carrier): place for place, leg in enumerate(legs) if leg.number}
    for leg in stated:
        if not leg.number or (leg.number, leg.carrier) == (shipment.number, shipment.carrier):
            continue
        place = places.get((leg.number, leg.carrier))
        if place is None:
            legs.append(leg)
        else:
            legs[place] = _fuller(legs[place], leg)
    known = {shipment.number, *(leg.number for leg in legs)}
    order = dict.fromkeys(event.number for event in events if event.number)
    return (*legs, *(added[number] for number in order if number not in known))


def _fuller(leg: Leg, again: Leg) -> Leg:
    """A leg with what another telling of it adds."""
    names = ("line", "origin", "destination", "planned", "handed_at")
    return evolve(leg, **{name: getattr(leg, name) or getattr(again, name) for name in names})


def _reported(state: ParcelState, told: ParcelState) -> ParcelState | None:
    """What a state says beyond the scans that it stands beside: a carrier's own word."""
    trouble = state.health in TROUBLE and (state.health, state.reason) != (
        told.health,
        told.reason,
    )
    if state.stage is told.stage and not trouble:
        return None
    return evolve(state, health=Health.OK) if state.health in COMPUTED else state


def _settled(
    shipment: Shipment, news: ParcelState | None, merged: tuple[TrackingEvent, ...]
) -> ParcelState:
    """The state by the scans, and by the carrier's word where that says more.

    What was reported before stands until scans add up to something else; a reported arrival
    stands until there is a way back. A scan after all that was known then reopens it.
    """
    before, told = added_up(shipment.events), added_up(merged)
    known = _reported(shipment.state, before)
    if news is None and known is not None and (told == before or known.stage in _HOME):
        if known.stage is Stage.DELIVERED and told.stage not in GOING_BACK and told != before:
            return evolve(known, reopened=known.reopened or _later(shipment, merged))
        news = known
    if known is not None and known.stage in GOING_BACK and told.stage is Stage.DELIVERED:
        return evolve(told, stage=Stage.RETURNED)
    if news is None or (told.stage.ended and not news.stage.ended):
        return told
    if news.stage is Stage.DELIVERED and told.stage in GOING_BACK:
        return told
    return together(news, told)


def _later(shipment: Shipment, merged: tuple[TrackingEvent, ...]) -> bool:
    """Whether it was scanned on its way after the last thing that was heard of it."""
    heard = [event.received_at for event in shipment.events if event.received_at is not None]
    return bool(heard) and any(
        event.at is not None
        and event.at > max(heard)
        and event.stage not in (Stage.UNKNOWN, Stage.DELIVERED)
        for event in merged
    )


@decides("logistics.track", 3)
def track(
    shipment: Shipment, news: tuple[TrackingEvent, ...] | Shipment, *, now: datetime
) -> Decision[Shipment]:
    """The shipment with what was heard of it: history merged, state and legs told anew.

    Of a parcel as a reader gives it, everything is taken: its scans, the carrier's word for the
    whole parcel where that says more than the scans, its legs, ids and whatever else it holds. Our
    own id, order, promise and line stay. The same news again change nothing and cause no events.

    Args:
        shipment: as known so far.
        news: scans from one or more sources, in any order; or a parcel of a `Reading`.
        now: the moment of reading, for the events that follow.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> known = Shipment(ShipmentId("s1"), "acme", "A1", line="FAST")
    >>> read = Shipment(ShipmentId("A1"), "acme", "A1", state=ParcelState(Stage.DELIVERED))
    >>> at = datetime(2026, 11, 22, tzinfo=UTC)
    >>> after = track(known, read, now=at).value
    >>> after.id, after.line, after.state.stage.value, track(after, (), now=at).value == after
    ('s1', 'FAST', 'delivered', True)
    """
    read = news if isinstance(news, Shipment) else None
    events = read.events if read is not None else news
    assert isinstance(events, tuple)
    merged = merge(shipment.events, events)
    word = None if read is None else _reported(read.state, added_up(read.events))
    before, state = shipment.state, _settled(shipment, word, merged)
    legs = _legs(shipment, () if read is None else read.legs, merged)
    after = evolve(shipment, events=merged, state=state, legs=legs)
    if read is not None:
        after = evolve(
            after,
            ship_date=shipment.ship_date or read.ship_date,
            line=shipment.line or read.line,
            refs=tuple(dict.fromkeys((*shipment.refs, *read.refs))),
            extra=Extra({**shipment.extra, **read.extra}),
        )
    facts = Extra(
        {
            "from": before.stage.value,
            "to": state.stage.value,
            "health": state.health.value,
            "reason": state.reason,
        }
    )
    reasons = [
        Reason("merged", facts=Extra({"before": len(shipment.events), "after": len(merged)})),
        Reason(f"stage_{state.stage.value}", facts=facts),
    ]
    if word is not None and state.stage is word.stage:
        reasons.append(Reason("reported", "the carrier says so of the whole parcel"))
    known = set(shipment.numbers)
    reasons += [Reason("new_number", number) for number in after.numbers if number not in known]
    names = []
    if state.stage is not before.stage:
        names.append("logistics.stage_changed")
        if state.stage is Stage.DELIVERED:
            names.append("logistics.delivered")
    if state.health in TROUBLE and (state.health, state.reason) != (before.health, before.reason):
        names.append("logistics.exception")
    if state.reopened and not before.reopened:
        names.append("logistics.reopened")
        reasons.append(Reason("reopened", "scanned again after delivery"))
    happened = tuple(Event(name, shipment.id, now, facts) for name in names)
    return Decision(after, tuple(reasons), happened)
