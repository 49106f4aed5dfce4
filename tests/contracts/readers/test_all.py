"""All tracking answers there are, through their readers, beside what karrio's tests expect of them."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crossborder.adapters.readers import available, load
from crossborder.errors import Unreadable
from crossborder.model.tracking import Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from where import contracts_root

pytestmark = pytest.mark.contracts
NOW = datetime(2026, 11, 29, tzinfo=UTC)
CARRIERS = contracts_root() / "carriers"
NAMES = {"17track": "track17"}
NO_ANSWERS = {
    "17track/getquota.json",
    "17track/gettracklist_page.json",
    "17track/register_mixed.json",
    "fedex/track_api_openapi.json",
}
FILES = sorted(
    str(file.relative_to(CARRIERS))
    for folder in sorted(CARRIERS.iterdir())
    if folder.is_dir() and NAMES.get(folder.name, folder.name) in available()
    for file in sorted(folder.iterdir())
    if file.suffix in (".json", ".xml")
    and str(file.relative_to(CARRIERS)) not in NO_ANSWERS
    and not file.name.startswith(("smartrate", "customs", "trackers_list"))
)
EXPECTED: dict[str, Any] = json.loads((CARRIERS / "karrio_expected.json").read_bytes())["files"]
OTHERWISE = {
    "asendia_us/tracking_response.json": "its milestone s10 is the delivery; karrio reads a moving parcel",
    "australiapost/tracking_response.json": "karrio loses the eight events of the first consignment",
    "canadapost/tracking_response.xml": "delivered by 1496 and scanned again: delivered, reopened",
    "easypost/tracking_response.json": "the file holds one tracker; karrio's test feeds it twice",
    "purolator/tracking_response.xml": "one scan is told twice: every scan stands once",
    "sf_express/tracking_response.json": "operation 80 is a signature; karrio has no status for it",
    "shipengine/error_response.json": "a refusal is a problem, no parcel without a number",
    "shipengine/tracking_response.json": "its status DE is delivered; karrio does not see it",
    "smartkargo/tracking_response.json": "two pieces under one air waybill are two parcels",
    "tnt/tracking_response.xml": "a consignment that is not found is a problem, no parcel",
    "usps_xml/tracking_response.xml": "karrio's expectation is of another answer than the file",
}
"""Where we differ from karrio in the number of parcels or events, or in what is delivered: why."""


def reader(path: str) -> TrackingReader:
    folder = path.partition("/")[0]
    return load(NAMES.get(folder, folder))


def reading(path: str) -> Reading:
    return reader(path).read((CARRIERS / path).read_bytes(), received_at=NOW)


def test_all_twenty_six_vendors_have_a_reader() -> None:
    folders = {folder.name for folder in CARRIERS.iterdir() if folder.is_dir()}
    vendors = {NAMES.get(name, name) for name in folders} - {"dhl_status", "tracking_number_data"}
    assert len(vendors) == 26
    assert vendors == set(available())


@pytest.mark.parametrize("path", FILES)
def test_every_answer_gives_parcels_or_problems_or_one_clear_error(path: str) -> None:
    try:
        found = reading(path)
    except Unreadable:
        assert "proof_of_delivery" in path
        return
    assert found.parcels or found.problems
    for parcel in found.parcels:
        for event in parcel.events:
            assert event.code or event.text
            assert event.stage is not Stage.DELIVERED or event.code or event.text


@pytest.mark.parametrize("path", [path for path in FILES if path in EXPECTED])
def test_parcels_events_and_deliveries_are_those_that_karrio_expects_or_it_is_said_why(
    path: str,
) -> None:
    theirs = [
        (len(EXPECTED[path]["shipments"]) and ship["events"], bool(ship["delivered"]))
        for ship in EXPECTED[path]["shipments"]
    ]
    try:
        found = reading(path)
    except Unreadable:
        assert not theirs
        return
    ours = [(len(parcel.events), parcel.state.stage is Stage.DELIVERED) for parcel in found.parcels]
    assert (sorted(ours) == sorted(theirs)) is (path not in OTHERWISE), (ours, theirs)


def test_the_page_says_whose_the_parcels_of_each_reader_are() -> None:
    page = (Path(__file__).parents[3] / "docs" / "readers.md").read_text(encoding="utf-8")
    table = page.partition("| reader | carrier of its parcels |")[2].partition("\n\n")[0]
    stated: dict[str, set[str]] = {}
    for names, carriers in re.findall(r"^\| (`.*`) \| (.*) \|$", table, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            stated[name] = set(re.findall(r"`(\w+)`", carriers))
    assert set(stated) <= set(available())
    for path in FILES:
        name = NAMES.get(path.partition("/")[0], path.partition("/")[0])
        with suppress(Unreadable):
            read = {parcel.carrier for parcel in reading(path).parcels}
            known = stated.get(name, {name})
            assert not known or read <= known, (path, read, known)


def _long(value: Any, size: int) -> Any:
    """The answer with its longest list of objects repeated until it is that large."""
    lists: list[list[Any]] = []

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            for inner in item.values():
                walk(inner)
        elif isinstance(item, list):
            if item and all(isinstance(inner, dict) for inner in item):
                lists.append(item)
            for inner in item:
                walk(inner)

    walk(value)
    longest = max(lists, key=lambda items: len(json.dumps(items)))
    longest *= max(1, size // len(json.dumps(longest)))
    return value


@pytest.mark.parametrize("path", ["ups/tracking_response.json", "usps/tracking_response.json"])
def test_an_answer_of_ten_megabytes_is_read_whole(path: str, full_size: bool) -> None:
    size = 10_000_000 if full_size else 1_000_000
    body = json.dumps(_long(json.loads((CARRIERS / path).read_bytes()), size)).encode()
    assert len(body) > 0.8 * size
    found = reader(path).read(body, received_at=NOW)
    assert found.parcels


def test_more_than_the_limit_is_refused_and_nothing_is_read() -> None:
    for name in ("ups", "tnt"):
        with pytest.raises(Unreadable, match="larger than"):
            load(name).read(b" " * 20_000_001, received_at=NOW)
