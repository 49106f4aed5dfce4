"""A carrier is scored by what is known of its parcels, and a lane of few leans on the carrier."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.ids import ShipmentId
from crossborder.model.place import Place
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.serial import from_json, to_json
from crossborder.stages.logistics.scorecard import BookState, CarrierBook, ScoreRules, seen

START = datetime(2026, 8, 3, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = START + DAY * 100
CN_US, CN_DE = ("CN", "US"), ("CN", "DE")


def parcel(
    number: int,
    days: float | None,
    *,
    lane: tuple[str, str] = CN_US,
    promise: float | None = 12,
    carrier: str = "acme",
    **more: Any,
) -> Shipment:
    """Handed over on day `number` (of 40), delivered after so many days; None: never heard of."""
    sent = START + DAY * (number % 40)
    legs = (Leg(carrier, origin=Place(country=lane[0]), destination=Place(country=lane[1])),)
    events, state = [TrackingEvent("acme", stage=Stage.ACCEPTED, at=sent + HOUR)], Stage.ACCEPTED
    if days is not None:
        came = sent + DAY * days
        events.append(TrackingEvent("acme", stage=Stage.DELIVERED, at=came))
        state = Stage.DELIVERED
    promised = None if promise is None else Window(sent, sent + DAY * promise)
    shipment = Shipment(
        ShipmentId(f"{carrier}-{'-'.join(lane)}-{number}"),
        carrier,
        f"N{number}",
        ship_date=sent,
        legs=legs,
        events=tuple(events),
        state=ParcelState(state),
        promised=promised,
    )
    return evolve(shipment, **more)


def known(shipment: Shipment) -> datetime:
    """When the last of it was known."""
    return max(event.at for event in shipment.events if event.at is not None)


def book(*shipments: Shipment, now: datetime = LATER, **rules: Any) -> CarrierBook:
    found = CarrierBook(ScoreRules(**rules))
    for shipment in shipments:
        found.observe(shipment, known_at=known(shipment), now=now)
    return found


drawn = st.lists(
    st.tuples(
        st.integers(0, 39),
        st.none() | st.integers(1, 50),
        st.sampled_from([CN_US, CN_DE]),
        st.none() | st.integers(5, 20),
    ),
    max_size=25,
).map(
    lambda items: [
        parcel(at * 40 + number, days, lane=lane, promise=promise)
        for at, (number, days, lane, promise) in enumerate(items)
    ]
)


@settings(deadline=None, max_examples=50)
@given(drawn.flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))), st.integers(0, 99))
def test_the_order_of_tellings_changes_nothing(
    pair: tuple[list[Shipment], list[Shipment]], day: int
) -> None:
    one, other = (book(*shipments) for shipments in pair)
    again = book(*pair[0], *pair[1])
    for now in (START + DAY * day, LATER):
        assert one.card(now=now) == other.card(now=now) == again.card(now=now)


@settings(deadline=None, max_examples=50)
@given(drawn, st.integers(0, 99))
def test_what_became_known_later_changes_no_score_of_then(
    shipments: list[Shipment], day: int
) -> None:
    now = START + DAY * day
    early = book(*(one for one in shipments if known(one) <= now))
    assert book(*shipments).card(now=now) == early.card(now=now)


def kept(found: CarrierBook) -> CarrierBook:
    """The same, put away as text and taken up again."""
    again = CarrierBook.resumed(from_json(to_json(found.state), BookState))
    assert again.state == found.state
    return again


@settings(deadline=None, max_examples=50)
@given(
    drawn.flatmap(st.permutations),
    st.sets(st.integers(0, 50)),
    st.lists(st.sampled_from([UTC, timezone(HOUR * 8, "CST"), timezone(-HOUR * 5)]), min_size=1),
)
def test_a_book_kept_and_resumed_at_any_time_says_the_same(
    shipments: list[Shipment], at: set[int], zones: list[timezone]
) -> None:
    never, sometimes = CarrierBook(ScoreRules(strength=7)), CarrierBook(ScoreRules(strength=7))
    for place, shipment in enumerate([*shipments, *shipments[::2]]):
        zone = zones[place % len(zones)]
        sent = shipment.ship_date
        assert sent is not None
        told = evolve(shipment, ship_date=sent.astimezone(zone))
        # Two tellings of one moment that differ: one of them stands, the same one ever after.
        other = evolve(told, promised=None, line="B", ship_date=sent.astimezone(UTC))
        if place in at:
            sometimes = kept(sometimes)
        for found in (never, sometimes):
            for one in (told, other)[:: 1 if place % 2 else -1]:
                found.observe(one, known_at=known(shipment).astimezone(zone), now=LATER)
        now = START + DAY * (place * 7 % 100)
        assert sometimes.card(now=now) == never.card(now=now)
        for line in ("", "B"):
            scores = [book.score("acme", *CN_US, line=line, now=now) for book in (never, sometimes)]
            assert scores[0] == scores[1]
    assert sometimes.state == never.state


def test_what_is_kept_of_a_book_is_each_telling_once() -> None:
    shipment = parcel(1, 8)
    found = book(shipment, shipment, shipment, parcel(2, None))
    assert len(found.state.told) == 2
    elsewhere = evolve(shipment, ship_date=(START + DAY).astimezone(timezone(HOUR * 8, "CST")))
    again = kept(found)
    again.observe(elsewhere, known_at=known(shipment), now=LATER)
    assert again.state == found.state
    assert CarrierBook.resumed(CarrierBook().state).card(now=LATER).scores == ()


@settings(deadline=None, max_examples=50)
@given(drawn)
def test_a_late_parcel_never_betters_a_score_and_one_in_time_never_worsens_it(
    shipments: list[Shipment],
) -> None:
    before = book(*shipments, parcel(99_900, 6)).score("acme", *CN_US, now=LATER)
    assert before.p90 is not None
    slow = before.p90 + 5
    late = book(*shipments, parcel(99_900, 6), parcel(99_901, slow, promise=1)).score(
        "acme", *CN_US, now=LATER
    )
    assert late.p90 is not None
    assert late.p90 >= before.p90
    assert late.on_time.value <= before.on_time.value
    quick = book(*shipments, parcel(99_900, 6), parcel(99_901, 0.5)).score(
        "acme", *CN_US, now=LATER
    )
    assert quick.p90 is not None
    assert quick.p90 <= before.p90
    assert quick.on_time.value >= before.on_time.value


@settings(deadline=None, max_examples=50)
@given(drawn)
def test_a_lost_parcel_never_lowers_the_loss(shipments: list[Shipment]) -> None:
    gone = parcel(99_901, None, state=ParcelState(Stage.LOST))
    before, after = (
        book(*shipments, *more).score("acme", *CN_US, now=LATER).loss for more in ((), (gone,))
    )
    assert after.value >= before.value
    assert after.hits == before.hits + 1


def test_a_lane_of_few_parcels_leans_on_its_carrier() -> None:
    usual = [parcel(number, 8 + number % 3) for number in range(200)]
    few = [parcel(number, 30, lane=CN_DE) for number in range(2)]
    many = [parcel(number, 30, lane=CN_DE) for number in range(200)]
    lean = book(*usual, *few).score("acme", *CN_DE, now=LATER)
    own = book(*usual, *many).score("acme", *CN_DE, now=LATER)
    assert (lean.parcels, own.parcels) == (2, 200)
    assert lean.transit is not None
    assert own.transit is not None
    assert lean.transit.quantile(0.5) == 9
    assert own.transit.quantile(0.5) == 30
    assert lean.on_time.value > Decimal("0.8")
    assert own.on_time.value < Decimal("0.1")
    other = book(*usual).score("acme", "CN", "FR", now=LATER)
    assert other.parcels == 0
    assert other.p90 == 10


def test_an_express_line_is_not_slow_because_packets_of_its_carrier_are() -> None:
    packets = [parcel(number, 30, line="PK") for number in range(100)]
    express = parcel(500, 3, line="EX")
    score = book(*packets, express).score("acme", *CN_US, now=LATER, line="EX")
    assert score.p90 == 3
    assert score.on_time.value < Decimal("0.5")  # its promises are kept as the carrier keeps them


def test_open_parcels_count_as_longer_and_silent_ones_as_lost() -> None:
    quick = [parcel(number, 8) for number in range(20)]
    waiting = [parcel(number, None) for number in range(100, 110)]
    now = START + DAY * 60
    alone = book(*quick).score("acme", *CN_US, now=now)
    both = book(*quick, *waiting).score("acme", *CN_US, now=now)
    assert alone.p90 == 8
    assert both.p90 is not None
    assert both.p90 > 60
    assert (both.loss.hits, both.on_time.evidence) == (0, 30)
    silent = book(*quick, *waiting).score("acme", *CN_US, now=LATER)
    assert silent.loss.hits == 10
    assert silent.p90 == 8


def test_the_newest_telling_of_a_parcel_counts() -> None:
    first = parcel(1, None)
    found = book(first, now=LATER)
    assert found.score("acme", now=START + DAY * 80).loss.hits == 1
    arrived = parcel(1, 70)
    found.observe(arrived, known_at=known(arrived), now=LATER)
    assert found.score("acme", now=START + DAY * 80).loss.hits == 0
    assert found.score("acme", now=START + DAY * 60).loss.hits == 1
    assert found.score("acme", now=LATER).parcels == 1


def test_scan_gaps_are_hours_between_scans_with_the_silence_that_still_lasts() -> None:
    sent = START
    scans = [0, 10, 30]
    shipment = parcel(0, None)
    shipment = evolve(
        shipment,
        events=tuple(
            TrackingEvent("acme", str(hour), stage=Stage.LINE_HAUL, at=sent + HOUR * hour)
            for hour in scans
        ),
        state=ParcelState(Stage.LINE_HAUL),
    )
    score = book(shipment).score("acme", now=sent + HOUR * 35)
    assert score.gap is not None
    assert (score.gap.quantile(0.5), score.gap.quantile(0.9)) == (10, 20)
    long = book(shipment).score("acme", now=sent + HOUR * 130)
    assert long.quiet == HOUR * 200


def test_parcels_are_forgotten_after_a_while() -> None:
    score = book(parcel(0, 8), memory=DAY * 50).score("acme", now=LATER)
    assert (score.parcels, score.p90) == (0, None)


def test_the_lane_is_read_from_legs_and_only_its_origin_from_scans() -> None:
    places = [Place(country="CN"), Place(country="US")]
    events = tuple(
        TrackingEvent("acme", str(at), stage=stage, at=START + DAY * at, place=place)
        for at, (stage, place) in enumerate(
            zip((Stage.ACCEPTED, Stage.DELIVERED), places, strict=True)
        )
    )
    bare = parcel(0, None, legs=(), events=events, state=ParcelState(Stage.DELIVERED))
    fact = seen(bare, known_at=LATER)
    assert fact is not None
    assert (fact.origin, fact.destination) == ("CN", "")
    moving = seen(evolve(bare, state=ParcelState(Stage.LINE_HAUL)), known_at=LATER)
    assert moving is not None
    assert (moving.origin, moving.destination) == ("CN", "")
    said = seen(bare, known_at=LATER, lane=CN_DE)
    assert said is not None
    assert said.destination == "DE"


def test_before_the_hand_over_nothing_is_learnt() -> None:
    unsent = parcel(0, None, ship_date=None, events=())
    found = CarrierBook()
    found.observe(unsent, known_at=START, now=START)
    assert found.card(now=START).scores == ()


def test_the_future_is_refused() -> None:
    shipment = parcel(0, 8)
    found = CarrierBook()
    with pytest.raises(InvalidValue, match="is later than"):
        found.observe(shipment, known_at=START + DAY * 9, now=START + DAY * 8)
    with pytest.raises(InvalidValue, match="before it was delivered"):
        found.observe(shipment, known_at=START + DAY * 3, now=START + DAY * 3)
    with pytest.raises(NaiveTime):
        found.score("acme", now=datetime(2026, 11, 2))  # noqa: DTZ001
    # A local time without a zone may be some hours ahead.
    found.observe(shipment, known_at=START + DAY * 8 - HOUR * 3, now=START + DAY * 8)
    assert found.score("acme", now=LATER).p90 == pytest.approx(8 - 3 / 24)


def test_a_returned_parcel_is_neither_lost_nor_late() -> None:
    back = parcel(0, None, state=ParcelState(Stage.RETURNED))
    score = book(back).score("acme", now=LATER)
    assert (score.loss.hits, score.loss.evidence, score.on_time.evidence) == (0, 1, 0)


def test_the_card_is_a_table_that_people_read() -> None:
    shipments = [parcel(n, 8, lane=lane) for n in range(3) for lane in (CN_US, CN_DE)]
    html = book(*shipments, parcel(0, 9, carrier="<b>")).card(now=LATER)._repr_html_()
    assert "CN → DE" in html
    assert "CN → US" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "(3 of 3)" in html


def test_rules_that_cannot_be_are_refused() -> None:
    for wrong in (
        {"on_time": Decimal("1.1")},
        {"strength": 0},
        {"loss_strength": 0},
        {"memory": timedelta(0)},
        {"lost_after": timedelta(-1)},
    ):
        with pytest.raises(InvalidValue):
            ScoreRules(**wrong)


def test_parcels_that_do_not_arrive_stay_on_their_lane() -> None:
    book = CarrierBook()
    for number in range(40):
        at = START + timedelta(hours=number)
        stage = Stage.DELIVERED if number % 2 else Stage.LAST_MILE
        place = Place(country="US")
        scan = TrackingEvent("acme", "X", stage=stage, at=at + 9 * DAY, place=place)
        book.observe(
            parcel(number, None, ship_date=at, legs=(), events=(scan,), state=ParcelState(stage)),
            known_at=LATER,
            now=LATER,
        )
    assert book.score("acme", now=LATER).parcels == 40
    assert {score.destination for score in book.card(now=LATER).scores} == {""}


def test_a_kept_promise_counts_when_it_ends_and_not_when_the_parcel_comes() -> None:
    book = CarrierBook()
    sent = parcel(1, 4.0, ship_date=START, promised=Window(START, START + 20 * DAY))
    book.observe(sent, known_at=START + 5 * DAY, now=START + 5 * DAY, lane=("CN", "US"))
    shares = [book.score("acme", now=START + day * DAY).on_time.evidence for day in (6, 20, 21)]
    assert shares == [0, 0, 1]


def test_a_parcel_whose_carrier_is_corrected_counts_for_the_right_one_alone() -> None:
    wrong = parcel(1, None, carrier="unknown")
    right = evolve(parcel(1, 8, carrier="yanwen"), id=wrong.id)
    found = CarrierBook()
    found.observe(wrong, known_at=START + DAY * 2, now=LATER)
    found.observe(right, known_at=START + DAY * 20, now=LATER)
    assert found.score("unknown", now=LATER).parcels == 0
    assert found.score("yanwen", now=LATER).parcels == 1
    assert found.score("unknown", now=START + DAY * 3).parcels == 1


def test_old_parcels_are_forgotten_when_that_is_asked_for() -> None:
    found = CarrierBook()
    for number in range(40):
        at = START + DAY * (number + 9)
        found.observe(parcel(number, 8), known_at=at, now=LATER + DAY * 40)
    whole = found.score("acme", now=LATER)
    assert found.forget(before=START + DAY * 10) == 10
    assert found.score("acme", now=LATER).parcels == whole.parcels - 10
    assert {fact.shipped_at >= START + DAY * 10 for fact in found.state.told} == {True}
    assert CarrierBook.resumed(found.state).card(now=LATER) == found.card(now=LATER)
