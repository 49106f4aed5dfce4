import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.track17.events import event, event_of
from crossborder.adapters.track17.reader import Reader, carrier_name, reported
from crossborder.adapters.track17.rules import CARRIERS, MILESTONES, STATUSES, SUB_STATUSES
from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading
from crossborder.wire.payload import Payload

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def scan(sub_status: str | None = "InTransit_Other", **fields: Any) -> dict[str, Any]:
    return {
        "time_iso": "2026-06-29T21:05:00+08:00",
        "time_utc": "2026-06-29T13:05:00Z",
        "time_raw": {"date": "2026-06-29", "time": "21:05:00", "timezone": "+08:00"},
        "description": "moving",
        "location": "SHENZHEN, CN",
        "stage": None,
        "sub_status": sub_status,
        "address": {"country": "CN", "state": "GD", "city": "SHENZHEN", "postal_code": None},
        **fields,
    }


def provider(key: int, *events: dict[str, Any]) -> dict[str, Any]:
    return {"provider": {"key": key, "name": "P"}, "service_type": None, "events": list(events)}


def item(number: str, *providers: dict[str, Any], **info: Any) -> dict[str, Any]:
    return {
        "number": number,
        "carrier": 190012,
        "tag": None,
        "track_info": {
            "latest_status": {"status": "InTransit", "sub_status": "InTransit_Other"},
            "tracking": {"providers": list(providers)},
            **info,
        },
    }


def answer(*accepted: dict[str, Any], rejected: tuple[dict[str, Any], ...] = ()) -> bytes:
    data = {"accepted": list(accepted), "rejected": list(rejected)}
    return json.dumps({"code": 0, "data": data}).encode()


def read(*accepted: dict[str, Any], rejected: tuple[dict[str, Any], ...] = ()) -> Reading:
    return Reader().read(answer(*accepted, rejected=rejected), received_at=NOW)


def only(*accepted: dict[str, Any]) -> Shipment:
    reading = read(*accepted)
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


def mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value with a few places dropped, replaced or added to."""
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
    return value


FULL = item(
    "RR123456789CN",
    provider(190012, scan(), scan("InTransit_PickedUp", time_iso=None)),
    provider(2151, scan("Delivered_Other", time_iso=None, time_utc=None)),
    misc_info={"local_number": "LOCAL1", "local_key": 2151, "weight_raw": "1.2 kg"},
    time_metrics={
        "estimated_delivery_date": {
            "source": "Official",
            "from": "2026-07-08T00:00:00-07:00",
            "to": "2026-07-12T00:00:00-07:00",
        }
    },
)
REJECTED = {"number": "1", "carrier": "3011", "error": {"code": -18019902, "message": "no"}}


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    whole = json.loads(answer(FULL, rejected=(REJECTED,)))
    return json.dumps(mutated(draw, whole)).encode()


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
    scan(code, time_iso=f"2026-06-{day:02}T08:00:00+08:00")
    for day, code in enumerate(sorted(SUB_STATUSES), 1)
]


@given(st.permutations(SCANS), st.lists(st.sampled_from(SCANS), max_size=5))
def test_order_and_repeats_of_events_do_not_matter(
    shuffled: list[dict[str, Any]], repeats: list[dict[str, Any]]
) -> None:
    events = only(item("A", provider(190012, *shuffled, *repeats))).events
    assert [event.code for event in events] == sorted(SUB_STATUSES)


@given(st.permutations(SCANS[:6]))
def test_a_local_time_among_moments_still_gives_one_order(shuffled: list[dict[str, Any]]) -> None:
    raw = {"date": "2026-06-03", "time": "12:00:00", "timezone": None}
    late = scan("Delivered_Other", time_iso=None, time_utc=None, time_raw=raw)
    events = only(item("A", provider(190012, late, *shuffled))).events
    assert events[3].local == "2026-06-03 12:00:00"
    assert events[3].at is None


def test_every_documented_status_has_a_state() -> None:
    assert (len(STATUSES), len(SUB_STATUSES), len(MILESTONES)) == (9, 30, 9)


@pytest.mark.parametrize("code", sorted(SUB_STATUSES))
def test_each_sub_status_gives_its_stage_health_and_reason(code: str) -> None:
    event = only(item("A", provider(1, scan(code)))).events[0]
    state = SUB_STATUSES[code]
    assert (event.code, event.stage, event.health, event.reason) == (
        code,
        state.stage,
        state.health,
        state.reason,
    )


def test_no_sub_status_is_read_as_delayed_or_silent() -> None:
    healths = {state.health for state in (*SUB_STATUSES.values(), *STATUSES.values())}
    assert healths == {Health.OK, Health.ACTION_REQUIRED, Health.FAILED}


@given(st.text(min_size=1).filter(lambda code: code not in SUB_STATUSES))
def test_an_unknown_sub_status_keeps_its_code_and_has_no_stage(code: str) -> None:
    event = only(item("A", provider(1, scan(code, stage="Delivered")))).events[0]
    assert (event.code, event.stage, event.health) == (code, Stage.UNKNOWN, Health.OK)


@pytest.mark.parametrize(
    ("milestone", "stage"), [("PickedUp", Stage.ACCEPTED), ("Moon", Stage.UNKNOWN)]
)
def test_without_a_sub_status_the_milestone_counts(milestone: str, stage: Stage) -> None:
    event = only(item("A", provider(1, scan(None, stage=milestone)))).events[0]
    assert (event.code, event.stage) == (milestone, stage)


def test_the_first_time_that_is_present_is_taken() -> None:
    def when(**fields: Any) -> tuple[datetime | None, str | None]:
        event = only(item("A", provider(1, scan(**fields)))).events[0]
        return event.at, event.local

    moment = datetime(2026, 6, 29, 13, 5, tzinfo=UTC)
    no_zone = {"date": "2026-06-29", "time": "21:05:00", "timezone": None}
    assert when() == (moment, None)
    assert when(time_iso=None) == (moment, None)
    assert when(time_iso=None, time_utc="2026-06-29T13:05:00") == (moment, None)
    assert when(time_iso=None, time_utc="") == (moment, None)
    assert when(time_iso=None, time_utc=None, time_raw=no_zone) == (None, "2026-06-29 21:05:00")
    assert when(time_iso="2026-06-29T21:05:00") == (None, "2026-06-29 21:05:00")
    assert when(time_iso="soon") == (moment, None)
    nothing = {"date": None, "time": None, "timezone": None}
    for raw in (None, nothing):
        odd = when(time_iso="soon", time_utc=None, time_raw=raw)
        assert odd == (None, "soon")


@pytest.mark.parametrize(
    ("raw", "local"),
    [
        ({"date": "2026-06-29", "time": None, "timezone": "+08:00"}, "2026-06-29"),
        ({"date": "2026-06-29", "time": "21:05:00", "timezone": "PST"}, "2026-06-29 21:05:00 PST"),
    ],
)
def test_a_raw_time_that_is_no_moment_stays_text(raw: dict[str, Any], local: str) -> None:
    event = only(item("A", provider(1, scan(time_iso=None, time_utc=None, time_raw=raw)))).events[0]
    assert (event.at, event.local) == (None, local)


@pytest.mark.parametrize("raw", [None, {"date": None, "time": None, "timezone": None}])
def test_an_event_without_any_time_is_a_problem_and_the_rest_stands(raw: Any) -> None:
    undated = scan("Delivered_Other", time_iso=None, time_utc=None, time_raw=raw)
    reading = read(item("A", provider(1, undated, scan())))
    assert [event.code for event in reading.parcels[0].events] == ["InTransit_Other"]
    assert reading.problems[0].code == "unreadable"
    assert reading.problems[0].extra["number"] == "A"


def test_a_country_that_is_no_code_stays_in_the_text() -> None:
    odd = scan(address={"country": "Brasil", "city": "RECIFE"})
    plain, bare = scan("A", address=None), scan("B", address=None, location=None)
    events = only(item("A", provider(1, odd, plain, bare))).events
    places = {event.code: event.place for event in events}
    first, second = places["InTransit_Other"], places["A"]
    assert first is not None
    assert second is not None
    assert (first.country, first.city, first.text) == (None, "RECIFE", "SHENZHEN, CN")
    assert (second.text, second.city) == ("SHENZHEN, CN", None)
    assert places["B"] is None


def test_several_providers_and_parcels_in_one_answer() -> None:
    reading = read(FULL, item("B", provider(3011, scan("InfoReceived"))))
    first, second = reading.parcels
    assert [(leg.carrier, leg.number) for leg in first.legs] == [
        ("yanwen", "RR123456789CN"),
        ("correios", "LOCAL1"),
    ]
    assert {event.number for event in first.events} == {"RR123456789CN", "LOCAL1"}
    assert first.numbers == ("RR123456789CN", "LOCAL1")
    assert [event.stage for event in second.events] == [Stage.REGISTERED]


def test_a_last_mile_number_of_nobody_known_is_a_leg_of_its_own() -> None:
    parcel = only(item("A", provider(190012), misc_info={"local_number": "L", "local_key": None}))
    assert [(leg.carrier, leg.number) for leg in parcel.legs] == [("yanwen", "A"), ("unknown", "L")]


def test_the_state_is_what_the_vendor_reports_last() -> None:
    known = {"status": "Exception", "sub_status": "Exception_Returning"}
    assert only(item("A", latest_status=known)).state.stage is Stage.RETURNING
    assert only(item("A", latest_status=None)).state.stage is Stage.UNKNOWN
    assert reported("InTransit", "InTransit_TransportArrived").stage is Stage.LINE_HAUL
    assert reported("Moon", "Moon_Other").stage is Stage.UNKNOWN


def test_an_expected_window_needs_both_ends_with_a_zone_and_in_order() -> None:
    def expected(start: str | None, end: str | None) -> Any:
        stated = {"source": "Official", "from": start, "to": end}
        return only(item("A", time_metrics={"estimated_delivery_date": stated})).expected

    found = expected("2026-07-08T00:00:00-07:00", "2026-07-12T00:00:00-07:00")
    assert found.source == "carrier"
    assert found.as_of == NOW
    assert found.likely - found.window.earliest == timedelta(days=2)
    assert expected("2026-07-08T00:00:00-07:00", None) is None
    assert expected("2026-07-08T00:00:00", "2026-07-12T00:00:00") is None
    assert expected("2026-07-12T00:00:00Z", "2026-07-08T00:00:00Z") is None
    assert only(item("A", time_metrics={})).expected is None


def test_what_has_no_place_in_a_noun_is_kept() -> None:
    body = answer(FULL).replace(b'"weight_raw": "1.2 kg"', b'"weight_raw": 1.20')
    extra = Reader().read(body, received_at=NOW).parcels[0].extra
    assert extra["misc_info"]["weight_raw"] == Decimal("1.20")
    assert extra["time_metrics"]["estimated_delivery_date"]["source"] == "Official"
    assert extra["carrier_code"] == 190012


def test_a_parcel_bears_our_id_when_it_was_registered_with_one() -> None:
    assert only({**item("A"), "tag": "parcel-7"}).id == "parcel-7"
    assert only(item("A")).id == "A"


def test_a_rejected_number_is_a_problem_that_names_it() -> None:
    problem = read(rejected=(REJECTED,)).problems[0]
    assert (problem.code, problem.raw, problem.extra["number"]) == (
        "not_registered",
        "-18019902",
        "1",
    )


def test_one_unreadable_parcel_does_not_hide_the_others() -> None:
    reading = read({"carrier": 1}, item("B"), {**item("C"), "number": " "})
    assert [parcel.number for parcel in reading.parcels] == ["B"]
    assert [problem.code for problem in reading.problems] == ["unreadable", "unreadable"]


def test_an_answer_that_is_refused_whole_is_read_as_its_problem() -> None:
    reading = Reader().read(b'{"code": -18010012, "message": "bad"}', received_at=NOW)
    assert [problem.code for problem in reading.problems] == ["invalid_format"]


@pytest.mark.parametrize("topic", ["TRACKING_UPDATED", "TRACKING_STOPPED"])
def test_a_webhook_is_read_like_an_answer(topic: str) -> None:
    data = FULL if topic == "TRACKING_UPDATED" else {"number": "A", "carrier": 2151, "tag": ""}
    body = json.dumps({"event": topic, "data": data}).encode()
    parcel = Reader().read(body, received_at=NOW).parcels[0]
    assert parcel.extra["event"] == topic
    assert len(parcel.events) == (3 if topic == "TRACKING_UPDATED" else 0)


def test_a_table_of_carriers_of_ones_own_names_them() -> None:
    assert carrier_name(77, {**CARRIERS, "ours": 77}) == "ours"
    assert Reader({"ours": 190012}).read(answer(FULL), received_at=NOW).parcels[0].carrier == "ours"


def test_another_charset_is_read_when_it_is_stated() -> None:
    body = json.dumps(
        {"code": 0, "data": {"accepted": [item("A", provider(1, scan(description="深圳")))]}},
        ensure_ascii=False,
    )
    parcel = Reader().read(body.encode("gbk"), received_at=NOW, charset="gbk").parcels[0]
    assert parcel.events[0].text == "深圳"


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.text(max_size=4), st.sampled_from([True, 7, 1.5, [1], {"a": 1}, "2026-06-29"])
)


@given(st.data())
def test_the_short_way_through_a_scan_and_the_long_one_say_the_same(data: st.DataObject) -> None:
    entry = scan("Delivered_Other")
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
