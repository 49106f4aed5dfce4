import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.yunexpress.reader import Reader
from crossborder.adapters.yunexpress.rules import wording
from crossborder.errors import Unreadable
from crossborder.model.tracking import Stage
from crossborder.protocols.logistics import Reading

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def scan(text: str = "Parcel has been delivered", **fields: Any) -> dict[str, Any]:
    return {
        "time_zone": "+8",
        "description": text,
        "event_date": "2026-06-10 14:30:00",
        "location": "New York",
        **fields,
    }


def answer(*events: Any, **more: Any) -> bytes:
    result = {"waybill_number": "YT1", "track_info": [{"track_events": list(events)}], **more}
    return json.dumps({"t": 1, "success": True, "result": result}).encode()


def read(*events: Any, **more: Any) -> Reading:
    return Reader().read(answer(*events, **more), received_at=NOW)


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


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """An answer with a few places dropped, replaced or added to."""
    value = json.loads(answer(scan(), scan("x", time_zone=""), tracking_number="L1"))
    for _ in range(draw(st.integers(0, 4))):
        places = paths(value)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder = value
        for key in way:
            holder = holder[key]
        deed = draw(st.sampled_from(["drop", "replace", "add"]))
        if deed == "drop":
            del holder[last]
        elif deed == "replace":
            holder[last] = draw(JSON)
        elif isinstance(holder, dict):
            holder[draw(st.text(max_size=5))] = draw(JSON)
    return json.dumps(value).encode()


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


SCANS = [scan(f"step {day}", event_date=f"2026-06-{day:02} 08:00:00") for day in range(1, 20)]


@given(st.permutations(SCANS), st.lists(st.sampled_from(SCANS), max_size=5), st.booleans())
def test_order_and_repeats_of_events_do_not_matter(
    shuffled: list[dict[str, Any]], repeats: list[dict[str, Any]], local: bool
) -> None:
    more = [scan("step 19", event_date="2026-06-19 08:00:00", time_zone="")] if local else []
    body = answer(*shuffled, *repeats, *more)
    events = Reader().read(body, received_at=NOW).parcels[0].events
    assert [event.text for event in events][:19] == [event["description"] for event in SCANS]
    assert len(events) == 19 + local


def test_a_local_time_with_its_zone_is_a_moment() -> None:
    event = read(scan()).parcels[0].events[0]
    assert event.at == datetime(2026, 6, 10, 6, 30, tzinfo=UTC)
    assert event.local is None
    assert event.place is not None
    assert (event.place.text, event.number, event.received_at) == ("New York", "YT1", NOW)


@pytest.mark.parametrize("zone", ["", None, "Beijing", "+99"])
def test_without_a_zone_we_know_the_time_stays_text(zone: str | None) -> None:
    event = read(scan(time_zone=zone, location="")).parcels[0].events[0]
    assert (event.at, event.local, event.place) == (None, "2026-06-10 14:30:00", None)


@pytest.mark.parametrize("date", ["", None, "0001-01-01 00:00:00"])
def test_an_event_without_a_time_is_a_problem_and_the_rest_stands(date: str | None) -> None:
    reading = read(scan(event_date=date), scan("x"))
    assert [event.text for event in reading.parcels[0].events] == ["x"]
    assert [(one.code, one.extra["number"]) for one in reading.problems] == [("unreadable", "YT1")]


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Parcel has been delivered", Stage.DELIVERED),
        ("Delivered.", Stage.DELIVERED),
        ("The package was successfully delivered", Stage.DELIVERED),
        ("Out for delivery", Stage.OUT_FOR_DELIVERY),
        ("Parcel delivered to local carrier", Stage.HANDOVER),
        ("Delivered to airline", Stage.EXPORT),
        ("Shipment information received", Stage.REGISTERED),
        ("Picked up", Stage.ACCEPTED),
        ("Parcel has been returned to the sender", Stage.RETURNED),
        ("Order cancelled", Stage.CANCELLED),
        ("Parcel has not been delivered", Stage.UNKNOWN),
        ("Parcel could not be delivered", Stage.UNKNOWN),
        ("Not delivered", Stage.UNKNOWN),
        ("Undelivered", Stage.UNKNOWN),
        ("Parcel will be delivered", Stage.UNKNOWN),
        ("Loading into delivery vehicle", Stage.UNKNOWN),
        ("Parcel will be returned to sender", Stage.UNKNOWN),
        ("Parcel could not be returned to sender", Stage.UNKNOWN),
        ("Parcel has been delivered to a neighbour in error", Stage.UNKNOWN),
        ("", Stage.UNKNOWN),
    ],
)
def test_only_a_whole_sentence_says_what_happened(text: str, stage: Stage) -> None:
    event = read(scan(text)).parcels[0].events[0]
    assert (event.stage, event.text, event.code) == (stage, text, "")


@given(st.text(), st.text(min_size=1).filter(lambda word: word.strip(" .!")))
def test_no_text_around_a_sentence_makes_it_delivered(before: str, after: str) -> None:
    assert wording(f"{before}not delivered{after}").stage is Stage.UNKNOWN


def test_the_state_is_what_the_newest_event_says() -> None:
    older = scan("Out for delivery", event_date="2026-06-09 08:00:00")
    assert read(scan(), older).parcels[0].state.stage is Stage.DELIVERED
    assert read().parcels[0].state.stage is Stage.UNKNOWN


def test_both_numbers_and_our_own_are_kept() -> None:
    parcel = read(scan(), tracking_number="L1", customer_order_number="o-1", odd=1).parcels[0]
    assert (parcel.id, parcel.numbers, parcel.extra) == ("o-1", ("YT1", "L1"), {"odd": 1})


def test_an_answer_without_anything_is_an_empty_reading() -> None:
    assert Reader().read(b'{"success": true, "result": null}', received_at=NOW) == Reading()


def test_the_old_gateways_answer_has_both_numbers_and_no_events() -> None:
    item = {"OrderNumber": "o", "TrackingNumber": "18", "WayBillNumber": "YT1"}
    body = json.dumps({"ResultCode": "0000", "ResultDesc": "ok", "Items": [item, {}]}).encode()
    reading = Reader().read(body, received_at=NOW)
    assert (reading.parcels[0].id, reading.parcels[0].numbers) == ("o", ("YT1", "18"))
    assert [problem.code for problem in reading.problems] == ["unreadable"]


@pytest.mark.parametrize(
    ("body", "raw", "text"),
    [
        ({"success": False, "code": "02010", "msg": "no such order"}, "02010", "no such order"),
        ({"code": 401, "msg": "bad"}, "401", "bad"),
        ({"ResultCode": "5001", "ResultDesc": "no"}, "5001", "no"),
        ({"Message": "Error", "MessageDetail": "no action"}, "", "Error: no action"),
    ],
)
def test_a_refusal_in_any_envelope_is_a_problem(body: dict[str, Any], raw: str, text: str) -> None:
    reading = Reader().read(json.dumps(body).encode(), received_at=NOW)
    assert [(one.raw, one.text) for one in reading.problems] == [(raw, text)]


def test_what_is_no_answer_at_all_is_unreadable() -> None:
    for body in (b"{}", b"[]", b'{"result": []}', b'{"success": "perhaps"}'):
        with pytest.raises(Unreadable):
            Reader().read(body, received_at=NOW)
