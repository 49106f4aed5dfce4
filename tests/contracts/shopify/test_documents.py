from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from graphql import NoDeprecatedCustomRule, parse, validate

from contracts.shopify.cost import cost_of  # type: ignore[import-not-found,unused-ignore]
from contracts.shopify.fake import (  # type: ignore[import-not-found,unused-ignore]
    IDEMPOTENT,
    schema_at,
)
from crossborder.adapters.shopify.documents import ALL
from crossborder.adapters.shopify.rules import COSTS, POLICIES
from crossborder.model.status import OrderStatus
from crossborder.stages.orders import native_word, read_status
from crossborder.testing.contract_transport.documents import document

# The largest values that the adapter gives to the variables which size a list.
LARGEST = {"first": 25, "items": ["gid://shopify/InventoryItem/1"] * 250}


@pytest.mark.parametrize("operation", sorted(ALL))
def test_every_document_is_valid_in_the_version_that_it_is_written_for(
    schema: Any, operation: str
) -> None:
    assert [error.message for error in validate(schema, parse(ALL[operation]))] == []


@pytest.mark.parametrize("operation", sorted(ALL))
def test_no_document_asks_for_a_deprecated_field(schema: Any, operation: str) -> None:
    errors = validate(schema, parse(ALL[operation]), rules=[NoDeprecatedCustomRule])
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("operation", sorted(ALL))
def test_the_stated_cost_is_the_published_rule_s_and_below_the_limit(
    schema: Any, operation: str
) -> None:
    cost = cost_of(schema, ALL[operation], LARGEST)
    assert COSTS[operation] == cost <= 1000
    assert POLICIES.of(operation).cost == cost


def test_the_inventory_mutation_does_not_exist_in_the_version_of_a_year_ago(
    contracts: Path,
) -> None:
    old = schema_at(contracts / "shopify" / "admin_2025-10.introspection.json.gz")
    wrong = {
        operation: [error.message for error in errors]
        for operation, text in ALL.items()
        if (errors := validate(old, parse(text)))
    }
    assert set(wrong) == {"inventory.set", "refunds.create"}
    assert any("@idempotent" in said for said in wrong["inventory.set"])
    quantity = old.type_map["InventoryQuantityInput"].fields
    assert "changeFromQuantity" not in quantity


def test_the_new_version_takes_no_compare_quantity_any_more(schema: Any) -> None:
    assert "compareQuantity" not in schema.type_map["InventoryQuantityInput"].fields
    assert "ignoreCompareQuantity" not in schema.type_map["InventorySetQuantitiesInput"].fields


def test_exactly_the_mutations_that_say_so_bear_the_idempotent_directive(schema: Any) -> None:
    told = {
        name
        for name, field in schema.mutation_type.fields.items()
        if "idempotency key is required" in " ".join((field.description or "").split())
    }
    for text in ALL.values():
        tree: Any = parse(text)
        root = tree.definitions[0]
        if root.operation.value != "mutation":
            continue
        for node in root.selection_set.selections:
            bears = any(one.name.value == "idempotent" for one in node.directives or ())
            assert bears == (node.name.value in told)
            assert bears == (node.name.value in IDEMPOTENT)


@pytest.mark.parametrize(
    ("enum", "field"),
    [
        ("OrderDisplayFinancialStatus", "financial"),
        ("OrderDisplayFulfillmentStatus", "fulfillment"),
    ],
)
def test_every_status_word_of_the_schema_is_mapped_and_maps_back(
    schema: Any, enum: str, field: str
) -> None:
    words = list(schema.type_map[enum].values)
    for word in words:
        status: OrderStatus = read_status("shopify", {field: word}).value
        assert "quarantine:unknown_status" not in status.flags
        assert native_word("shopify", status, field=field) == word
    assert len(words) >= 8


@pytest.mark.parametrize(
    ("enum", "module", "names"),
    [
        ("ProductStatus", "listing", ["_STATUSES"]),
        ("FulfillmentStatus", "fulfilment", ["_LEFT", "_PLANNED", "_FAILED"]),
        ("OrderTransactionStatus", "refund", ["_STATUSES"]),
        ("OrderTransactionKind", "order", ["_KINDS", "_NO_FACTS"]),
    ],
)
def test_every_other_word_of_the_schema_is_known_to_its_reader(
    schema: Any, enum: str, module: str, names: list[str]
) -> None:
    reader = import_module(f"crossborder.adapters.shopify.shapes.{module}")
    known = {word for name in names for word in getattr(reader, name)}
    assert known == set(schema.type_map[enum].values)


def test_the_scopes_that_the_adapter_needs_are_few(newest: Path) -> None:
    asked = {"productSet", "inventorySetQuantities", "publishablePublish", "productByIdentifier"}
    scopes = {
        scope
        for item in document(newest)["offline_scopes"]["items"]
        if item.get("fieldName") in asked and item["typeName"] in ("Mutation", "QueryRoot")
        for scope in item["offlineScopes"]
    }
    assert scopes == {"write_products", "write_inventory", "write_publications", "read_products"}
