"""Stripe passes the suites of a gateway and of webhooks, judged by its specification."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from contracts.colours import (
    Reads,
    in_both_colours,
)
from contracts.stripe.fake import (
    FakeStripe,
)
from crossborder.adapters.stripe import Stripe
from crossborder.clients import Client
from crossborder.model.ids import OrderId, Ref
from crossborder.model.money import Price
from crossborder.model.outcome import Done
from crossborder.model.payment import PaymentAttempt
from crossborder.protocols.webhooks import WebhookReader
from crossborder.secret import Secret
from crossborder.testing.contract_transport import ContractTransport, OpenApiContract
from crossborder.testing.contracts import (
    Far,
    PaymentGatewayContract,
    Signed,
    WebhookReaderContract,
)
from crossborder.wire.sign import hmac_sha256_hex
from where import contracts_root

pytestmark = [pytest.mark.contracts, pytest.mark.usefixtures("contracts")]

NOW = datetime(2024, 11, 22, 18, 26, 40, tzinfo=UTC)
ATTEMPT = PaymentAttempt("a-1", OrderId("o-1"), Price("20", "USD"), "pm_card_visa")


@cache
def contract() -> OpenApiContract:
    folder = contracts_root() / "stripe"
    return OpenApiContract.load(
        folder / "openapi_spec3_2024-04-10.json.gz",
        base_url="https://api.stripe.com",
        name="stripe",
        fixtures=folder / "fixtures3.json",
    )


@cache
def fixtures() -> Mapping[str, Any]:
    held = json.loads((contracts_root() / "stripe" / "fixtures3.json").read_bytes())
    resources: Mapping[str, Any] = held["resources"]
    return resources


def stripe() -> Far:
    """An account with messages on more than one page."""
    server = FakeStripe(fixtures(), page=2)
    for topic in ("charge.succeeded", "charge.refunded", "plan.created"):
        server.happen(topic)
    transport = ContractTransport(contract(), server)
    return Far(Stripe.connect(secret_key="sk_test_1"), transport, lambda: server.effects, NOW)


class TestPayments(PaymentGatewayContract):
    def far(self) -> Far:
        return stripe()

    def attempt(self) -> PaymentAttempt:
        return ATTEMPT

    def declined_attempt(self) -> PaymentAttempt:
        return PaymentAttempt(
            "a-2", OrderId("o-1"), Price("20", "USD"), "pm_card_visa_chargeDeclined"
        )


class TestWebhooks(WebhookReaderContract):
    def reader(self) -> WebhookReader:
        return Stripe.connect(secret_key="sk_test_1")

    def signed(self) -> Signed:
        secret, stamp = Secret("whsec_1"), str(int(NOW.timestamp()))
        body = json.dumps(fixtures()["event"]).encode()
        proof = hmac_sha256_hex(secret, stamp.encode() + b"." + body)
        return Signed(body, {"Stripe-Signature": f"t={stamp},v1={proof}"}, secret, NOW)


def _paid(far: Far) -> Ref:
    """A payment of which a part went back, made at the far end."""
    with Client(http=far.transport) as client:
        outcome = client.run(far.adapter.pay(ATTEMPT), key="pay")
        assert isinstance(outcome, Done)
        payment: Ref = outcome.value.ref
        client.run(far.adapter.refund(payment, Price("1", "USD"), id="r-1", now=NOW), key="refund")
    return payment


def _refunded(far: Far) -> Ref:
    _paid(far)
    return Ref("stripe", "re_1")


READS: Reads = {
    "payment": lambda far: far.adapter.payment(_paid(far)),
    "outcome": lambda far: far.adapter.outcome(_paid(far)),
    "client_secret": lambda far: far.adapter.client_secret(_paid(far)),
    "refund_outcome": lambda far: far.adapter.refund_outcome(_refunded(far)),
    "events": lambda far: far.adapter.events(since=NOW),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(stripe, READS[name])
    assert plain == awaited
    assert len(plain) == (2 if name == "events" else 1)
