"""A parcel's pictures: what is in them, and what is refused."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from xml.etree import ElementTree

import pytest

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.ids import ShipmentId
from crossborder.model.place import Place
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, ParcelState, Stage, TrackingEvent
from crossborder.stages.logistics.chart import arrival_chart, timeline_chart

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def scan(day: int, stage: Stage, **more: object) -> TrackingEvent:
    return TrackingEvent("acme", "X", "<b>told</b>", stage, NOW + day * DAY, **more)  # type: ignore[arg-type]


def parcel(*events: TrackingEvent, **more: object) -> Shipment:
    return Shipment(ShipmentId("p1"), "acme", "YT<1>", NOW, events=events, **more)  # type: ignore[arg-type]


def expected(day: int, width: int) -> Expected:
    at = NOW + day * DAY
    return Expected(Window(at + 2 * DAY, at + width * DAY), at + 3 * DAY, "history", 40, at)


def ids(picture: str) -> set[str | None]:
    return {one.get("id") for one in ElementTree.fromstring(picture).iter()}


WAY = (
    scan(0, Stage.ACCEPTED),
    scan(3, Stage.UNKNOWN),
    scan(5, Stage.IMPORT_CUSTOMS, health=Health.ACTION_REQUIRED, reason="customs_info_required"),
    TrackingEvent("acme", "Y", stage=Stage.LAST_MILE, local="2026-11-09 08:00:00"),
)


def test_the_timeline_shows_the_way_the_trouble_the_promise_and_what_is_expected() -> None:
    pytest.importorskip("matplotlib")
    promised = Window(NOW, NOW + 10 * DAY)
    to = StringIO()
    picture = timeline_chart(parcel(*WAY, promised=promised, expected=expected(7, 5)), to)
    assert {"way", "trouble", "promised", "expected"} <= ids(picture)
    assert to.getvalue() == picture
    assert "dc:date" not in picture
    assert "YT&lt;1&gt;" in picture


def test_a_parcel_that_has_ended_is_expected_no_more() -> None:
    pytest.importorskip("matplotlib")
    delivered = parcel(
        scan(0, Stage.DELIVERED), state=ParcelState(Stage.DELIVERED), expected=expected(7, 5)
    )
    assert not {"trouble", "promised", "expected"} & ids(timeline_chart(delivered))


def test_a_parcel_without_a_time_has_no_timeline() -> None:
    pytest.importorskip("matplotlib")
    for events in ((), (TrackingEvent("acme", local="some day"),)):
        with pytest.raises(InvalidValue, match="no scan with a time"):
            timeline_chart(parcel(*events))


def when(year: int) -> TrackingEvent:
    return TrackingEvent("acme", "X", stage=Stage.EXPORT, at=NOW.replace(year=year))


@pytest.mark.parametrize("year", [1, 2, 100, 1899, 2200, 9000, 9998, 9999])
def test_a_scan_of_a_time_that_nobody_can_read_is_left_out_of_the_picture(year: int) -> None:
    pytest.importorskip("matplotlib")
    assert timeline_chart(parcel(when(year), *WAY)).count("<use") == timeline_chart(
        parcel(*WAY)
    ).count("<use")
    with pytest.raises(InvalidValue, match="no scan with a time"):
        timeline_chart(parcel(when(year)))


@pytest.mark.parametrize("year", [2, 9999])
def test_so_is_a_promise_or_an_expectation(year: int) -> None:
    pytest.importorskip("matplotlib")
    far = NOW.replace(year=year)
    window = Window(far, far)
    never = Expected(window, far, "line", 1, NOW)
    picture = timeline_chart(parcel(*WAY, promised=window, expected=never))
    assert not {"promised", "expected"} & ids(picture)
    told = [expected(0, 9), never, expected(4, 5)]
    shown = arrival_chart(told, promised=window, arrived=far)
    assert not {"promised", "arrived"} & ids(shown)
    with pytest.raises(InvalidValue, match="at least two"):
        arrival_chart(told[:2])


def test_the_earliest_and_latest_years_that_are_drawn_are_drawn_together() -> None:
    pytest.importorskip("matplotlib")
    assert "way" in ids(timeline_chart(parcel(when(1900), when(2199))))


def test_a_number_of_any_characters_stands_in_a_picture_that_can_be_read() -> None:
    pytest.importorskip("matplotlib")
    odd = Shipment(ShipmentId("p1"), "acme", "N<&>\x01\x1f\ud800\ufffe\U0001f4e6", events=WAY)
    picture = timeline_chart(odd)
    titles = [one.text for one in ElementTree.fromstring(picture).iter() if "title" in one.tag]
    assert titles[0] == "N<&>\U0001f4e6"


def test_an_arrival_without_a_zone_is_refused() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(NaiveTime, match=r"arrival_chart\.arrived"):
        arrival_chart([expected(0, 9), expected(2, 7)], arrived=NOW.replace(tzinfo=None))


def test_the_fan_shows_the_window_the_promise_and_the_arrival() -> None:
    pytest.importorskip("matplotlib")
    told = [expected(0, 9), expected(2, 7), expected(4, 5)]
    picture = arrival_chart(told, promised=Window(NOW, NOW + 8 * DAY), arrived=NOW + 7 * DAY)
    assert {"window", "likely", "promised", "arrived"} <= ids(picture)
    assert not {"promised", "arrived"} & ids(arrival_chart(told))


@pytest.mark.parametrize("told", [[], [expected(0, 9)], [expected(2, 7), expected(0, 9)]])
def test_a_fan_needs_two_expectations_in_order(told: list[Expected]) -> None:
    with pytest.raises(InvalidValue, match="in order"):
        arrival_chart(told)


def test_a_notebook_shows_the_way_newest_first_and_escaped() -> None:
    shown = parcel(
        *WAY, scan(8, Stage.LAST_MILE, place=Place(city="Lille", country="FR"))
    )._repr_html_()
    assert "<b>" not in shown
    assert shown.index("Lille, FR") < shown.index("customs_info_required") < shown.index("accepted")
    assert "YT&lt;1&gt;" in shown
