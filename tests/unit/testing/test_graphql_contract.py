import sys
from collections.abc import Mapping
from json import dumps
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from graphql import build_schema, introspection_from_schema

from crossborder.conversation import Reply, Request
from crossborder.errors import MissingExtra
from crossborder.testing.contract_transport import (
    ContractTransport,
    ContractViolation,
    GraphqlContract,
    Operation,
)
from crossborder.testing.contract_transport import typesystem as schemas
from crossborder.testing.contract_transport.scalars import PARSERS

URL = "https://shop.test/graphql"
SCHEMA = """
directive @idempotent(key: String!) on FIELD
scalar Money
scalar Code
interface Node { id: ID! }
type Thing implements Node { id: ID! price: Money rate: Float tags: [String!] }
type Shop implements Node { id: ID! }
union Any = Thing
type Query {
  node(id: ID!): Node
  any: Any
  thing(id: ID!, code: Code): Thing
  things(first: Int, last: Int, ids: [ID!]): [Thing!]!
}
input Line { sku: String! quantity: Int! parts: [String!] }
input Order { lines: [Line!]! total: Money rate: Float }
type Mutation { order(input: Order!): Thing! cancel(id: ID!): Thing }
"""
INTROSPECTION = {"data": introspection_from_schema(build_schema(SCHEMA))}


def contract(**options: Any) -> GraphqlContract:
    return GraphqlContract(INTROSPECTION, url=URL, name="shop", **options)


def request(query: str, variables: Any = None, **more: Any) -> Request:
    sent = {"query": query, **more}
    if variables is not None:
        sent["variables"] = variables
    heads = {"Content-Type": "application/json"}
    return Request("POST", URL, headers=heads, content=dumps(sent).encode())


def checked(asked: Request, **options: Any) -> Operation:
    held = contract(**options)
    return held.check(asked, held.find(asked))


def refused(asked: Request, what: str, *, where: str = "body", **options: Any) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        checked(asked, **options)
    assert caught.value.where == where


THING = "query ($id: ID!) { thing(id: $id) { id price } }"
ORDER = "mutation ($input: Order!) { order(input: $input) { id } }"


def test_an_operation_is_named_by_its_root_fields_and_holds_their_arguments() -> None:
    query = """
    query ($id: ID = "7") {
      mine: thing(id: $id) { id }
      ... on Query { things(first: 2) { id } }
      ...More
    }
    fragment More on Query { node(id: "1") { id } }
    """
    operation = checked(request(query))
    assert operation.id == "mine things node"
    assert operation.body == {
        "mine": {"id": "7"},
        "things": {"first": 2},
        "node": {"id": "1"},
    }


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (request("query { thing(id: 1) { titel } }"), "Cannot query field 'titel'"),
        (request("query {"), "Syntax Error"),
        (request(THING), r"\$id.*ID!"),
        (request(THING, {"id": "1", "zz": 1}), "the variable 'zz' is not declared"),
        (request(THING, [1]), "'variables' is no object"),
        (request(THING, {"id": {}}), "ID cannot represent"),
        (request("{ thing { id } }"), "is required"),
        (request('query ($id: ID = "7") { thing(id: $id) { id } }', {"id": None}), "null"),
        (request("query A { any { __typename } } query B { any { __typename } }"), "no single"),
        (request(THING, {"id": "1"}, id=1), "'id' is no part of a GraphQL request"),
        (evolve(request(THING), content=b"{}"), "no object with a text 'query'"),
        (evolve(request(THING), content=b"[1]"), "no object with a text 'query'"),
        (evolve(request(THING), content=b"{"), "is not JSON"),
        (request("query ($id: ID) { thing(id: $id) { id } }"), "id"),
    ],
)
def test_a_wrong_document_or_variable_is_refused(asked: Request, what: str) -> None:
    refused(asked, what)


def test_only_json_posted_to_the_address_is_served() -> None:
    refused(evolve(request(THING), url="https://x.test"), "only POST", where="path")
    refused(evolve(request(THING), method="GET"), "only POST", where="path")
    refused(evolve(request(THING), headers=()), "content type is ''", where="header")
    refused(request(THING, {"id": "1"}), "'X-T'", where="auth", auth_headers=("X-T",))
    named = request("query A { any { __typename } } query B { any { __typename } }")
    assert contract().find(named).id == "document"


def test_one_of_several_operations_is_chosen_by_name() -> None:
    query = "query A { any { __typename } } query B { things { id } }"
    assert checked(request(query, operationName="B")).id == "things"


