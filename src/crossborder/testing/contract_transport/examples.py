"""The vendor's own answers inside a contract: sandbox pairs, examples, fixtures."""

from collections.abc import Iterator, Mapping
from typing import Any

from crossborder.testing.contract_transport.operation import Operation
from crossborder.testing.contract_transport.routes import Route
from crossborder.testing.contract_transport.schema import Schemas

__all__ = ["example", "media", "sandbox", "success"]

_SANDBOX = "x-amzn-api-sandbox"


def success(route: Route) -> tuple[int, Any]:
    """The first successful status that the operation declares, and its node."""
    for status, node in sorted(route.node["responses"].items()):
        if status.isdigit() and 200 <= int(status) < 300:
            return int(status), node
    return 200, route.node["responses"].get("default", {})


def media(content: Mapping[str, Any]) -> Any:
    """The JSON entry of a map of media types, or None."""
    for kind, node in content.items():
        bare = kind.partition(";")[0].strip()
        if bare in ("application/json", "*/*", "application/*") or bare.endswith("+json"):
            return node
    return None


def sandbox(route: Route, body_name: str, operation: Operation) -> tuple[int, Any] | None:
    """The answer of Amazon's static sandbox: the pair whose parameters the request contains.

    Source: the extension `x-amzn-api-sandbox` of the vendor's models. A parameter without a
    `value` fits anything; of several pairs that fit, the one that asks for most is taken.
    """
    best: tuple[int, int, Any] | None = None
    for status, node in route.node["responses"].items():
        for pair in node.get(_SANDBOX, {}).get("static", ()):
            asked = pair.get("request", {}).get("parameters", {})
            weight = _fits(asked, body_name, operation)
            if weight is not None and (best is None or weight > best[0]):
                best = (weight, int(status), pair.get("response"))
    return None if best is None else best[1:]


def _fits(asked: Mapping[str, Any], body_name: str, operation: Operation) -> int | None:
    sent = {**operation.query, **operation.values, body_name: operation.body}
    weight = 0
    for name, wanted in asked.items():
        if "value" not in wanted:
            continue
        if name not in sent or not _contains(sent[name], wanted["value"]):
            return None
        weight += 1
    return weight


def _contains(held: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(held, Mapping) and all(
            name in held and _contains(held[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(held, list):
        return len(held) == len(wanted) and all(map(_contains, held, wanted))
    return _text(held) == _text(wanted)


def _text(value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    return ",".join(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def example(
    route: Route, operation: Operation, schemas: Schemas, fixtures: Mapping[str, Any]
) -> tuple[int, Any] | None:
    """An example of the successful answer: printed beside it, in its schema, or a fixture.

    Where the request's examples and the answer's bear the same names, the answer belongs to the
    request that was sent.
    """
    status, node = success(route)
    node = schemas.follow(node)
    if not any(word in node for word in ("content", "schema", "examples")):
        return status, None
    content = media(node.get("content", {})) or {}
    for value in _printed(node, content, _same(route, operation, schemas), schemas):
        return status, value
    schema = content.get("schema") or node.get("schema")
    found = _fixture(schema, schemas, fixtures, operation)
    return None if found is None else (status, found)


def _printed(
    node: Mapping[str, Any], content: Mapping[str, Any], name: str | None, schemas: Schemas
) -> Iterator[Any]:
    swagger = media(node.get("examples", {}))
    if swagger is not None:
        yield swagger
    several = content.get("examples", {})
    for one in ([name] if name in several else []) + list(several):
        held = schemas.follow(several[one])
        if isinstance(held, Mapping) and "value" in held:
            yield held["value"]
    if "example" in content:
        yield content["example"]
    schema = schemas.follow(content.get("schema") or node.get("schema") or {})
    if "example" in schema:
        yield schema["example"]


def _same(route: Route, operation: Operation, schemas: Schemas) -> str | None:
    body = schemas.follow(route.node.get("requestBody", {}))
    several = (media(body.get("content", {})) or {}).get("examples", {})
    for name, node in several.items():
        held = schemas.follow(node)
        if isinstance(held, Mapping) and held.get("value") == operation.body:
            return str(name)
    return None


def _fixture(
    schema: Any, schemas: Schemas, fixtures: Mapping[str, Any], operation: Operation
) -> Any:
    """Stripe's fixtures: one object of each resource; a list is made of one of them."""
    schema = schemas.follow(schema)
    if not fixtures or not isinstance(schema, Mapping):
        return None
    resource = str(schema.get("x-resourceId"))
    if resource in fixtures:
        return fixtures[resource]
    for branch in schema.get("anyOf", ()):
        found = _fixture(branch, schemas, fixtures, operation)
        if found is not None:
            return found
    data = schemas.follow(schema.get("properties", {}).get("data"))
    if isinstance(data, Mapping) and data.get("type") == "array":
        item = _fixture(data.get("items"), schemas, fixtures, operation)
        if item is not None:
            return {"object": "list", "data": [item], "has_more": False, "url": operation.path}
    return None
