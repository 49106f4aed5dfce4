from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688.calls import APIS
from crossborder.adapters.alibaba1688.rules import POLICIES, problem, read
from crossborder.conversation import Broken, Busy, Expired, Ok, Rejected, Reply
from crossborder.errors import BadRequest, NotFound, Unauthorized
from crossborder.testing.play import reply

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["result", "success", "code", "error", "error_code", "errorCode"])
            | st.sampled_from(["failedOfferList", "orderId", "message"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from([200, 201, 302, 400, 401, 403, 404, 429, 500, 503]))
def test_every_answer_gets_a_verdict(body: Any, status: int) -> None:
    assert isinstance(read(reply(status, body)), Ok | Busy | Expired | Rejected | Broken)


@given(st.binary(max_size=20))
def test_bytes_that_are_no_json_object_are_a_failure_of_the_vendor(content: bytes) -> None:
    verdict = read(Reply(200, (), b"<" + content))
    assert isinstance(verdict, Broken)


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (400, "gw.QosAppFrequencyLimit", "App call exceeds limited frequency", Busy),
        (200, "gw.QosApiFrequencyLimit", "", Busy),
        (401, "401", "Request need user authorized", Expired),
        (400, "gw.AccessTokenExpired", "", Expired),
        (400, "gw.Whatever", "Request need user authorized", Expired),
        (403, "gw.APIACLDecline", "AppKey is not allowed(acl)", Rejected),
        (400, "gw.SignatureInvalid", "", Rejected),
        (400, "gw.APIUnsupported", "", Rejected),
        (200, "gw.ParamMissing", "", Rejected),
        (400, "gw.ISPInvokeTimeout", "", Broken),
        (500, "gw.Unheard", "", Broken),
    ],
)
def test_the_gateways_own_errors_are_known(
    status: int, code: str, message: str, expected: type
) -> None:
    verdict = read(reply(status, {"error_code": code, "error_message": message}))
    assert type(verdict) is expected
    assert code in verdict.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "gw.APIACLDecline", Unauthorized),
        (400, "gw.AppKeyInvalid", Unauthorized),
        (403, "gw.Unheard", Unauthorized),
        (400, "gw.ParamInvalid", BadRequest),
        (200, "gw.ParamInvalid", BadRequest),
    ],
)
def test_a_gateways_refusal_is_an_error_without_problems(
    status: int, code: str, kind: type
) -> None:
    verdict = read(reply(status, {"error_code": code, "request_id": "abc"}))
    assert isinstance(verdict, Rejected)
    assert verdict.kind is kind
    assert verdict.problems == ()
    assert "request abc" in verdict.text


def test_a_limit_asks_for_ten_seconds() -> None:
    verdict = read(reply(400, {"error_code": "gw.QosAppFrequencyLimit"}))
    assert isinstance(verdict, Busy)
    assert verdict.wait == 10.0


def test_a_status_counts_where_the_body_says_nothing() -> None:
    assert read(Reply(503, (), b"<html>")) == Broken()
    assert read(reply(500, {"success": True})) == Broken()
    assert read(Reply(401)) == Expired()


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "result": {}},
        {"result": {"success": True, "code": "200", "message": "ok", "result": {"offerId": 1}}},
        {"result": {"success": "true", "result": None}},
        {"orderId": "87407346015789305", "success": False},
        {"success": False, "result": {"orderId": "1"}},
        {"result": {"success": "false", "orderList": [{"orderId": "1"}]}},
        {"payUrl": "https://x", "success": False},
        {"logisticsTrace": []},
        {"result": [], "errorCode": "", "errorMessage": ""},
        {"result": [], "errorCode": "0"},
        {"success": True, "errorCode": "500_9"},
    ],
)
def test_an_answer_that_did_something_is_ok(body: dict[str, Any]) -> None:
    assert read(reply(200, body)) == Ok()


@pytest.mark.parametrize(
    ("body", "code", "raw"),
    [
        (
            {"success": False, "errorCode": "500_004", "errorMessage": "no"},
            "out_of_stock",
            "500_004",
        ),
        ({"success": "false", "code": "500_009", "message": "no"}, "below_moq", "500_009"),
        ({"result": {"success": False, "code": "500_006"}}, "mix_rule", "500_006"),
        ({"success": False, "errorMsg": "x"}, "refused", ""),
        (
            {"success": False, "code": "400", "erroMsg": "AddressId invalid:AddressId invalid"},
            "bad_address",
            "400",
        ),
        ({"errorCode": "E_1", "errorMessage": "x"}, "E_1", "E_1"),
    ],
)
def test_a_refusal_comes_with_our_code_and_theirs(
    body: dict[str, Any], code: str, raw: str
) -> None:
    verdict = read(reply(200, body))
    assert isinstance(verdict, Rejected)
    assert verdict.kind is BadRequest
    assert [(item.code, item.raw) for item in verdict.problems] == [(code, raw)]


def test_goods_that_failed_are_problems_of_their_own() -> None:
    failed = [
        {"offerId": "1", "specId": "a", "errorCode": "500_004", "errorMessage": "none left"},
        {"offerId": "2", "errorCode": "500_005"},
        "odd",
    ]
    verdict = read(reply(200, {"result": {"success": False, "failedOfferList": failed}}))
    assert isinstance(verdict, Rejected)
    assert [(item.code, item.field) for item in verdict.problems] == [
        ("out_of_stock", "1/a"),
        ("below_moq", "2"),
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("404", NotFound),
        ("500_2", NotFound),
        ("order.createtime.history", NotFound),
        ("order.nopermission.buyer", Unauthorized),
        ("5001", BadRequest),
    ],
)
def test_what_is_absent_and_what_is_not_ours_is_told_apart(code: str, kind: type) -> None:
    verdict = read(reply(200, {"success": False, "errorCode": code}))
    assert isinstance(verdict, Rejected)
    assert verdict.kind is kind


def test_oauth_errors_are_read() -> None:
    lost = read(reply(400, {"error": "invalid_client"}))
    odd = read(reply(400, {"error": "unsupported_grant_type", "error_description": "why"}))
    assert isinstance(lost, Rejected)
    assert lost.kind is Unauthorized
    assert odd == Rejected(kind=BadRequest, text="unsupported_grant_type why")


def test_a_word_for_the_trade_type_is_known_by_its_text() -> None:
    assert problem("400", "not support tradeType:【x】").code == "wrong_trade_type"
    assert problem(None, None).code == "refused"


def test_every_operation_has_a_policy_and_shares_the_apps_bucket() -> None:
    assert {POLICIES.of(operation).bucket for operation in APIS} == {"app"}
    assert POLICIES.of("token.renew").limit is not None
