import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.aftership.countries import COUNTRIES
from crossborder.adapters.aftership.events import event, event_of
from crossborder.adapters.aftership.reader import Reader
from crossborder.adapters.aftership.rules import STATUSES, SUB_STATUSES
from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading
from crossborder.wire.payload import Payload

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def scan(subtag: str | None = "InTransit_001", **fields: Any) -> dict[str, Any]:
    return {
        "created_at": "2026-06-29T14:00:00+00:00",
        "slug": "yunexpress",
        "checkpoint_time": "2026-06-29T21:05:00+08:00",
        "location": "SHENZHEN, CN",
        "city": "SHENZHEN",
        "state": "GD",
        "postal_code": None,
        "country_region": "CHN",
        "country_region_name": "China",
        "message": "moving",
        "tag": "InTransit",
        "subtag": subtag,
        "raw_tag": "PU10",
        "events": [],
        **fields,
    }


def tracking(number: str, *checkpoints: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": f"t-{number}",
        "tracking_number": number,
        "slug": "yunexpress",
        "tag": "InTransit",
        "subtag": "InTransit_001",
        "custom_fields": None,
        "checkpoints": list(checkpoints),
        **fields,
    }


def answer(*trackings: dict[str, Any]) -> bytes:
    data = {"pagination": {"has_next_page": False}, "trackings": list(trackings)}
    return json.dumps({"meta": {"code": 200}, "data": data}).encode()


def read(*trackings: dict[str, Any]) -> Reading:
    return Reader().read(answer(*trackings), received_at=NOW)


def only(*trackings: dict[str, Any]) -> Shipment:
    reading = read(*trackings)
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


FULL = tracking(
    "YT2616912345678901",
    scan(),
    scan("Delivered_001", slug="usps", checkpoint_time="2026-06-30T10:00:00"),
    custom_fields={"shipment": "parcel-7"},
    order_id="o-1",
    first_mile={"slug": "sf-express", "tracking_number": "SF1"},
    last_mile={"slug": "usps", "tracking_number": "LX1"},
    latest_estimated_delivery={
        "type": "range",
        "source": "Carrier EDD",
        "datetime": None,
        "datetime_min": "2026-07-08",
        "datetime_max": "2026-07-12",
    },
)


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    whole = json.loads(answer(FULL))
    for _ in range(draw(st.integers(0, 4))):
        *way, last = draw(st.sampled_from(paths(whole) or [("meta",)]))
        holder = whole
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        elif last in holder if isinstance(holder, dict) else True:
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
    scan(code, checkpoint_time=f"2026-{5 + day // 28:02}-{day % 28 + 1:02}T08:00:00+08:00")
    for day, code in enumerate(sorted(SUB_STATUSES))
]


@given(st.permutations(SCANS), st.lists(st.sampled_from(SCANS), max_size=5))
def test_order_and_repeats_of_checkpoints_do_not_matter(
    shuffled: list[dict[str, Any]], repeats: list[dict[str, Any]]
) -> None:
    events = only(tracking("A", *shuffled, *repeats)).events
    assert [event.code for event in events] == sorted(SUB_STATUSES)


@given(st.permutations(SCANS[:6]))
def test_a_local_time_among_moments_still_gives_one_order(shuffled: list[dict[str, Any]]) -> None:
    late = scan("Delivered_001", checkpoint_time="2026-05-03T12:00:00")
    events = only(tracking("A", late, *shuffled)).events
    assert (events[3].at, events[3].local) == (None, "2026-05-03 12:00:00")


@pytest.mark.parametrize("code", sorted(SUB_STATUSES))
def test_each_subtag_gives_its_stage_health_and_reason(code: str) -> None:
    event = only(tracking("A", scan(code))).events[0]
    state = SUB_STATUSES[code]
    assert (event.code, event.stage, event.health, event.reason) == (
        code,
        state.stage,
        state.health,
        state.reason,
    )


