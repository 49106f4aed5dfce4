from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.chain import Tracked, Watched, track
from crossborder.conversation import Steps, flow
from crossborder.model.carriage import Parcel, ShipmentRequest
from crossborder.model.ids import OrderId, ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.place import Address
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, Stage, TrackingEvent
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit import TransitLaw
from crossborder.protocols import Reading
from crossborder.stages.logistics.delay import AlarmPolicy

DAY = timedelta(days=1)


def _ship(made: Any, number: int = 1) -> Shipment:
    request = ShipmentRequest(
        f"parcel-{number}",
        "EXPRESS",
        Address("Ann", "US"),
        Parcel(Weight.kg(1)),
        order_id=OrderId(str(number)),
    )
    flow = made.world.memory.ship(request, now=made.world.at(days=number - 1))
    shipment: Shipment = made.run(flow, key=f"ship/{number}").value
    return shipment


def _scan(made: Any, shipment: Shipment, stage: Stage, days: int, **given: Any) -> None:
    at = made.world.start + days * DAY
    event = TrackingEvent("memory", stage.name[:3], stage.value, stage, at, number=shipment.number)
    made.state.scan(shipment.number, (event,), **given)


def _track(made: Any, *shipments: Shipment, days: int = 6, tracker: Any = None) -> Tracked:
    found: Tracked = made.run(
        track(
            tracker or made.world.memory,
            shipments,
            terms=made.world.terms,
            now=made.world.at(days=days),
        ),
        key="track",
    )
    return found


def test_scans_are_merged_once_into_what_was_known(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.ACCEPTED, 1)
    _scan(made, shipment, Stage.EXPORT, 3)
    (first,) = _track(made, shipment).shipments
    assert [event.stage for event in first.events] == [
        Stage.REGISTERED,
        Stage.ACCEPTED,
        Stage.EXPORT,
    ]
    assert first.state.stage is Stage.EXPORT
    (again,) = _track(made, first).shipments
    assert again.events == first.events


def test_the_last_mile_number_is_added_when_it_comes(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.HANDOVER, 3, last_mile="9400")
    (followed,) = _track(made, shipment).shipments
    assert followed.numbers == (shipment.number, "9400")
    (again,) = _track(made, followed).shipments
    assert again.legs == followed.legs


def test_a_parcel_delivered_in_time_warns_nobody(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.DELIVERED, 4)
    tracked = _track(made, shipment, days=60)
    assert tracked.warnings == ()
    assert tracked.shipments[0].state.stage is Stage.DELIVERED