@pytest.mark.parametrize("total", [{"amount": "1"}, 12.5, "12,50", True])
def test_an_object_is_no_money(total: Any) -> None:
    refused(request(ORDER, {"input": {"lines": [], "total": total}}), "is not a decimal text")


def test_a_literal_is_parsed_like_a_variable() -> None:
    refused(
        request('mutation { order(input: {lines: [], total: "much"}) { id } }'),
        "'much' is not a decimal text",
    )


def test_fractions_are_given_as_floats_where_the_schema_says_float() -> None:
    operation = checked(request(ORDER, {"input": {"lines": [], "rate": 0.5, "total": "1.10"}}))
    assert operation.body == {"order": {"input": {"lines": [], "rate": 0.5, "total": "1.10"}}}


def test_further_scalars_may_be_parsed() -> None:
    def even(value: Any) -> int:
        if not isinstance(value, int) or value % 2:
            raise ValueError("is odd")
        return value

    asked = request("query ($c: Code) { thing(id: 1, code: $c) { id } }", {"c": 3})
    refused(asked, "is odd", scalars={"Code": even})
    assert checked(asked).body["thing"]["code"] == 3


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("Date", "2026-11-22", "20261122"),
        ("DateTime", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00"),
        ("Decimal", "-1.50", "1e5"),
        ("HTML", "<p>", 1),
        ("URL", "https://shop.test/a", "shop.test"),
        ("UnsignedInt64", "7", -7),
    ],
)
def test_each_scalar_takes_its_own_kind_of_text(name: str, good: Any, bad: Any) -> None:
    assert PARSERS[name](good) == good
    with pytest.raises(ValueError, match=r"is (not|no)"):
        PARSERS[name](bad)


def lines(count: int) -> dict[str, Any]:
    return {"lines": [{"sku": "T", "quantity": 1}] * count}


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (request("{ things(first: 251) { id } }"), "first: 251 asked for, at most 250"),
        (request("query ($n: Int = 300) { things(last: $n) { id } }"), "last: 300"),
        (request("query ($n: Int) { things(first: $n) { id } }", {"n": 999}), "first: 999"),
        (request(ORDER, {"input": lines(251)}), "lines: 251 items, at most 250"),
        (
            request("{ things(ids: [" + "1, " * 251 + "]) { id } }"),
            "ids: 251 items",
        ),
        (
            request('mutation { order(input: {lines: [{sku: "T", quantity: 1, parts: ['
                    + '"p", ' * 251 + "]}]}) { id } }"),
            "parts: 251 items",
        ),
    ],
)  # fmt: skip
def test_what_goes_beyond_a_limit_is_refused(asked: Request, what: str) -> None:
    refused(asked, what)


def test_limits_are_the_vendors_and_an_array_may_have_its_own() -> None:
    assert checked(request(ORDER, {"input": lines(251)}), larger_arrays={"lines": 2048}).body
    assert checked(request("{ things(first: 250, last: null) { id } }")).body
    assert checked(request("query ($n: Int) { things(first: $n) { id } }")).body
    refused(request("{ things(first: 6) { id } }"), "first: 6", first_limit=5)
    refused(request(ORDER, {"input": lines(3)}), "lines: 3 items", array_limit=2)


def test_a_mutation_that_must_be_keyed_is_refused_without_its_directive() -> None:
    needed = {"idempotent": {"order"}}
    refused(
        request(ORDER, {"input": lines(1)}),
        "order needs the directive @idempotent",
        require_directives=needed,
    )
    keyed = ORDER.replace(" {input", "").replace(") { id", ') @idempotent(key: "k") { id')
    assert checked(request(keyed, {"input": lines(1)}), require_directives=needed).id == "order"
    cancel = request('mutation { cancel(id: "1") { id } }')
    assert checked(cancel, require_directives=needed).id == "cancel"


# Answers


def said(query: str, answer: Mapping[str, Any] | Reply | None, **options: Any) -> Any:
    transport = ContractTransport(contract(**options), lambda request, operation: answer)
    return transport.exchange(request(query), connect=5, read=30).json(source="test")


def test_an_answer_is_selected_from_whole_objects() -> None:
    query = "{ mine: thing(id: 1) { id cost: price rate } things { id } }"
    whole = {
        "mine": {"id": 1, "price": "12.50", "rate": 0.5, "stock": 7},
        "things": [{"id": "2", "price": "1"}],
    }
    assert dumps(said(query, whole), default=str) == dumps(
        {"data": {"mine": {"id": "1", "cost": "12.50", "rate": "0.5"}, "things": [{"id": "2"}]}}
    )


