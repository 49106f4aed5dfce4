from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.stripe import rules
from crossborder.conversation import Broken, Busy, Ok, Rejected, Reply
from crossborder.errors import BadRequest, InvalidValue, NotFound, Throttled, Unauthorized
from crossborder.model.money import Price
from crossborder.testing.play import reply
from crossborder.wire.payload import Payload


def error(status: int, *, retry: str | None = None, **fields: Any) -> Reply:
    headers = {} if retry is None else {"Stripe-Should-Retry": retry}
    return reply(status, {"error": {"message": "no", **fields}}, headers=headers)


def test_stripes_word_on_trying_again_comes_first() -> None:
    for status in (400, 402, 409, 500):
        assert rules.read(error(status, retry="true")) == Broken(True, "no")
    assert rules.read(error(500, retry="false")) == Broken(False, "no")
    assert rules.read(error(500)) == Broken(None, "no")
    assert isinstance(rules.read(error(409, retry="false")), Rejected)
    assert rules.read(error(500, retry="maybe")) == Broken(None, "no")


def test_a_key_in_use_is_tried_again() -> None:
    used = error(409, type="invalid_request_error", code="idempotency_key_in_use")
    assert rules.read(used) == Broken(True, "no")


def test_too_many_calls_wait_unless_stripe_says_not_to() -> None:
    busy = reply(429, {"error": {"message": "slow"}}, headers={"Retry-After": "3"})
    assert rules.read(busy) == Busy(3.0, text="slow")
    final = rules.read(error(429, retry="false", code="rate_limit"))
    assert isinstance(final, Rejected)
    assert final.kind is Throttled


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (402, BadRequest),
        (403, Unauthorized),
        (404, NotFound),
    ],
)
def test_a_refused_call_is_rejected_with_its_problem(status: int, kind: type[Exception]) -> None:
    verdict = rules.read(error(status, type="invalid_request_error", code="c", param="amount"))
    assert isinstance(verdict, Rejected)
    assert verdict.kind is kind
    assert [(one.code, one.field, one.text) for one in verdict.problems] == [("c", "amount", "no")]


def test_what_is_not_stripes_is_read_by_its_status() -> None:
    assert rules.read(Reply(502, {}, b"<html>bad gateway</html>")) == Broken()
    assert rules.read(Reply(404, {}, b"")) == Rejected(kind=NotFound)
    assert rules.read(Reply(200, {}, b"anything")) == Ok()
    assert rules.read(reply(400, {"error": None})) == Rejected()


def test_other_parameters_under_one_key_are_a_reused_key() -> None:
    verdict = rules.read(error(400, type="idempotency_error"))
    assert isinstance(verdict, Rejected)
    assert verdict.problems[0].code == "key_reused"


def problem(**fields: Any) -> Any:
    return rules.problem(Payload({"type": "card_error", **fields}, source="stripe"))


def test_a_decline_says_why_in_shared_words_and_what_to_do() -> None:
    found = problem(code="card_declined", decline_code="insufficient_funds", charge="ch_1")
    assert (found.code, found.raw) == ("declined:insufficient_funds", "insufficient_funds")
    assert found.extra == {"type": "card_error", "charge": "ch_1", "advice": "soft"}
    assert problem(code="expired_card").code == "declined:expired"
    assert problem(code="card_declined", decline_code="stolen_card").extra["advice"] == "fraud"


def test_an_unknown_decline_gets_no_advice() -> None:
    found = problem(code="card_declined", decline_code="new_reason")
    assert (found.code, found.raw) == ("declined", "new_reason")
    assert "advice" not in found.extra


def test_the_banks_own_word_hardens_an_advice_but_never_softens_fraud() -> None:
    told = {"code": "card_declined", "advice_code": "do_not_try_again"}
    assert problem(decline_code="do_not_honor", **told).extra["advice"] == "hard"
    assert problem(decline_code="fraudulent", **told).extra["advice"] == "fraud"


def test_an_error_without_any_word_is_still_a_problem() -> None:
    bare = rules.problem(Payload({}, source="stripe"))
    assert (bare.code, bare.raw) == ("error", "")
    assert rules.problem(Payload({"type": "api_error"}, source="stripe")).code == "api_error"


def test_every_decline_has_a_known_advice() -> None:
    assert {one.advice for one in rules.DECLINES.values()} == {"soft", "hard", "fraud"}


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("10.99", "USD", 1099),
        ("500", "JPY", 500),
        ("500", "MGA", 500),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("10.45", "HUF", 1045),
        ("800.45", "TWD", 80045),
        ("5.12", "KWD", 5120),
        ("7", "IQD", 700),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(amount: str, currency: str, units: int) -> None:
    money = Price(amount, currency)
    assert rules.minor(money) == units
    assert rules.price(units, currency.lower()) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.001", "USD"), ("1.5", "JPY"), ("1.5", "ISK"), ("0.5", "UGX"), ("5.124", "KWD")],
)
def test_an_amount_that_stripe_cannot_take_exactly_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(InvalidValue, match="decimal places"):
        rules.minor(Price(amount, currency))


@given(st.integers(0, 10**8), st.sampled_from(["USD", "JPY", "ISK", "MGA", "KWD", "EUR"]))
def test_amounts_come_back_as_they_went(units: int, currency: str) -> None:
    used = {"JPY": 0, "ISK": 0, "MGA": 0}.get(currency, 2)
    money = Price(Decimal(units).scaleb(-used), currency)
    assert rules.price(rules.minor(money), currency.lower()) == money


def test_keys_are_kept_for_a_day_and_no_limit_is_above_stripes() -> None:
    for name in ("payments.create", "payments.capture", "refunds.create"):
        life = rules.POLICIES.of(name).key_life
        assert life is not None
        assert life.total_seconds() == 86400
    for policy in rules.POLICIES.table.values():
        limit: Any = policy.limit
        assert limit.burst <= 25
        assert limit.every.total_seconds() * 25 >= 1
