from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.shopify import Shopify
from crossborder.conversation import Request
from crossborder.errors import Unauthorized, Unreadable
from crossborder.secret import Secret
from crossborder.wire.sign import hmac_sha256_base64

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SECRET = Secret("shpss_hush")
SHOP = Shopify.connect("demo", token="shpat_x")
BODY = b'{"id":820982911946154508,"email":"jon@example.com"}'
HEADERS = {
    "X-Shopify-Hmac-Sha256": "minWArgZa/Hsplvy6dlnaKNnlyvuW8Y2ovDcBlzZSE0=",
    "X-Shopify-Webhook-Id": "w-1",
    "X-Shopify-Topic": "orders/create",
    "X-Shopify-API-Version": "2026-10",
    "X-Shopify-Triggered-At": "2026-11-02T11:59:00.123456789Z",
}


def test_a_signed_message_is_read_with_its_id_topic_version_and_time() -> None:
    event = SHOP.webhook(BODY, HEADERS, secrets=[SECRET], now=NOW)
    assert (event.vendor, event.id, event.topic) == ("shopify", "w-1", "orders/create")
    assert event.api_version == "2026-10"
    assert event.at is not None
    assert event.at.second == 0
    assert event.body["id"] == 820982911946154508


def test_either_secret_proves_it_while_they_are_exchanged() -> None:
    for secrets in ([Secret("new"), SECRET], [SECRET, Secret("new")]):
        assert SHOP.webhook(BODY, HEADERS, secrets=secrets, now=NOW).id == "w-1"


def test_header_names_are_read_in_any_case_and_without_the_x() -> None:
    lower = {name.lower().removeprefix("x-"): value for name, value in HEADERS.items()}
    assert SHOP.webhook(BODY, lower, secrets=[SECRET], now=NOW).topic == "orders/create"


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ({}, [SECRET]),
        (HEADERS, []),
        (HEADERS, [Secret("other")]),
        ({**HEADERS, "X-Shopify-Hmac-Sha256": "bad"}, [SECRET]),
    ],
)
def test_what_no_secret_fits_is_refused(headers: dict[str, str], secrets: list[Secret]) -> None:
    with pytest.raises(Unauthorized) as caught:
        SHOP.webhook(BODY, headers, secrets=secrets, now=NOW)
    assert (caught.value.vendor, caught.value.operation) == ("shopify", "webhook")


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_any_changed_byte_breaks_the_proof(place: int, change: int) -> None:
    forged = bytearray(BODY)
    forged[place] ^= change
    with pytest.raises(Unauthorized):
        SHOP.webhook(bytes(forged), HEADERS, secrets=[SECRET], now=NOW)


def test_age_counts_only_where_a_tolerance_is_stated() -> None:
    late = NOW + timedelta(hours=3)
    assert SHOP.webhook(BODY, HEADERS, secrets=[SECRET], now=late).id == "w-1"
    strict = Shopify.connect("demo", token="t", tolerance=timedelta(minutes=5))
    assert strict.webhook(BODY, HEADERS, secrets=[SECRET], now=NOW).id == "w-1"
    with pytest.raises(Unauthorized, match="too old"):
        strict.webhook(BODY, HEADERS, secrets=[SECRET], now=late)
    undated = {k: v for k, v in HEADERS.items() if not k.endswith("At")}
    with pytest.raises(Unauthorized):
        strict.webhook(BODY, undated, secrets=[SECRET], now=NOW)
    assert SHOP.webhook(BODY, undated, secrets=[SECRET], now=NOW).at is None


@pytest.mark.parametrize("missing", ["X-Shopify-Webhook-Id", "X-Shopify-Topic"])
def test_a_proven_message_without_id_or_topic_is_unreadable(missing: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != missing}
    with pytest.raises(Unreadable, match=missing.removeprefix("X-Shopify-").lower()):
        SHOP.webhook(BODY, headers, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_proven_message_that_is_no_object_is_unreadable(body: bytes) -> None:
    headers = {**HEADERS, "X-Shopify-Hmac-Sha256": hmac_sha256_base64(SECRET, body)}
    with pytest.raises(Unreadable):
        SHOP.webhook(body, headers, secrets=[SECRET], now=NOW)


def test_the_token_goes_into_the_header_and_shows_itself_nowhere() -> None:
    assert SHOP.desk.credentials is not None
    request = Request("POST", "https://demo.myshopify.com/x", headers={"A": "b"})
    signed = SHOP.desk.credentials.sign(request, None, NOW)
    assert signed.header("x-shopify-access-token") == "shpat_x"
    assert "shpat_x" not in repr(signed) + repr(SHOP)
