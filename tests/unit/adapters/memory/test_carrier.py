from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from crossborder.errors import InvalidValue, NotFound, OutcomeUnknown
from crossborder.model.carriage import Label, Line, Parcel, Quote, ServiceClass, ShipmentRequest
from crossborder.model.ids import OrderId, ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.outcome import Done
from crossborder.model.place import Address
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage, TrackingEvent

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AIR = Line("AIR", "memory", "Air", ServiceClass.AIR, Price("30", "CNY"), (5 * DAY, 9 * DAY))
LIGHT = Line(
    "LIGHT",
    "memory",
    "Light",
    ServiceClass.SMALL_PACKET,
    Price("20", "CNY"),
    (9 * DAY, 30 * DAY),
    frozenset({"US"}),
    Weight.kg(2),
)
POWER = evolve(AIR, id="POWER", accepts=frozenset({"battery"}))
ASKED = ShipmentRequest(
    "parcel-1", "any", Address("Ann", "US"), Parcel(Weight.kg(1)), order_id=OrderId("1")
)


@pytest.fixture(autouse=True)
def lines(talk: Any) -> None:
    for line in (AIR, LIGHT, POWER):
        talk.state.add_line(line)


@pytest.mark.parametrize(
    ("changed", "fit"),
    [
        ({}, ["AIR", "LIGHT"]),
        ({"line": "LIGHT"}, ["LIGHT"]),
        ({"ship_to": Address("Bo", "DE")}, ["AIR"]),
        ({"parcel": Parcel(Weight.kg(3))}, ["AIR"]),
        ({"parcel": Parcel(Weight.kg(1), cargo="battery")}, ["POWER"]),
        ({"parcel": Parcel(Weight.kg(1), cargo="liquid")}, []),
    ],
)
def test_only_lines_that_take_the_parcel_are_quoted(
    talk: Any, changed: dict[str, Any], fit: list[str]
) -> None:
    quotes = talk(talk.memory.quote(evolve(ASKED, **changed)))
    assert [quote.line for quote in quotes] == fit
    assert talk.state.effects == []


def test_a_quote_says_what_the_line_costs_and_takes(talk: Any) -> None:
    (quote,) = talk(talk.memory.quote(evolve(ASKED, line="AIR")))
    assert quote == Quote("AIR", "Air", AIR.cost, AIR.transit, "memory")


def _ship(talk: Any, request: ShipmentRequest, **how: Any) -> Any:
    return talk(talk.memory.ship(request, now=NOW), **how)


def test_a_parcel_is_booked_under_our_number_once(talk: Any) -> None:
    first = _ship(talk, evolve(ASKED, line="AIR")).value
    assert (first.id, first.line, first.cost) == (ShipmentId("parcel-1"), "AIR", AIR.cost)
    assert (first.state.stage, first.order_id) == (Stage.REGISTERED, OrderId("1"))
    assert _ship(talk, evolve(ASKED, line="AIR")) == Done(first)
    assert talk.counted("parcel") == 1


@pytest.mark.parametrize("changed", [{"line": "any"}, {"line": "SEA"}, {"line": "POWER"}])
def test_a_line_that_does_not_fit_is_refused(talk: Any, changed: dict[str, Any]) -> None:
    outcome = _ship(talk, evolve(ASKED, **changed))
    assert outcome.codes == ("line_unfit",)
    assert outcome.problems[0].field == "line"
    assert talk.state.effects == []


@pytest.mark.parametrize("after", [True, False], ids=["after the effect", "before it"])
def test_a_lost_answer_leaves_one_parcel(talk: Any, losing: Any, after: bool) -> None:
    line = losing(talk.memory.server, "/shipments", after=after)
    booked = _ship(talk, evolve(ASKED, line="AIR"), http=line).value
    assert booked.id == "parcel-1"
    assert talk.counted("parcel") == 1
    assert line.seen == (1 if after else 2)


