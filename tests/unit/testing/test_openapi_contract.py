import sys
from collections.abc import Mapping
from decimal import Decimal
from gzip import compress
from json import dumps
from pathlib import Path
from pickle import dumps as pickled
from pickle import loads as unpickled
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.conversation import Reply, Request
from crossborder.errors import MissingExtra
from crossborder.testing.contract_transport import (
    ContractTransport,
    ContractViolation,
    OpenApiContract,
)
from crossborder.testing.contract_transport.forms import nested
from crossborder.testing.contract_transport.schema import Schemas

HOST = "https://shop.test"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def contract(operation: Mapping[str, Any], path: str = "/things", **more: Any) -> OpenApiContract:
    """A contract of one operation: POST where it takes a body, else GET."""
    options = {word: more.pop(word) for word in list(more) if word in OPTIONS}
    swagger = more.get("swagger")
    places = {one.get("in") for one in operation.get("parameters", ())}
    body = "requestBody" in operation or places & {"body", "formData"}
    node = {"operationId": "op", "responses": {"200": {"description": "ok"}}, **operation}
    document = {
        **({} if swagger else {"openapi": "3.0.3"}),
        "paths": {path: {"post" if body else "get": node}},
        **more,
    }
    return OpenApiContract(document, name="shop", **options)


OPTIONS = ("base_url", "auth_headers", "fixtures", "statuses")


def parameter(name: str, schema: Any, place: str = "query", **more: Any) -> dict[str, Any]:
    return {"in": place, "name": name, "schema": schema, **more}


def get(
    held: OpenApiContract, query: Any = (), headers: Any = (), path: str = "/things"
) -> ContractTransport:
    transport = ContractTransport(held)
    transport.exchange(Request("GET", HOST + path, query, headers), connect=5, read=30)
    return transport


def post(held: OpenApiContract, content: bytes, headers: Mapping[str, str] = JSON) -> Any:
    transport = ContractTransport(held)
    request = Request("POST", f"{HOST}/things", (), headers, content)
    transport.exchange(request, connect=5, read=30)
    return transport.seen[0].operation.body


def refused(held: OpenApiContract, where: str, what: str, **asked: Any) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        get(held, **asked)
    assert caught.value.where == where
    assert caught.value.operation == "op"
    assert caught.value.contract == "shop"


def body(schema: Any, kind: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {kind: {"schema": schema}}, **more}}


# Paths


def test_the_most_literal_path_wins_and_values_are_unquoted() -> None:
    node = {"responses": {"200": {"description": "ok"}}}
    held = OpenApiContract(
        {
            "openapi": "3.0.3",
            "paths": {
                "/orders/{id}": {"get": node},
                "/orders/open": {"get": node},
                "/orders/{id}.json": {"get": {**node, "operationId": "asJson"}},
                "/{kind}/{id}": {"get": node},
            },
        }
    )
    found = held.find(Request("GET", f"{HOST}/orders/open"))
    assert (found.id, found.values) == ("GET /orders/open", {})
    assert held.find(Request("GET", f"{HOST}/orders/a%2Fb")).values == {"id": "a/b"}
    assert held.find(Request("get", f"{HOST}/parcels/7")).path == "/{kind}/{id}"
    assert held.find(Request("GET", f"{HOST}/orders/7.json")).values == {"id": "7"}
    assert held.name == "contract"


def test_the_path_of_the_first_server_and_the_base_path_stand_before_the_paths() -> None:
    new = contract({}, servers=[{"url": "https://x.test/v72/"}])
    assert new.find(Request("GET", f"{HOST}/v72/things")).id == "op"
    old = contract({}, swagger="2.0", basePath="/v1")
    assert old.find(Request("GET", f"{HOST}/v1/things")).id == "op"
    with pytest.raises(ContractViolation, match="is not behind /v1"):
        old.find(Request("GET", f"{HOST}/things"))


def test_parameters_of_the_path_are_shared_and_may_be_references() -> None:
    held = OpenApiContract(
        {
            "openapi": "3.0.3",
            "components": {
                "parameters": {"Id": parameter("id", {"type": "integer"}, "path", required=True)}
            },
            "paths": {
                "/things/{id}": {
                    "parameters": [{"$ref": "#/components/parameters/Id"}],
                    "get": {"operationId": "op", "responses": {"200": {"description": "ok"}}},
                }
            },
        },
        name="shop",
    )
    assert get(held, path="/things/7").seen[0].operation.values == {"id": 7}
    refused(held, "path", "id: 'x' is not of type 'integer'", path="/things/x")


