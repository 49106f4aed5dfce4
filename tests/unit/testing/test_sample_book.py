from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.conversation import Request
from crossborder.testing.contract_transport import (
    ContractTransport,
    ContractViolation,
    Sample,
    SampleBook,
)
from crossborder.testing.contract_transport.kinds import Shape
from crossborder.wire.text import write_json

HOST = "https://api.test"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

PRICE = Sample(
    "POST",
    "/router/rest",
    {"price_get_response": {"price": "12.50", "seller": "YOUR_SELLER"}},
    form={
        "method": "price.get",
        "sku": "T-1",
        "quantity": "2",
        "rate": "0.5",
        "gift": "false",
        "since": "2026-11-22 10:00:00",
        "param": '{"lines":[{"n":1}]}',
        "app": "xxxxxx",
        "sign": "ABC",
    },
    fixed={"method": "price.get"},
    optional={"lang", "rate"},
    auth={"sign"},
)
ORDER = Sample(
    "PUT",
    "/orders/{id}",
    "<done/>",
    query={"page": "1"},
    json={
        "lines": [{"sku": "T-1", "quantity": 2, "price": 1.5, "note": None, "gift": True}],
        "tags": [],
        "place": {"country": "DE"},
    },
    optional={"lines.note", "lines.colour"},
    auth={"X-Sign"},
    headers={"X-Trace"},
    status=201,
)
GOOD = {
    "method": "price.get",
    "sku": "9",
    "quantity": "7",
    "gift": "true",
    "since": "2026-12-24T00:00",
    "param": '{"lines":[]}',
    "app": "77",
    "sign": "x",
}


def book(**options: Any) -> SampleBook:
    samples = {"price.get": PRICE, "order.put": ORDER, "ping": Sample("GET", "/ping", b"pong")}
    return SampleBook(samples, base_url=HOST, name="vendor", **options)


def price(**changes: Any) -> Request:
    form = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return Request("POST", f"{HOST}/router/rest", headers=FORM, content=urlencode(form).encode())


def order(body: Any = None, query: Any = None, headers: Any = None) -> Request:
    line = {"sku": "X", "quantity": 1, "price": Decimal("2.5"), "gift": False}
    content = {"lines": [line], "tags": ["a"], "place": {"country": "FR"}, **(body or {})}
    return Request(
        "PUT",
        f"{HOST}/orders/7",
        {"page": "2"} if query is None else query,
        {**JSON, "X-Sign": "s", "X-Trace": "t"} if headers is None else headers,
        write_json(content).encode(),
    )


def exchange(request: Request, **options: Any) -> Any:
    transport = ContractTransport(book(**options))
    return transport.exchange(request, connect=5, read=30), transport.seen[0].operation


def refused(request: Request, where: str, what: str) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        exchange(request)
    assert caught.value.where == where


def test_a_request_that_differs_in_values_only_gets_the_samples_answer() -> None:
    reply, operation = exchange(price())
    assert reply.json(source="test")["price_get_response"]["price"] == "12.50"
    assert (book().name, operation.id) == ("vendor", "price.get")
    assert operation.body["sku"] == "9"
    assert exchange(price(lang="en", rate="1"))[1].body["lang"] == "en"


def test_a_text_answer_is_given_as_it_is_with_the_samples_status() -> None:
    reply, operation = exchange(order())
    assert (reply.status, reply.content) == (201, b"<done/>")
    assert (operation.values, operation.query) == ({"id": "7"}, {"page": "2"})
    assert exchange(Request("GET", f"{HOST}/ping"))[0].content == b"pong"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"colour": "x"}, "'colour' is not in the sample"),
        ({"sku": None}, "'sku' is missing"),
        ({"quantity": "two"}, "quantity: is a text, the sample shows a whole number"),
        ({"quantity": "1.5"}, "quantity: is a decimal"),
        ({"rate": "fast"}, "rate: is a text, the sample shows a decimal"),
        ({"gift": "1"}, "gift: is a whole number, the sample shows a boolean"),
        ({"since": "1763805600"}, "since: is a whole number, the sample shows a time"),
        ({"param": "{lines"}, "param: is a text, the sample shows a JSON"),
        ({"param": '{"lines":[{"n":"1"}]}'}, r"param\.lines\.n: '1' is not of the kind of 1"),
        ({"param": '{"lines":[{"m":1}]}'}, r"'param\.lines\.m' is not in the sample"),
    ],
)
def test_other_names_and_kinds_are_refused(changes: Any, what: str) -> None:
    refused(price(**changes), "body", what)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"lines": {}}, "lines: is no list"),
        ({"place": []}, "place: is no object"),
        ({"place": {}}, r"'place\.country' is missing"),
        ({"lines": [{"sku": 1, "quantity": 1, "price": 1, "gift": True}]}, "1 is not a text"),
        ({"lines": [{"sku": "X", "quantity": 1, "price": "1", "gift": True}]}, "price: '1' is"),
        ({"lines": [{"sku": "X", "quantity": 1, "price": 1, "gift": 1}]}, "gift: 1 is not"),
        ({"lines": [{"sku": "X", "quantity": True, "price": 1, "gift": True}]}, "quantity: True"),
    ],
)
def test_json_is_compared_name_by_name(body: Any, what: str) -> None:
    refused(order(body), "body", what)


