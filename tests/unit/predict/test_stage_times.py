"""Stages learnt from scans told one by one, and from shipments as they come to be known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent, added_up
from crossborder.predict.transit import StageTimes, StageTrip, TransitLaw, Way

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
WAY = Way("line")
STAGES = (Stage.ACCEPTED, Stage.LINE_HAUL, Stage.LAST_MILE)
STOPS = ((Stage.ACCEPTED, 0.5), (Stage.LINE_HAUL, 2), (Stage.LAST_MILE, 7))


def scan(stage: Stage, at: datetime | str, code: str = "") -> TrackingEvent:
    if isinstance(at, str):
        return TrackingEvent("acme", code, stage=stage, local=at)
    return TrackingEvent("acme", code, stage=stage, at=at)


def parcel(
    number: int,
    *stops: tuple[Stage, float],
    sent: datetime | None = START,
    state: Stage | None = None,
) -> Shipment:
    """Handed over at `sent` and scanned so many days after the start."""
    events = tuple(scan(stage, START + day * DAY) for stage, day in stops)
    summed = added_up(events) if state is None else ParcelState(state)
    return Shipment(
        ShipmentId(f"p{number}"), "acme", "N", sent, events=events, state=summed, line="line"
    )


def taught(ends: Sequence[str | None]) -> StageTimes:
    """Twenty parcels that came after eight days, told by each of these words in turn."""
    times = StageTimes([stage.value for stage in STAGES])
    for number in range(20):
        sent, key = START + number * DAY, str(number)
        times.begin(key, WAY, at=sent, now=sent)
        for stage, day in (*STOPS, (ends[number % len(ends)], 8)):
            at = sent + day * DAY
            times.observe(key, stage, at, known_at=at, now=at)
    return times


def law(times: StageTimes, day: float = 60) -> TransitLaw:
    found = times.law(WAY, now=START + day * DAY)
    assert found is not None
    return found


def medians(times: StageTimes, day: float = 60) -> list[float]:
    return [round(stage.days.quantile(0.5), 1) for stage in law(times, day).stages]


def test_delivered_is_the_arrival_like_none() -> None:
    plain = law(taught([None]))
    found = [stage.days.quantile(0.5) for stage in plain.stages]
    assert found == pytest.approx([1.5, 5, 1], rel=0.1)
    for ends in (["delivered"], [Stage.DELIVERED], [None, "delivered"]):
        assert law(taught(ends)) == plain


def test_delivered_named_as_a_stage_is_a_stage() -> None:
    times = StageTimes(["last_mile", "delivered"])
    for number in range(20):
        key = str(number)
        times.begin(key, WAY, at=START, now=START)
        for stage, day in (("last_mile", 1), ("delivered", 3), (None, 4)):
            at = START + day * DAY
            times.observe(key, stage, at, known_at=at, now=at)
    assert medians(times) == [2.0, 1.0]


def test_the_first_arrival_that_is_told_counts() -> None:
    times = taught([None])
    before, later = times.state, START + DAY * 9
    for stage in (None, "delivered"):
        times.observe("0", stage, later, known_at=later, now=later)
    assert times.state == before
    with pytest.raises(InvalidValue, match="ended already"):
        times.withdraw("0", known_at=later, now=later)


def test_what_was_given_up_arrives_no_more() -> None:
    times = StageTimes(["accepted"])
    times.begin("0", WAY, at=START, now=START)
    with pytest.raises(InvalidValue, match="before the journey began"):
        times.observe("0", None, START - DAY, known_at=START, now=START)
    times.withdraw("0", known_at=START + DAY, now=START + DAY)
    for stage in (None, "delivered"):
        with pytest.raises(InvalidValue, match="ended already"):
            times.observe("0", stage, START + DAY, known_at=START + DAY, now=START + DAY)
    with pytest.raises(InvalidValue, match="never began"):
        times.withdraw("x", known_at=START, now=START)


@pytest.mark.parametrize("lost", ["withdrawn", "open"])
def test_what_never_arrives_leaves_the_times_of_what_does(lost: str) -> None:
    times = taught([None])
    for number in range(10):
        key, sent = f"lost{number}", START + number * DAY
        times.begin(key, WAY, at=sent, now=sent)
        times.observe(key, "line_haul", sent + 2 * DAY, known_at=sent + 2 * DAY, now=sent + 2 * DAY)
        if lost == "withdrawn":
            times.withdraw(key, known_at=sent + 4 * DAY, now=sent + 4 * DAY)
    assert medians(times) == pytest.approx(medians(taught([None])), rel=0.1)


def test_what_was_given_up_lasted_at_least_until_then() -> None:
    """Ten of thirty were given up in the second stage, where others spend five days."""

    def given_up(after: float) -> TransitLaw:
        times = taught([None])
        for number in range(10):
            key, sent = f"lost{number}", START + number * DAY
            times.begin(key, WAY, at=sent, now=sent)
            at, end = sent + 2 * DAY, sent + (2 + after) * DAY
            times.observe(key, "line_haul", at, known_at=at, now=at)
            times.withdraw(key, known_at=end, now=end)
        return law(times)

    short, long = given_up(0.5), given_up(6)
    assert long.stages[1].days.quantile(0.9) >= short.stages[1].days.quantile(0.9)
    assert short.stages[1].days.quantile(0.5) == pytest.approx(5, rel=0.1)


def test_a_loss_told_later_changes_no_law_of_before() -> None:
    times = taught([None])
    at = START + 10 * DAY
    times.begin("lost", WAY, at=at, now=at)
    times.observe("lost", "last_mile", at, known_at=at, now=at)
    before = law(times, 30)
    times.withdraw("lost", known_at=START + 40 * DAY, now=START + 40 * DAY)
    assert law(times, 30) == before
    # A scan from after the loss was known says that it was none: it teaches nothing.
    later = START + 50 * DAY
    times.observe("lost", "accepted", later, known_at=later, now=later)
    assert law(times, 55).stages[0] == law(taught([None]), 55).stages[0]


def followed(*shipments: Shipment, days: Sequence[float] = range(100)) -> StageTimes:
    times = StageTimes([stage.value for stage in STAGES])
    for day in days:
        for shipment in shipments:
            times.follow(shipment, now=START + day * DAY)
    return times


def trip(times: StageTimes, number: int = 0) -> StageTrip:
    (found,) = (trip for trip in times.state.trips if trip.key == f"p{number}")
    return found


def days(times: StageTimes) -> list[tuple[str, float]]:
    """The stages of the one journey, in days since the start, its end last."""
    one = trip(times)
    scans = [(each.stage, (each.at - START) / DAY) for each in one.scans]
    if one.ended_at is None:
        return scans
    return [*scans, ("arrived" if one.arrived else "withdrawn", (one.ended_at - START) / DAY)]


def test_a_followed_shipment_teaches_what_its_scans_told_one_by_one_would() -> None:
    hand, seen = StageTimes([stage.value for stage in STAGES]), followed()
    for number in range(20):
        sent = START + number * DAY
        stops = [(stage, number + day) for stage, day in (*STOPS, (Stage.DELIVERED, 8))]
        shipment = parcel(number, *stops, sent=sent)
        hand.begin(shipment.id, WAY, at=sent, now=sent)
        for stage, day in stops:
            at = START + day * DAY
            hand.observe(shipment.id, stage, at, known_at=at, now=at)
        for step in range(20):
            # Every scan is told at the moment it is made: half days suffice.
            seen.follow(shipment, now=sent + step * DAY / 2)
    assert seen.state == hand.state
    assert law(seen) == law(hand)


def test_the_journey_begins_with_the_ship_date_or_the_first_scan_on_the_way() -> None:
    stops = ((Stage.REGISTERED, 1.0), (Stage.EXPORT, 3.0), (Stage.LINE_HAUL, 4.0))
    assert trip(followed(parcel(0, *stops))).began_at == START
    assert trip(followed(parcel(0, *stops, sent=None))).began_at == START + 3 * DAY
    assert followed(parcel(0, *stops, sent=None), days=[2]).state.trips == ()
    assert followed(parcel(0, *stops[:1], sent=None)).state.trips == ()
    assert followed(parcel(0, (Stage.RETURNED, 3.0), sent=None)).state.trips == ()
    assert followed(parcel(0, *stops, sent=START + 9 * DAY), days=range(9)).state.trips == ()


def test_the_first_scan_of_each_stage_counts_and_one_before_the_begin_as_if_made_then() -> None:
    stops = ((Stage.ACCEPTED, -0.5), (Stage.LINE_HAUL, 3.0), (Stage.LINE_HAUL, 2.0))
    assert days(followed(parcel(0, *stops))) == [("accepted", 0), ("line_haul", 2)]


def test_scans_dated_after_now_wait_until_their_time_has_come() -> None:
    shipment = parcel(0, *STOPS, (Stage.DELIVERED, 8))
    assert days(followed(shipment, days=[3])) == [("accepted", 0.5), ("line_haul", 2)]
    assert days(followed(shipment, days=[3, 7.9]))[-1] == ("last_mile", 7)
    assert days(followed(shipment, days=[3, 7.9, 8]))[-1] == ("arrived", 8)
    assert trip(followed(shipment, days=[3, 9])).scans[-1].known_at == START + 9 * DAY


def test_a_time_before_the_begin_tells_nothing() -> None:
    shipment = parcel(0, *STOPS)
    times = followed(shipment, days=[0])
    before = times.state
    times.follow(shipment, now=START - DAY)
    assert times.state == before


def test_a_local_time_is_read_as_utc_and_a_text_that_is_no_time_passed_over() -> None:
    shipment = evolve(
        parcel(0, state=Stage.DELIVERED),
        events=(
            scan(Stage.ACCEPTED, "no time"),
            scan(Stage.LINE_HAUL, "2026/01/03 12:00"),
            scan(Stage.LAST_MILE, "2026-01-05T00:00:00+12:00"),
            scan(Stage.DELIVERED, "2026-01-09"),
        ),
    )
    assert days(followed(shipment)) == [("line_haul", 2.5), ("last_mile", 3.5), ("arrived", 8)]


@pytest.mark.parametrize("end", [Stage.RETURNED, Stage.LOST, Stage.DESTROYED, Stage.CANCELLED])
def test_what_ended_otherwise_is_withdrawn_since_it_is_known(end: Stage) -> None:
    shipment = parcel(0, *STOPS[:2], state=end)
    times = followed(parcel(0, *STOPS[:2]), days=[4])
    times.follow(shipment, now=START + 5 * DAY)
    assert days(times) == [("accepted", 0.5), ("line_haul", 2), ("withdrawn", 5)]
    arrived = parcel(0, *STOPS, (Stage.DELIVERED, 8))
    times.follow(arrived, now=START + 9 * DAY)
    assert days(times)[-1] == ("withdrawn", 5)


def test_a_delivery_without_a_time_or_before_the_begin_ends_the_journey_without_arrival() -> None:
    assert days(followed(parcel(0, state=Stage.DELIVERED), days=[4]))[-1] == ("withdrawn", 4)
    early = parcel(0, (Stage.DELIVERED, -3))
    assert days(followed(early, days=[4])) == [("withdrawn", 4)]
    later = parcel(0, (Stage.DELIVERED, 8), state=Stage.DELIVERED)
    assert days(followed(later, days=[4])) == []


def test_a_parcel_that_came_and_went_back_has_come() -> None:
    stops = (*STOPS, (Stage.DELIVERED, 8), (Stage.RETURNING, 9), (Stage.RETURNED, 15))
    assert days(followed(parcel(0, *stops)))[-1] == ("arrived", 8)


def test_the_way_is_the_line_or_what_is_given_at_the_begin() -> None:
    times = StageTimes(["accepted"])
    times.follow(parcel(0), now=START)
    times.follow(parcel(1), now=START, way=Way("line", zone="US"))
    times.follow(parcel(1), now=START + DAY, way=Way("other"))
    assert [one.way for one in times.state.trips] == [Way("line"), Way("line", zone="US")]


def test_now_needs_a_zone() -> None:
    with pytest.raises(NaiveTime):
        StageTimes(["a"]).follow(parcel(0, sent=None), now=datetime(2026, 1, 1))  # noqa: DTZ001


EVENTS = st.lists(
    st.tuples(st.sampled_from(Stage), st.integers(-2, 30), st.booleans()), max_size=10
).map(
    lambda drawn: [
        scan(
            stage,
            (START + day * DAY).strftime("%Y-%m-%d") if local else START + day * DAY,
            str(number),
        )
        for number, (stage, day, local) in enumerate(drawn)
    ]
)


@given(
    EVENTS,
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 35)), min_size=1, max_size=6),
    st.sampled_from([START, START + 5 * DAY, None]),
)
def test_a_longer_history_adds_to_what_was_told_and_the_same_changes_nothing(
    events: list[TrackingEvent], looks: list[tuple[int, int]], sent: datetime | None
) -> None:
    times = StageTimes([stage.value for stage in STAGES])
    before: StageTrip | None = None
    for count, day in zip(*map(sorted, zip(*looks, strict=True)), strict=True):
        history = tuple(events[:count])
        shipment = Shipment(
            ShipmentId("p0"), "acme", "N", sent, events=history, state=added_up(history)
        )
        times.follow(shipment, now=START + day * DAY)
        state = times.state
        times.follow(shipment, now=START + day * DAY)
        assert times.state == state
        if before is not None:
            now = trip(times)
            assert set(before.scans) <= set(now.scans)
            assert (now.way, now.began_at) == (before.way, before.began_at)
            if before.ended_at is not None:
                assert evolve(now, scans=()) == evolve(before, scans=())
        before = state.trips[0] if state.trips else None
    assert times.law(WAY, now=START + 60 * DAY) is None or before is not None


def test_an_earlier_scan_that_is_heard_of_today_takes_nothing_from_what_was_known() -> None:
    times, now = StageTimes(["a", "b"]), START + 80.5 * DAY
    for number in range(60):
        sent = START + number * DAY
        times.begin(str(number), WAY, at=sent, now=sent)
        for stage, after in (("a", 1), ("b", 4), (None, 8)):
            then = sent + after * DAY
            times.observe(str(number), stage, then, known_at=then, now=then)
    law = times.law(WAY, now=now)
    for number in range(60):
        earlier = START + number * DAY + 4 * DAY - timedelta(hours=1)
        times.observe(str(number), "b", earlier, known_at=now, now=now)
    assert times.law(WAY, now=now) == law
    assert StageTimes.resumed(times.state).law(WAY, now=now) == law
    corrected = times.law(WAY, now=now + DAY)
    assert corrected is not None
    assert law is not None
    assert corrected.stages[0].days.quantile(0.5) < law.stages[0].days.quantile(0.5)


def _taught(haul: int = 3, *, again: bool = False) -> StageTimes:
    times = StageTimes(["a", "b"])
    for number in range(60):
        sent = START + number * DAY
        times.begin(str(number), WAY, at=sent, now=sent)
        stops = [("a", 1), ("b", 1 + haul), (None, 9)]
        for stage, after in [*stops[:2], ("b", 7), stops[2]] if again else stops:
            then = sent + after * DAY
            times.observe(str(number), stage, then, known_at=then, now=then)
    return times


def test_of_two_scans_of_a_stage_the_first_one_made_counts() -> None:
    now = START + 80 * DAY
    assert _taught(again=True).law(WAY, now=now) == _taught().law(WAY, now=now)


def test_what_was_known_before_midnight_counts_though_it_is_told_after_a_law_was_asked() -> None:
    now, times = START + 80.5 * DAY, _taught(5)
    times.law(WAY, now=now)
    for number in range(60):
        earlier = START + (number + 4) * DAY
        times.observe(str(number), "b", earlier, known_at=START + 79 * DAY, now=now)
    wanted = _taught(3).law(WAY, now=now)
    found = times.law(WAY, now=now)
    assert found is not None
    assert wanted is not None
    assert found.stages == wanted.stages
