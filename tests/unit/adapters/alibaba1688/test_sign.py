import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688.rules import POLICIES, read
from crossborder.adapters.alibaba1688.sign import Param2, granted, signature
from crossborder.conversation import Desk, Renewable, Token
from crossborder.errors import Unauthorized, Unreadable
from crossborder.secret import Secret
from crossborder.testing.play import play, reply
from crossborder.wire.payload import Payload

NOW = datetime(2026, 11, 22, 12, 0, 0, 123000, tzinfo=UTC)
SECRET = Secret("test-secret")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def desk(credentials: Param2) -> Desk:
    return Desk("alibaba1688", "https://gw.test", "main", POLICIES, credentials, read)


@given(st.dictionaries(TEXT, TEXT, max_size=6), st.randoms())
def test_the_order_of_the_parameters_does_not_change_the_signature(
    parameters: dict[str, str], chance: Any
) -> None:
    pairs = list(parameters.items())
    mixed = list(pairs)
    chance.shuffle(mixed)
    assert signature("param2/1/ns/api/1", mixed, SECRET) == signature(
        "param2/1/ns/api/1", pairs, SECRET
    )


@given(st.dictionaries(TEXT, TEXT, max_size=6))
def test_the_joined_texts_are_sorted_not_the_names(parameters: dict[str, str]) -> None:
    joined = "".join(sorted(name + value for name, value in parameters.items()))
    said = hmac.new(b"test-secret", f"p{joined}".encode(), sha1).hexdigest().upper()
    assert signature("p", parameters.items(), SECRET) == said


def test_a_name_that_begins_another_is_sorted_with_its_value() -> None:
    by_text = signature("p", [("a", "z"), ("ab", "1")], SECRET)
    assert by_text == hmac.new(b"test-secret", b"pab1az", sha1).hexdigest().upper()


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=5))
def test_what_is_signed_is_what_is_sent(parameters: dict[str, str]) -> None:
    credentials = Param2("1000000", SECRET, Token(Secret("access")))
    path = "/openapi/param2/1/ns/api/1000000"
    signed = credentials.sign(desk(credentials).request("POST", path, form=parameters), None, NOW)
    sent = parse_qsl(signed.content.decode(), keep_blank_values=True)
    *rest, (last, found) = sent
    assert last == "_aop_signature"
    assert found == signature("param2/1/ns/api/1000000", rest, SECRET)
    assert rest[-2:] == [("access_token", "access"), ("_aop_timestamp", "1795348800123")]
    assert dict(rest[:-2]) == parameters


def test_the_token_of_the_store_goes_before_the_one_given_at_first() -> None:
    credentials = Param2("1", SECRET, Token(Secret("first")))
    request = desk(credentials).request("POST", "/openapi/param2/1/ns/api/1", form={})
    signed = credentials.sign(request, Token(Secret("stored")), NOW)
    assert dict(parse_qsl(signed.content.decode()))["access_token"] == "stored"


def test_without_a_token_none_is_sent() -> None:
    credentials = Param2("1", SECRET)
    request = desk(credentials).request("POST", "/openapi/param2/1/ns/api/1", form={"a": ""})
    sent = dict(parse_qsl(credentials.sign(request, None, NOW).content.decode(), True))
    assert "access_token" not in sent
    assert sent["a"] == ""


def test_no_secret_is_seen_in_what_is_shown() -> None:
    credentials = Param2("1", SECRET, Token(Secret("access")))
    request = desk(credentials).request("POST", "/openapi/param2/1/ns/api/1", form={})
    signed = credentials.sign(request, None, NOW)
    shown = repr(credentials) + repr(signed)
    assert "test-secret" not in shown
    assert "access'" not in shown
    assert isinstance(credentials, Renewable)


def test_a_token_is_renewed_and_a_new_refresh_token_is_taken() -> None:
    old = Token(Secret("a1"), NOW, Secret("r1"), NOW + timedelta(days=9))
    credentials = Param2("1000000", SECRET, old, "main", "https://gw.test")
    answer = {
        "access_token": "a2",
        "refresh_token": "r2",
        "expires_in": "36000",
        "refresh_token_timeout": "20270522121530000+0800",
        "memberId": "b2b-1",
    }
    played = play(credentials.renew(None, NOW), [reply(200, answer)])
    token = played.value
    assert token.access == Secret("a2")
    assert token.refresh == Secret("r2")
    assert token.expires_at == NOW + timedelta(hours=10)
    assert token.refresh_expires_at == datetime(2027, 5, 22, 4, 15, 30, tzinfo=UTC)
    assert token.extra == {"memberId": "b2b-1"}
    call = played.calls[0]
    assert call.operation == "token.renew"
    assert call.desk.credentials is None
    assert call.request.url.endswith("/openapi/http/1/system.oauth2/getToken/1000000")
    assert dict(parse_qsl(call.request.content.decode())) == {
        "grant_type": "refresh_token",
        "client_id": "1000000",
        "client_secret": "test-secret",
        "refresh_token": "r1",
    }


def test_a_refresh_token_that_is_not_replaced_stays_with_its_end() -> None:
    until = NOW + timedelta(days=30)
    held = Token(Secret("a1"), None, Secret("r1"), until)
    credentials = Param2("1", SECRET)
    answer = {"access_token": "a2", "expires_in": 600}
    token = play(credentials.renew(held, NOW), [reply(200, answer)]).value
    assert (token.refresh, token.refresh_expires_at) == (Secret("r1"), until)


def test_a_first_token_without_a_word_of_time_has_no_end() -> None:
    token = granted(Payload({"access_token": "a"}, source="alibaba1688"), now=NOW)
    assert token == Token(Secret("a"))


@pytest.mark.parametrize("held", [None, Token(Secret("a"))])
def test_without_a_refresh_token_the_app_must_be_authorised_again(held: Token | None) -> None:
    with pytest.raises(Unauthorized, match="authorise the app again"):
        play(Param2("1", SECRET, account="main").renew(held, NOW), []).value  # noqa: B018


def test_a_refused_refresh_token_is_an_error_of_credentials() -> None:
    held = Token(Secret("a"), None, Secret("r"))
    refused = reply(400, {"error": "invalid_grant", "error_description": "refresh_token expired"})
    played = play(Param2("1", SECRET).renew(held, NOW), [refused])
    assert isinstance(played.error, Unauthorized)
    assert "refresh_token expired" in str(played.error)


def test_a_token_answer_without_a_token_is_unreadable() -> None:
    with pytest.raises(Unreadable) as caught:
        granted(Payload({}, source="alibaba1688"), now=NOW)
    assert caught.value.field == "access_token"


def test_a_timeout_of_the_refresh_token_without_a_zone_is_beijing_time() -> None:
    answer = {"access_token": "a", "refresh_token_timeout": "2027-05-22 12:15:30"}
    token = granted(Payload(answer, source="alibaba1688"), now=NOW)
    assert token.refresh_expires_at == datetime(2027, 5, 22, 4, 15, 30, tzinfo=UTC)
    with pytest.raises(Unreadable):
        granted(Payload({**answer, "refresh_token_timeout": "soon"}, source="x"), now=NOW)