def test_a_subtag_is_never_further_than_its_tag() -> None:
    assert (len(STATUSES), len(SUB_STATUSES)) == (9, 43)
    for code, state in SUB_STATUSES.items():
        tag = code.partition("_")[0]
        assert tag in STATUSES
        assert (state.stage is Stage.DELIVERED) == (tag == "Delivered")
    healths = {state.health for state in (*SUB_STATUSES.values(), *STATUSES.values())}
    assert healths == {Health.OK, Health.ACTION_REQUIRED, Health.FAILED}


@given(st.text(min_size=1).filter(lambda code: code not in SUB_STATUSES))
def test_an_unknown_subtag_is_kept_and_its_tag_counts_where_that_is_known(code: str) -> None:
    event = only(tracking("A", scan(code, tag="Delivered"))).events[0]
    assert (event.code, event.stage) == ("Delivered", Stage.DELIVERED)
    assert event.extra["subtag"] == code
    event = only(tracking("A", scan(code, tag="Moon"))).events[0]
    assert (event.code, event.stage, event.health) == (code, Stage.UNKNOWN, Health.OK)


@pytest.mark.parametrize(
    ("tag", "stage"), [("Delivered", Stage.DELIVERED), ("Moon", Stage.UNKNOWN)]
)
def test_without_a_subtag_the_tag_counts(tag: str, stage: Stage) -> None:
    event = only(tracking("A", scan(None, tag=tag))).events[0]
    assert (event.code, event.stage) == (tag, stage)


@pytest.mark.parametrize(
    ("text", "subtag", "stage"),
    [
        ("Parcel could not be returned", "InTransit_001", Stage.LINE_HAUL),
        ("Delivered to local carrier", "InTransit_003", Stage.LINE_HAUL),
        ("Not delivered", "AttemptFail_001", Stage.LAST_MILE),
    ],
)
def test_what_the_words_say_makes_no_stage(text: str, subtag: str, stage: Stage) -> None:
    event = only(tracking("A", scan(subtag, message=text))).events[0]
    assert (event.text, event.stage) == (text, stage)


@pytest.mark.parametrize("stated", [None, "", " "])
def test_a_checkpoint_without_a_time_is_a_problem_and_the_rest_stands(stated: str | None) -> None:
    reading = read(tracking("A", scan("Delivered_001", checkpoint_time=stated), scan()))
    assert [event.code for event in reading.parcels[0].events] == ["InTransit_001"]
    assert [(one.code, one.extra["number"]) for one in reading.problems] == [("unreadable", "A")]


def test_countries_are_read_under_their_old_and_new_names_and_unknown_ones_stay_text() -> None:
    old = scan("A", tag=None, country_region=None, country_iso3="DEU", zip="10115", location=None)
    odd = scan("B", tag=None, country_region="QQQ", location=None)
    bare = {"checkpoint_time": "2026-06-29T21:05:00Z", "subtag": "C"}
    places = {one.code: one.place for one in only(tracking("N", old, odd, bare)).events}
    first, second = places["A"], places["B"]
    assert first is not None
    assert second is not None
    assert (first.country, first.postal_code, first.text) == ("DE", "10115", "China")
    assert (second.country, second.text) == (None, "China")
    assert places["C"] is None
    assert len(set(COUNTRIES.values())) == len(COUNTRIES) == 249


def test_both_numbers_of_a_parcel_are_known_each_with_its_carrier_and_events() -> None:
    parcel = only(FULL)
    assert [(leg.carrier, leg.number) for leg in parcel.legs] == [
        ("sf_express", "SF1"),
        ("yunexpress", "YT2616912345678901"),
        ("usps", "LX1"),
    ]
    assert [event.number for event in parcel.events] == ["YT2616912345678901", "LX1"]
    assert (parcel.id, parcel.extra["order_id"]) == ("parcel-7", "o-1")


def test_next_couriers_of_older_versions_are_the_last_mile() -> None:
    further = [{"slug": "usps", "tracking_number": "LX1"}, {"slug": "yunexpress"}]
    legs = only(tracking("A", next_couriers=further, last_mile=further[0])).legs
    assert [(leg.carrier, leg.number) for leg in legs] == [("yunexpress", "A"), ("usps", "LX1")]


