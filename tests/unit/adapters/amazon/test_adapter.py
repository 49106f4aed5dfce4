"""Amazon's adapter without a network: what is sent, how replies are read, what is kept."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.amazon import Amazon, fba_notification
from crossborder.adapters.amazon.rules import POLICIES, read, read_token
from crossborder.adapters.amazon.shapes import summaries
from crossborder.adapters.amazon.sign import Application
from crossborder.clients import Client
from crossborder.conversation import Broken, Busy, Expired, Ok, Rejected, Reply, Request, Token
from crossborder.errors import BadRequest, InvalidValue, NotFound, Unauthorized, Unreadable
from crossborder.model.outcome import Problem
from crossborder.protocols import supports
from crossborder.protocols.inventory import HeldStock, WarehouseFeed
from crossborder.secret import Secret
from crossborder.testing.clock import VirtualClock
from crossborder.testing.play import play, reply

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "refresh_token": "Atzr|r",
    "client_id": "amzn1.client",
    "client_secret": "s3cret",
    "marketplace_id": "ATVPDKIKX0DER",
}
SHOP = Amazon.connect(**GIVEN)
LOGIN = Application("amzn1.client", Secret("s3cret"), Secret("Atzr|r"), "seller")


def item(**fields: Any) -> dict[str, Any]:
    return {"sellerSku": "CUP-1", "lastUpdatedTime": "2026-11-01T08:00:00Z", **fields}


def answer(*items: Any, token: str | None = None) -> dict[str, Any]:
    around = {"granularityType": "Marketplace", "granularityId": "ATVPDKIKX0DER"}
    body: dict[str, Any] = {"payload": {"granularity": around, "inventorySummaries": list(items)}}
    return {**body, "pagination": {"nextToken": token}} if token else body


def held(**fields: Any) -> HeldStock:
    (stock,), following = summaries(answer(item(**fields)))
    assert following is None
    return stock


def details(**fields: Any) -> HeldStock:
    return held(inventoryDetails=fields)


def errors(status: int, code: str, text: str = "no", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(status, {"errors": [{"code": code, "message": text}]}, headers=named)


def test_a_page_asks_for_every_bucket_of_the_marketplace() -> None:
    played = play(SHOP.held(), [reply(200, answer(item(), token="t1"))])
    (call,) = played.calls
    assert call.request.url == "https://sellingpartnerapi-na.amazon.com/fba/inventory/v1/summaries"
    assert dict(call.request.query) == {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": "ATVPDKIKX0DER",
        "marketplaceIds": "ATVPDKIKX0DER",
    }
    assert played.value.cursor == "t1"
    assert played.value.next == SHOP.held(since=None, cursor="t1").keep()
    assert supports(SHOP, WarehouseFeed)


def test_the_next_page_is_asked_for_with_the_same_time() -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    played = play(SHOP.held(since=since, cursor="t1"), [reply(200, answer())])
    query = dict(played.calls[0].request.query)
    assert (query["startDateTime"], query["nextToken"]) == ("2026-11-01T00:00:00Z", "t1")
    assert (played.value.items, played.value.next) == ((), None)


@pytest.mark.parametrize("region", ["na", "eu", "fe"])
def test_each_region_has_its_hosts(region: str) -> None:
    host = f"sellingpartnerapi-{region}.amazon.com"
    assert Amazon.connect(**GIVEN, region=region).desk.base_url == f"https://{host}"
    sandbox = Amazon.connect(**GIVEN, region=region, sandbox=True)
    assert sandbox.desk.base_url == f"https://sandbox.{host}"


@pytest.mark.parametrize("wrong", [{"region": "us"}, {"marketplace_id": " "}])
def test_a_wrong_region_and_a_blank_marketplace_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as caught:
        Amazon.connect(**{**GIVEN, **wrong})
    assert caught.value.field in wrong


def test_every_count_keeps_its_name_and_the_rest_is_kept_as_it_is() -> None:
    stock = held(
        asin="B0",
        totalQuantity=58,
        bookedQuantity=4,
        inventoryDetails={
            "fulfillableQuantity": 8,
            "note": "x",
            "halfQuantity": [1, 2],
            "weight": Decimal("1.5"),
            "soonPieces": Decimal("2.0"),
            "reservedQuantity": {"fcProcessingQuantity": 1, "stagingQuantity": 3, "kind": ["a"]},
            "researchingQuantity": {
                "researchingQuantityBreakdown": [
                    {"name": "researchingQuantityInShortTerm", "quantity": 2, "since": "May"},
                    {"name": "researchingQuantityInYears", "quantity": 7},
                    {"name": "researchingQuantityInYears", "quantity": 1},
                    {"name": "researchingQuantityInLongTerm", "quantity": None},
                ]
            },
            "unfulfillableQuantity": None,
        },
    )
    breakdown = "researchingQuantity.researchingQuantityBreakdown.researchingQuantityIn"
    assert stock.counts == {
        "totalQuantity": 58,
        "bookedQuantity": 4,
        "fulfillableQuantity": 8,
        "soonPieces": 2,
        "reservedQuantity.fcProcessingQuantity": 1,
        "reservedQuantity.stagingQuantity": 3,
        f"{breakdown}ShortTerm": 2,
        f"{breakdown}Years": 8,
    }
    assert stock.extra == {
        "asin": "B0",
        "inventoryDetails": {
            "note": "x",
            "halfQuantity": (1, 2),
            "weight": Decimal("1.5"),
            "reservedQuantity.kind": ("a",),
            f"{breakdown}ShortTerm": {"since": "May"},
        },
    }
    assert (stock.sku, stock.place) == ("CUP-1", "ATVPDKIKX0DER")
    assert stock.updated_at == datetime(2026, 11, 1, 8, tzinfo=UTC)


def test_a_summary_without_details_has_its_total_alone() -> None:
    (stock,), _ = summaries(answer({"sellerSku": "CUP-1", "totalQuantity": 3}))
    assert (stock.counts, stock.updated_at, stock.extra) == ({"totalQuantity": 3}, None, {})


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"fulfillableQuantity": "many"}, "inventoryDetails.fulfillableQuantity"),
        ({"fulfillableQuantity": True}, "inventoryDetails.fulfillableQuantity"),
        (
            {"researchingQuantityBreakdown": [{"name": "a", "quantity": "x"}]},
            "inventoryDetails.researchingQuantityBreakdown.a",
        ),
    ],
)
def test_a_count_that_is_no_whole_number_is_refused(fields: Any, where: str) -> None:
    with pytest.raises(Unreadable) as caught:
        details(**fields)
    assert caught.value.field == f"payload.inventorySummaries.0.{where}"


def test_an_answer_without_payload_or_sku_is_unreadable() -> None:
    bodies: tuple[Any, ...] = ({}, {"payload": {"inventorySummaries": [{}]}}, [])
    for body in bodies:
        with pytest.raises(Unreadable):
            summaries(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(JSON)
def test_whatever_stands_in_the_details_is_read_or_unreadable(inside: Any) -> None:
    with suppress(Unreadable):
        assert all(type(n) is int for n in held(inventoryDetails=inside).counts.values())


TREE = st.recursive(
    st.integers(0, 9),
    lambda inner: st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, min_size=1),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), TREE, min_size=1))
def test_no_number_is_lost_however_deep_it_stands(tree: dict[str, Any]) -> None:
    def numbers(value: Any) -> list[int]:
        if not isinstance(value, dict):
            return [value]
        return [number for inner in value.values() for number in numbers(inner)]

    assert sorted(details(**tree).counts.values()) == sorted(numbers(tree))


def told(**inventory: Any) -> bytes:
    place = {"MarketplaceId": "A1", "ItemName": "Cup", "FulfillmentInventory": inventory}
    payload = {"SellerId": "S", "SKU": "CUP-1", "FulfillmentInventoryByMarketplace": [place]}
    body = {"EventTime": "2026-11-01T08:00:00Z", "Payload": payload}
    return json.dumps({**body, "NotificationType": "FBA_INVENTORY_AVAILABILITY_CHANGES"}).encode()


def test_a_notification_is_read_for_each_marketplace() -> None:
    (stock,) = fba_notification(
        told(Fulfillable=5, InboundQuantityBreakdown={"Working": 1, "Lost": 2}, Mood="calm")
    )
    assert stock.counts == {
        "Fulfillable": 5,
        "InboundQuantityBreakdown.Working": 1,
        "InboundQuantityBreakdown.Lost": 2,
    }
    assert (stock.sku, stock.place) == ("CUP-1", "A1")
    assert stock.extra == {
        "SellerId": "S",
        "ItemName": "Cup",
        "FulfillmentInventory": {"Mood": "calm"},
    }


@pytest.mark.parametrize(
    "body", [told(Fulfillable="x"), b'{"NotificationType": "ORDER_CHANGE"}', b"{}", b"no"]
)
def test_another_notification_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        fba_notification(body)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (reply(200, {}), Ok()),
        (errors(403, "Unauthorized", "expired"), Expired("expired")),
        (reply(401), Expired()),
        (reply(429), Busy()),
        (errors(429, "QuotaExceeded", "slow"), Busy(text="slow")),
        (errors(429, "QuotaExceeded", "slow", Retry_After="7"), Busy(7.0, text="slow")),
        (
            errors(429, "Q", "", x_amzn_RateLimit_Limit="0.008", Retry_After=""),
            Busy(125.0, text="Q"),
        ),
        (errors(429, "Q", "s", x_amzn_RateLimit_Limit="none"), Busy(text="s")),
        (errors(429, "Q", "s", x_amzn_RateLimit_Limit="0"), Busy(text="s")),
        (errors(500, "InternalFailure", "oh"), Broken(text="oh")),
        (reply(503, content=b"<html>"), Broken()),
    ],
)
def test_each_reply_says_what_to_do(given: Reply, expected: Any) -> None:
    assert read(given) == expected


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadRequest), (403, Unauthorized), (404, NotFound)]
)
def test_a_refusal_keeps_amazons_words(status: int, kind: type[Exception]) -> None:
    verdict = read(errors(status, "InvalidInput", "bad marketplace"))
    problem = Problem("InvalidInput", "bad marketplace", raw="InvalidInput")
    assert verdict == Rejected((problem,), kind, "bad marketplace")  # type: ignore[arg-type]
    assert read(reply(status, content=b"{")) == Rejected((), kind, "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (400, b'{"error": "invalid_grant", "error_description": "gone"}', "invalid_grant"),
        (401, b'{"error": "invalid_client"}', "invalid_client"),
        (400, b"<html>", "refused"),
        (403, b"{}", "refused"),
    ],
)
def test_a_refused_token_call_means_that_the_credentials_are_wrong(
    status: int, content: bytes, code: str
) -> None:
    verdict = read_token(Reply(status, content=content))
    assert isinstance(verdict, Rejected)
    assert (verdict.kind, verdict.problems[0].code) == (Unauthorized, code)


def test_other_answers_of_the_token_call_are_read_by_their_status() -> None:
    assert read_token(reply(200, {})) == Ok()
    assert read_token(reply(503)) == Broken()
    assert read_token(reply(429, headers={"Retry-After": "3"})) == Busy(3.0)


def test_a_token_is_asked_for_with_the_sellers_consent() -> None:
    played = play(
        LOGIN.renew(None, NOW), [reply(200, {"access_token": "Atza|1", "expires_in": 60})]
    )
    (call,) = played.calls
    assert call.request.url == "https://api.amazon.com/auth/o2/token"
    assert call.request.header("content-type") == "application/x-www-form-urlencoded"
    assert call.request.content == (
        b"grant_type=refresh_token&refresh_token=Atzr%7Cr"
        b"&client_id=amzn1.client&client_secret=s3cret"
    )
    assert played.value == Token(Secret("Atza|1"), NOW + timedelta(minutes=1))


def test_a_token_lasts_an_hour_where_nothing_is_said() -> None:
    played = play(LOGIN.renew(None, NOW), [reply(200, {"access_token": "Atza|1"})])
    assert played.value.expires_at == NOW + timedelta(hours=1)


def test_each_request_carries_the_token_that_is_held() -> None:
    request = Request("GET", "https://a.test/")
    header = "x-amz-access-token"
    assert LOGIN.sign(request, None, NOW).header(header) is None
    assert LOGIN.sign(request, Token(Secret("new")), NOW).header(header) == "new"
    known = Application("c", Secret("s"), Secret("r"), token=Token(Secret("known")))
    assert known.sign(request, None, NOW).header(header) == "known"


def test_no_secret_is_shown() -> None:
    shown = repr(SHOP) + repr(LOGIN) + repr(SHOP.held().keep())
    assert "s3cret" not in shown
    assert "Atzr" not in shown


class Denying:
    """Gives tokens, and takes none of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        self.asked.append(request.url.rpartition("/")[2])
        if request.url.endswith("token"):
            return reply(200, {"access_token": f"Atza|{len(self.asked)}", "expires_in": 3600})
        return errors(403, "Unauthorized", "Access to requested resource is denied.")


def test_a_missing_role_costs_one_renewal_and_is_told() -> None:
    line = Denying()
    with (
        Client(http=line, clock=VirtualClock(NOW)) as client,
        pytest.raises(Unauthorized, match="Access to requested resource is denied") as caught,
    ):
        client.run(SHOP.held())
    assert line.asked == ["token", "summaries", "token", "summaries"]
    assert "Atza" not in repr(caught.value)


def test_every_operation_has_a_policy() -> None:
    assert sorted(POLICIES.table) == ["inventory.list", "token.renew"]
