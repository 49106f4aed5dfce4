"""Strategies for parcels: lines, requests, labels, scans and shipments."""

from datetime import datetime

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossborder.model.carriage import CustomsLine, Label, Line, Parcel, Quote, ShipmentRequest
from crossborder.model.shipment import HandlingUnit, Leg, NumberUse, Shipment, Stay
from crossborder.model.tracking import Expected, ParcelState, TrackingEvent
from crossborder.testing.strategies.base import (
    built,
    countries,
    durations,
    ids,
    made,
    moments,
    pieces,
)

__all__ = [
    "customs_lines",
    "expectations",
    "handling_units",
    "labels",
    "legs",
    "lines",
    "number_uses",
    "parcel_states",
    "parcels",
    "quotes",
    "shipment_requests",
    "shipments",
    "stays",
    "tracking_events",
]


@made(ParcelState)
def parcel_states() -> SearchStrategy[ParcelState]:
    """Stage × health × reason."""
    return built(ParcelState)


@made(TrackingEvent)
def tracking_events() -> SearchStrategy[TrackingEvent]:
    """Scans with a zoned time, or with a local one only."""
    local = moments().map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"))
    zoned = built(TrackingEvent, at=moments(), local=st.none() | local)
    return zoned | built(TrackingEvent, at=st.none(), local=local)


_transits = st.tuples(durations(), durations()).map(lambda pair: (min(pair), max(pair)))


@made(Line)
def lines() -> SearchStrategy[Line]:
    """Lines with their measured times."""
    return built(Line, transit=_transits, countries=st.frozensets(countries()))


@made(CustomsLine)
def customs_lines() -> SearchStrategy[CustomsLine]:
    """Declared goods."""
    code = st.from_regex(r"[0-9]{6,10}", fullmatch=True)
    return built(CustomsLine, quantity=pieces(1), hs_code=st.just("") | code)


@made(Parcel)
def parcels() -> SearchStrategy[Parcel]:
    """Parcels before they have a number."""
    return built(Parcel)


@made(ShipmentRequest)
def shipment_requests() -> SearchStrategy[ShipmentRequest]:
    """What carriers are asked to carry."""
    numbers = st.dictionaries(st.sampled_from(["IOSS", "EORI"]), ids(), max_size=2)
    return built(ShipmentRequest, tax_ids=numbers)


@made(Quote)
def quotes() -> SearchStrategy[Quote]:
    """What carriers would take."""
    return built(Quote, transit=st.none() | _transits)


@made(Label)
def labels() -> SearchStrategy[Label]:
    """Labels by address or by content."""
    return built(Label, media_type=st.sampled_from(["application/pdf", "image/png"]))


@made(Leg)
def legs() -> SearchStrategy[Leg]:
    """Stretches of the way."""
    return built(Leg, mode=st.sampled_from(["air", "sea", "road", "rail", "post"]))


_spans = st.tuples(st.none() | moments(), st.none() | moments()).map(
    lambda pair: pair if None in pair else tuple(sorted(pair))  # type: ignore[type-var]
)


@made(Stay)
def stays() -> SearchStrategy[Stay]:
    """Times inside something, some of them still lasting."""
    return st.builds(lambda inside, span: Stay(inside, *span), ids(), _spans)


@made(NumberUse)
def number_uses() -> SearchStrategy[NumberUse]:
    """Numbers with the time they meant something."""
    return st.builds(
        lambda number, carrier, span: NumberUse(number, carrier, *span), ids(), ids(), _spans
    )


def _unit(unit: HandlingUnit, at: list[datetime], holders: list[str]) -> HandlingUnit:
    """The unit, inside one thing after the other."""
    spans = list(zip(holders, at[::2], at[1::2], strict=False))
    if not spans:
        return unit
    *before, last = (Stay(*span) for span in spans)
    return evolve(
        unit,
        inside=last.inside,
        loaded_at=last.loaded_at,
        unloaded_at=last.unloaded_at,
        earlier=tuple(before),
    )


@made(HandlingUnit)
def handling_units() -> SearchStrategy[HandlingUnit]:
    """Things moved as one, with the things they were inside of."""
    nothing: SearchStrategy[None] = st.none()
    alone = built(
        HandlingUnit,
        inside=nothing,
        loaded_at=nothing,
        unloaded_at=nothing,
        earlier=st.just(()),
    )
    times = st.lists(moments(), max_size=6).map(sorted)
    holders = st.lists(ids().map("in {}".format), max_size=3)
    return st.builds(_unit, alone, times, holders)


@made(Expected)
def expectations() -> SearchStrategy[Expected]:
    """When parcels are expected."""
    return built(Expected)


@made(Shipment)
def shipments() -> SearchStrategy[Shipment]:
    """Parcels on their way."""
    return built(Shipment)