def expected(**fields: Any) -> Any:
    return only(tracking("A", **fields)).expected


def test_the_latest_expectation_is_taken_with_its_source() -> None:
    def latest(**fields: Any) -> Any:
        return expected(latest_estimated_delivery={"source": "Carrier EDD", **fields})

    window = latest(datetime_min="2026-07-08", datetime_max="2026-07-12").window
    assert window.earliest.isoformat() == "2026-07-08T00:00:00+14:00"
    assert window.latest.isoformat() == "2026-07-13T00:00:00-12:00"
    moment = latest(datetime="2026-07-08T10:00:00-07:00")
    assert moment.window.earliest == moment.window.latest == moment.likely
    assert (moment.source, moment.evidence, moment.as_of) == ("carrier", 0, NOW)
    local = latest(datetime="2026-07-08T10:00:00").window
    assert datetime(2026, 7, 8, 10, tzinfo=UTC) in local
    assert local.latest - local.earliest == timedelta(hours=26)
    assert latest(datetime="2026-07-08", source="AfterShip EDD").source == "history"
    assert latest(datetime="2026-07-08", source="Order EDD").source == "promise"


def test_else_the_carriers_day_and_an_unreadable_one_is_left_out() -> None:
    day = {"estimated_delivery_date": "2026-07-08", "estimated_delivery_date_min": None}
    found = expected(courier_estimated_delivery_date=day)
    assert found.likely == datetime(2026, 7, 8, 11, tzinfo=UTC)
    assert expected(expected_delivery="2026-07-08").window == found.window
    assert expected(expected_delivery="soon") is None
    assert expected(expected_delivery=None) is None
    wrong = {"datetime_min": "2026-07-12", "datetime_max": "2026-07-01", "source": "x"}
    assert expected(latest_estimated_delivery=wrong) is None


def test_the_wrapped_and_the_plain_form_are_the_same() -> None:
    plain = json.dumps({"meta": {"code": 200}, "data": FULL}).encode()
    wrapped = json.dumps({"meta": {"code": 200}, "data": {"tracking": FULL}}).encode()
    first, second, third = (
        Reader().read(body, received_at=NOW) for body in (plain, wrapped, answer(FULL))
    )
    assert first == second == third


@pytest.mark.parametrize("name", ["msg", "data"])
def test_a_webhook_is_read_like_an_answer(name: str) -> None:
    body = json.dumps({"event": "tracking_update", "event_id": "e", name: FULL}).encode()
    (parcel,) = Reader().read(body, received_at=NOW).parcels
    assert parcel.extra["event"] == "tracking_update"
    assert len(parcel.events) == 2


def test_a_refusing_answer_is_read_as_its_problem() -> None:
    body = b'{"meta": {"code": 4004, "message": "Tracking does not exist."}, "data": {}}'
    (problem,) = Reader().read(body, received_at=NOW).problems
    assert (problem.code, problem.raw) == ("not_registered", "4004")


def test_one_unreadable_parcel_does_not_hide_the_others() -> None:
    reading = read({"slug": "usps"}, tracking("B"), tracking(" "))
    assert [parcel.number for parcel in reading.parcels] == ["B"]
    assert [problem.code for problem in reading.problems] == ["unreadable", "unreadable"]


def test_what_has_no_place_in_a_noun_is_kept() -> None:
    extra = only(tracking("A", on_time_status="late", signed_by="ann")).extra
    assert (extra["on_time_status"], extra["signed_by"]) == ("late", "ann")


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.text(max_size=4), st.sampled_from([True, 7, 1.5, [1], {"a": 1}, "2026-06-29"])
)


@given(st.data())
def test_the_short_way_through_a_scan_and_the_long_one_say_the_same(data: st.DataObject) -> None:
    entry = scan("Exception_004", country_region=None, country_iso3="DEU")
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
    (found,) = only(tracking("A", scan(checkpoint_time=stated))).events
    assert (found.at, found.local) == (None, stated)
