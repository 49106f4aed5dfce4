"""From a verdict to an error; what may be sent twice."""

import pickle

import pytest

from crossborder.conversation import (
    Broken,
    Busy,
    Call,
    Desk,
    Expired,
    Rejected,
    Reply,
    Request,
    failure,
    may_repeat,
    outcome_unknown,
    reads,
)
from crossborder.errors import (
    BadRequest,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
    VendorError,
)
from crossborder.model.outcome import Problem
from crossborder.policy import Policies, Policy

POLICIES = Policies(
    {"yes": Policy(repeatable=True), "no": Policy(repeatable=False), "silent": Policy()}
)
DESK = Desk("shop", "https://shop.test", "eu", POLICIES)


def call(
    method: str = "GET",
    *,
    step: str | None = None,
    repeatable: bool | None = None,
    operation: str = "silent",
    keyed: bool = False,
) -> Call:
    def key(request: Request, name: str) -> Request:
        return request

    return Call(
        "shop",
        "eu",
        operation,
        Request(method, "https://shop.test/"),
        step=step,
        repeatable=repeatable,
        keyed=key if keyed else None,
        desk=DESK,
    )


READ, WRITE = call(), call("POST", step="create")
SET = call("PUT", step="set")


@pytest.mark.parametrize(
    ("made", "reading", "repeat"),
    [
        (call("GET"), True, True),
        (call("HEAD"), True, True),
        (call("OPTIONS"), True, True),
        (call("PUT", step="s"), False, True),
        (call("DELETE", step="s"), False, True),
        (call("POST"), False, False),
        (call("POST", repeatable=True), True, True),
        (call("POST", step="s"), False, False),
        (call("POST", step="s", repeatable=True), False, True),
        (call("POST", step="s", keyed=True), False, True),
        (call("POST", step="s", keyed=True, repeatable=False), False, False),
        (call("POST", step="s", keyed=True, operation="no"), False, False),
        (call("POST", step="s", operation="yes"), False, True),
        (call("POST", step="s", operation="yes", repeatable=False), False, False),
        (call("PATCH", step="s"), False, False),
        (call("PUT", step="s", operation="no"), False, False),
    ],
)
def test_what_reads_and_what_may_be_repeated(made: Call, reading: bool, repeat: bool) -> None:
    assert (reads(made), may_repeat(made)) == (reading, repeat)


@pytest.mark.parametrize(
    ("made", "verdict", "kind", "retryable"),
    [
        (READ, Busy(), Throttled, True),
        (WRITE, Busy(3.0), Throttled, True),
        (READ, Expired(), Unauthorized, False),
        (WRITE, Rejected(), BadRequest, False),
        (READ, Rejected(kind=NotFound), NotFound, False),
        (READ, Broken(), Unavailable, True),
        (READ, Broken(True), Unavailable, True),
        (SET, Broken(), Unavailable, True),
        (SET, Broken(False), OutcomeUnknown, False),
        (WRITE, Broken(True), Unavailable, True),
        (WRITE, Broken(), OutcomeUnknown, False),
        (WRITE, Broken(False), OutcomeUnknown, False),
    ],
)
def test_a_verdict_becomes_an_error(
    made: Call,
    verdict: Busy | Expired | Rejected | Broken,
    kind: type[VendorError],
    retryable: bool,
) -> None:
    error = failure(made, Reply(599, {"X-Request-Id": "r-1"}, b"sorry"), verdict)
    assert type(error) is kind
    assert (error.vendor, error.account, error.operation) == ("shop", "eu", "silent")
    assert (error.status, error.request_id, error.raw) == (599, "r-1", "sorry")
    assert error.retryable is retryable
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_throttle_keeps_the_wait_and_a_refusal_its_problems() -> None:
    busy = failure(READ, Reply(429), Busy(3.0))
    assert isinstance(busy, Throttled)
    assert busy.retry_after == 3.0
    problems = (Problem("a", "too long"), Problem("b"), Problem("c", "too red"))
    refused = failure(WRITE, Reply(422), Rejected(problems))
    assert (refused.problems, refused.text) == (problems, "too long; b; too red")
    assert failure(READ, Reply(422), Rejected(text="no")).text == "no"


def test_an_unknown_outcome_carries_the_key_and_a_request_that_shows_no_secret() -> None:
    unknown = outcome_unknown(WRITE, "lost", key="run/create", fresh=False)
    assert (unknown.key, unknown.request, unknown.fresh) == ("run/create", WRITE.request, False)
    assert unknown.operation == "silent"
