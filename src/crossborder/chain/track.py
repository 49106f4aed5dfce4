"""Where parcels are, when they are expected, and which of them need somebody."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from crossborder.chain.terms import Terms
from crossborder.conversation import Steps, flow
from crossborder.errors import CurrencyMismatch
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.money import Price
from crossborder.model.outcome import Outcome, Problem
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Tracker
from crossborder.stages import logistics
from crossborder.stages.logistics.consolidation import Assigned, Unsure, match
from crossborder.stages.logistics.delay import Alarm, alarm, last_seen, late_chance
from crossborder.stages.logistics.remaining import Law

__all__ = ["Tracked", "Watched", "track"]

Told = list[tuple[int, Decision[Any]]]

_COMPUTED = {"late": Health.DELAYED, "silent": Health.SILENT}


def _share(value: object) -> object:
    """A float is taken: chances are estimates."""
    return Decimal(f"{value:.4f}") if isinstance(value, float) else value


@frozen(field_transformer=checked)
class Watched:
    """What a seller knows of a parcel beside its scans, kept from one look to the next.

    Attributes:
        alarm: the last one raised, or None.
        chance: of being late, as of this look, such as `predict.survival` says; None: what was
            learnt of its line counts, and without that its likely arrival. It is used once.
        worth: what a refund costs, or None.
        resend: what it costs to send another one, or None.

    Raises:
        InvalidValue: a chance that is not between 0 and 1.

    >>> Watched(chance=0.31, worth=Price("19.90", "USD")).chance
    Decimal('0.3100')
    """

    alarm: Alarm | None = None
    chance: Decimal | None = field(default=None, converter=_share)
    worth: Price | None = None
    resend: Price | None = None

    def __attrs_post_init__(self) -> None:
        if self.chance is not None and self.chance > 1:
            raise refuse(self, "chance", self.chance, "must be a share, 0 to 1")


@frozen
class Tracked:
    """What is known of parcels.

    Attributes:
        shipments: with their events, state and expected window, in the order given.
        warnings: what is wrong now, at most one a parcel, worst first.
        alarms: raised by this look: at most one a parcel, none that was told before, least slack
            first. Each says what to do, and whether that may run unasked.
        watched: what to give to the next look: of these parcels and of all others that were given,
            without those that have arrived or ended otherwise.
        problems: numbers the vendor does not know, and what it said that is of none of these
            parcels or may be of several, or that is priced in another currency.
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
    laws: Mapping[str, Law] = MappingProxyType({}),
    watched: Mapping[ShipmentId, Watched] = MappingProxyType({}),
    now: datetime,
) -> Steps[Tracked]:
    """Ask where parcels are and merge it with what was known.

    An answer is sorted to parcels by number, carrier and time (`consolidation.match`), as numbers
    come back: what was scanned under a number a year ago is no news of today's parcel.

    `evidence` says how many delivered parcels stand behind the transit times of `terms`. `laws`
    are what was learnt of lines (`predict.transit`), by the parcel's line; a parcel of another
    line, or of one with few observations, is expected by the terms. `watched` is what the last
    look gave back (`Tracked.watched`), so that nothing is told twice; prices and chances may be
    put into it before. What may be done unasked stands in `terms.alarms`; after so long without a
    scan as `terms.silence` says, a parcel is silent for both the warning and the alarm.
    """
    told: Told = []
    registered = yield from tracker.register(shipments)
    reading = yield from tracker.track(shipments, now=now)
    matched = match(reading.parcels, shipments)
    told.append((9, matched))
    news, problems = _sorted(matched.value.assigned, matched.value.ambiguous)
    problems += [_stray("other_parcel", read) for read in matched.value.unknown]
    followed, warnings, alarms = [], [], []
    seen = dict(watched)
    for known in shipments:
        moved = known
        for read in news.get(known.id, ()):
            decided = logistics.track(moved, read, now=now)
            told.append((9, decided))
            moved = decided.value
        law = laws.get(known.line)
        expected = logistics.expect(
            moved,
            transit=terms.transit,
            evidence=evidence,
            carrier=_stated(news.get(known.id, ())),
            law=law,
            now=now,
        )
        shipment = evolve(moved, expected=expected.value)
        warning = logistics.warn(shipment, now=now, gap=terms.silence)
        told += [(9, expected), (9, warning)]
        watch = watched.get(known.id, Watched())
        try:
            raised = _alarm(shipment, watch, law, terms=terms, now=now)
        except CurrencyMismatch as error:
            held = Extra({"shipment": known.id})
            problems.append(Problem("currency_mismatch", str(error), extra=held))
        else:
            told.append((9, raised))
            if raised.value is not None:
                alarms.append(raised.value)
            watch = _kept(watch, raised, shipment, now)
        if shipment.state.stage.ended and shipment.state.stage is not Stage.LOST:
            seen.pop(known.id, None)
        else:
            seen[known.id] = evolve(watch, chance=None)
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
        seen,
        (*reading.problems, *problems),
        registered,
        tuple(told),
    )


def _sorted(
    assigned: Sequence[Assigned], ambiguous: Sequence[Unsure]
) -> tuple[dict[ShipmentId, list[Shipment]], list[Problem]]:
    """What was read of each parcel; what may be of several is a problem.

    A number that was asked for, and that one parcel has, is that parcel's, whatever the vendor
    calls the carrier.
    """
    news: dict[ShipmentId, list[Shipment]] = {}
    problems = []
    for one in assigned:
        news.setdefault(one.shipment_id, []).append(one.reading)
    for unsure in ambiguous:
        if len(unsure.candidates) == 1:
            news.setdefault(unsure.candidates[0], []).append(unsure.reading)
        else:
            problems.append(_stray("ambiguous", unsure.reading, *unsure.candidates))
    return news, problems


def _stray(code: str, read: Shipment, *candidates: ShipmentId) -> Problem:
    """What was said under a number and is of none of the parcels, or of one of several."""
    text = "may be of several parcels" if candidates else "is of none of these parcels"
    held = {"number": read.number, "carrier": read.carrier, "events": len(read.events)}
    return Problem(code, f"{read.number} {text}", extra=Extra(held | {"candidates": candidates}))


def _alarm(
    shipment: Shipment, watch: Watched, law: Law | None, *, terms: Terms, now: datetime
) -> Decision[Alarm | None]:
    chance = watch.chance
    if chance is None and law is not None:
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


def _kept(
    watch: Watched, raised: Decision[Alarm | None], shipment: Shipment, now: datetime
) -> Watched:
    """What is known after this look; an alarm is forgotten when the parcel moves and is well."""
    if raised.value is not None:
        return evolve(watch, alarm=raised.value)
    seen = last_seen(shipment, now)
    moves = watch.alarm is not None and seen is not None and seen > watch.alarm.raised_at
    return evolve(watch, alarm=None) if moves and raised.codes == ("on_its_way",) else watch


def _urgency(told: logistics.DelayWarning | Alarm) -> tuple[timedelta, str]:
    return told.slack, told.shipment_id


def _stated(read: Sequence[Shipment]) -> Window | None:
    """The carrier's own estimate, where it gave one."""
    stated = [one.expected for one in read if one.expected is not None]
    return next((one.window for one in stated if one.source == "carrier"), None)
