"""The zone of a place, where it is certain."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.place import Place
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.stages.logistics.tracking import merge
from crossborder.stages.logistics.zones import _ZONES, zone_of, zoned


def test_every_zone_of_the_table_is_one_of_the_database() -> None:
    assert set(_ZONES.values()) <= available_timezones()
    assert all(len(place) in (2, 5, 6) for place in _ZONES)


@pytest.mark.parametrize("country", ["US", "CA", "BR", "RU", "AU", "MX", "ID", "ES", "PT", "KZ"])
def test_a_country_of_several_times_settles_nothing(country: str) -> None:
    assert zone_of(Place(country=country)) is None


def test_a_local_time_gets_the_moment_of_its_place_and_keeps_what_was_told() -> None:
    scan = TrackingEvent(
        "acme", "PU", local="2026-02-03 10:20:00", place=Place(country="JP"), stage=Stage.ACCEPTED
    )
    (event,) = merge((scan,))
    assert event.at == datetime(2026, 2, 3, 1, 20, tzinfo=UTC)
    assert event.local == "2026-02-03 10:20:00"
    assert merge((event,), (scan,)) == (event,)


@pytest.mark.parametrize(
    ("local", "country"),
    [
        ("2026-10-25 02:30:00", "DE"),  # the clock showed it twice
        ("2026-03-29 02:30:00", "DE"),  # the clock skipped it
        ("2026-02-03", "JP"),
        ("in the morning of day two", "JP"),
        ("2026-02-03T10:20:00+09:00", "JP"),
        ("2026-02-03 10:20:00", "US"),
    ],
)
def test_what_place_or_clock_do_not_settle_stays_local(local: str, country: str) -> None:
    assert zoned(local, Place(country=country)) is None


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    st.sampled_from(sorted(_ZONES)),
)
def test_the_moment_shows_the_told_clock_at_its_place(clock: datetime, where: str) -> None:
    country, _, region = where.partition("-")
    at = zoned(clock.isoformat(" "), Place(country=country, region=region or None))
    if at is not None:
        shown = at.astimezone(ZoneInfo(_ZONES[where])).replace(tzinfo=None)
        assert shown == clock
