"""The kit against the vendors' own documents: it takes what they print and refuses what is wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import pytest
from attrs import evolve

from crossborder.conversation import Reply, Request
from crossborder.testing.contract_transport import (
    ContractTransport,
    ContractViolation,
    GraphqlContract,
    OpenApiContract,
    Operation,
)

pytestmark = pytest.mark.contracts

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AMAZON = "https://sellingpartnerapi-eu.amazon.com"
SHOPIFY = "https://demo.myshopify.com/admin/api/2026-10/graphql.json"


def ask(transport: ContractTransport, request: Request) -> Any:
    reply = transport.exchange(request, connect=5, read=30)
    return reply.json(source="test") if reply.content else None


# Amazon


def sandbox_answers(document: Mapping[str, Any]) -> Iterator[tuple[Request, Reply]]:
    for path, node in document["paths"].items():
        for method in {"get", "put", "post", "patch", "delete"} & set(node):
            for status, answer in node[method]["responses"].items():
                for pair in answer.get("x-amzn-api-sandbox", {}).get("static", ()):
                    content = json.dumps(pair["response"]).encode() if "response" in pair else b""
                    yield (
                        Request(method.upper(), f"{AMAZON}{path}"),
                        Reply(int(status), JSON, content),
                    )


def test_every_answer_of_amazons_sandbox_keeps_its_own_contract(contracts: Path) -> None:
    count = 0
    for file in sorted((contracts / "amazon" / "models").glob("*/*.json")):
        contract = OpenApiContract.load(file, name=file.stem)
        for request, reply in sandbox_answers(json.loads(file.read_bytes())):
            contract.check_reply(contract.find(request), reply)
            count += 1
    assert count == 227


def amazon(contracts: Path) -> ContractTransport:
    models = contracts / "amazon" / "models"
    auth = ("x-amz-access-token",)
    files = (
        "listings-items-api-model/listingsItems_2021-08-01.json",
        "orders-api-model/ordersV0.json",
        "feeds-api-model/feeds_2021-06-30.json",
    )
    return ContractTransport(
        [OpenApiContract.load(models / file, base_url=AMAZON, auth_headers=auth) for file in files]
    )


LISTING = Request(
    "PUT",
    f"{AMAZON}/listings/2021-08-01/items/S1/SKU-1",
    {"marketplaceIds": "A1PA6795UKMFR9"},
    {**JSON, "x-amz-access-token": "t"},
    b'{"productType": "LUGGAGE", "requirements": "LISTING", "attributes": {}}',
)


def test_amazon_answers_from_its_sandbox_and_by_the_parameters_of_the_request(
    contracts: Path,
) -> None:
    transport = amazon(contracts)
    assert ask(transport, LISTING)["status"] == "ACCEPTED"
    preview = evolve(
        LISTING,
        url=LISTING.url.replace("SKU-1", "VALIDATION_INVALID"),
        query={
            "marketplaceIds": "ATVPDKIKX0DER",
            "includedData": "identifiers,issues",
            "mode": "VALIDATION_PREVIEW",
        },
    )
    assert ask(transport, preview)["status"] == "INVALID"
    assert (
        transport.exchange(
            evolve(LISTING, url=LISTING.url.replace("SKU-1", "BadSKU")), connect=5, read=30
        ).status
        == 400
    )
    assert transport.operations == ("putListingsItem",) * 3


@pytest.mark.parametrize(
    ("where", "what", "change"),
    [
        ("query", "maxItems|too long|more than", {"query": {"marketplaceIds": "A,B"}}),
        ("query", "'zz' is not declared", {"query": {"marketplaceIds": "A", "zz": "1"}}),
        ("query", "'marketplaceIds' is missing", {"query": {}}),
        ("query", "sent 2 times", {"query": (("marketplaceIds", "A"), ("marketplaceIds", "B"))}),
        ("query", "is not one of", {"query": {"marketplaceIds": "A", "mode": "DRY_RUN"}}),
        ("body", "is not one of", {"content": b'{"productType":"A","requirements":"NOPE","attributes":{}}'}),
        ("body", "'attributes' is missing", {"content": b'{"productType": "A"}'}),
        ("body", "is missing", {"content": b""}),
        ("auth", "x-amz-access-token", {"headers": JSON}),
        ("path", "no such path", {"url": f"{AMAZON}/listings/2021-08-01/item/S1/SKU-1"}),
        ("path", "the path takes", {"method": "POST"}),
        ("path", "is not behind", {"url": "https://example.test/listings"}),
    ],
)  # fmt: skip
def test_amazon_refuses_a_wrong_request(
    contracts: Path, where: str, what: str, change: dict[str, Any]
) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        ask(amazon(contracts), evolve(LISTING, **change))
    assert caught.value.where == where


def test_a_request_costs_milliseconds(
    contracts: Path, record_property: Callable[[str, object], None]
) -> None:
    transport = amazon(contracts)
    ask(transport, LISTING)
    started = perf_counter()
    for _ in range(50):
        ask(transport, LISTING)
    each = (perf_counter() - started) / 50 * 1000
    record_property("milliseconds_a_request", f"{each:.2f}")
    print(f"{each:.2f} ms a request")
    assert len(transport.seen) == 51


# Stripe


@pytest.fixture(scope="module")
def stripe(contracts: Path) -> OpenApiContract:
    folder = contracts / "stripe"
    return OpenApiContract.load(
        folder / "openapi_spec3_2024-04-10.json.gz",
        base_url="https://api.stripe.com",
        name="stripe",
        fixtures=folder / "fixtures3.json",
    )


def stripe_post(path: str, form: Mapping[str, str]) -> Request:
    heads = {**FORM, "Authorization": "Bearer sk_test_1"}
    return Request(
        "POST", f"https://api.stripe.com{path}", headers=heads, content=urlencode(form).encode()
    )


@pytest.mark.parametrize(
    "resource",
    "balance balance_transaction charge dispute event payment_intent payment_method refund"
    " webhook_endpoint".split(),
)
def test_stripes_fixtures_keep_its_schemas(
    contracts: Path, stripe: OpenApiContract, resource: str
) -> None:
    fixtures = json.loads((contracts / "stripe" / "fixtures3.json").read_bytes())
    held = fixtures["resources"][resource]
    assert stripe.problem(held, resource) is None
    # The check must be able to fail: `object` is an enum of one in every resource.
    assert stripe.problem({**held, "object": "other"}, resource) is not None


def test_stripe_takes_nested_forms_and_answers_its_fixture(stripe: OpenApiContract) -> None:
    transport = ContractTransport(stripe)
    form = {
        "amount": "1299",
        "currency": "eur",
        "metadata[order]": "7",
        "payment_method_types[0]": "card",
        "expand[]": "latest_charge",
        "automatic_payment_methods[enabled]": "true",
        "shipping[name]": "Li",
        "shipping[address][country]": "DE",
    }
    answer = ask(transport, stripe_post("/v1/payment_intents", form))
    assert answer["object"] == "payment_intent"
    assert transport.seen[0].operation.body == {
        "amount": 1299,
        "currency": "eur",
        "metadata": {"order": "7"},
        "payment_method_types": ["card"],
        "expand": ["latest_charge"],
        "automatic_payment_methods": {"enabled": True},
        "shipping": {"name": "Li", "address": {"country": "DE"}},
    }


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ({"amount": "12.99", "currency": "eur"}, "amount: '12.99' is not of type 'integer'"),
        ({"amount": "1", "currency": "eur", "colour": "x"}, "'colour' is not declared"),
        ({"amount": "1"}, "'currency' is missing"),
        ({"amount": "1", "currency": "eur", "shipping[nom]": "Li"}, "shipping"),
        ({"amount": "1", "currency": "eur", "capture_method": "later"}, "is not one of"),
    ],
)
def test_stripe_refuses_a_wrong_form(
    stripe: OpenApiContract, form: Mapping[str, str], what: str
) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        ask(ContractTransport(stripe), stripe_post("/v1/payment_intents", form))
    assert caught.value.where == "body"


def test_stripe_lists_take_deep_queries_and_answer_a_list_of_one(stripe: OpenApiContract) -> None:
    transport = ContractTransport(stripe)
    request = Request(
        "GET",
        "https://api.stripe.com/v1/refunds",
        {"limit": "3", "created[gte]": "1700000000", "expand[0]": "data.charge"},
        {"Authorization": "Bearer sk_test_1"},
    )
    assert [one["object"] for one in ask(transport, request)["data"]] == ["refund"]
    assert transport.seen[0].operation.query == {
        "limit": 3,
        "created": {"gte": 1700000000},
        "expand": ["data.charge"],
    }
    with pytest.raises(ContractViolation, match="limit: 'many' is not of type 'integer'"):
        ask(transport, evolve(request, query={"limit": "many"}))
    with pytest.raises(ContractViolation, match="Authorization: Bearer"):
        ask(transport, evolve(request, headers={}))


# PayPal


def paypal(contracts: Path, body: Any) -> Any:
    contract = OpenApiContract.load(
        contracts / "paypal" / "checkout_orders_v2.json",
        base_url="https://api-m.paypal.com",
        name="paypal",
    )
    heads = {**JSON, "Authorization": "Bearer A21", "PayPal-Request-Id": "k1"}
    content = json.dumps(body).encode()
    request = Request("POST", "https://api-m.paypal.com/v2/checkout/orders", (), heads, content)
    created = {"id": "5O190127TN364715T", "status": "CREATED"}
    return ask(ContractTransport(contract, lambda request, operation: created), request)


def order(**changes: Any) -> dict[str, Any]:
    amount = {"currency_code": "EUR", "value": "100.00", **changes.pop("amount", {})}
    return {"intent": "CAPTURE", "purchase_units": [{"amount": amount}], **changes}


def test_paypal_takes_a_right_order(contracts: Path) -> None:
    assert paypal(contracts, order())["status"] == "CREATED"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (order(intent="SELL"), "'SELL' is not one of"),
        (order(amount={"value": 100}), "100 is not of type 'string'"),
        (order(amount={"currency_code": "USDX"}), "USDX"),
        ({"intent": "CAPTURE"}, "'purchase_units' is missing"),
        (order(purchase_units=[]), "purchase_units"),
    ],
)
def test_paypal_refuses_a_wrong_order(contracts: Path, body: Any, what: str) -> None:
    with pytest.raises(ContractViolation, match=what) as caught:
        paypal(contracts, body)
    assert caught.value.where == "body"


# Adyen


def test_adyens_named_examples_answer_the_request_they_belong_to(contracts: Path) -> None:
    file = contracts / "adyen" / "CheckoutService-v72.json"
    contract = OpenApiContract.load(file, name="adyen")
    document = json.loads(file.read_bytes())
    examples = document["components"]["examples"]
    content = document["paths"]["/payments/{paymentPspReference}/refunds"]["post"]
    named = content["requestBody"]["content"]["application/json"]["examples"]
    count = 0
    for held in named.values():
        body = examples[held["$ref"].rpartition("/")[2]]["value"]
        request = Request(
            "POST",
            "https://checkout-test.adyen.com/v72/payments/P1/refunds",
            headers={**JSON, "X-API-Key": "k"},
            content=json.dumps(body).encode(),
        )
        assert ask(ContractTransport(contract), request)["status"] == "received"
        count += 1
    assert count


# Shopify

PRODUCT_SET = """
mutation Put($input: ProductSetInput!) {
  productSet(synchronous: true, input: $input) {
    product { id title variants(first: 5) { nodes { price } } }
    userErrors { field message code }
  }
}
"""
INPUT = {
    "title": "Tea",
    "productOptions": [{"name": "Size", "values": [{"name": "S"}]}],
    "variants": [{"optionValues": [{"optionName": "Size", "name": "S"}], "price": "12.50"}],
}
QUANTITIES = """
mutation Set($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) DIRECTIVE { userErrors { code } }
}
"""


@pytest.fixture(scope="module")
def shopify(contracts: Path) -> GraphqlContract:
    return GraphqlContract.load(
        contracts / "shopify" / "admin_2026-10.introspection.json.gz",
        url=SHOPIFY,
        name="shopify",
        auth_headers=("X-Shopify-Access-Token",),
        require_directives={"idempotent": {"inventorySetQuantities"}},
        larger_arrays={"variants": 2048},
    )


def shopify_ask(contract: GraphqlContract, query: str, variables: Any, answer: Any) -> Any:
    heads = {**JSON, "X-Shopify-Access-Token": "t"}
    content = json.dumps({"query": query, "variables": variables}).encode()

    def answered(request: Request, operation: Operation) -> Any:
        return answer

    request = Request("POST", SHOPIFY, headers=heads, content=content)
    return ask(ContractTransport(contract, answered), request)


STORED = {
    "id": "gid://shopify/Product/1",
    "title": "Tea",
    "vendor": "not selected",
    "variants": {"nodes": [{"price": "12.50"}]},
}
ANSWER = {"productSet": {"product": STORED, "userErrors": []}}


def test_shopify_takes_a_right_document_and_answers_what_it_selects(
    shopify: GraphqlContract,
) -> None:
    answer = shopify_ask(shopify, PRODUCT_SET, {"input": INPUT}, ANSWER)
    assert answer["data"]["productSet"]["product"] == {
        "id": "gid://shopify/Product/1",
        "title": "Tea",
        "variants": {"nodes": [{"price": "12.50"}]},
    }


@pytest.mark.parametrize(
    ("query", "variables", "what"),
    [
        (PRODUCT_SET.replace("title", "titel"), {"input": INPUT}, "Cannot query field 'titel'"),
        (PRODUCT_SET.replace("synchronous", "sync"), {"input": INPUT}, "Unknown argument 'sync'"),
        (PRODUCT_SET, {"input": {**INPUT, "titel": "x"}}, "'titel'"),
        (PRODUCT_SET, {"input": {**INPUT, "status": "LIVE"}}, "LIVE"),
        (PRODUCT_SET, {"input": {**INPUT, "variants": [{"price": "1"}]}}, "optionValues"),
        (
            PRODUCT_SET,
            {"input": {**INPUT, "variants": [{"optionValues": [], "price": {"amount": "1"}}]}},
            "is not a decimal text",
        ),
        (PRODUCT_SET.replace("first: 5", "first: 251"), {"input": INPUT}, "first: 251 asked for"),
        (PRODUCT_SET, {"input": {**INPUT, "tags": ["t"] * 251}}, "tags: 251 items"),
        (QUANTITIES.replace("DIRECTIVE", ""), None, "needs the directive @idempotent"),
    ],
)
def test_shopify_refuses_a_wrong_document(
    shopify: GraphqlContract, query: str, variables: Any, what: str
) -> None:
    given = variables or {"input": {"name": "available", "reason": "correction", "quantities": []}}
    with pytest.raises(ContractViolation, match=what) as caught:
        shopify_ask(shopify, query, given, {})
    assert caught.value.where == "body"


def test_shopify_takes_a_keyed_mutation(shopify: GraphqlContract) -> None:
    query = QUANTITIES.replace("DIRECTIVE", '@idempotent(key: "k1")')
    given = {"input": {"name": "available", "reason": "correction", "quantities": []}}
    answer: dict[str, Any] = {"inventorySetQuantities": {"userErrors": []}}
    assert shopify_ask(shopify, query, given, answer) == {"data": answer}


def test_shopify_refuses_an_answer_that_lacks_what_is_never_null(
    shopify: GraphqlContract,
) -> None:
    lacking = {"productSet": {"product": {**STORED, "id": None}, "userErrors": []}}
    with pytest.raises(ContractViolation, match=r"productSet\.product\.id") as caught:
        shopify_ask(shopify, PRODUCT_SET, {"input": INPUT}, lacking)
    assert caught.value.where == "answer"


def test_one_query_text_does_not_serve_two_versions(contracts: Path) -> None:
    old = GraphqlContract.load(
        contracts / "shopify" / "admin_2025-10.introspection.json.gz", url=SHOPIFY
    )
    query = QUANTITIES.replace("DIRECTIVE", '@idempotent(key: "k1")')
    with pytest.raises(ContractViolation, match="Unknown directive '@idempotent'"):
        shopify_ask(old, query, {"input": {}}, {})
