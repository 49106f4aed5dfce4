"""The desk: what a call is made of."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.conversation import Call, Desk, Reply, Request, Token
from crossborder.errors import InvalidValue, SetupError
from crossborder.policy import Policies, Policy
from crossborder.secret import Secret


class Fixed:
    """Credentials without a token."""

    def sign(self, request: Request, token: Token | None, now: object) -> Request:
        return request.with_headers({"Authorization": "proof"})


DESK = Desk("shop", "https://shop.test/v1", "eu", Policies(default=Policy()), credentials=Fixed())


def made(steps: Any) -> Call:
    call = next(steps)
    assert isinstance(call, Call)
    return call


def test_a_call_carries_who_makes_it_and_how() -> None:
    call = made(DESK.get("things.list", "/things", query={"q": "a b&c"}, after=2.0))
    assert (call.vendor, call.account, call.operation) == ("shop", "eu", "things.list")
    assert (call.step, call.repeatable, call.after, call.desk) == (None, None, 2.0, DESK)
    assert call.request.target == "https://shop.test/v1/things?q=a+b%26c"
    assert call.request.headers == (("Accept", "application/json"),)


def test_the_reply_of_a_step_is_its_result() -> None:
    steps = DESK.get("things.list", "/things")
    next(steps)
    with pytest.raises(StopIteration) as stopped:
        steps.send(Reply(204))
    assert stopped.value.value == Reply(204)


def test_json_is_written_as_utf_8_with_its_type() -> None:
    call = made(DESK.post("a", "/a", json={"名": "库存"}, step="create", cost=3))
    assert call.request.content == '{"名":"库存"}'.encode()
    assert call.request.header("content-type") == "application/json"
    assert (call.request.method, call.step, call.cost) == ("POST", "create", 3)


def test_an_empty_object_is_still_a_body() -> None:
    assert made(DESK.post("a", "/a", json={}, step="a")).request.content == b"{}"


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.just("a b&c=d/ü"))))
def test_a_form_is_quoted_so_that_no_value_runs_into_the_next(
    values: list[tuple[str, str]],
) -> None:
    from urllib.parse import parse_qsl

    call = made(DESK.post("a", "/a", form=values, step="a"))
    assert parse_qsl(call.request.content.decode(), keep_blank_values=True) == values
    assert call.request.header("content-type") == "application/x-www-form-urlencoded"


def test_bytes_go_as_they_are_and_the_callers_headers_win_whatever_their_case() -> None:
    request = DESK.request("POST", "/a", content=b"\x00", headers={"accept": "image/png"})
    assert (request.content, request.headers) == (b"\x00", (("accept", "image/png"),))
    typed = DESK.request("POST", "/a", json=1, headers={"content-type": "application/graphql"})
    assert [name for name, _ in typed.headers] == ["Accept", "content-type"]


def test_two_kinds_of_body_at_once_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"shop\.body"):
        DESK.request("POST", "/a", json={}, form={"a": "b"})


@pytest.mark.parametrize(
    ("steps", "method"),
    [
        (DESK.put("a", "/a", json={}, step="set"), "PUT"),
        (DESK.patch("a", "/a", json={}, step="set", repeatable=False), "PATCH"),
        (DESK.delete("a", "/a", query={"x": "1"}, step="set"), "DELETE"),
    ],
)
def test_every_writing_method_takes_a_step_name(steps: Any, method: str) -> None:
    call = made(steps)
    assert (call.request.method, call.step) == (method, "set")


def test_a_desk_for_asking_for_a_token_does_not_sign() -> None:
    assert DESK.unsigned.credentials is None
    assert DESK.unsigned.base_url == DESK.base_url


def test_a_token_shows_no_secret() -> None:
    token = Token(Secret("shpat_1"), refresh=Secret("shpat_2"))
    assert "shpat" not in repr(token)


def test_a_write_without_a_name_is_refused_before_it_is_made() -> None:
    with pytest.raises(SetupError, match="name its step"):
        made(DESK.post("a", "/a", json={}))
    assert made(DESK.post("a", "/a", json={}, repeatable=True)).step is None


def test_credentials_that_cannot_sign_are_refused() -> None:
    with pytest.raises(InvalidValue, match="cannot sign"):
        evolve(DESK, credentials="k")  # type: ignore[arg-type]
