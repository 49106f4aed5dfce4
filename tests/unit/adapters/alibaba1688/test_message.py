from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688 import Alibaba1688
from crossborder.adapters.alibaba1688.shapes import order_of, read_message, read_messages
from crossborder.errors import Unreadable
from crossborder.model.ids import Ref
from crossborder.protocols.webhooks import WebhookReader

MESSAGE = {
    "msgId": 123456,
    "gmtBorn": 1399182274000,
    "type": "ORDER_BUYER_VIEW_ORDER_PAY",
    "data": {"orderId": 167539019420540000, "currentStatus": "waitsellersend"},
}


def test_a_message_keeps_its_id_topic_time_and_body() -> None:
    event = read_message(MESSAGE)
    assert (event.vendor, event.id, event.topic) == (
        "alibaba1688",
        "123456",
        "ORDER_BUYER_VIEW_ORDER_PAY",
    )
    assert event.at == datetime(2014, 5, 4, 5, 44, 34, tzinfo=UTC)
    assert event.body["currentStatus"] == "waitsellersend"


@given(st.integers(1, 10**20))
def test_the_order_of_a_message_keeps_every_digit(number: int) -> None:
    event = read_message({**MESSAGE, "data": {"orderId": number}})
    assert order_of(event) == Ref("alibaba1688", str(number))


def test_a_message_of_another_thing_names_no_order() -> None:
    assert order_of(read_message({**MESSAGE, "data": {"productIds": "1,2"}})) is None


def test_a_body_may_come_as_text_and_a_topic_in_two_parts() -> None:
    parts = {"type": None, "topicGroup": "ORDER", "topicName": "PAY", "gmtBorn": None}
    event = read_message({**MESSAGE, **parts, "data": '{"orderId": 7}'})
    assert (event.topic, event.body, event.at) == ("ORDER_PAY", {"orderId": 7}, None)


@pytest.mark.parametrize(
    "change",
    [
        {"msgId": None},
        {"data": None},
        {"data": "[1]"},
        {"data": "{"},
        {"type": "", "topicGroup": ""},
    ],
)
def test_what_is_no_message_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read_message({**MESSAGE, **change})


def test_missed_messages_come_in_a_list() -> None:
    assert read_messages({"pushMessageList": [MESSAGE]}) == (read_message(MESSAGE),)
    assert read_messages({}) == ()
    with pytest.raises(Unreadable):
        read_messages({"pushMessageList": [7]})


def test_the_adapter_does_not_claim_to_prove_messages() -> None:
    assert WebhookReader not in Alibaba1688.__mro__
