from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ledger import PaymentState
from crossborder.model.purchase import PurchaseStatus
from crossborder.model.status import FulfilmentState, OrderState, OrderStatus, SettlementState
from crossborder.model.tracking import Stage
from crossborder.stages.orders import (
    maps,
    native_word,
    purchase_status,
    purchase_word,
    read_status,
)

AT = datetime(2026, 11, 2, tzinfo=UTC)
QUARANTINE = "quarantine:unknown_status"
WORDS = [
    *(("shopify", "financial", word, "") for word in maps.SHOPIFY_FINANCIAL),
    *(("shopify", "fulfillment", word, "") for word in maps.SHOPIFY_FULFILMENT),
    *(("amazon", "OrderStatus", word, "v0") for word in maps.AMAZON_V0),
    *(("amazon", "OrderStatus", word, "2026-01-01") for word in maps.AMAZON_2026),
    *(("aliexpress", "order_status", word, "") for word in maps.ALIEXPRESS_ORDER),
]


def status(platform: str, values: Mapping[str, str], version: str = "") -> OrderStatus:
    return read_status(platform, values, api_version=version).value


def aliexpress(**values: str) -> OrderStatus:
    return status("aliexpress", values)


@pytest.mark.parametrize(("platform", "field", "word", "version"), WORDS)
def test_every_word_is_found_again_from_its_parts(
    platform: str, field: str, word: str, version: str
) -> None:
    read = status(platform, {field: word}, version)
    assert not any(flag.startswith("quarantine:") for flag in read.flags)
    assert native_word(platform, read, field=field, api_version=version) == word
    assert read.native[0].value == word


@pytest.mark.parametrize(
    ("platform", "table"),
    [("alibaba1688", maps.ALIBABA1688_PURCHASE), ("taobao", maps.TAOBAO_PURCHASE)],
)
def test_every_purchase_word_is_found_again(
    platform: str, table: Mapping[str, tuple[PurchaseStatus, frozenset[str]]]
) -> None:
    assert len(set(table.values())) == len(table) == 11
    for word in table:
        found, flags = purchase_status(platform, word).value
        assert found is not None
        assert purchase_word(platform, found, flags) == word


def test_the_tables_are_whole() -> None:
    tables = (
        maps.SHOPIFY_FINANCIAL,
        maps.SHOPIFY_FULFILMENT,
        maps.AMAZON_V0,
        maps.AMAZON_2026,
        maps.ALIEXPRESS_ORDER,
    )
    assert [len(table) for table in tables] == [8, 11, 8, 7, 17]
    assert all(len(set(table.values())) == len(table) for table in tables)
    assert maps.AMAZON_PACKAGE["UNDELIVERABLE"].stage is Stage.RETURNING


@given(
    st.sampled_from(["shopify", "amazon", "aliexpress"]),
    st.text(min_size=1).filter(lambda text: bool(text.strip())),
)
def test_no_text_is_given_parts_by_default(platform: str, word: str) -> None:
    field = {"shopify": "fulfillment", "amazon": "OrderStatus", "aliexpress": "order_status"}
    known = {*maps.SHOPIFY_FULFILMENT, *maps.SHOPIFY_REST, *maps.AMAZON_V0, *maps.AMAZON_2026}
    known |= set(maps.ALIEXPRESS_ORDER)
    if word.strip() in known or word.strip().upper() in known:
        return
    decision = read_status(platform, {field[platform]: word}, observed_at=AT, order_id="o1")
    assert decision.value.flags == {QUARANTINE}
    assert decision.value.order is None
    assert (decision.value.payment, decision.value.fulfilment) == (None, None)
    assert not decision.value.workable
    assert decision.value.native[0].value == word
    assert [(event.name, event.subject) for event in decision.events] == [
        ("orders.status_quarantined", "o1")
    ]


def test_an_unknown_word_keeps_the_parts_from_before() -> None:
    before = status("shopify", {"financial": "PAID", "fulfillment": "UNFULFILLED"})
    decision = read_status("shopify", {"financial": "HAGGLED"}, previous=before)
    assert decision.value.payment is PaymentState.PAID
    assert decision.value.order is OrderState.OPEN
    assert decision.value.flags == {QUARANTINE}
    assert decision.value.native[0].value == "HAGGLED"
    healed = read_status("shopify", {"financial": "PAID"}, previous=decision.value).value
    assert QUARANTINE not in healed.flags


def test_our_own_holds_outlive_a_reading_and_the_platforms_do_not() -> None:
    before = OrderStatus(flags=frozenset({"hold:address", "hold:dispute", "presale"}))
    values = {"order_status": "WAIT_SELLER_SEND_GOODS"}
    read = read_status("aliexpress", values, previous=before).value
    assert read.flags == {"hold:address"}


def test_shopify_sets_the_order_part_by_its_times() -> None:
    paid = {"financial": "paid", "fulfillment": "fulfilled"}
    assert status("shopify", paid).order is OrderState.OPEN
    assert status("shopify", paid | {"closedAt": "2026"}).order is OrderState.CLOSED
    both = paid | {"closedAt": "2026", "cancelledAt": "2026"}
    assert status("shopify", both).order is OrderState.CANCELLED
    assert status("shopify", {"financial": "pending"}).order is OrderState.PENDING


