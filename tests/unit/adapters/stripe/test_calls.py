import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.stripe import calls
from crossborder.errors import InvalidValue
from crossborder.model.ids import OrderId, Ref
from crossborder.model.money import Price
from crossborder.model.payment import PaymentAttempt

ATTEMPT = PaymentAttempt("a-1", OrderId("o-1"), Price("10.99", "USD"), "pm_card_visa")


def test_a_payment_is_confirmed_at_once_and_carries_our_ids() -> None:
    sent = dict(calls.payment(ATTEMPT))
    assert sent == {
        "amount": "1099",
        "currency": "usd",
        "confirm": "true",
        "capture_method": "automatic",
        "payment_method": "pm_card_visa",
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
        "metadata[order_id]": "o-1",
        "metadata[attempt_id]": "a-1",
        "expand[0]": "latest_charge.balance_transaction",
        "expand[1]": "latest_charge.refunds",
    }


def test_a_payment_may_be_authorised_only_described_and_lead_elsewhere() -> None:
    attempt = evolve(ATTEMPT, capture=False, description="Tea")
    sent = dict(calls.payment(attempt, return_url="https://shop.test/back"))
    assert (sent["capture_method"], sent["description"]) == ("manual", "Tea")
    assert sent["return_url"] == "https://shop.test/back"
    assert "automatic_payment_methods[allow_redirects]" not in sent


def test_a_payment_without_a_method_is_refused() -> None:
    with pytest.raises(InvalidValue, match="method"):
        calls.payment(evolve(ATTEMPT, method=""))


def test_an_id_longer_than_metadata_takes_is_refused_not_cut() -> None:
    calls.payment(evolve(ATTEMPT, id="a" * 500))
    with pytest.raises(InvalidValue, match="attempt_id is longer than 500"):
        calls.payment(evolve(ATTEMPT, id="a" * 501))


def test_a_refund_says_its_amount_without_a_currency() -> None:
    refund = calls.refund(Ref("stripe", "pi_1"), Price("5", "ISK"), id="r-1", reason="duplicate")
    assert dict(refund) == {
        "payment_intent": "pi_1",
        "amount": "500",
        "reason": "duplicate",
        "metadata[refund_id]": "r-1",
    }


def test_a_reason_that_is_not_stripes_goes_beside() -> None:
    said = dict(calls.refund(Ref("stripe", "pi_1"), Price("5", "EUR"), id="r", reason="too late"))
    assert "reason" not in said
    assert said["metadata[reason]"] == "too late"
    none = dict(calls.refund(Ref("stripe", "pi_1"), Price("5", "EUR"), id="r", reason=""))
    assert not {"reason", "metadata[reason]"} & set(none)


IDS = st.text(min_size=1, max_size=400)


@given(IDS)
def test_a_key_is_always_a_header_that_stripe_takes(id: str) -> None:
    key = calls.key("attempt", id)
    assert len(key) <= 255
    assert key.isascii()
    assert key.isprintable()
    assert key.startswith("attempt/")


@given(IDS, IDS)
def test_two_ids_never_share_a_key(one: str, other: str) -> None:
    assert (calls.key("refund", one) == calls.key("refund", other)) == (one == other)


def test_a_key_of_255_characters_stays_and_a_longer_one_is_digested() -> None:
    fits = "a" * (255 - len("attempt/"))
    assert calls.key("attempt", fits) == f"attempt/{fits}"
    assert len(calls.key("attempt", fits + "a")) == len("attempt/") + 32


@given(st.text(max_size=30))
def test_no_id_can_leave_its_quotes_in_a_search(id: str) -> None:
    quoted = calls.search(id).removeprefix('metadata["attempt_id"]:"').removesuffix('"')
    inside = quoted.replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside
    assert "\\" not in inside
