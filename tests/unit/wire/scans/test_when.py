"""Times of scans, in every spelling; none is ever given a zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, Unreadable
from crossborder.wire.dates import BEIJING
from crossborder.wire.scans import When

CLOCKS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(CLOCKS, ZONES)
def test_an_offset_is_kept_as_it_was_told(clock: datetime, zone: timezone) -> None:
    stated = clock.replace(tzinfo=zone).isoformat()
    at, local = When("at").read({"at": stated}, "acme")
    assert at is not None
    assert (at.isoformat(), local) == (stated, None)


@given(CLOCKS)
def test_a_time_without_a_zone_stays_local_text(clock: datetime) -> None:
    at, local = When("at").read({"at": clock.isoformat()}, "acme")
    assert (at, local) == (None, clock.isoformat(" "))


@given(CLOCKS.map(lambda clock: clock.replace(second=0, microsecond=0)))
def test_every_layout_reads_the_same_clock(clock: datetime) -> None:
    month = "January February March April May June July August September October November December"
    name = month.split()[clock.month - 1]
    hour, half = clock.hour % 12 or 12, "PM" if clock.hour > 11 else "am"
    minute = f"{clock.minute:02}"
    for text, layout in (
        (f"{name} {clock.day}, {clock.year} {hour}:{minute} {half}", "%B %d, %Y %I:%M %p"),
        (f"{clock.day:02}-{name[:3]}-{clock.year} {clock.hour}.{minute}", "%d-%B-%Y %H.%M"),
        (f"{clock.month}/{clock.day}/{clock.year} {hour}:{minute} {half}", "%m/%d/%Y %I:%M %p"),
        (f"{clock:%Y%m%d} {clock:%H%M}", "%Y%m%d %H%M"),
    ):
        layouts = (layout.replace("%Y%m%d", "%Y%m%d"),)
        assert When("at", layouts=layouts).read({"at": text}, "acme")[1] == clock.isoformat(" ")


@pytest.mark.parametrize(
    ("when", "entry", "expected"),
    [
        (When("at", zone=BEIJING), {"at": "2026-11-02 08:00:00"}, "2026-11-02T08:00:00+08:00"),
        (
            When("at", offset="z"),
            {"at": "2026-11-02 08:00", "z": "-5"},
            "2026-11-02T08:00:00-05:00",
        ),
        (
            When("at", offset="z", zones={"EST": -5}),
            {"at": "2026-11-02 08:00:00", "z": "EST"},
            "2026-11-02T08:00:00-05:00",
        ),
        (When("at"), {"at": "/Date(1517988478000+0800)/"}, "2018-02-07T15:27:58+08:00"),
        (When("at"), {"at": 1517988478}, "2018-02-07T07:27:58+00:00"),
        (When("at"), {"at": "2026-11-02T24:00:00Z"}, "2026-11-03T00:00:00+00:00"),
        (
            When(("day", "hour"), layouts=("%d/%m/%Y %H:%M %z",)),
            {"day": "02/11/2026", "hour": "08:00 +08:00"},
            "2026-11-02T08:00:00+08:00",
        ),
        (When((("a", "b"),)), {"b": "2026-11-02T08:00:00Z"}, "2026-11-02T08:00:00+00:00"),
    ],
)
def test_a_zone_that_is_stated_anywhere_counts(
    when: When, entry: dict[str, object], expected: str
) -> None:
    at, local = when.read(entry, "acme")
    assert at is not None
    assert (at.isoformat(), local) == (expected, None)


@pytest.mark.parametrize(
    ("entry", "local"),
    [
        ({"at": "2026-11-02"}, "2026-11-02"),
        ({"at": "20261102"}, "2026-11-02"),
        ({"at": "2026/11/02"}, "2026-11-02"),
        ({"at": "2026/1/2"}, "2026-01-02"),
        ({"at": "2026.11.02"}, "2026-11-02"),
        ({"at": "20261302"}, "20261302"),
        ({"at": "20261102 0715"}, "2026-11-02 07:15:00"),
        ({"at": "20261102 071523"}, "2026-11-02 07:15:23"),
        ({"at": "20261102 990000"}, "20261102 990000"),
        ({"at": "yesterday"}, "yesterday"),
        ({"at": "2026-11-02 08:00:00", "z": "Local"}, "2026-11-02 08:00:00"),
        ({"at": "2026-13-45 99:00"}, "2026-13-45 99:00"),
    ],
)
def test_what_settles_no_moment_is_kept_as_text(entry: dict[str, object], local: str) -> None:
    assert When("at", offset="z").read(entry, "acme") == (None, local)


@given(st.none() | st.text() | st.integers() | st.booleans() | st.lists(st.text()))
def test_any_value_is_read_kept_or_refused(value: object) -> None:
    try:
        at, local = When("at").read({"at": value}, "acme")
    except Unreadable:
        return
    assert at is None or at.tzinfo is not None
    assert local is None or local


def test_no_time_at_all_is_two_nones() -> None:
    assert When(("day", "hour")).read({"day": "", "hour": None}, "acme") == (None, None)


def test_a_mark_that_is_not_read_is_refused_when_the_shape_is_made() -> None:
    with pytest.raises(InvalidValue, match="%j"):
        When("at", layouts=("%Y-%j",))


def test_a_vendors_zone_by_name_is_fixed_at_the_offset_it_had_then() -> None:
    when = When("at", zone=ZoneInfo("America/New_York"))
    summer, _ = when.read({"at": "2026-07-02 08:00:00"}, "acme")
    winter, _ = when.read({"at": "2026-12-02 08:00:00"}, "acme")
    assert summer is not None
    assert winter is not None
    assert [at.tzinfo for at in (summer, winter)] == [
        timezone(timedelta(hours=-4)),
        timezone(timedelta(hours=-5)),
    ]


def test_an_offset_in_the_text_wins_over_the_vendors_zone() -> None:
    at, _ = When("at", zone=BEIJING).read({"at": "2026-11-02T08:00:00+00:00"}, "acme")
    assert at == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_a_declared_layout_is_tried_before_anything_else() -> None:
    day_first = When("at", layouts=("%Y-%d-%m %H:%M",))
    assert day_first.read({"at": "2026-05-04 08:00"}, "acme")[1] == "2026-04-05 08:00:00"
    dotted = When(("d", "h"), layouts=("%Y-%m-%d %H.%M",))
    assert dotted.read({"d": "2026-11-20", "h": "10.15"}, "acme")[1] == "2026-11-20 10:15:00"
    undeclared = When(("d", "h")).read({"d": "2026-11-20", "h": "10.15"}, "acme")
    assert undeclared == (None, "2026-11-20 10.15")


@pytest.mark.parametrize(
    ("layout", "text", "expected"),
    [
        ("%a, %d %b %Y %H:%M:%S %Z", "Fri, 20 Nov 2026 10:00:00 GMT", "2026-11-20T10:00:00+00:00"),
        ("%d/%m/%y %H:%M %Z", "20/11/26 10:00 CET", "2026-11-20T10:00:00+01:00"),
    ],
)
def test_weekdays_short_years_and_words_for_zones_are_read(
    layout: str, text: str, expected: str
) -> None:
    at, _ = When("at", layouts=(layout,), zones={"CET": 1}).read({"at": text}, "acme")
    assert at is not None
    assert at.isoformat() == expected


def test_a_day_without_an_hour_is_a_day() -> None:
    assert When("at", layouts=("%B %d, %Y",)).read({"at": "April 28, 2015"}, "a") == (
        None,
        "2015-04-28",
    )


def test_slips_in_a_shape_are_refused_when_it_is_made() -> None:
    with pytest.raises(InvalidValue, match="tuple of layouts"):
        When("at", layouts="%d")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="14 at most"):
        When("at", zones={"X": 99})


@pytest.mark.parametrize(
    "zone", ["Berlin", ZoneInfo("Europe/Berlin"), 99, float("nan"), None, True, "+15:00"]
)
def test_a_zone_word_stands_for_a_distance_from_utc_and_nothing_else(zone: object) -> None:
    with pytest.raises(InvalidValue, match="MEZ must be hours from UTC"):
        When("at", zones={"MEZ": zone})  # type: ignore[dict-item]


def test_a_distance_may_be_told_in_hours_or_as_a_text() -> None:
    when = When("at", offset="z", zones={"IST": 5.5, "MEZ": "+01:00", "NST": "-0330"})
    told = {word: when.read({"at": "2026-11-02 08:00", "z": word}, "a")[0] for word in when.zones}
    assert {word: at and at.isoformat() for word, at in told.items()} == {
        "IST": "2026-11-02T08:00:00+05:30",
        "MEZ": "2026-11-02T08:00:00+01:00",
        "NST": "2026-11-02T08:00:00-03:30",
    }


def test_the_vendors_zone_by_its_name_alone_is_refused_when_the_shape_is_made() -> None:
    with pytest.raises(InvalidValue, match="must be a zone"):
        When("at", zone="Europe/Berlin")  # type: ignore[arg-type]


def test_words_for_zones_are_known_in_any_capitals_and_never_stand_for_two() -> None:
    when = When("at", offset="z", zones={"MEZ": 1})
    for word in ("MEZ", "mez", "Mez"):
        at, _ = when.read({"at": "2026-11-02 08:00", "z": word}, "acme")
        assert at is not None
        assert at.isoformat() == "2026-11-02T08:00:00+01:00"
    with pytest.raises(InvalidValue, match="two zones"):
        When("at", zones={"CST": 8, "cst": -6})


@pytest.mark.parametrize("first", ["0001-01-01", "00010101", "1900-01-01", "1970/01/01"])
def test_the_first_day_of_a_clock_is_no_day(first: str) -> None:
    assert When("at").read({"at": first}, "acme") == (None, None)
    assert When("at", layouts=("%Y-%m-%d", "%Y/%m/%d")).read({"at": first}, "acme") == (None, None)


@given(st.dates(datetime(1980, 1, 1).date(), datetime(2090, 1, 1).date()))  # noqa: DTZ001
def test_a_day_sorts_before_every_time_of_it_however_it_is_written(day: date) -> None:
    later = When("at").read({"at": f"{day} 00:00"}, "acme")[1]
    for spelling in ("%Y%m%d", "%Y/%m/%d", "%Y-%m-%d"):
        local = When("at").read({"at": f"{day:{spelling}}"}, "acme")[1]
        assert local == day.isoformat()
        assert later is not None
        assert local < later