def test_shopify_fulfilled_is_shipped_and_not_delivered() -> None:
    assert status("shopify", {"fulfillment": "FULFILLED"}).fulfilment is FulfilmentState.SHIPPED


def test_shopify_rest_and_graphql_spell_the_same_thing() -> None:
    read = status("shopify", {"fulfillment": "partial"})
    assert read.fulfilment is FulfilmentState.PARTIALLY_SHIPPED


def test_an_amazon_order_paid_on_delivery_is_not_paid_yet() -> None:
    cash = status("amazon", {"OrderStatus": "Unshipped", "PaymentMethod": "COD"})
    card = status("amazon", {"OrderStatus": "Unshipped", "PaymentMethod": "Other"})
    assert (cash.payment, card.payment) == (PaymentState.PENDING, PaymentState.PAID)
    assert native_word("amazon", cash) == "Unshipped"


def test_an_amazon_version_knows_its_own_spelling_only() -> None:
    assert QUARANTINE in status("amazon", {"OrderStatus": "Unshipped"}, "2026-01-01").flags
    assert QUARANTINE in status("amazon", {"OrderStatus": "UNSHIPPED"}, "v0").flags
    assert status("amazon", {"OrderStatus": "UNSHIPPED"}).order is OrderState.OPEN


def test_amazon_says_whether_the_money_is_released() -> None:
    values = {"OrderStatus": "Shipped", "transactionStatus": "DEFERRED"}
    assert status("amazon", values).settlement is SettlementState.HELD
    values["transactionStatus"] = "DEFERRED_RELEASED"
    assert status("amazon", values).settlement is SettlementState.RELEASED
    values["transactionStatus"] = "LOST"
    assert status("amazon", values).flags == {QUARANTINE}


@pytest.mark.parametrize("word", sorted(maps.ALIEXPRESS_STARRED))
@pytest.mark.parametrize("goods", sorted(maps.ALIEXPRESS_LOGISTICS))
def test_a_starred_aliexpress_word_takes_fulfilment_from_logistics(word: str, goods: str) -> None:
    read = aliexpress(order_status=word, logistics_status=goods)
    said = maps.ALIEXPRESS_LOGISTICS[goods]
    if said is None:
        assert "unconfirmed:fulfilment" in read.flags
    else:
        assert read.fulfilment is said
        assert "unconfirmed:fulfilment" not in read.flags
    assert native_word("aliexpress", read) == word


def test_a_finished_trade_is_paid_only_as_the_fund_says() -> None:
    assert "unconfirmed:payment" in aliexpress(order_status="FINISH").flags
    paid = aliexpress(order_status="FINISH", fund_status="PAY_SUCCESS")
    assert (paid.payment, "unconfirmed:payment" in paid.flags) == (PaymentState.PAID, False)
    unpaid = aliexpress(order_status="FINISH", fund_status="NOT_PAY")
    assert unpaid.payment is PaymentState.PENDING


def test_a_fund_that_contradicts_the_order_is_a_conflict() -> None:
    read = aliexpress(order_status="WAIT_SELLER_SEND_GOODS", fund_status="NOT_PAY")
    assert read.flags == {"conflict:payment"}
    agreed = aliexpress(order_status="WAIT_SELLER_SEND_GOODS", fund_status="PAY_SUCCESS")
    assert agreed.flags == frozenset()


def test_an_issue_or_a_freeze_beside_the_order_stops_the_work() -> None:
    open_order = {"order_status": "wait_seller_send_goods"}
    assert status("aliexpress", open_order | {"issue_status": "NO_ISSUE"}).workable
    issue = status("aliexpress", open_order | {"issue_status": "in_issue"})
    frozen = status("aliexpress", open_order | {"frozen_status": "IN_FROZEN"})
    assert issue.holds == {"hold:dispute"}
    assert frozen.holds == {"hold:frozen"}


@pytest.mark.parametrize("field", ["logistics_status", "fund_status", "issue_status"])
def test_an_unknown_companion_word_is_quarantined_too(field: str) -> None:
    read = status("aliexpress", {"order_status": "FINISH", field: "NEW_WORD"})
    assert read.order is None
    assert read.flags == {QUARANTINE}


@pytest.mark.parametrize("word", ["other", "", "WAITBUYERPAY", "waitforrain"])
def test_a_purchase_word_in_no_table_is_quarantined(word: str) -> None:
    decision = purchase_status("alibaba1688", word)
    assert decision.value == (None, frozenset({QUARANTINE}))
    assert decision.events[0].name == "orders.status_quarantined"


def test_parts_without_a_word_have_none() -> None:
    assert native_word("aliexpress", OrderStatus()) is None
    assert purchase_word("taobao", PurchaseStatus.PLANNED, frozenset()) is None


def test_a_platform_without_a_table_and_a_missing_word_are_refused() -> None:
    for call in (
        lambda: read_status("etsy", {}),
        lambda: native_word("etsy", OrderStatus()),
        lambda: purchase_status("etsy", "x"),
        lambda: purchase_word("etsy", PurchaseStatus.PAID, frozenset()),
        lambda: read_status("amazon", {"PaymentMethod": "COD"}),
        lambda: read_status("aliexpress", {"order_status": " "}),
    ):
        with pytest.raises(InvalidValue):
            call()
