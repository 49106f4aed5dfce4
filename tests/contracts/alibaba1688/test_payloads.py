"""The adapter against the vendor's signing vectors and every payload it published."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.alibaba1688.fake import (  # type: ignore[import-not-found,unused-ignore]
    payload,
)
from crossborder.adapters.alibaba1688 import shapes
from crossborder.adapters.alibaba1688.rules import problem, read
from crossborder.adapters.alibaba1688.sign import signature
from crossborder.conversation import Busy, Ok, Reply
from crossborder.errors import Unreadable
from crossborder.model.ids import Ref
from crossborder.model.money import Money, Price
from crossborder.model.purchase import PurchaseStatus
from crossborder.model.tracking import Stage
from crossborder.secret import Secret
from where import contracts_root  # type: ignore[import-not-found,unused-ignore]

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROOT: Path = contracts_root() / "china"
FOLDER = ROOT / "1688"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
VECTORS = json.loads((ROOT / "signing_vectors.json").read_bytes())["1688_param2"]["vectors"]
REAL = payload(FOLDER, "real_query_product_detail_trimmed")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["id"]))
def test_a_call_is_signed_as_the_vendors_sdks_sign_it(vector: dict[str, Any]) -> None:
    found = signature(vector["path"], vector["params"].items(), Secret(vector["app_secret"]))
    assert found == vector["signature"]


def test_the_captured_offer_is_read_whole() -> None:
    found = shapes.sourced(REAL, language="ko", now=NOW)
    product, offer = found.product, found.offer
    assert [(item.code, item.value) for item in product.attributes] == [
        (item["attributeId"], item["value"]) for item in REAL["productAttribute"]
    ]
    assert [sku.refs[0].value for sku in product.skus] == [
        str(item["skuId"]) for item in REAL["productSkuInfos"]
    ]
    assert [(t.min_quantity, t.unit_price, t.member_price) for t in offer.tiers] == [
        (2, Price("13.9", "CNY"), Price("13.21", "CNY")),
        (20, Price("13.5", "CNY"), Price("12.83", "CNY")),
    ]
    assert (offer.moq, offer.multiple, offer.one_piece, offer.free_postage) == (2, 1, True, True)
    assert all(line.one_piece_price == Price("15.9", "CNY") for line in offer.lines)
    assert "offer-template" not in product.description_html
    assert [translation.language for translation in product.translations] == ["ko"]
    assert [sku.weight is not None for sku in product.skus] == [True, True] + [False] * 4


def leaves(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {leaf for item in value.values() for leaf in leaves(item)}
    if isinstance(value, list | tuple):
        return {leaf for item in value for leaf in leaves(item)}
    return set() if value in (None, "") else {str(value)}


def test_no_value_of_the_captured_offer_is_lost() -> None:
    found = shapes.sourced(REAL, language="ko", now=NOW)
    kept = repr(found)
    read_in = {"670291644950", "52.48%", "0.12%", "shipIn48Hours", REAL["description"]}
    lost = {leaf for leaf in leaves(REAL) - read_in if leaf not in kept}
    assert lost == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_published_answer_has_a_verdict(name: str) -> None:
    verdict = read(Reply(200, (), (FOLDER / f"{name}.json").read_bytes()))
    if name.startswith("observed_gateway_error"):
        assert isinstance(verdict, Busy)
    elif not name.endswith("error_codes"):
        assert verdict == Ok()


@pytest.mark.parametrize("name", NAMES)
def test_every_published_payload_is_read_or_named_unreadable(name: str) -> None:
    value = payload(FOLDER, name)
    readers = (
        lambda: shapes.sourced(value, language="en", now=NOW),
        lambda: shapes.found(value),
        lambda: shapes.placed(value),
        lambda: shapes.preview([value]),
        lambda: shapes.seen(value),
        lambda: shapes.seen_list(value),
        lambda: shapes.events(value),
        lambda: shapes.pay_url(value),
        lambda: shapes.signed_up(value),
        lambda: shapes.debited(value),
        lambda: shapes.read_message(value),
        lambda: shapes.read_messages(value),
    )
    for reader in readers:
        try:
            reader()
        except Unreadable as error:
            named = error.field
        else:
            named = "nothing"
        assert named


def test_a_placeholder_for_a_price_is_named() -> None:
    sample = payload(FOLDER, "doc_query_product_detail")
    with pytest.raises(Unreadable) as caught:
        shapes.sourced(sample, language="en", now=NOW)
    assert caught.value.field == "result.result.productSkuInfos.0.price"
    sample["result"]["result"]["productSkuInfos"][0]["price"] = "12"
    found = shapes.sourced(sample, language="en", now=NOW)
    assert found.offer.multiple == 200
    assert found.offer.lines[0].one_piece_price == Price("15", "CNY")


def test_a_search_sample_is_one_hit() -> None:
    for name in ("doc_keyword_query", "doc_query_seller_offer_list"):
        hits, more = shapes.found(payload(FOLDER, name))
        assert [hit.ref for hit in hits] == [Ref("alibaba1688", "2")]
        assert not more


@pytest.mark.parametrize(
    ("name", "numbers", "amount"),
    [
        ("alipay", ["87407346014789305"], "1568.00"),
        ("account_period", ["87407346015789305"], "1568.00"),
        ("multiple", ["105581756010628640", "105637283010628640"], "98980.00"),
    ],
)
def test_created_orders_are_read_in_fen(name: str, numbers: list[str], amount: str) -> None:
    placed = shapes.placed(payload(FOLDER, f"doc_create_cross_order_{name}"))
    assert [ref.value for ref in placed.refs] == numbers
    assert placed.total == Money(amount, "CNY")


def test_an_order_sample_is_read_in_yuan_with_the_exact_id() -> None:
    order = shapes.seen(payload(FOLDER, "doc_get_buyer_view"))
    assert order.ref.value == "58218860983545941"
    assert (order.status, order.total) == (PurchaseStatus.SHIPPED, Money("6.15", "CNY"))
    assert order.waybills == ()
    assert order.extra["productItems"]["0"]["subItemID"] == "128403042259997715"


def test_a_preview_sample_is_read_in_fen() -> None:
    found = shapes.preview([payload(FOLDER, "doc_create_order_preview")])
    assert (found.goods, found.freight, found.total) == (
        Money("36.00", "CNY"),
        Money("8.00", "CNY"),
        Money("44.00", "CNY"),
    )


def test_every_published_error_code_of_a_cart_has_a_word_of_ours() -> None:
    for row in payload(FOLDER, "doc_create_order_preview_error_codes"):
        assert problem(row["code"], row["symptom"]).code != row["code"]


def test_a_trace_sample_goes_from_pickup_to_signature() -> None:
    stages = [
        event.stage for event in shapes.events(payload(FOLDER, "doc_get_logistics_trace_info"))
    ]
    assert stages == [
        Stage.ACCEPTED,
        *[Stage.LINE_HAUL] * 6,
        Stage.OUT_FOR_DELIVERY,
        Stage.DELIVERED,
    ]


def test_a_pushed_message_sample_is_read() -> None:
    (event,) = shapes.read_messages(payload(FOLDER, "doc_push_cursor_message_list"))
    assert (event.id, event.topic) == ("123456", "CAIGOU_MSG_BUYER_PUBLISH_BUYOFFER")


def damaged(value: Any, chance: Any) -> Any:
    """The value with one field somewhere dropped, nulled, renamed or given an odd value."""
    made = copy.deepcopy(value)
    at = made
    while True:
        key = chance.choice(list(at) if isinstance(at, dict) else list(range(len(at))))
        if isinstance(at[key], dict | list) and at[key] and chance.random() < 0.8:
            at = at[key]
            continue
        held = at.pop(key)
        how = chance.randrange(3)
        if how and isinstance(at, dict):
            at[key if how == 1 else f"{key}2"] = chance.choice([None, "", -1, "x", [], {}, held])
        return made


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_a_damaged_capture_is_read_or_named_unreadable(chance: Any, times: int) -> None:
    value = REAL
    for _ in range(times):
        value = damaged(value, chance)
    try:
        shapes.sourced(value, language="ko", now=NOW)
    except Unreadable as error:
        named = error.field
    else:
        named = "nothing"
    assert named