def test_optional_names_may_be_there_though_the_sample_lacks_them() -> None:
    line = {"sku": "X", "quantity": 1, "price": 1, "gift": True, "colour": "red", "note": 5}
    assert exchange(order({"lines": [line]}))[1].id == "order.put"


def test_where_required_names_are_stated_the_others_may_be_missing() -> None:
    sample = Sample("GET", "/x", {}, query={"a": "1", "b": "1"}, required={"a"})
    held = SampleBook({"x": sample})
    asked = Request("GET", "https://any.test/x", {"a": "2"})
    assert held.check(asked, held.find(asked)).query == {"a": "2"}
    with pytest.raises(ContractViolation, match="query: 'a' is missing"):
        held.check(Request("GET", "https://any.test/x?b=2"), held.find(asked))


def test_a_request_that_no_sample_shows_is_refused() -> None:
    refused(price(method="price.set"), "path", "no sample of such a request")
    refused(Request("GET", f"{HOST}/router/rest"), "path", "no sample")


def test_the_proof_and_the_headers_must_be_there() -> None:
    refused(price(sign=None), "auth", "'sign' is missing")
    refused(order(headers={**JSON, "X-Trace": "t"}), "auth", "'X-Sign' is missing")
    refused(order(headers={**JSON, "X-Sign": "s"}), "header", "'X-Trace' is missing")


def test_another_kind_of_body_is_refused() -> None:
    refused(order(headers={"X-Sign": "s", "X-Trace": "t"}), "body", "content type is ''")
    refused(evolve(order(), content=b"{"), "body", "is not JSON")
    refused(Request("GET", f"{HOST}/ping", content=b"x"), "body", "the sample has no body")
    refused(order(query=[("page", "1"), ("page", "2")]), "query", "'page' is sent more than once")
    held = SampleBook({"a": Sample("POST", "/a", {}, form={})})
    asked = Request("POST", f"{HOST}/a", headers=JSON, content=b"{}")
    with pytest.raises(ContractViolation, match="not application/x-www-form-urlencoded"):
        held.check(asked, held.find(asked))


def test_the_signature_is_verified_by_the_authors_function() -> None:
    def verify(request: Request) -> None:
        if b"sign=x" not in request.content:
            raise AssertionError("wrong signature")

    assert exchange(price(), verify=verify)[1].id == "price.get"
    with pytest.raises(AssertionError, match="wrong signature"):
        exchange(price(sign="y"), verify=verify)


def test_placeholders_are_listed_and_not_repaired() -> None:
    assert book().placeholders("price.get") == ("price_get_response.seller",)
    sample = Sample("GET", "/x", {"list": [{"id": "TBD-1"}, {"id": "7"}]})
    held = SampleBook({"x": sample}, markers=("tbd",))
    assert held.placeholders("x") == ("list.0.id",)
    assert b"TBD-1" in held.example(held.find(Request("GET", "https://any.test/x"))).content


def test_a_stateful_answer_has_the_samples_status() -> None:
    transport = ContractTransport(book(), lambda request, operation: {"id": operation.values["id"]})
    reply = transport.exchange(order(), connect=5, read=30)
    assert (reply.status, reply.content) == (201, b'{"id":"7"}')


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(-9, 9, places=2),
    lambda inner: (
        st.lists(inner, max_size=1)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_a_sample_is_of_its_own_shape(value: Any) -> None:
    Shape(None, frozenset(), frozenset(), ()).compare(value, value)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(), min_size=1))
def test_every_name_of_a_sample_is_needed(sample: dict[str, int]) -> None:
    gone = min(sample)
    rest = {name: value for name, value in sample.items() if name != gone}
    with pytest.raises(ValueError, match=f"'{gone}' is missing"):
        Shape(None, frozenset(), frozenset(), ()).compare(rest, sample)
