import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.shopify.rules import POLICIES, RULES, read, version_drift
from crossborder.conversation import Broken, Budget, Busy, Expired, Ok, Rejected, Reply
from crossborder.errors import BadRequest, NoPolicy, NotFound, Unauthorized
from crossborder.policy import CostLimit
from crossborder.testing.play import reply


def cost(available: float = 40, requested: Any = 140, rate: Any = 50) -> dict[str, Any]:
    status = {"maximumAvailable": 1000, "currentlyAvailable": available, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}


def failed(code: str, **more: Any) -> Reply:
    error = {"message": f"said {code}", "path": ["order", 0], "extensions": {"code": code}}
    return reply(200, {"errors": [error], **more})


def test_a_throttled_query_with_http_200_waits_exactly_until_the_bucket_holds_it() -> None:
    verdict = read(failed("THROTTLED", extensions=cost()))
    assert verdict == Busy(2.0, Budget(40, 1000, 50), "said THROTTLED")


@pytest.mark.parametrize(
    "extensions", [{}, cost(requested=None), cost(rate=0), {"cost": []}, cost(rate="fast")]
)
def test_a_throttled_query_that_does_not_say_how_long_leaves_the_wait_open(
    extensions: Any,
) -> None:
    verdict = read(failed("THROTTLED", extensions=extensions))
    assert isinstance(verdict, Busy)
    assert verdict.wait is None


def test_a_throttled_query_waits_no_negative_time() -> None:
    verdict = read(failed("THROTTLED", extensions=cost(available=500)))
    assert isinstance(verdict, Busy)
    assert verdict.wait == 0


def test_a_good_reply_carries_the_state_of_the_bucket() -> None:
    assert read(reply(200, {"data": {}, "extensions": cost()})) == Ok(Budget(40, 1000, 50))
    assert read(reply(200, {"data": {}})) == Ok()


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (402, Unauthorized, "shop_frozen"),
        (403, Unauthorized, "shop_forbidden"),
        (404, NotFound, "shop_not_found"),
        (423, Unauthorized, "shop_locked"),
    ],
)
def test_the_states_of_a_shop_are_told_apart(status: int, kind: Any, code: str) -> None:
    verdict = read(reply(status, {"errors": "[API] no"}))
    assert isinstance(verdict, Rejected)
    assert (verdict.kind, verdict.problems[0].code) == (kind, code)


def test_the_other_statuses_are_read_as_everywhere() -> None:
    assert isinstance(read(Reply(401)), Expired)
    assert read(Reply(429, {"Retry-After": "2.0"})) == Busy(2.0)
    assert isinstance(read(Reply(502)), Broken)
    assert isinstance(read(Reply(400)), Rejected)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ACCESS_DENIED", Unauthorized),
        ("SHOP_INACTIVE", Unauthorized),
        ("MAX_COST_EXCEEDED", BadRequest),
        ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", BadRequest),
    ],
)
def test_a_top_level_refusal_is_rejected_whatever_data_says(code: str, kind: Any) -> None:
    verdict = read(failed(code, data={"order": None}))
    assert isinstance(verdict, Rejected)
    assert verdict.kind is kind
    assert (verdict.problems[0].raw, verdict.problems[0].field) == (code, "order.0")


def test_a_document_that_was_refused_before_it_ran_is_our_mistake() -> None:
    verdict = read(failed("undefinedField"))
    assert isinstance(verdict, Rejected)
    assert verdict.kind is BadRequest


def test_an_error_after_something_had_begun_leaves_the_outcome_open() -> None:
    verdict = read(failed("INTERNAL_SERVER_ERROR", data={"refundCreate": None}))
    assert verdict == Broken(text="said INTERNAL_SERVER_ERROR")


def test_the_same_write_still_running_elsewhere_is_waited_for() -> None:
    user_error = {"code": "IDEMPOTENCY_CONCURRENT_REQUEST", "message": "running"}
    data = {"inventorySetQuantities": {"userErrors": [user_error]}}
    assert isinstance(read(reply(200, {"data": data})), Busy)
    assert isinstance(read(failed("IDEMPOTENCY_CONCURRENT_REQUEST")), Busy)


def test_other_user_errors_are_left_to_the_mutation() -> None:
    data = {"a": {"userErrors": [{"code": "X"}, 7]}, "b": 1, "c": {"userErrors": None}}
    assert read(reply(200, {"data": data})) == Ok()


@pytest.mark.parametrize("content", [b"<html>", b"", b"[]", b"7"])
def test_a_page_in_place_of_an_answer_is_a_broken_reply(content: bytes) -> None:
    assert isinstance(read(reply(200, content=content)), Broken)


def test_errors_as_a_text_are_kept() -> None:
    verdict = read(reply(200, {"errors": "Not Found"}))
    assert isinstance(verdict, Rejected)
    assert verdict.text == "Not Found"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "errors", "extensions", "cost", "code", "userErrors"]),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON, st.sampled_from([200, 400, 429, 500]))
def test_every_reply_has_a_verdict(body: Any, status: int) -> None:
    verdict = read(Reply(status, (), json.dumps(body).encode()))
    assert isinstance(verdict, Ok | Busy | Rejected | Broken)


def test_another_version_than_asked_for_is_seen() -> None:
    served = Reply(200, {"X-Shopify-Api-Version": "2027-01"})
    assert version_drift(served) == "2027-01"
    assert version_drift(served, wanted="2027-01") is None
    assert version_drift(Reply(200)) is None


def test_all_operations_share_one_bucket_of_points() -> None:
    policy = POLICIES.of("orders.get")
    assert policy.limit == CostLimit(1000, 50)
    assert policy.bucket == POLICIES.of("inventory.set").bucket == "admin"
    with pytest.raises(NoPolicy):
        POLICIES.of("orders.guess")


def test_the_listing_rules_are_the_published_ones() -> None:
    assert (RULES.max_variants, RULES.max_options, RULES.max_title) == (2048, 3, 255)
    assert RULES.source.startswith("https://")
