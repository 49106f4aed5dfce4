"""Where parcels are, when they are expected, and which of them need somebody."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from crossborder.chain.terms import Terms
from crossborder.conversation import Steps, flow
from crossborder.model.decision import Decision
from crossborder.model.ids import ShipmentId
from crossborder.model.money import Price
from crossborder.model.outcome import Outcome, Problem
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health
from crossborder.predict.transit import TransitLaw
from crossborder.protocols.logistics import Tracker
from crossborder.stages import logistics
from crossborder.stages.logistics.delay import Alarm, alarm, late_chance
from crossborder.stages.logistics.remaining import FEWEST

__all__ = ["Tracked", "Watched", "track"]

Told = list[tuple[int, Decision[Any]]]

_COMPUTED = {"late": Health.DELAYED, "silent": Health.SILENT}


@frozen
class Watched:
    """What a seller knows of a parcel beside its scans, kept from one look to the next.

    Attributes:
        alarm: the last one raised, or None.
        chance: of being late, such as `predict.survival` says, or None: what was learnt of its
            line counts, and without that the expected window.
        worth: what a refund costs, or None.
        resend: what it costs to send another one, or None.
    """

    alarm: Alarm | None = None
    chance: Decimal | None = None
    worth: Price | None = None
    resend: Price | None = None


@frozen
class Tracked:
    """What is known of parcels.

    Attributes:
        shipments: with their events, state and expected window, in the order given.
        warnings: what is wrong now, at most one a parcel, worst first.
        alarms: raised by this look: at most one a parcel, none that was told before, least slack
            first. Each says what to do, and whether that may run unasked.
        watched: what to give to the next look, by shipment.
        problems: numbers the vendor does not know.
        registered: one outcome for each parcel, in order.
        decisions: made on the way, by stage.
    """

    shipments: tuple[Shipment, ...]
    warnings: tuple[logistics.DelayWarning, ...]
    alarms: tuple[Alarm, ...]
    watched: Mapping[ShipmentId, Watched]
    problems: tuple[Problem, ...]
    registered: tuple[Outcome[Shipment], ...]
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)


@flow
def track(
    tracker: Tracker,
    shipments: tuple[Shipment, ...],
    *,
    terms: Terms,
    evidence: int = 0,
    laws: Mapping[str, TransitLaw] = MappingProxyType({}),
    watched: Mapping[ShipmentId, Watched] = MappingProxyType({}),
    now: datetime,
) -> Steps[Tracked]:
    """Ask where parcels are and merge it with what was known.

    `evidence` says how many delivered parcels stand behind the transit times of `terms`. `laws`
    are what was learnt of lines (`predict.transit`), by the parcel's line; a parcel of another
    line, or of one with few observations, is expected by the terms. `watched` is what the last
    look gave back (`Tracked.watched`), so that nothing is told twice; prices and chances may be
    put into it before. What may be done unasked stands in `terms.alarms`.
    """
    told: Told = []
    registered = yield from tracker.register(shipments)
    reading = yield from tracker.track(shipments, now=now)
    news = {parcel.number: parcel for parcel in reading.parcels}
    followed, warnings, alarms = [], [], []
    seen: dict[ShipmentId, Watched] = {}
    for known in shipments:
        current = news.get(known.number)
        moved = logistics.track(
            known if current is None else _with_legs(known, current),
            current.events if current is not None else (),
            now=now,
        )
        expected = logistics.expect(
            moved.value,
            transit=terms.transit,
            evidence=evidence,
            carrier=_stated(current),
            law=laws.get(known.line),
            now=now,
        )
        shipment = evolve(moved.value, expected=expected.value)
        warning = logistics.warn(shipment, now=now, gap=terms.silence)
        watch = watched.get(known.id, Watched())
        raised = _alarm(shipment, watch, laws.get(known.line), terms=terms, now=now)
        told += [(9, moved), (9, expected), (9, warning), (9, raised)]
        if raised.value is not None:
            alarms.append(raised.value)
            watch = evolve(watch, alarm=raised.value)
        seen[known.id] = watch
        if warning.value is not None:
            warnings.append(warning.value)
            health = _COMPUTED.get(warning.value.kind)
            if health is not None and shipment.state.health is Health.OK:
                shipment = evolve(shipment, state=evolve(shipment.state, health=health))
        followed.append(shipment)
    return Tracked(
        tuple(followed),
        tuple(sorted(warnings, key=_urgency)),
        tuple(sorted(alarms, key=_urgency)),
        MappingProxyType(seen),
        reading.problems,
        registered,
        tuple(told),
    )


def _alarm(
    shipment: Shipment, watch: Watched, law: TransitLaw | None, *, terms: Terms, now: datetime
) -> Decision[Alarm | None]:
    chance = watch.chance
    if chance is None and law is not None and law.whole.evidence >= FEWEST:
        chance = late_chance(shipment, law, now=now)
    return alarm(
        shipment,
        now=now,
        policy=terms.alarms,
        probability=chance,
        known=watch.alarm,
        gap=terms.silence,
        worth=watch.worth,
        resend=watch.resend,
    )


def _urgency(told: logistics.DelayWarning | Alarm) -> tuple[timedelta, str]:
    return told.slack, told.shipment_id


def _with_legs(known: Shipment, current: Shipment) -> Shipment:
    """What we know, with the legs (and so the last-mile number) that the vendor has added."""
    numbers = set(known.numbers)
    new = tuple(leg for leg in current.legs if leg.number and leg.number not in numbers)
    return evolve(known, legs=(*known.legs, *new))


def _stated(current: Shipment | None) -> Any:
    """The carrier's own estimate, where it gave one."""
    if current is None or current.expected is None or current.expected.source != "carrier":
        return None
    return current.expected.window
