import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.easypost.events import event, event_of
from crossborder.adapters.easypost.reader import Reader
from crossborder.adapters.easypost.rules import DETAILS, STATUSES, problem, reported
from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading
from crossborder.wire.payload import Payload

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def scan(
    status: str | None = "in_transit", detail: str | None = "in_transit", **fields: Any
) -> dict[str, Any]:
    return {
        "object": "TrackingDetail",
        "message": "moving",
        "description": "Moving",
        "status": status,
        "status_detail": detail,
        "datetime": "2026-06-29T13:05:00Z",
        "source": "USPS",
        "carrier_code": "IT",
        "tracking_location": {"city": "HOUSTON", "state": "TX", "country": "US", "zip": "77063"},
        **fields,
    }


def tracker(number: str, *details: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": f"trk_{number}",
        "object": "Tracker",
        "tracking_code": number,
        "status": "in_transit",
        "status_detail": "in_transit",
        "carrier": "USPS",
        "tracking_details": list(details),
        "est_delivery_date": None,
        **fields,
    }


def answer(*trackers: dict[str, Any]) -> bytes:
    return json.dumps({"trackers": list(trackers), "has_more": False}).encode()


def read(*trackers: dict[str, Any]) -> Reading:
    return Reader().read(answer(*trackers), received_at=NOW)