def test_an_answer_may_bring_errors_and_extensions() -> None:
    cost = {"cost": {"requestedQueryCost": 7}}
    assert said("{ things { id } }", {"data": {"things": []}, "extensions": cost}) == {
        "data": {"things": []},
        "extensions": cost,
    }
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    assert said("{ things { id } }", throttled) == throttled
    partly = {"data": {"thing": None}, "errors": [{"message": "no", "path": ["thing"]}]}
    assert said("{ thing(id: 1) { id } }", partly) == partly


def reply(body: Any, status: int = 200) -> Reply:
    return Reply(status, {"Content-Type": "application/json"}, dumps(body).encode())


@pytest.mark.parametrize(
    ("query", "answer", "what"),
    [
        ("{ things { id } }", {}, "things: Cannot return null"),
        ("{ things { id } }", {"things": [{"price": "1"}]}, r"things\.0\.id: Cannot return null"),
        ("{ thing(id: 1) { price } }", {"thing": {"price": {}}}, r"thing\.price: .* decimal text"),
        ("{ node(id: 1) { id } }", {"node": {"id": 1}}, "has no '__typename'"),
        ("{ thing(id: 1) { id } }", reply({"data": {}}), "thing: is missing"),
        ("{ thing(id: 1) { id } }", reply({"data": {"thing": {"id": "1", "zz": 1}}}), r"thing\.zz"),
        ("{ things { id } }", reply({"data": {"things": [{"id": "1", "b": 1}]}}), r"things\.b was"),
        ("{ things { id } }", reply({"data": None}), "neither data nor errors"),
        ("{ things { id } }", reply({"things": []}), "no object of data, errors"),
        ("{ things { id } }", reply([]), "no object of data, errors"),
        ("{ things { id } }", reply({"errors": [{"code": 1}]}), "an error has no message"),
        ("{ things { id } }", Reply(200, (), b"<html>"), "is not JSON"),
        ("{ things { id } }", None, "give `answer=`"),
    ],
)
def test_a_wrong_answer_is_refused(query: str, answer: Any, what: str) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        said(query, answer)
    assert caught.value.where == "answer"


def test_a_right_answer_is_given_as_it_is() -> None:
    whole = {"data": {"mine": {"id": "1", "tags": ["a"]}, "things": [{"id": "2"}]}}
    assert said("{ mine: thing(id: 1) { id tags } things { id } }", reply(whole)) == whole
    assert said("{ things { id } }", reply({"why": "down"}, 503)) == {"why": "down"}


@pytest.mark.parametrize(
    "stated", [{"node": {"__typename": "Shop", "id": "1"}}, {"node": {"id": "gid://x/Shop/1"}}]
)
def test_the_type_of_an_interface_is_stated_or_found(stated: Any) -> None:
    def kind(held: Mapping[str, Any]) -> str:
        return str(held["id"]).split("/")[-2]

    answer = said("{ node(id: 1) { __typename } }", stated, type_of=kind)
    assert answer == {"data": {"node": {"__typename": "Shop"}}}


def test_a_union_of_one_type_needs_no_name() -> None:
    assert said("{ any { ... on Thing { id } } }", {"any": {"id": "1"}}) == {
        "data": {"any": {"id": "1"}}
    }


# The schema


def test_a_schema_is_built_once_for_the_same_file_and_parsers(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text(dumps(INTROSPECTION["data"]))
    one = GraphqlContract.load(file, url=URL)
    assert GraphqlContract.load(str(file), url=URL)._schema is one._schema
    assert GraphqlContract.load(file, url=URL, scalars={"Code": str})._schema is not one._schema
    assert one.name == "graphql"


def test_documents_are_kept_within_bounds() -> None:
    held = contract()
    for number in range(300):
        asked = request(f"{{ thing(id: {number}) {{ id }} }}")
        assert held.check(asked, held.find(asked)).body == {"thing": {"id": str(number)}}
    assert len(held._documents) <= 256


def test_a_source_is_compared_by_identity() -> None:
    assert schemas._Source(INTROSPECTION) == schemas._Source(INTROSPECTION)
    assert schemas._Source(INTROSPECTION) != schemas._Source(dict(INTROSPECTION))
    assert schemas._Source(INTROSPECTION) != 1


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphql", None)
    with pytest.raises(MissingExtra, match=r"crossborder\[testing\]"):
        GraphqlContract({"data": {}}, url=URL)
