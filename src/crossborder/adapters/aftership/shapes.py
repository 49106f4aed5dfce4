"""AfterShip's answers as our nouns; what tracks a parcel is in `reader`."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from crossborder.adapters.aftership.calls import carrier_name, slug
from crossborder.adapters.aftership.rules import ALREADY, VENDOR
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.shipment import Shipment
from crossborder.wire.payload import Payload

__all__ = ["cursor", "ours", "refused", "registered"]


def registered(answer: Any, shipment: Shipment) -> Done[Shipment]:
    """The parcel with AfterShip's id; what else was said stands in `extra["aftership"]`.

    Events come later: a carrier is asked only after the registration.
    """
    data = Payload(answer, source=VENDOR).one("data")
    item = data.maybe_one("tracking") or data
    ref = item.text("id")
    extra = Extra({**shipment.extra, VENDOR: item.unread()})
    return Done(evolve(_known(shipment, ref), extra=extra))


def refused(problems: tuple[Problem, ...], text: str, shipment: Shipment) -> Outcome[Shipment]:
    """The outcome of a refusal: one that says "it is so already" is done, with a warning."""
    stated = problems or (Problem("refused", text),)
    if all(problem.code != ALREADY for problem in stated):
        return Refused(stated)
    warnings = tuple(evolve(problem, severity="warning") for problem in stated)
    data = Payload(stated[0].extra, source=VENDOR)
    ref = (data.maybe_one("tracking") or data).maybe_text("id")
    return Done(_known(shipment, ref) if ref else shipment, warnings)


def _known(shipment: Shipment, ref: str) -> Shipment:
    """The parcel with AfterShip's id of it."""
    others = tuple(one for one in shipment.refs if one.vendor != VENDOR)
    return evolve(shipment, refs=(*others, Ref(VENDOR, ref)))


def cursor(answer: Any) -> str:
    """Where the next page of a list begins; empty at its end."""
    around = Payload(answer, source=VENDOR).one("data").maybe_one("pagination")
    if around is None or around.maybe_flag("has_next_page") is False:
        return ""
    return around.maybe_text("next_cursor") or ""


def ours(
    asked: Iterable[Shipment], read: Iterable[Shipment], carriers: Mapping[str, str]
) -> tuple[tuple[Shipment, ...], tuple[Problem, ...]]:
    """What was read of our parcels, in our order, with all that is ours kept; and who is missing.

    A number is told apart by its carrier; where only one answer is left, its carrier may differ,
    as AfterShip may have found another one. Ours are the id, the carrier, the order, the ship
    date, the promise and the line.
    """
    left: dict[str, list[Shipment]] = {}
    for one in read:
        left.setdefault(one.number, []).append(one)
    mine = tuple(asked)
    found: dict[int, Shipment] = {}
    for exactly in (True, False):
        for place, shipment in enumerate(mine):
            name = carrier_name(slug(shipment.carrier, carriers), carriers)
            given = left.get(shipment.number, [])
            match = next((one for one in given if not exactly or one.carrier == name), None)
            if place not in found and match is not None:
                given.remove(match)
                found[place] = match
    missing = (one.number for place, one in enumerate(mine) if place not in found)
    problems = tuple(
        Problem("not_registered", "nothing is known of it", extra=Extra({"number": number}))
        for number in missing
    )
    return tuple(_merged(mine[place], found[place]) for place in sorted(found)), problems


def _merged(mine: Shipment, read: Shipment) -> Shipment:
    return evolve(
        _known(mine, read.refs[0].value) if read.refs else mine,
        legs=read.legs or mine.legs,
        events=read.events,
        state=read.state,
        expected=read.expected or mine.expected,
        extra=Extra({**mine.extra, VENDOR: read.extra}),
    )
