from decimal import Decimal
from typing import Any

import pytest

from crossborder.conversation import Lost, Reply, Request
from crossborder.testing.contract_transport import (
    ContractTransport,
    ContractViolation,
    OpenApiContract,
    Operation,
    Sample,
    SampleBook,
)

NODE = {
    "operationId": "makeThing",
    "requestBody": {"content": {"application/json": {"schema": {"required": ["sku"]}}}},
    "responses": {
        "201": {
            "description": "made",
            "content": {
                "application/json": {
                    "schema": {"required": ["id"], "properties": {"id": {"type": "string"}}},
                    "example": {"id": "of the vendor"},
                }
            },
        }
    },
}
SHOP = OpenApiContract({"openapi": "3.0.3", "paths": {"/things": {"post": NODE}}}, name="shop")
LOGIN = SampleBook({"login": Sample("POST", "/token", {"access_token": "t"})}, name="login")
ASKED = Request(
    "POST", "https://shop.test/things", (), {"Content-Type": "application/json"}, b'{"sku":"T"}'
)


def ask(transport: ContractTransport, request: Request = ASKED) -> Reply:
    return transport.exchange(request, connect=5, read=30)


def test_a_fake_with_state_is_asked_first_and_the_vendors_example_second() -> None:
    made: dict[str, str] = {}

    def answer(request: Request, operation: Operation) -> dict[str, str] | None:
        if len(made) > 1:
            return None
        sku = operation.body["sku"]
        return {"id": made.setdefault(sku, f"p{len(made)}")}

    transport = ContractTransport(SHOP, answer)
    first, again = ask(transport), ask(transport)
    assert (first.status, first.content) == (201, b'{"id":"p0"}')
    assert again == first
    made["more"] = "p1"
    assert ask(transport).json(source="test") == {"id": "of the vendor"}
    assert [seen.example for seen in transport.seen] == [False, False, True]
    assert transport.requests == (ASKED,) * 3
    assert transport.operations == ("makeThing",) * 3


@pytest.mark.parametrize("answer", [Reply(200), Reply(201, (), b"{}"), {"id": 7}])
def test_a_fakes_answer_must_keep_the_contract_too(answer: Any) -> None:
    transport = ContractTransport(SHOP, lambda request, operation: answer)
    with pytest.raises(ContractViolation) as caught:
        ask(transport)
    assert caught.value.where == "answer"
    assert not transport.seen


def test_a_fake_may_lose_the_answer() -> None:
    def answer(request: Request, operation: Operation) -> Reply:
        raise Lost("gone")

    with pytest.raises(Lost, match="gone"):
        ask(ContractTransport(SHOP, answer))


def test_an_operation_is_named_by_the_only_contract_or_refused() -> None:
    assert ContractTransport(SHOP).operation_of(ASKED) == "makeThing"
    with pytest.raises(ContractViolation, match="shop: GET /none, path: no such path"):
        ContractTransport(SHOP).operation_of(Request("GET", "https://shop.test/none"))


def test_a_request_is_verified_before_the_contract_judges_it() -> None:
    def verify(request: Request) -> None:
        raise ContractViolation("wrong signature", operation="any", where="auth")

    with pytest.raises(ContractViolation, match="wrong signature"):
        ask(ContractTransport(SHOP, verify=verify), Request("GET", "https://shop.test/none"))


def test_of_several_contracts_the_first_that_knows_the_request_judges_it() -> None:
    transport = ContractTransport([LOGIN, SHOP])
    assert ask(transport).status == 201
    token = Request("POST", "https://shop.test/token")
    assert ask(transport, token).json(source="test") == {"access_token": "t"}
    assert transport.operation_of(token) == "login"
    with pytest.raises(ContractViolation, match=r"login: no sample .*; shop: no such path"):
        ask(transport, Request("GET", "https://shop.test/none"))


def test_a_transport_without_a_contract_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one contract"):
        ContractTransport([])


@pytest.mark.parametrize("value", [{"id": "1", "rate": 0.1, "all": [1, 2.5, (Decimal("1.0"),)]}])
def test_fractions_are_written_as_their_shortest_text(value: Any) -> None:
    reply = SHOP.reply(SHOP.find(ASKED), value)
    assert reply.content == b'{"id":"1","rate":0.1,"all":[1,2.5,[1.0]]}'
