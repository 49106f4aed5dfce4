import pickle
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.chain import Tracked, Watched, track
from crossborder.conversation import Steps, flow
from crossborder.errors import InvalidValue
from crossborder.model.carriage import Parcel, ShipmentRequest
from crossborder.model.ids import OrderId, ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.outcome import Done
from crossborder.model.place import Address
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, ParcelState, Stage, TrackingEvent
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
    tracker = given.pop("tracker", made.world.memory)
    found: Tracked = made.run(
        track(
            tracker,
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
    late = evolve(shipment, promised=Window(start, start + 6 * DAY))
    (alarm,) = _look(made, (late,), 5, laws=young).alarms
    assert (alarm.kind, alarm.probability) == ("at_risk", None)


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


def _saying(made: Any, *parcels: Shipment) -> Any:
    """A tracker that knows all parcels and answers these."""

    class Saying(type(made.world.memory)):  # type: ignore[misc]
        @flow
        def register(self, shipments: Any) -> Steps[Any]:
            return tuple(Done(shipment) for shipment in shipments)
            yield

        @flow
        def track(self, shipments: Any, *, now: Any) -> Steps[Reading]:
            return Reading(parcels)
            yield

    return Saying(made.world.memory.desk, made.world.memory.server)


def _heard(made: Any, days: float, stage: Stage, number: str = "1Z9", **more: Any) -> Shipment:
    at = made.world.start + days * DAY
    event = TrackingEvent("ups", stage.name, "", stage, at, number=number)
    return Shipment(ShipmentId(number), "ups", number, events=(event,), **more)


def test_what_a_reused_number_did_last_year_is_no_news_of_todays_parcel(site: Any) -> None:
    made = site()
    mine = Shipment(ShipmentId("new"), "ups", "1Z9", made.world.start)
    tracker = _saying(made, _heard(made, -395, Stage.DELIVERED))
    tracked = _track(made, mine, tracker=tracker)
    assert tracked.shipments[0].state.stage is Stage.UNKNOWN
    assert [(item.code, item.extra["number"]) for item in tracked.problems] == [
        ("other_parcel", "1Z9")
    ]


def test_one_number_of_two_carriers_is_two_parcels_and_a_doubtful_one_a_problem(site: Any) -> None:
    made = site()
    start = made.world.start
    ups, dhl = (Shipment(ShipmentId(name), name, "1Z9", start) for name in ("ups", "dhl"))
    heard = _heard(made, 1, Stage.LINE_HAUL)
    other = evolve(_heard(made, 2, Stage.DELIVERED), carrier="dhl")
    tracked = _track(made, ups, dhl, tracker=_saying(made, heard, other))
    assert [parcel.state.stage for parcel in tracked.shipments] == [
        Stage.LINE_HAUL,
        Stage.DELIVERED,
    ]
    unsure = _track(made, ups, dhl, tracker=_saying(made, evolve(heard, carrier="gls")))
    assert [problem.code for problem in unsure.problems] == ["ambiguous"]
    assert {parcel.state.stage for parcel in unsure.shipments} == {Stage.UNKNOWN}


def test_a_parcel_that_was_asked_for_is_ours_whatever_its_carrier_is_called(site: Any) -> None:
    made = site()
    mine = Shipment(ShipmentId("s"), "dhl_express", "1Z9", made.world.start)
    tracked = _track(made, mine, tracker=_saying(made, _heard(made, 1, Stage.EXPORT)))
    assert tracked.shipments[0].state.stage is Stage.EXPORT
    assert tracked.problems == ()


def test_the_carriers_own_word_for_the_parcel_is_believed_and_raises_no_alarm(site: Any) -> None:
    made = site()
    mine = Shipment(ShipmentId("s"), "ups", "1Z9", made.world.start)
    said = _heard(made, 1, Stage.LINE_HAUL, state=ParcelState(Stage.DELIVERED))
    tracked = _track(made, mine, days=30, tracker=_saying(made, said))
    assert tracked.shipments[0].state.stage is Stage.DELIVERED
    assert (tracked.warnings, tracked.alarms) == ((), ())


def test_what_is_watched_is_kept_while_other_parcels_are_looked_at_and_goes_with_its_end(
    site: Any,
) -> None:
    made = site()
    start = made.world.start
    one, two = (Shipment(ShipmentId(name), "ups", name, start) for name in ("A1", "B2"))
    said = [_heard(made, 1, Stage.LINE_HAUL, name) for name in ("A1", "B2")]
    first = _track(made, one, two, days=20, tracker=_saying(made, *said))
    assert {alarm.kind for alarm in first.alarms} == {"lost"}
    only = _look(made, (two,), 21, tracker=_saying(made, said[1]), watched=first.watched)
    assert only.watched.keys() == {one.id, two.id}
    both = _look(made, (one, two), 22, tracker=_saying(made, *said), watched=only.watched)
    assert both.alarms == ()
    home = _heard(made, 22, Stage.DELIVERED, "A1")
    ended = _look(made, (one, two), 23, tracker=_saying(made, home), watched=both.watched)
    assert ended.watched.keys() == {two.id}
    assert pickle.loads(pickle.dumps(ended.watched)) == ended.watched


def test_a_stated_chance_is_of_one_look_and_a_price_of_all(site: Any) -> None:
    made = site()
    shipment = _ship(made)
    price = Price("9", "USD")
    watched = {shipment.id: Watched(chance=Decimal("0.1"), worth=price)}
    found = _look(made, (shipment,), 3, watched=watched).watched
    assert found == {shipment.id: Watched(worth=price)}
    assert Watched(chance=0.37777).chance == Decimal("0.3778")
    with pytest.raises(InvalidValue, match="share"):
        Watched(chance=Decimal("1.5"))


def test_an_alarm_is_forgotten_when_the_parcel_moves_and_is_well(site: Any) -> None:
    made = site()
    start = made.world.start
    mine: tuple[Shipment, ...] = (Shipment(ShipmentId("s"), "ups", "1Z9", start),)
    watched: Mapping[ShipmentId, Watched] = {}
    told = []
    scans = [_heard(made, day, Stage.LINE_HAUL).events for day in (1, 9, 11)]
    for day, known in ((8, 1), (9, 2), (10, 2), (12, 3), (20, 3), (21, 3)):
        said = evolve(_heard(made, 1, Stage.LINE_HAUL), events=sum(scans[:known], ()))
        look = _look(made, mine, day, tracker=_saying(made, said), watched=watched)
        mine, watched = look.shipments, look.watched
        told += [(day, alarm.kind) for alarm in look.alarms]
    assert told == [(8, "silent"), (20, "silent")]


def test_a_price_in_another_currency_is_a_problem_of_that_parcel_alone(site: Any) -> None:
    made = site()
    start = made.world.start
    policy = AlarmPolicy(automatic=frozenset({"resend"}), resend_cap=Price("20", "USD"))
    terms = evolve(made.world.terms, alarms=policy)
    one, two = (Shipment(ShipmentId(name), "ups", name, start) for name in ("A1", "B2"))
    said = [_heard(made, 1, Stage.LINE_HAUL, name) for name in ("A1", "B2")]
    watched = {one.id: Watched(resend=Price("9", "EUR"))}
    tracker = _saying(made, *said)
    look = _look(made, (one, two), 20, tracker=tracker, watched=watched, terms=terms)
    assert [alarm.shipment_id for alarm in look.alarms] == [two.id]
    assert [(item.code, item.extra["shipment"]) for item in look.problems] == [
        ("currency_mismatch", "A1")
    ]
    assert look.watched[one.id] == watched[one.id]


def test_trouble_that_goes_on_is_not_told_again_however_the_parcel_is_scanned(site: Any) -> None:
    made = site()
    start = made.world.start
    late = Shipment(ShipmentId("s"), "ups", "1Z9", start, promised=Window(start, start + 3 * DAY))
    gone = Shipment(ShipmentId("g"), "ups", "2Z9", start)
    known: tuple[Shipment, ...] = (late, gone)
    watched: Mapping[ShipmentId, Watched] = {}
    told = []
    for day in range(5, 9):
        said = (
            _heard(made, day, Stage.LINE_HAUL),
            evolve(_heard(made, 4, Stage.LOST, "2Z9"), carrier="ups"),
        )
        look = _look(made, known, day, tracker=_saying(made, *said), watched=watched)
        known, watched = look.shipments, look.watched
        told += [(day, alarm.kind) for alarm in look.alarms]
    assert sorted(told) == [(5, "late"), (5, "lost")]