# Query and headers


@pytest.mark.parametrize(
    ("declared", "sent", "read"),
    [
        (parameter("n", {"type": "integer"}), "7", 7),
        (parameter("n", {"type": "number"}), "1.50", Decimal("1.50")),
        (parameter("n", {"type": "boolean"}), "true", True),
        (parameter("n", {"type": ["null", "integer"]}), "7", 7),
        (parameter("n", {"type": "string", "format": "date"}), "2026-11-22", "2026-11-22"),
        (
            parameter("n", {"type": "array", "items": {"type": "integer"}}, explode=False),
            "1,2",
            [1, 2],
        ),
        (parameter("n", {"type": "array"}, style="pipeDelimited", explode=False), "a|b", ["a", "b"]),
        ({"in": "query", "name": "n", "content": {"application/json": {}}}, '{"a":1}', {"a": 1}),
    ],
)  # fmt: skip
def test_a_parameter_is_read_by_its_schema(declared: Any, sent: str, read: Any) -> None:
    held = contract({"parameters": [declared]}, openapi="3.1.0")
    assert get(held, {"n": sent}).seen[0].operation.query == {"n": read}


@pytest.mark.parametrize(
    ("form", "sent"),
    [("csv", "a,b"), ("ssv", "a b"), ("tsv", "a\tb"), ("pipes", "a|b")],
)
def test_swagger_arrays_are_split_as_their_collection_format_says(form: str, sent: str) -> None:
    declared = {"in": "query", "name": "n", "type": "array", "collectionFormat": form}
    held = contract({"parameters": [declared]}, swagger="2.0")
    assert get(held, {"n": sent}).seen[0].operation.query == {"n": ["a", "b"]}
    refused(held, "query", "n: is sent 2 times, its values are", query=[("n", "a"), ("n", "b")])


def test_a_repeated_name_is_an_array_only_where_the_contract_says_so() -> None:
    declared = {"in": "query", "name": "n", "type": "array", "collectionFormat": "multi"}
    many = contract({"parameters": [declared]}, swagger="2.0")
    assert get(many, [("n", "a"), ("n", "b")]).seen[0].operation.query == {"n": ["a", "b"]}
    one = contract({"parameters": [parameter("n", {"type": "string"})]})
    refused(one, "query", "n: is sent 2 times$", query=[("n", "a"), ("n", "b")])


@pytest.mark.parametrize(
    ("schema", "sent", "what"),
    [
        ({"type": "integer"}, "x", "n: 'x' is not of type 'integer'"),
        ({"type": "boolean"}, "yes", "is not of type 'boolean'"),
        ({"type": "string", "enum": ["A"]}, "B", "'B' is not one of"),
        ({"type": "string", "format": "date-time"}, "2026-11-22T10:00:00", "'date-time'"),
        ({"type": "string", "format": "date-time"}, "2026-13-22T10:00:00Z", "'date-time'"),
        ({"type": "string", "format": "date"}, "20261122", "'date'"),
        ({"type": "string", "format": "date"}, "tomorrow", "'date'"),
        ({"type": "integer", "format": "int32"}, "2147483648", "'int32'"),
        ({"type": "string", "pattern": "^T-"}, "X-1", "does not match"),
    ],
)
def test_a_wrong_parameter_is_refused(schema: Any, sent: str, what: str) -> None:
    refused(contract({"parameters": [parameter("n", schema)]}), "query", what, query={"n": sent})


def test_a_query_inside_the_address_counts_as_well() -> None:
    refused(contract({}), "query", "'zz' is not declared", path="/things?zz=1")


def test_json_in_a_parameter_must_be_json() -> None:
    declared = {"in": "query", "name": "n", "content": {"application/json": {"schema": {}}}}
    refused(contract({"parameters": [declared]}), "query", "n: is not JSON", query={"n": "{"})


def test_a_pattern_that_python_cannot_read_proves_nothing() -> None:
    schema = {"type": "string", "pattern": r"^\p{L}+$"}
    assert get(contract({"parameters": [parameter("n", schema)]}), {"n": "7"}).operations


