"""Amazon against its published model: every bucket has its place, every request keeps the rules."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.amazon.fake import (
    CLIENT,
    MARKETPLACE,
    REFRESH,
    SECRET,
    FakeAmazon,
    model,
    summary,
)
from crossborder.adapters.amazon import Amazon, fba_notification
from crossborder.adapters.amazon.rules import POLICIES
from crossborder.clients import Client
from crossborder.errors import BadRequest, Unauthorized
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.stages.inventory.available import available
from crossborder.stages.inventory.fba import FbaBucket, FbaCounts, FbaUse, fba_stock, real_stock
from crossborder.stages.inventory.fba.buckets import BUCKETS, OVERLAPS, TOTALS
from crossborder.testing.clock import VirtualClock

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SHOP = Amazon.connect(
    refresh_token=REFRESH,
    client_id=CLIENT,
    client_secret=SECRET,
    marketplace_id=MARKETPLACE,
    region="eu",
)


@pytest.fixture
def document(contracts: Path) -> Any:
    return json.loads(model(contracts).read_bytes())


@pytest.fixture
def notification(contracts: Path) -> Any:
    name = "FBAInventoryAvailabilityChangeNotification.json"
    return json.loads((contracts / "amazon" / "schemas" / "notifications" / name).read_bytes())


def _leaves(document: Any, node: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """The dotted names of all whole numbers of a definition; named entries by their names."""
    reference = node.get("$ref")
    if reference:
        node = document["definitions"][reference.rpartition("/")[2]]
    if node.get("type") == "array":
        entry = document["definitions"][node["items"]["$ref"].rpartition("/")[2]]
        yield from (f"{name}.{one}" for one in entry["properties"]["name"]["enum"])
    elif node.get("type") == "integer":
        yield name
    for key, inner in node.get("properties", {}).items():
        yield from _leaves(document, inner, f"{name}.{key}" if name else key)


def test_every_count_of_the_model_is_a_bucket_or_a_total_and_every_bucket_is_there(
    document: Any,
) -> None:
    found = list(_leaves(document, document["definitions"]["InventoryDetails"]))
    assert len(found) == len(set(found)) == 19
    assert set(found) <= BUCKETS.keys() | TOTALS.keys()
    assert sorted(BUCKETS[name] for name in found if name in BUCKETS) == sorted(FbaBucket)
    assert "totalQuantity" in document["definitions"]["InventorySummary"]["properties"]


def test_the_model_has_no_example_from_which_a_sum_could_be_learned(document: Any) -> None:
    get = document["paths"]["/fba/inventory/v1/summaries"]["get"]
    answers = get["responses"].values()
    assert not any("x-amzn-api-sandbox" in one or "examples" in one for one in answers)


def test_the_stated_rate_is_the_models(document: Any) -> None:
    get = document["paths"]["/fba/inventory/v1/summaries"]["get"]
    assert "| 2 | 2 |" in get["description"]
    limit: Any = POLICIES.of("inventory.list").limit
    assert (limit.burst, limit.every) == (2, timedelta(seconds=1) / 2)


def _fake() -> FakeAmazon:
    changed = [f"2026-11-01T0{number}:00:00Z" for number in range(1, 6)]
    return FakeAmazon(stock=[summary(f"s{n}", at) for n, at in enumerate(changed, 1)])


def test_changed_stock_is_asked_for_with_its_time_on_every_page(contracts: Path) -> None:
    transport = _fake().transport(contracts)
    since = datetime(2026, 11, 1, 1, 30, 0, 999, tzinfo=UTC)
    with Client(http=transport, clock=VirtualClock(NOW)) as client:
        held = list(client.items(SHOP.held(since=since)))
    assert [item.sku for item in held] == ["s2", "s3", "s4", "s5"]
    asked = [one.operation.query for one in transport.seen[1:]]
    assert [one["startDateTime"] for one in asked] == ["2026-11-01T01:30:00Z"] * 2
    assert [one.get("nextToken") for one in asked] == [None, "2/2026-11-01T01:30:00Z"]


def test_a_cursor_that_is_not_good_any_more_is_refused_in_amazons_words(contracts: Path) -> None:
    with (
        Client(http=_fake().transport(contracts), clock=VirtualClock(NOW)) as client,
        pytest.raises(BadRequest, match="Next token is not valid") as caught,
    ):
        client.run(SHOP.held(cursor="2/other"))
    assert caught.value.problems[0].code == "InvalidInput"
    assert caught.value.request_id == "r-1"


def test_a_token_is_asked_for_once_and_again_when_it_ends(contracts: Path) -> None:
    fake = _fake()
    transport = fake.transport(contracts)
    with Client(http=transport, clock=VirtualClock(NOW)) as client:
        client.run(SHOP.held())
        client.run(SHOP.held())
        fake.tokens.append("revoked by Amazon")
        client.run(SHOP.held())
    name = "getInventorySummaries"
    assert transport.operations == ("token", name, name, name, "token", name)


def test_a_consent_that_was_taken_back_is_told_without_the_secrets(contracts: Path) -> None:
    fake = _fake()
    fake.denied = True
    with (
        Client(http=fake.transport(contracts), clock=VirtualClock(NOW)) as client,
        pytest.raises(Unauthorized, match="not authorised") as caught,
    ):
        client.run(SHOP.held())
    shown = repr(caught.value) + str(caught.value) + repr(SHOP)
    assert SECRET.reveal() not in shown
    assert REFRESH.reveal() not in shown


def test_the_published_notification_is_read_bucket_by_bucket(notification: Any) -> None:
    body = {
        "NotificationVersion": "1.0",
        "NotificationType": "FBA_INVENTORY_AVAILABILITY_CHANGES",
        "PayloadVersion": "1.0",
        "EventTime": "2020-07-13T19:42:04.284Z",
        "Payload": notification["properties"]["Payload"]["examples"][0],
    }
    Draft7Validator(notification).validate(body)
    here, there = fba_notification(json.dumps(body).encode())
    assert (here.sku, here.place, there.place) == (
        "SELLERSKU-1",
        "ATVPDKIKX0DER",
        "A2EUQ1WTGCTBG2",
    )
    assert here.extra["Stores"] == ("Low-Cost Store",)
    assert here.extra["ASIN"] == "B00001ABCD"
    stock = fba_stock(FbaCounts(here.sku, here.counts, here.updated_at), now=NOW).value
    assert {use: stock.total(use) for use in FbaUse if stock.total(use)} == {
        FbaUse.SELLABLE: 50,
        FbaUse.PROMISED: 10,
        FbaUse.COMING: 15,
        FbaUse.BUSY: 20,
    }
    assert (stock.quarantined, stock.residue("unfulfillable")) == ({}, 0)
    assert stock.overlapping == {"FutureSupplyBuyable": 10, "PendingCustomerOrderInTransit": 0}


def test_every_count_of_the_notification_has_its_place(notification: Any) -> None:
    items = notification["properties"]["Payload"]["properties"]
    inventory = items["FulfillmentInventoryByMarketplace"]["items"]["properties"]
    found = set(_leaves(notification, inventory["FulfillmentInventory"]))
    assert len(found) == 11
    assert found <= BUCKETS.keys() | TOTALS.keys() | OVERLAPS


def test_what_amazon_tells_is_offered_as_stock_and_no_more(contracts: Path) -> None:
    fake = FakeAmazon()
    details = {"inboundWorkingQuantity": 40, "inboundShippedQuantity": 50}
    fake.stock.append(summary("s1", "2026-11-01T01:00:00Z", **details))
    with Client(http=fake.transport(contracts), clock=VirtualClock(NOW)) as client:
        (held,) = client.items(SHOP.held())
    stock = fba_stock(FbaCounts(held.sku, held.counts, held.updated_at), now=NOW).value
    real = real_stock(stock, SkuId("s1"), WarehouseId("fba-de"))
    assert available(real, (), SkuId("s1"), now=NOW).value == 5