def test_a_late_parcel_is_warned_of_and_counts_as_delayed(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    promised = evolve(shipment, promised=Window(made.world.start, made.world.start + 5 * DAY))
    _scan(made, shipment, Stage.EXPORT, 5)
    tracked = _track(made, promised)
    assert [warning.kind for warning in tracked.warnings] == ["late"]
    assert tracked.shipments[0].state.health is Health.DELAYED


def test_a_parcel_without_scans_is_silent(site: Any) -> None:
    made = site()
    tracked = _track(made, _ship(made), days=9)
    assert [warning.kind for warning in tracked.warnings] == ["silent"]
    assert tracked.shipments[0].state.health is Health.SILENT


def test_what_the_carrier_said_of_health_is_not_overwritten(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    at = made.world.start + DAY
    failed = TrackingEvent(
        "memory", "FAIL", "damaged", Stage.EXPORT, at, health=Health.FAILED, number=shipment.number
    )
    made.state.scan(shipment.number, (failed,))
    tracked = _track(made, shipment, days=9)
    assert tracked.warnings[0].kind == "exception"
    assert tracked.shipments[0].state.health is Health.FAILED


def test_the_worst_parcel_comes_first(site: Any) -> None:
    made = site()
    silent, quieter = _ship(made, 1), _ship(made, 5)
    tracked = _track(made, quieter, silent, days=14)
    assert [warning.shipment_id for warning in tracked.warnings] == [silent.id, quieter.id]
    assert [item.id for item in tracked.shipments] == [quieter.id, silent.id]


def test_a_number_the_vendor_does_not_know_is_a_problem_and_keeps_its_parcel(site: Any) -> None:
    made = site()
    strange = Shipment(ShipmentId("x"), "memory", "NONE", ship_date=made.world.start)
    tracked = _track(made, strange)
    assert [problem.code for problem in tracked.problems] == ["not_registered"]
    assert tracked.registered[0].codes == ("unknown_number",)  # type: ignore[union-attr]
    assert tracked.shipments[0].number == "NONE"


@pytest.mark.parametrize("source", ["carrier", "history"])
def test_only_the_carriers_own_estimate_counts_as_one(site: Any, source: str) -> None:
    made = site()
    shipment = _ship(made)
    start = made.world.start
    window = Window(start + 20 * DAY, start + 21 * DAY)

    class Telling(type(made.world.memory)):  # type: ignore[misc]
        """A tracker that says when a parcel is expected."""

        @flow
        def track(self, shipments: Any, *, now: Any) -> Steps[Reading]:
            expected = Expected(window, window.earliest, source, 0, now)
            return Reading((evolve(shipments[0], expected=expected),))
            yield

    tracker = Telling(made.world.memory.desk, made.world.memory.server)
    (followed,) = _track(made, shipment, tracker=tracker).shipments
    assert followed.expected is not None
    assert (followed.expected.window == window) == (source == "carrier")


def test_no_parcels_is_nothing_to_ask_about(site: Any) -> None:
    tracked = _track(site())
    assert (tracked.shipments, tracked.warnings, tracked.problems) == ((), (), ())


def test_what_was_learnt_of_a_line_is_expected_of_its_parcels_and_of_no_other(site: Any) -> None:
    made = site()
    mine, other = _ship(made), _ship(made, 2)
    law = TransitLaw(Distribution.of([20.0 + number / 10 for number in range(40)]))
    found = made.run(
        track(
            made.world.memory,
            (mine, evolve(other, line="OTHER")),
            terms=made.world.terms,
            laws={mine.line: law},
            now=made.world.at(days=6),
        ),
        key="track",
    )
    learnt, stated = (shipment.expected for shipment in found.shipments)
    assert (learnt.source, learnt.evidence) == ("history", 40)
    assert learnt.confidence == Decimal("0.9")
    assert stated.source == "line"
    for _, decision in found.decisions:
        assert decision.rule


def _look(made: Any, shipments: tuple[Shipment, ...], days: int, **given: Any) -> Tracked:
    found: Tracked = made.run(
        track(
            made.world.memory,
            shipments,
            **{"terms": made.world.terms, "now": made.world.at(days=days), **given},
        ),
        key=f"track/{days}",
    )
    return found


def test_an_alarm_is_told_once_and_again_only_when_it_is_graver(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.ACCEPTED, 1)
    told: tuple[Shipment, ...] = (shipment,)
    watched: Mapping[ShipmentId, Watched] = {}
    kinds: dict[int, str] = {}
    for day in range(2, 40):
        look = _look(made, told, day, watched=watched)
        told, watched = look.shipments, look.watched
        if look.alarms:
            kinds[day] = look.alarms[0].kind
        assert look.warnings or not look.alarms
    assert list(kinds.values()) == ["silent", "lost"]
    assert watched[shipment.id].alarm is not None
    assert min(kinds) == 1 + made.world.terms.silence.days + 1


def test_a_parcel_that_was_not_watched_before_starts_afresh(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.ACCEPTED, 1)
    first = _look(made, (shipment,), 9)
    assert _look(made, (shipment,), 10, watched=first.watched).alarms == ()
    assert [item.kind for item in _look(made, (shipment,), 11).alarms] == ["silent"]


def test_a_stated_chance_goes_before_that_of_the_lines_law_and_a_young_law_says_none(
    site: Any,
) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.ACCEPTED, 1)
    start = made.world.start
    shipment = evolve(shipment, ship_date=start, promised=Window(start, start + 19 * DAY))
    days = [15.0 + number / 4 for number in range(40)]
    laws = {shipment.line: TransitLaw(Distribution.of(days))}
    (alarm,) = _look(made, (shipment,), 3, laws=laws).alarms
    assert (alarm.kind, alarm.probability) == ("at_risk", Decimal("0.575"))
    calm = {shipment.id: Watched(chance=Decimal("0.1"))}
    assert _look(made, (shipment,), 4, laws=laws, watched=calm).alarms == ()
    young = {shipment.line: TransitLaw(Distribution.of(days[:19]))}
    late = evolve(shipment, promised=Window(start, start + DAY))
    (alarm,) = _look(made, (late,), 5, laws=young).alarms
    assert (alarm.kind, alarm.probability) == ("late", None)


def test_alarms_have_the_policy_of_the_terms_and_prices_of_what_is_watched(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    _scan(made, shipment, Stage.ACCEPTED, 1)
    policy = AlarmPolicy(
        automatic=frozenset({"resend", "refund"}),
        resend_cap=Price("20", "USD"),
        refund_cap=Price("20", "USD"),
    )
    watched = {shipment.id: Watched(worth=Price("35", "USD"), resend=Price("12", "USD"))}
    terms = evolve(made.world.terms, alarms=policy)
    (alarm,) = _look(made, (shipment,), 30, terms=terms, watched=watched).alarms
    assert alarm.kind == "lost"
    assert [(item.action, item.automatic) for item in alarm.options[:2]] == [
        ("resend", True),
        ("refund", False),
    ]
