from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.stripe import Stripe
from crossborder.adapters.stripe.sign import SecretKey, prove
from crossborder.conversation import Request
from crossborder.errors import NaiveTime, Unauthorized, Unreadable
from crossborder.secret import Secret
from crossborder.wire.sign import hmac_sha256_hex

# A vector that Stripe's own library accepts.
SECRET = Secret("whsec_test_secret")
STAMP = 1732300000
BODY = b'{"id":"evt_test_webhook","object":"event"}'
GOOD = "60fde5bf3ad222bc418e76b110056d43536af43915ab0dfb8ae0722e570ce636"
HEADERS = {"Stripe-Signature": f"t={STAMP},v1={GOOD}"}
SENT = datetime.fromtimestamp(STAMP, UTC)

GATEWAY = Stripe.connect(secret_key="sk_test_1", account="eu")
EVENT = (
    b'{"id":"evt_1","object":"event","type":"payment_intent.created","api_version":"2025-03-31.basil",'
    b'"created":1732300000,"livemode":false,"data":{"object":{"id":"pi_1","client_secret":"pi_1_secret_x",'
    b'"tags":[{"client_secret":"y","kept":1.50}]}}}'
)


def signed(body: bytes, *secrets: Secret, stamp: int = STAMP) -> dict[str, str]:
    sums = [hmac_sha256_hex(secret, f"{stamp}.".encode() + body) for secret in secrets]
    return {"stripe-signature": ", ".join([f"t={stamp}", *(f"v1={one}" for one in sums)])}


def test_a_call_carries_the_key_and_the_version() -> None:
    asked = Request("GET", "https://api.stripe.com/v1/events", headers={"stripe-version": "old"})
    sent = SecretKey(Secret("sk_test_1"), "2025-03-31.basil").sign(asked, None, SENT)
    assert sent.header("authorization") == "Bearer sk_test_1"
    assert sent.header("stripe-version") == "2025-03-31.basil"
    assert "sk_test_1" not in repr(sent) + repr(GATEWAY)


def test_the_vector_that_stripes_own_library_accepts_is_proven() -> None:
    prove(BODY, HEADERS, secrets=[SECRET], now=SENT, account="eu")


@pytest.mark.parametrize("seconds", [-300, -299, 0, 300])
def test_a_signature_holds_for_five_minutes_on_either_side(seconds: int) -> None:
    now = SENT + timedelta(seconds=seconds)
    prove(BODY, HEADERS, secrets=[SECRET], now=now, account="eu")


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_a_signature_of_another_time_is_refused(seconds: int) -> None:
    now = SENT + timedelta(seconds=seconds)
    with pytest.raises(Unauthorized, match="too far from now"):
        prove(BODY, HEADERS, secrets=[SECRET], now=now, account="eu")


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_one_changed_byte_of_the_body_breaks_the_proof(place: int, flip: int) -> None:
    changed = BODY[:place] + bytes([BODY[place] ^ flip]) + BODY[place + 1 :]
    with pytest.raises(Unauthorized, match="none of the secrets"):
        prove(changed, HEADERS, secrets=[SECRET], now=SENT, account="eu")


@given(st.integers(0, 63), st.sampled_from("0123456789abcdefé"))
def test_one_changed_digit_of_the_signature_breaks_the_proof(place: int, digit: str) -> None:
    changed = GOOD[:place] + digit + GOOD[place + 1 :]
    headers = {"Stripe-Signature": f"t={STAMP},v1={changed}"}
    if changed == GOOD:
        prove(BODY, headers, secrets=[SECRET], now=SENT, account="eu")
        return
    with pytest.raises(Unauthorized, match="none of the secrets"):
        prove(BODY, headers, secrets=[SECRET], now=SENT, account="eu")


def test_another_time_than_the_signed_one_breaks_the_proof() -> None:
    headers = {"Stripe-Signature": f"t={STAMP + 1},v1={GOOD}"}
    with pytest.raises(Unauthorized, match="none of the secrets"):
        prove(BODY, headers, secrets=[SECRET], now=SENT, account="eu")


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "not signed"),
        ("", "not signed"),
        (f"t={STAMP}", "not signed"),
        (f"v1={GOOD}", "not signed"),
        (f"t={STAMP},v0={GOOD}", "not signed"),
        (f"t={STAMP},t=1,v1={GOOD}", "not signed"),
        (f"t=,v1={GOOD}", "no time"),
        (f"t=now,v1={GOOD}", "no time"),
        (f"t={STAMP}9,v1={GOOD}", "no time"),
    ],
)
def test_a_broken_header_is_refused(header: str | None, text: str) -> None:
    headers = {} if header is None else {"Stripe-Signature": header}
    with pytest.raises(Unauthorized, match=text) as caught:
        prove(BODY, headers, secrets=[SECRET], now=SENT, account="eu")
    assert (caught.value.vendor, caught.value.account) == ("stripe", "eu")


def test_while_secrets_are_changed_any_of_ours_may_fit_any_of_theirs() -> None:
    old, new, other = Secret("whsec_old"), Secret("whsec_new"), Secret("whsec_other")
    headers = signed(BODY, other, new)
    prove(BODY, headers, secrets=[old, new], now=SENT, account="eu")
    with pytest.raises(Unauthorized):
        prove(BODY, headers, secrets=[old], now=SENT, account="eu")
    with pytest.raises(Unauthorized):
        prove(BODY, headers, secrets=[], now=SENT, account="eu")


def test_now_must_have_a_zone() -> None:
    with pytest.raises(NaiveTime):
        prove(BODY, HEADERS, secrets=[SECRET], now=SENT.replace(tzinfo=None), account="eu")


def test_a_proven_message_is_read_whole_but_for_its_client_secrets() -> None:
    event = GATEWAY.webhook(EVENT, signed(EVENT, SECRET), secrets=[SECRET], now=SENT)
    assert (event.vendor, event.id, event.topic) == ("stripe", "evt_1", "payment_intent.created")
    assert (event.api_version, event.at) == ("2025-03-31.basil", SENT)
    assert event.body["livemode"] is False
    assert "pi_1_secret_x" not in repr(event)
    assert event.body["data"]["object"]["tags"] == (
        {"kept": event.body["data"]["object"]["tags"][0]["kept"]},
    )


def test_a_proven_message_that_is_no_event_is_unreadable_not_unauthorised() -> None:
    with pytest.raises(Unreadable, match="type"):
        GATEWAY.webhook(BODY, HEADERS, secrets=[SECRET], now=SENT)
