"""What an OpenAPI operation takes as its body, and the body as a value."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from crossborder.errors import Unreadable
from crossborder.testing.contract_transport.examples import media
from crossborder.testing.contract_transport.forms import nested
from crossborder.testing.contract_transport.parameters import Parameter
from crossborder.testing.contract_transport.routes import Route
from crossborder.testing.contract_transport.schema import Schemas
from crossborder.wire.text import read_json

__all__ = ["accepted", "parsed"]

_FORM = "application/x-www-form-urlencoded"
_FORMS = (_FORM, "multipart/form-data")


def accepted(
    route: Route,
    parameters: Iterable[Parameter],
    document: Mapping[str, Any],
    schemas: Schemas,
) -> tuple[dict[str, Any], bool]:
    """The media types that the operation takes, with their schemas; and whether it must."""
    if "requestBody" in route.node:
        body = schemas.follow(route.node["requestBody"])
        kinds = {kind: node.get("schema", {}) for kind, node in body["content"].items()}
        return kinds, bool(body.get("required"))
    said = route.node.get("consumes") or document.get("consumes") or ["application/json"]
    whole = next((one for one in parameters if one.place == "body"), None)
    if whole is not None:
        return dict.fromkeys(said, whole.schema), whole.required
    fields = [one for one in parameters if one.place == "formData"]
    if not fields:
        return {}, False
    names = [one.name for one in fields if one.required]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {one.name: one.schema for one in fields},
    }
    if names:
        schema["required"] = names
    forms = [kind for kind in said if kind in _FORMS] or [_FORM]
    return dict.fromkeys(forms, schema), bool(names)


def parsed(content: bytes, kind: str, schema: Any, schemas: Schemas) -> Any:
    """The body by its schema; ValueError says what is wrong.

    What is neither JSON nor a plain form is passed on as bytes.
    """
    if kind == _FORM:
        text = content.decode("ascii", "replace")
        tree = nested(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
        known = schemas.follow(schema)
        unknown = set(tree) - set(known.get("properties", tree))
        if unknown and not known.get("additionalProperties"):
            raise ValueError(f"{min(unknown)!r} is not declared")
        value = schemas.typed(tree, schema)
    elif media({kind: True}):
        try:
            value = read_json(content, source="contract")
        except Unreadable as error:
            raise ValueError(error.text) from None
    else:
        return content
    problem = schemas.problem(value, schema, asking=True)
    if problem is not None:
        raise ValueError(problem)
    return value