def test_a_declared_header_is_checked_and_accept_is_no_parameter() -> None:
    held = contract(
        {
            "parameters": [
                parameter("X-Day", {"type": "string", "format": "date"}, "header", required=True),
                parameter("X-Note", {"type": "string"}, "header"),
                parameter("Accept", {"enum": ["never"]}, "header", required=True),
            ]
        }
    )
    assert get(held, headers={"x-day": "2026-11-22"}).operations == ("op",)
    refused(held, "header", "'X-Day' is missing")
    refused(held, "header", "X-Day: 'today' is not a 'date'", headers={"X-Day": "today"})


# Proof


@pytest.mark.parametrize(
    ("scheme", "proof", "what"),
    [
        ({"type": "http", "scheme": "basic"}, {"headers": {"Authorization": "Basic eDp5"}}, "Basic"),
        ({"type": "basic"}, {"headers": {"authorization": "basic eDp5"}}, "Basic"),
        ({"type": "http", "scheme": "bearer"}, {"headers": {"Authorization": "Bearer t"}}, "Bearer"),
        ({"type": "oauth2"}, {"headers": {"Authorization": "Bearer t"}}, "Bearer"),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"headers": {"x-key": "k"}}, "X-Key"),
        ({"type": "apiKey", "in": "query", "name": "key"}, {"query": {"key": "k"}}, "'key'"),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"headers": {"Cookie": "sid=1"}}, "sid"),
    ],
)  # fmt: skip
def test_the_declared_proof_must_be_there(scheme: Any, proof: Any, what: str) -> None:
    held = contract({}, components={"securitySchemes": {"one": scheme}}, security=[{"one": []}])
    assert get(held, **proof).operations == ("op",)
    refused(held, "auth", what)


def test_one_of_the_alternatives_is_enough_and_an_operation_may_need_none() -> None:
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    held = contract({}, components={"securitySchemes": schemes})
    assert get(held, headers={"X-Key": "k"}).operations
    refused(held, "auth", "'X-Key' is missing or the header 'Authorization: Basic")
    both = contract(
        {"security": [{"key": [], "basic": []}]}, components={"securitySchemes": schemes}
    )
    refused(both, "auth", "Basic", headers={"X-Key": "k"})
    assert get(contract({"security": []}, components={"securitySchemes": schemes})).operations


def test_headers_that_the_vendor_asks_for_outside_the_document_must_be_there() -> None:
    held = contract({}, auth_headers=("x-access-token",))
    assert get(held, headers={"X-Access-Token": "t"}).operations == ("op",)
    refused(held, "auth", "'x-access-token' is missing")


# Bodies


def test_a_json_body_is_checked_by_its_schema() -> None:
    schema = {
        "type": "object",
        "required": ["sku", "id"],
        "properties": {
            "sku": {"type": "string"},
            "id": {"type": "string", "readOnly": True},
            "note": {"type": "string", "nullable": True},
            "price": {"allOf": [{"$ref": "#/components/schemas/Price"}], "nullable": True},
        },
        "additionalProperties": False,
    }
    held = contract(body(schema), components={"schemas": {"Price": {"type": "number"}}})
    assert post(held, b'{"sku":"T","note":null,"price":1.10}')["price"] == Decimal("1.10")
    assert post(held, b"") is None
    for content, what in (
        (b'{"price":"1"}', "'sku' is missing"),
        (b'{"sku":"T","colour":1}', "'colour' was unexpected"),
        (b'{"sku":null}', "sku: None is not of type 'string'"),
        (b'{"sku":"T","price":"1"}', "price: '1' is not of type 'number'"),
        (b'{"sku"', "is not JSON"),
    ):
        with pytest.raises(ContractViolation, match=what) as caught:
            post(held, content)
        assert caught.value.where == "body"


def test_a_body_that_is_required_undeclared_or_of_another_kind_is_refused() -> None:
    with pytest.raises(ContractViolation, match="body: is missing"):
        post(contract(body({}, required=True)), b"")
    with pytest.raises(ContractViolation, match="the content type is 'text/xml', not application"):
        post(contract(body({})), b"<a/>", {"Content-Type": "text/xml"})
    held = contract({})
    with pytest.raises(ContractViolation, match="the operation takes no body"):
        held.check(
            Request("GET", f"{HOST}/things", (), JSON, b"{}"),
            held.find(Request("GET", f"{HOST}/things")),
        )


@pytest.mark.parametrize("kind", ["*/*", "application/*", "application/octet-stream"])
def test_bytes_are_passed_on_where_the_contract_takes_them(kind: str) -> None:
    heads = {"Content-Type": "application/octet-stream"}
    assert post(contract(body({}, kind)), b"\x00", heads) == b"\x00"


