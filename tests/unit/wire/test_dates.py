"""Moments in time in every spelling."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import NaiveTime, Unreadable
from crossborder.testing.strategies import moments
from crossborder.wire.dates import BEIJING, instant, offset


def read(text: str | int | Decimal, zone: timezone | None = None) -> datetime:
    return instant(text, zone=zone, field="at", source="shop")


@settings(max_examples=100, deadline=None)
@given(moments())
def test_every_spelling_of_a_moment_reads_as_that_moment(moment: datetime) -> None:
    zoned = moment.astimezone(BEIJING)
    second, milli = zoned.replace(microsecond=0), zoned.microsecond // 1000
    assert read(moment.isoformat()) == moment
    assert read(zoned.strftime("%Y-%m-%d %H:%M:%S"), BEIJING) == second
    assert read(zoned.strftime(f"%Y%m%d%H%M%S{milli:03}%z")) == second.replace(
        microsecond=milli * 1000
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(10**12, 10**13 - 1))
def test_milliseconds_since_1970_are_read_exactly(count: int) -> None:
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)
    for spelling in (count, str(count), Decimal(count), f"/Date({count})/", f"\\/Date({count})\\/"):
        assert read(spelling) == expected


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20170913231916000-0700", "2017-09-13T23:19:16-07:00"),
        ("2018-02-07T15:27:58Z", "2018-02-07T15:27:58+00:00"),
        ("2018-02-07T15:27:58.123456789+0800", "2018-02-07T15:27:58.123456+08:00"),
        ("2018-02-07 15:27 +08:00", "2018-02-07T15:27:00+08:00"),
        ("2018/2/7 15:27:58 GMT", "2018-02-07T15:27:58+00:00"),
        ("2018-02-07T15:27:58+01:00[Europe/Paris]", "2018-02-07T15:27:58+01:00"),
        ("2018-07-07T15:27:58[Europe/Paris]", "2018-07-07T15:27:58+02:00"),
        ("2018-12-31T24:00:00Z", "2019-01-01T00:00:00+00:00"),
        ("20180207T152758Z", "2018-02-07T15:27:58+00:00"),
        ("1517988478", "2018-02-07T07:27:58+00:00"),
        ("/Date(1517988478000+0800)/", "2018-02-07T15:27:58+08:00"),
    ],
)
def test_vendors_spellings(text: str, iso: str) -> None:
    assert read(text).isoformat() == iso


def test_a_time_without_a_zone_takes_the_documented_one_or_is_refused() -> None:
    assert read("2018-02-07 15:27:58", BEIJING).isoformat() == "2018-02-07T15:27:58+08:00"
    assert read("20180207152758", BEIJING).utcoffset() == timedelta(hours=8)
    paris = instant("2018-07-07 12:00:00", zone=ZoneInfo("Europe/Paris"), field="at", source="s")
    assert paris.utcoffset() == timedelta(hours=2)
    with pytest.raises(NaiveTime) as caught:
        read("2018-02-07 15:27:58")
    assert (caught.value.field, caught.value.source) == ("at", "shop")


def test_a_stated_offset_counts_more_than_the_documented_zone() -> None:
    assert read("2018-02-07T15:27:58Z", BEIJING).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2018-02-07", "２018-02-07 15:27:58", "123", "9999999999999999"),
        *("2018-13-07 00:00:00", "2018-02-30 10:00:00", "2018-02-07 25:00:00"),
        *("2018-02-07 24:00:01", "9999-12-31 24:00:00", "/Date(999999999999999)/"),
        *("2018-02-07T15:27:58+99:00", "2018-02-07T15:27:58[No/Where]"),
        *("2018-02-07T15:27:58[../etc]", 0, -1, True, Decimal("1517988478.5")),
    ],
)
def test_what_is_no_moment_is_unreadable(text: str | int) -> None:
    with pytest.raises(Unreadable, match="not a moment"):
        read(text, BEIJING)


@settings(max_examples=100, deadline=None)
@given(st.text() | st.from_regex(r"[0-9T: /+Z\[\]-]{0,30}", fullmatch=True))
def test_any_text_is_a_moment_or_unreadable(text: str) -> None:
    try:
        moment = read(text, BEIJING)
    except Unreadable:
        return
    assert moment.utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("+8", 480), ("+08:00", 480), ("0800", 480), ("GMT+8", 480), ("utc-03:30", -210)),
        *(("Z", 0), ("UTC", 0), ("8", 480), ("+14:00", 840), ("-0000", 0)),
    ],
)
def test_a_distance_from_utc_is_read(text: str, minutes: int) -> None:
    assert offset(text).utcoffset(None) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "+15", "east", "+8:7", "+08:60", "+-8", "Asia/Shanghai"])
def test_what_is_no_distance_from_utc_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        offset(text, field="zone", source="shop")
    assert caught.value.field == "zone"