def test_a_parcel_refused_on_the_second_try_is_refused(talk: Any, losing: Any) -> None:
    line = losing(talk.memory.server, "/shipments", after=False)
    assert _ship(talk, evolve(ASKED, line="SEA"), http=line).codes == ("line_unfit",)
    assert line.seen == 2


def test_a_parcel_whose_answers_all_get_lost_stays_unknown_or_is_found(
    talk: Any, losing: Any
) -> None:
    line = losing(talk.memory.server, "/shipments", times=99, after=False)
    with pytest.raises(OutcomeUnknown):
        _ship(talk, evolve(ASKED, line="AIR"), http=line)
    assert talk.counted("parcel") == 0


def test_a_duplicate_that_cannot_be_found_stays_a_refusal(talk: Any) -> None:
    _ship(talk, evolve(ASKED, line="AIR"))
    talk.state.booked["parcel-1"] = "MEM-GONE"
    talk.state.shipments["MEM-GONE"] = talk.state.shipments.pop("MEM000000001XB")

    class Forgetful(dict[str, str]):
        """Knows that a number was taken, and not by what."""

        def get(self, key: str, default: Any = None) -> Any:
            return None

    talk.state.booked = Forgetful(talk.state.booked)
    assert _ship(talk, evolve(ASKED, line="AIR")).codes == ("duplicate",)


def test_a_label_is_an_address_of_a_document(talk: Any) -> None:
    booked = _ship(talk, evolve(ASKED, line="AIR")).value
    assert talk(talk.memory.label(booked)) == Label(
        booked.number, "application/pdf", f"https://memory.test/labels/{booked.number}.pdf"
    )
    with pytest.raises(NotFound):
        talk(talk.memory.label(Shipment(ShipmentId("x"), "memory", "NONE")))


def test_only_registered_parcels_are_tracked(talk: Any) -> None:
    booked = _ship(talk, evolve(ASKED, line="AIR")).value
    strange = Shipment(ShipmentId("x"), "memory", "NONE")
    before = talk(talk.memory.track((booked, strange), now=NOW))
    assert before.parcels == ()
    assert [(item.code, item.field) for item in before.problems] == [
        ("not_registered", booked.number),
        ("not_registered", "NONE"),
    ]
    done, refused = talk(talk.memory.register((booked, strange)))
    assert done == Done(booked)
    assert refused.codes == ("unknown_number",)
    after = talk(talk.memory.track((booked, strange), now=NOW))
    assert after.parcels == (booked,)
    assert [item.field for item in after.problems] == ["NONE"]


def test_scans_and_the_last_mile_number_come_with_the_parcel(talk: Any) -> None:
    booked = _ship(talk, evolve(ASKED, line="AIR")).value
    talk(talk.memory.register((booked,)))
    scan = TrackingEvent("memory", "LM", "handed over", Stage.HANDOVER, NOW + DAY)
    talk.state.scan(booked.number, (scan,), last_mile="9400")
    (parcel,) = talk(talk.memory.track((booked,), now=NOW)).parcels
    assert parcel.events == (*booked.events, scan)
    assert parcel.numbers == (booked.number, "9400")


def test_a_scan_may_come_without_a_last_mile_number(talk: Any) -> None:
    booked = _ship(talk, evolve(ASKED, line="AIR")).value
    talk(talk.memory.register((booked,)))
    scan = TrackingEvent("memory", "EX", "left the country", Stage.EXPORT, NOW + DAY)
    talk.state.scan(booked.number, (scan,))
    (parcel,) = talk(talk.memory.track((booked,), now=NOW)).parcels
    assert parcel.events == (*booked.events, scan)
    assert parcel.legs == booked.legs


def test_a_number_that_was_not_booked_cannot_be_scanned(talk: Any) -> None:
    with pytest.raises(InvalidValue, match="was not booked here"):
        talk.state.scan("N1", ())