FORM_SCHEMA = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "integer"},
        "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "note": {"anyOf": [{"type": "object"}, {"type": "string", "enum": [""]}]},
        "rate": {"allOf": [{"type": "number"}, {"minimum": 0}]},
    },
}
LINE = {"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": False}


def form(values: Any) -> Any:
    held = contract(body(FORM_SCHEMA, FORM["Content-Type"]), components={"schemas": {"Line": LINE}})
    return post(held, urlencode(values).encode(), FORM)


def test_a_nested_form_becomes_an_object_of_the_right_types() -> None:
    sent = [
        ("amount", "5"),
        ("lines[1][n]", "2"),
        ("lines[0][n]", "1"),
        ("tags[]", "a"),
        ("tags[]", "b"),
        ("note", ""),
        ("rate", "0.5"),
    ]
    assert form(sent) == {
        "amount": 5,
        "lines": [{"n": 1}, {"n": 2}],
        "tags": ["a", "b"],
        "note": "",
        "rate": Decimal("0.5"),
    }


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        ({"amount": "5", "colour": "x"}, "'colour' is not declared"),
        ({"amount": "five"}, "amount: 'five' is not of type 'integer'"),
        ({"amount": "5", "lines[0][m]": "1"}, "'m' was unexpected"),
        ({"amount": "5", "lines[1][n]": "1"}, "is not of type 'array'"),
        ({"amount": "5", "note": "x"}, "note: 'x' is not"),
        ({"amount": "5", "amount[x]": "1"}, "says that 'amount' is an object"),
        ({"amount[x]": "5", "amount": "1"}, "another name says that it is an object"),
        ({"tags[]": "a"}, "'amount' is missing"),
    ],
)
def test_a_wrong_form_is_refused(sent: Any, what: str) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        form(sent)
    assert caught.value.where == "body"


def test_swagger_takes_a_body_or_form_fields() -> None:
    whole = {"in": "body", "name": "it", "required": True, "schema": {"required": ["a"]}}
    held = contract({"parameters": [whole]}, swagger="2.0")
    assert post(held, b'{"a":1}') == {"a": 1}
    fields = [
        {"in": "formData", "name": "n", "type": "integer", "required": True},
        {"in": "formData", "name": "f", "type": "file"},
    ]
    held = contract({"parameters": fields}, swagger="2.0", consumes=["application/xml"])
    assert post(held, b"n=7&f=x", FORM) == {"n": 7, "f": "x"}
    with pytest.raises(ContractViolation, match="'n' is missing"):
        post(held, b"f=x", FORM)
    optional = contract({"parameters": fields[1:]}, swagger="2.0")
    assert post(optional, b"", FORM) is None


trees = st.recursive(
    st.text(max_size=3),
    lambda inner: st.dictionaries(
        st.text("abc01", min_size=1, max_size=3), inner, min_size=1, max_size=3
    ),
    max_leaves=6,
)


def pairs(tree: Any, name: str = "") -> list[tuple[str, str]]:
    if not isinstance(tree, dict):
        return [(name, tree)]
    return [
        pair
        for key, value in tree.items()
        for pair in pairs(value, f"{name}[{key}]" if name else key)
    ]


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), trees, min_size=1, max_size=3))
def test_a_form_is_undone_exactly(tree: dict[str, Any]) -> None:
    assert nested(pairs(tree)) == tree


def test_names_that_are_no_paths_stay_as_they_are() -> None:
    assert nested([("a[b", "1"), ("n", "1"), ("n", "2"), ("n", "3")]) == {
        "a[b": "1",
        "n": ["1", "2", "3"],
    }


def test_deep_queries_are_objects() -> None:
    schema = {"type": "object", "properties": {"gte": {"type": "integer"}}}
    declared = parameter("made", schema, style="deepObject", explode=True, required=True)
    held = contract({"parameters": [declared]})
    assert get(held, {"made[gte]": "7"}).seen[0].operation.query == {"made": {"gte": 7}}
    refused(held, "query", "made: gte: 'x' is not", query={"made[gte]": "x"})
    refused(held, "query", "'made' is missing")
    refused(held, "query", "'other\\[gte\\]' is not declared", query={"other[gte]": "1"})


# Answers


