"""Bad input, one kind a test: one clear error that names field, value and source."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.alibaba1688 import shapes
from crossborder.clients import Client
from crossborder.conversation import Desk, Reply, Request, Steps, Transport, flow
from crossborder.demo.world import sample_offer
from crossborder.errors import CurrencyMismatch, InvalidValue, NaiveTime, Unreadable
from crossborder.model.ids import SkuId
from crossborder.model.money import Money, Price
from crossborder.model.time import Window
from crossborder.policy import Policies, Policy
from crossborder.stages.orders import read_status
from crossborder.wire.html import sanitise
from crossborder.wire.payload import Payload
from crossborder.wire.text import LIMIT, decode, read_json

NOW = datetime(2026, 11, 2, tzinfo=UTC)
BODY = b'{"order": {"id": "1001", "lines": [{"price": "12.50"}]}}'


def _refused(make: Callable[[], Any], kind: type[InvalidValue] = Unreadable) -> InvalidValue:
    with pytest.raises(kind) as caught:
        make()
    return caught.value


@pytest.mark.parametrize("end", range(len(BODY)))
def test_a_truncated_body_names_the_body_and_its_source(end: int) -> None:
    error = _refused(lambda: read_json(BODY[:end], source="shop"))
    assert (error.field, error.source) == ("body", "shop")


def test_a_body_that_is_not_json_shows_how_it_begins() -> None:
    error = _refused(lambda: read_json(b"<html>busy</html>", source="shop"))
    assert (error.field, error.source) == ("body", "shop")
    assert "<html>" in str(error)


def test_a_wrong_type_names_the_whole_path() -> None:
    lines = Payload(read_json(BODY, source="shop"), source="shop").one("order").each("lines")
    error = _refused(lambda: lines[0].integer("price"))
    assert (error.field, error.value, error.source) == ("order.lines.0.price", "12.50", "shop")


def test_a_missing_required_field_names_the_whole_path() -> None:
    lines = Payload(read_json(BODY, source="shop"), source="shop").one("order").each("lines")
    error = _refused(lambda: lines[0].text("sku"))
    assert (error.field, error.value, error.source) == ("order.lines.0.sku", None, "shop")


def test_a_vendor_payload_without_a_required_field_is_named_by_the_adapter() -> None:
    payload = sample_offer()
    del payload["result"]["result"]["offerId"]
    error = _refused(lambda: shapes.sourced(payload, language="en", now=NOW))
    assert error.field.endswith("offerId")
    assert error.source == "alibaba1688"


def test_an_unknown_status_is_quarantined_with_its_raw_word_and_an_event() -> None:
    decided = read_status("shopify", {"financial": "HALF_PAID"}, observed_at=NOW)
    assert "quarantine:unknown_status" in decided.value.flags
    assert not decided.value.workable
    assert [(word.field, word.value) for word in decided.value.native] == [
        ("financial", "HALF_PAID")
    ]
    assert [event.name for event in decided.events] == ["orders.status_quarantined"]


def test_html_with_a_script_loses_it_and_keeps_the_words() -> None:
    clean = sanitise('<p onclick="x()">Light<script>alert(1)</script></p><a href="javascript:x">y')
    assert "Light" in clean
    assert not any(word in clean for word in ("script", "onclick", "alert"))


def test_a_negative_price_names_the_field_and_the_value() -> None:
    error = _refused(lambda: Price("-12.50", "USD"), InvalidValue)
    assert (error.field, str(error.value), error.source) == ("amount", "-12.50", "Price")


def test_a_naive_time_names_the_field() -> None:
    naive = NOW.replace(tzinfo=None)
    error = _refused(lambda: Window(naive, NOW), NaiveTime)
    assert (error.field, error.value, error.source) == ("earliest", naive, "Window")


def test_two_currencies_are_named() -> None:
    error = _refused(lambda: Money("1", "USD") + Money("1", "EUR"), CurrencyMismatch)
    assert (error.field, error.value, error.source) == ("currency", "EUR", "Money")
    assert "USD" in str(error)


def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    assert LIMIT == 20_000_000
    error = _refused(lambda: decode(b" " * (LIMIT + 1), source="shop"))
    assert (error.field, error.source) == ("body", "shop")
    assert "20" in str(error)


def test_a_blank_id_names_the_noun() -> None:
    from crossborder.model.product import SKU

    error = _refused(lambda: SKU(SkuId(" ")), InvalidValue)
    assert (error.field, error.value, error.source) == ("id", " ", "SKU")


class _Telling(Transport):
    """A vendor that repeats a secret in its answer."""

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        return Reply(400, {}, b'{"access_token": "tok_live_123", "error": "no"}')


def test_no_error_prints_a_secret() -> None:
    desk = Desk("shop", "https://shop.test", "a", Policies(default=Policy()))

    @flow
    def ask() -> Steps[Reply]:
        return (
            yield from desk.post(
                "things", "/things", json={"a": 1}, headers={"X-Access-Token": "tok_live_123"}
            )
        )

    with Client(http=_Telling()) as client, pytest.raises(Exception) as caught:
        client.run(ask())
    shown = f"{caught.value!r} {caught.value} {vars(caught.value)}"
    assert "tok_live_123" not in shown
