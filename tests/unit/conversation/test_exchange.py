"""Requests and replies as values."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.conversation import Reply, Request, segment
from crossborder.errors import Unreadable

SECRET = "shpat_0123456789"

texts = st.text(st.characters(codec="utf-8"), max_size=30)


@given(texts)
def test_a_segment_is_read_back_as_it_was_and_never_leaves_its_place(text: str) -> None:
    quoted = segment(text)
    assert unquote(quoted) == text
    assert not set(quoted) & set("/?#\\ ")
    assert quoted not in (".", "..")


@given(st.lists(st.tuples(texts, texts)))
def test_the_target_holds_exactly_the_query(query: list[tuple[str, str]]) -> None:
    target = Request("GET", "https://shop.test/a", query).target
    assert parse_qsl(urlsplit(target).query, keep_blank_values=True) == query


def test_an_address_that_brings_its_own_query_is_added_to() -> None:
    assert Request("GET", "https://s.test/a?p=1", {"q": "2"}).target == "https://s.test/a?p=1&q=2"


def test_requests_and_replies_are_equal_by_value_and_usable_as_keys() -> None:
    one = Request("GET", "https://shop.test/a", {"page": "2"}, {"Accept": "x"}, b"body")
    other = Request("GET", "https://shop.test/a", [("page", "2")], [("Accept", "x")], b"body")
    assert one == other
    assert len({one, other}) == 1
    assert one.digest == other.digest
    assert Reply(200, {"A": "b"}, b"c") == Reply(200, [("A", "b")], b"c")
    assert Reply(200) != Reply(201)


@pytest.mark.parametrize(
    "other",
    [
        Request("POST", "https://shop.test/a", {"q": "1"}, {"A": "b"}, b"c"),
        Request("GET", "https://shop.test/b", {"q": "1"}, {"A": "b"}, b"c"),
        Request("GET", "https://shop.test/a", {"q": "2"}, {"A": "b"}, b"c"),
        Request("GET", "https://shop.test/a", {"q": "1"}, {"A": "c"}, b"c"),
        Request("GET", "https://shop.test/a", {"q": "1"}, {"A": "b"}, b"d"),
    ],
)
def test_the_digest_changes_with_every_part(other: Request) -> None:
    assert (
        Request("GET", "https://shop.test/a", {"q": "1"}, {"A": "b"}, b"c").digest != other.digest
    )


def test_the_repr_of_a_request_hides_what_is_sensitive_and_shows_the_rest() -> None:
    request = Request(
        "POST",
        "https://shop.test/orders",
        {"access_token": SECRET, "page": "2"},
        {"Authorization": f"Bearer {SECRET}", "X-Shop-Access-Token": SECRET, "Accept": "json"},
        f"client_secret={SECRET}".encode(),
    )
    assert SECRET not in repr(request)
    assert "'page': '2'" in repr(request)
    assert "'Accept': 'json'" in repr(request)
    assert "<30 bytes>" in repr(request)
    assert repr(Request("GET", "https://shop.test/")) == "Request('GET', 'https://shop.test/')"


def test_the_repr_of_a_request_hides_what_stands_in_the_address_itself() -> None:
    shown = repr(Request("GET", f"https://me:{SECRET}@shop.test/a?token={SECRET}&page=2"))
    assert shown == "Request('GET', 'https://shop.test/a?token=***&page=2')"
    assert repr(Request("GET", f"http://[bad?token={SECRET}")) == "Request('GET', '***')"


def test_the_repr_of_a_reply_shows_no_body_and_no_header() -> None:
    assert repr(Reply(200, {"Set-Cookie": SECRET}, SECRET.encode())) == "Reply(200, <16 bytes>)"


def test_headers_are_found_and_replaced_whatever_their_case() -> None:
    request = Request("GET", "https://shop.test/", headers=[("ACCEPT", "a"), ("X", "1")])
    assert request.header("accept") == "a"
    assert request.header("other") is None
    assert request.with_headers({"Accept": "b"}).headers == (("X", "1"), ("Accept", "b"))
    assert request.with_query({"p": "1"}).with_query({"p": "2"}).query == (("p", "1"), ("p", "2"))


def test_what_a_journal_keeps_of_a_reply_holds_no_cookie_and_no_token() -> None:
    reply = Reply(
        201,
        {
            "Content-Type": "application/json",
            "Set-Cookie": SECRET,
            "X-Access-Token": SECRET,
            "Authorization": SECRET,
            "X-Request-Id": "r-1",
            "Location": "/orders/1",
        },
        b"{}",
    )
    kept = reply.recorded
    assert {name for name, _ in kept.headers} == {"Content-Type", "X-Request-Id", "Location"}
    assert (kept.status, kept.content, kept.request_id) == (201, b"{}", "r-1")


def test_a_reply_is_read_by_its_stated_charset_else_as_utf_8() -> None:
    chinese = Reply(200, {"Content-Type": 'text/plain; x=1; charset="gbk"'}, "库存".encode("gbk"))
    assert chinese.text(source="market") == "库存"
    assert Reply(200, {"Content-Type": "text/plain; charset="}, b"a").text(source="m") == "a"
    assert Reply(200, {}, "库存".encode()).text(source="market") == "库存"
    assert Reply(200, {}, b'{"a": 1}').json(source="market") == {"a": 1}
    with pytest.raises(Unreadable) as caught:
        Reply(200, {}, b"<html>").json(source="market")
    assert caught.value.source == "market"


@pytest.mark.parametrize(
    "name", ["X-Request-Id", "Request-Id", "x-amzn-RequestId", "PayPal-Debug-Id"]
)
def test_the_vendors_own_id_of_an_exchange_is_found(name: str) -> None:
    assert Reply(500, {name: "id-1"}).request_id == "id-1"
    assert Reply(500).request_id is None