def answered(schema: Any, content: bytes, status: int = 200, **options: Any) -> None:
    node = {"content": {"application/json; charset=utf-8": {"schema": schema}}}
    held = contract({"responses": {"200": node, "4XX": node}}, **options)
    operation = held.find(Request("GET", f"{HOST}/things"))
    held.check_reply(operation, Reply(status, JSON, content))


def test_an_answer_must_be_declared_and_keep_its_schema() -> None:
    schema = {
        "required": ["id", "secret"],
        "properties": {"secret": {"writeOnly": True}, "id": {"type": "string"}},
    }
    answered(schema, b'{"id":"1"}')
    answered(schema, b'{"id":"1"}', status=404)
    answered(schema, b"anything", status=503, statuses=(503,))
    for content, status, what in (
        (b'{"id":1}', 200, "id: 1 is not of type 'string'"),
        (b"{}", 404, "'id' is missing"),
        (b"<html>", 200, "is not JSON"),
        (b"{}", 503, "HTTP 503 is not declared; there are 200, 4XX"),
    ):
        with pytest.raises(ContractViolation, match=what) as caught:
            answered(schema, content, status)
        assert caught.value.where == "answer"


def test_a_file_is_answered_as_it_is() -> None:
    node = {"200": {"description": "label", "schema": {"type": "file"}}}
    held = contract({"responses": node}, swagger="2.0")
    held.check_reply(held.find(Request("GET", f"{HOST}/things")), Reply(200, (), b"%PDF"))


def example(responses: Any, query: Any = (), **more: Any) -> Any:
    declared = [parameter(name, {}) for name in ("a", "b", "n")]
    transport = get(contract({"responses": responses, "parameters": declared}, **more), query)
    reply = transport.seen[0].reply
    return reply.status, reply.json(source="test") if reply.content else None


def content(**node: Any) -> dict[str, Any]:
    return {"content": {"application/json": node}}


@pytest.mark.parametrize(
    ("responses", "given"),
    [
        ({"200": content(example={"id": 1})}, (200, {"id": 1})),
        ({"404": content(example=4), "201": content(example=2)}, (201, 2)),
        ({"200": content(examples={"one": {"value": 1}, "two": {"value": 2}})}, (200, 1)),
        ({"200": content(examples={"one": {"summary": "none"}, "two": {"value": 2}})}, (200, 2)),
        ({"200": content(schema={"example": [1]})}, (200, [1])),
        ({"200": {"examples": {"application/json": {"id": 1}}}}, (200, {"id": 1})),
        ({"204": {"description": "nothing"}}, (204, None)),
        ({"default": content(example=1)}, (200, 1)),
        ({"202": {"$ref": "#/components/responses/Taken"}}, (202, {"operationId": "7"})),
    ],
)
def test_the_answer_is_the_vendors_own_example(responses: Any, given: Any) -> None:
    shared = {"responses": {"Taken": content(example={"operationId": "7"})}}
    assert example(responses, components=shared) == given


def test_without_an_example_an_answer_must_be_given() -> None:
    with pytest.raises(ContractViolation, match="give `answer=`") as caught:
        example({"200": content(schema={"type": "object"})})
    assert caught.value.where == "answer"
    with pytest.raises(ContractViolation, match="give `answer=`"):
        example({"200": {"content": {"application/pdf": {}}}})


def pair(answer: Any, **parameters: Any) -> dict[str, Any]:
    asked = {name: {"value": value} for name, value in parameters.items()}
    return {"request": {"parameters": asked}, "response": answer}


def test_the_sandbox_answers_the_pair_that_fits_best() -> None:
    responses = {
        "200": {
            "x-amzn-api-sandbox": {
                "static": [
                    pair("any"),
                    pair("a", a="1"),
                    pair("ab", a="1", b=["x", "y"]),
                    {"request": {"parameters": {"n": {}}}, "response": "later"},
                ]
            }
        },
        "400": {"x-amzn-api-sandbox": {"static": [pair("bad", n=True)]}},
    }
    assert example(responses) == (200, "any")
    assert example(responses, {"a": "1"}) == (200, "a")
    assert example(responses, {"a": "1", "b": "x,y"}) == (200, "ab")
    assert example(responses, {"n": "true"}) == (400, "bad")


