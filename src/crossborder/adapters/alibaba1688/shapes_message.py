"""Messages: what 1688 pushes to an app, or shows when it is asked for missed ones.

How the transport signs them could not be confirmed, so there is no `WebhookReader` here: what is
read proves nothing. Read the order again instead of trusting a message, and take each id once:
messages come in any order and more than once.
"""

from collections.abc import Mapping
from typing import Any

from crossborder.adapters.alibaba1688.reading import moment, readable
from crossborder.adapters.alibaba1688.rules import VENDOR
from crossborder.errors import Unreadable
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["order_of", "read_message", "read_messages"]


def read_message(payload: Mapping[str, Any]) -> WebhookEvent:
    """One message of the documented envelope; no proof of its sender is made.

    The body is the envelope's `data`, an object or the text of one; `type` is the topic.

    Raises:
        Unreadable: no message of that envelope.

    >>> read_message({"msgId": 7, "type": "ORDER_PAY", "data": {"orderId": 167539019420540000},
    ...               "gmtBorn": 1399182274000}).id
    '7'
    """
    with readable():
        top = Payload(payload, source=VENDOR)
        topic = top.maybe_text("type") or f"{top.text('topicGroup')}_{top.text('topicName')}"
        return WebhookEvent(
            VENDOR, top.text("msgId"), topic, at=moment(top, "gmtBorn"), body=Extra(_data(top))
        )


def _data(top: Payload) -> Mapping[str, Any]:
    data = top.raw("data")
    if isinstance(data, str):
        data = read_json(data, source=VENDOR)
    if not isinstance(data, Mapping):
        raise Unreadable("is not an object", field=top.path("data"), value=data, source=VENDOR)
    return data


def read_messages(payload: Mapping[str, Any]) -> tuple[WebhookEvent, ...]:
    """The messages in an answer of `push.cursor.messageList`."""
    with readable():
        items = Payload(payload, source=VENDOR).raw("pushMessageList")
        return tuple(map(read_message, items if isinstance(items, list | tuple) else ()))


def order_of(event: WebhookEvent) -> Ref | None:
    """The order a message is about, or None where it names none in the open."""
    with readable():
        stated = Payload(event.body, source=VENDOR).maybe_text("orderId")
        return Ref(VENDOR, stated) if stated else None