def only(*trackers: dict[str, Any]) -> Shipment:
    reading = read(*trackers)
    assert reading.problems == ()
    return reading.parcels[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    return [*([at] if at else []), *(path for key, one in pairs for path in paths(one, (*at, key)))]


FULL = tracker(
    "EZ1",
    scan("pre_transit", "label_created", datetime="2026-06-28T08:00:00Z"),
    scan(datetime_local="2026-06-29T08:05:00-05:00"),
    est_delivery_date="2026-07-05T00:00:00Z",
    carrier_detail={"service": "GA", "alternate_identifier": "LX1"},
)


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    whole = json.loads(answer(FULL))
    for _ in range(draw(st.integers(0, 4))):
        places = paths(whole)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder = whole
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        else:
            del holder[last]
    return json.dumps(whole).encode()


@given(mutants())
def test_whatever_becomes_of_an_answer_it_is_read_or_unreadable(body: bytes) -> None:
    reading = None
    with suppress(Unreadable):
        reading = Reader().read(body, received_at=NOW)
    assert reading is None or isinstance(reading, Reading)


@given(st.binary(max_size=200))
def test_broken_bytes_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        Reader().read(body, received_at=NOW)


@given(st.integers(1, 400))
def test_a_cut_off_answer_is_unreadable(end: int) -> None:
    with pytest.raises(Unreadable):
        Reader().read(answer(FULL)[:-end], received_at=NOW)


SCANS = [
    scan("in_transit", detail, datetime=f"2026-06-{day + 1:02}T08:00:00Z")
    for day, detail in enumerate(sorted(DETAILS))
]


@given(st.permutations(SCANS), st.lists(st.sampled_from(SCANS), max_size=5))
def test_order_and_repeats_of_details_do_not_matter(
    shuffled: list[dict[str, Any]], repeats: list[dict[str, Any]]
) -> None:
    events = only(tracker("A", *shuffled, *repeats)).events
    assert [event.code for event in events] == [f"in_transit/{one}" for one in sorted(DETAILS)]


@pytest.mark.parametrize("detail", sorted(DETAILS))
@pytest.mark.parametrize("status", sorted(STATUSES))
def test_each_pair_of_status_and_detail_is_read(status: str, detail: str) -> None:
    event = only(tracker("A", scan(status, detail))).events[0]
    state = reported(status, detail)
    assert (event.code, event.stage) == (f"{status}/{detail}", state.stage)
    assert (event.health, event.reason) == (state.health, state.reason)
    assert (event.stage is Stage.DELIVERED) == (status == "delivered")
    assert event.health in (Health.OK, Health.ACTION_REQUIRED, Health.FAILED)


@pytest.mark.parametrize(
    ("status", "detail", "stage", "health"),
    [
        ("in_transit", "lost", Stage.LOST, Health.FAILED),
        ("failure", "lost", Stage.LOST, Health.FAILED),
        ("failure", "damaged", Stage.UNKNOWN, Health.FAILED),
        ("failure", "status_update", Stage.UNKNOWN, Health.FAILED),
        ("in_transit", "delayed", Stage.LINE_HAUL, Health.OK),
        ("in_transit", "transferred_to_destination_carrier", Stage.HANDOVER, Health.OK),
        ("in_transit", "received_at_origin_facility", Stage.ACCEPTED, Health.OK),
        ("return_to_sender", "arrived_at_facility", Stage.RETURNING, Health.FAILED),
        ("delivered", "refused", Stage.DELIVERED, Health.OK),
        ("available_for_pickup", "held", Stage.COLLECT, Health.ACTION_REQUIRED),
        ("moon", "lost", Stage.UNKNOWN, Health.OK),
        ("in_transit", "moon", Stage.LINE_HAUL, Health.OK),
    ],
)
def test_what_a_status_says_counts_before_its_detail(
    status: str, detail: str, stage: Stage, health: Health
) -> None:
    state = only(tracker("A", status=status, status_detail=detail)).state
    assert (state.stage, state.health) == (stage, health)


@given(st.text(min_size=1).filter(lambda status: status not in STATUSES))
def test_an_unknown_status_keeps_its_code_and_has_no_stage(status: str) -> None:
    event = only(tracker("A", scan(status, "lost"))).events[0]
    assert (event.code, event.stage, event.health) == (f"{status}/lost", Stage.UNKNOWN, Health.OK)


@pytest.mark.parametrize(
    "text", ["Parcel could not be returned", "Delivered to local carrier", "Not delivered"]
)
def test_what_the_words_say_makes_no_stage(text: str) -> None:
    event = only(tracker("A", scan(message=text))).events[0]
    assert (event.text, event.stage) == (text, Stage.LINE_HAUL)


def test_a_time_with_its_offset_is_taken_before_one_in_utc_and_a_bare_one_stays_text() -> None:
    def when(**fields: Any) -> tuple[str, str | None]:
        event = only(tracker("A", scan(**fields))).events[0]
        return event.at.isoformat() if event.at else "", event.local

    utc = ("2026-06-29T13:05:00+00:00", None)
    assert when() == utc
    assert when(datetime_local=None) == utc
    assert when(datetime_local="2026-06-29T08:05:00-05:00") == ("2026-06-29T08:05:00-05:00", None)
    assert when(datetime_local="2026-06-29T08:05:00") == utc
    assert when(datetime="2026-06-29T08:05:00") == ("", "2026-06-29 08:05:00")


@pytest.mark.parametrize("stated", [None, "", " "])
def test_a_detail_without_a_time_is_a_problem_and_the_rest_stands(stated: str | None) -> None:
    reading = read(tracker("A", scan("delivered", datetime=stated), scan()))
    assert [event.code for event in reading.parcels[0].events] == ["in_transit/in_transit"]
    assert [(one.code, one.extra["number"]) for one in reading.problems] == [("unreadable", "A")]


def test_a_place_is_as_exact_as_it_is_told() -> None:
    odd = scan("A", tracking_location={"country": "Germany", "city": ""})
    bare = scan("B", tracking_location={"city": None, "country": None})
    none = scan("C", tracking_location=None)
    places = {one.code[0]: one.place for one in only(tracker("N", odd, bare, none)).events}
    assert places["A"] is not None
    assert (places["A"].country, places["A"].city, places["A"].text) == (None, None, "Germany")
    assert (places["B"], places["C"]) == (None, None)


def test_the_second_number_of_a_parcel_is_a_leg_of_its_own() -> None:
    legs = only(FULL).legs
    assert [(leg.carrier, leg.number, leg.line) for leg in legs] == [
        ("usps", "EZ1", "GA"),
        ("unknown", "LX1", ""),
    ]
    assert only(FULL).numbers == ("EZ1", "LX1")


def test_an_expected_day_is_that_day_wherever_it_is() -> None:
    def expected(stated: str | None, **detail: Any) -> Any:
        return only(tracker("A", est_delivery_date=stated, carrier_detail=detail or None)).expected

    found = expected("2026-07-05T00:00:00Z")
    assert found.window.earliest.isoformat() == "2026-07-05T00:00:00+14:00"
    assert found.window.latest.isoformat() == "2026-07-06T00:00:00-12:00"
    assert (found.source, found.evidence, found.as_of) == ("carrier", 0, NOW)
    local = expected("2026-07-06T00:00:00Z", est_delivery_date_local="2026-07-05")
    assert local.window == found.window
    moment = expected("2026-07-05T15:30:00Z")
    assert moment.window.earliest == moment.likely == datetime(2026, 7, 5, 15, 30, tzinfo=UTC)
    assert expected("soon") is None
    assert expected(None) is None


def test_a_tracker_a_list_and_an_event_are_read_alike() -> None:
    event = {"id": "evt_1", "description": "tracker.updated", "result": FULL}
    alone, many, told = (
        Reader().read(body, received_at=NOW).parcels[0]
        for body in (json.dumps(FULL).encode(), answer(FULL), json.dumps(event).encode())
    )
    assert alone == many
    assert told.events == alone.events
    assert told.extra["event"] == "tracker.updated"


def test_an_error_is_read_as_its_problem() -> None:
    body = b'{"error": {"code": "TRACKER.CREATE.ERROR", "message": "bad", "errors": []}}'
    (problem,) = Reader().read(body, received_at=NOW).problems
    assert (problem.code, problem.text, problem.raw) == (
        "TRACKER.CREATE.ERROR",
        "bad",
        "TRACKER.CREATE.ERROR",
    )


def test_one_unreadable_parcel_does_not_hide_the_others() -> None:
    reading = read({"carrier": "USPS"}, tracker("B"), tracker(" "))
    assert [parcel.number for parcel in reading.parcels] == ["B"]
    assert [problem.code for problem in reading.problems] == ["unreadable", "unreadable"]


def test_what_has_no_place_in_a_noun_is_kept() -> None:
    extra = only(tracker("A", signed_by="ann", public_url="https://x")).extra
    assert (extra["signed_by"], extra["public_url"]) == ("ann", "https://x")
    assert only(FULL).extra["carrier_detail"]["service"] == "GA"


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.text(max_size=4), st.sampled_from([True, 7, 1.5, [1], {"a": 1}, "2026-06-29"])
)


@given(st.data())
def test_the_short_way_through_a_scan_and_the_long_one_say_the_same(data: st.DataObject) -> None:
    entry = scan("in_transit", "lost", datetime_local="2026-06-29T08:05:00-05:00")
    for name in data.draw(st.lists(st.sampled_from(sorted(entry)), max_size=3)):
        entry[name] = data.draw(ODD)
    told: list[Any] = []
    for read_ in (event, lambda *parts: event_of(Payload(parts[0], source="x"), *parts[1:])):
        try:
            found = read_(entry, "N1", NOW)
        except InvalidValue as error:
            told.append(type(error))
        else:
            moment = found.at.isoformat() if found.at else None
            told.append((found, found.extra, moment, found.received_at))
    assert told[0] == told[1]


@pytest.mark.parametrize("stated", ["2026-06-29", "soon"])
def test_a_day_alone_and_what_is_no_time_stay_text(stated: str) -> None:
    (found,) = only(tracker("A", scan(datetime=stated))).events
    assert (found.at, found.local) == (None, stated)


@pytest.mark.parametrize("code", ["", " "])
def test_a_refusal_with_a_blank_code_is_a_refusal(code: str) -> None:
    assert problem({"error": {"code": code, "message": "no"}}).code == "refused"