def test_the_sandbox_fits_bodies_that_contain_what_it_asks_for() -> None:
    static = [
        pair("two", it={"lines": [{"n": 1}, {"n": 2}]}),
        pair("one", it={"lines": [{"n": 1}]}),
    ]
    held = contract(
        {
            "parameters": [{"in": "body", "name": "it", "schema": {}}],
            "responses": {"200": {"x-amzn-api-sandbox": {"static": static}, "schema": {}}},
        },
        swagger="2.0",
    )
    transport = ContractTransport(held)
    request = Request("POST", f"{HOST}/things", (), JSON, b'{"lines":[{"n":1,"m":2}],"x":0}')
    assert transport.exchange(request, connect=5, read=30).content == b'"one"'


def test_an_answer_of_the_same_name_belongs_to_the_request() -> None:
    several = {"small": {"value": {"n": 1}}, "large": {"value": {"n": 9}}}
    answers = {"small": {"value": "little"}, "large": {"value": "much"}}
    node = body({})
    node["requestBody"]["content"]["application/json"]["examples"] = several
    held = contract({**node, "responses": {"200": content(examples=answers)}})
    for sent, said in ((b'{"n":9}', b'"much"'), (b'{"n":5}', b'"little"')):
        transport = ContractTransport(held)
        request = Request("POST", f"{HOST}/things", (), JSON, sent)
        assert transport.exchange(request, connect=5, read=30).content == said


def test_fixtures_answer_resources_and_lists_of_them() -> None:
    refund = {"x-resourceId": "refund", "properties": {"id": {"type": "string"}}}
    listed = {
        "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/r"}}}
    }
    shared = {"schemas": {"r": refund}}
    fixtures = {"resources": {"refund": {"id": "re_1"}}}

    def of(schema: Any) -> Any:
        return example({"200": content(schema=schema)}, components=shared, fixtures=fixtures)

    assert of({"$ref": "#/components/schemas/r"}) == (200, {"id": "re_1"})
    assert of({"anyOf": [{"x-resourceId": "none"}, refund]}) == (200, {"id": "re_1"})
    assert of(listed)[1]["data"] == [{"id": "re_1"}]
    with pytest.raises(ContractViolation, match="give `answer=`"):
        of({"properties": {"data": {"type": "array", "items": {"type": "string"}}}})


# The document


def test_named_schemas_judge_webhooks() -> None:
    new = contract({}, components={"schemas": {"Event": {"required": ["id"]}}})
    assert new.problem({"id": 1}, "Event") is None
    assert new.problem({}, "Event") == "'id' is missing"
    old = contract({}, swagger="2.0", definitions={"Event": {"required": ["id"]}})
    assert old.problem({}, "Event") == "'id' is missing"


def test_a_document_is_loaded_plain_or_compressed_with_its_fixtures(tmp_path: Path) -> None:
    document = dumps({"openapi": "3.0.3", "info": {"title": "Shop"}, "paths": {}})
    (tmp_path / "a.json").write_text(document)
    (tmp_path / "b.json.gz").write_bytes(compress(document.encode()))
    (tmp_path / "f.json").write_text('{"refund": {}}')
    assert OpenApiContract.load(tmp_path / "a.json", fixtures=tmp_path / "f.json").name == "Shop"
    assert OpenApiContract.load(str(tmp_path / "b.json.gz"), name="mine").name == "mine"


def test_references_reach_into_lists_and_escaped_names() -> None:
    schemas = Schemas({"a/b": [{"$ref": "#/c~0"}], "c~": 1}, modern=False)
    assert schemas.follow({"$ref": "#/a~1b/0"}) == 1


def test_values_that_are_no_text_stay_as_they_are() -> None:
    schemas = Schemas({}, modern=True)
    assert schemas.typed(7, {"type": "string"}) == 7
    assert schemas.typed("x", True) == "x"
    assert schemas.problem({}, {"type": "string", "format": "date-time"}, asking=True)
    assert schemas.problem(7, {"format": "date-time"}, asking=True) is None
    assert schemas.problem(7, {"format": "date"}, asking=True) is None
    assert schemas.problem(7, {"required": ["a"]}, asking=True) is None


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(MissingExtra, match=r"crossborder\[testing\]"):
        Schemas({}, modern=False).problem(1, {}, asking=True)


def test_a_violation_survives_a_pickle_and_cuts_what_is_long() -> None:
    told = ContractViolation("x" * 5000, operation="op", where="body", contract="shop")
    assert len(str(told)) < 700
    again = unpickled(pickled(told))
    assert (again.what, again.where, again.contract) == (told.what, "body", "shop")
