"""Parameters of an operation, declared in the words of Swagger 2.0 or OpenAPI 3: as values."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from crossborder.errors import Unreadable
from crossborder.testing.contract_transport.forms import nested
from crossborder.testing.contract_transport.schema import Schemas
from crossborder.wire.text import read_json

__all__ = ["Parameter", "declared", "query_values", "read"]

_SEPARATORS = {
    "csv": ",",
    "ssv": " ",
    "tsv": "\t",
    "pipes": "|",
    "spaceDelimited": " ",
    "pipeDelimited": "|",
}
# Words of a Swagger parameter that are no words of its schema.
_NO_SCHEMA = frozenset(
    {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue"}
)


@frozen
class Parameter:
    """One declared parameter.

    Attributes:
        name: as it is sent.
        place: path, query, header, body or formData.
        required: whether it must be there.
        schema: of its value.
        separator: between the values of an array, or None when the name is repeated.
        deep: whether it is sent as `name[key]=value`.
        as_json: whether its text is JSON.
    """

    name: str
    place: str
    required: bool
    schema: Any = field(repr=False)
    separator: str | None = None
    deep: bool = False
    as_json: bool = False


def declared(nodes: Iterable[Any], schemas: Schemas) -> tuple[Parameter, ...]:
    """The parameters, the later ones (the operation's) before those of the whole path."""
    found = {}
    for node in nodes:
        parameter = _parameter(schemas.follow(node))
        found[parameter.name.casefold(), parameter.place] = parameter
    return tuple(found.values())


def _parameter(node: Mapping[str, Any]) -> Parameter:
    name, place, required = node["name"], node["in"], bool(node.get("required"))
    if "content" in node:
        schema = next(iter(node["content"].values())).get("schema", {})
        return Parameter(name, place, required, schema, as_json=True)
    if "schema" in node:
        style = node.get("style") or ("form" if place in ("query", "cookie") else "simple")
        repeated = style == "form" and node.get("explode", True)
        separator = None if repeated else _SEPARATORS.get(style, ",")
        return Parameter(
            name, place, required, node["schema"], separator, deep=style == "deepObject"
        )
    schema = {word: value for word, value in node.items() if word not in _NO_SCHEMA}
    form = node.get("collectionFormat", "csv")
    return Parameter(name, place, required, schema, _SEPARATORS.get(form))


def read(texts: list[str], parameter: Parameter, schemas: Schemas) -> Any:
    """The value that the texts of one parameter mean; ValueError says what is wrong."""
    schema = schemas.follow(parameter.schema)
    array = isinstance(schema, Mapping) and schema.get("type") == "array"
    if len(texts) > 1 and (not array or parameter.separator is not None):
        said = f", its values are separated by {parameter.separator!r}" if array else ""
        raise ValueError(f"{parameter.name}: is sent {len(texts)} times{said}")
    if parameter.as_json:
        try:
            value = read_json(texts[0], source="contract")
        except Unreadable as error:
            raise ValueError(f"{parameter.name}: {error.text}") from None
    elif array:
        separator = parameter.separator
        value = schemas.typed(texts if separator is None else texts[0].split(separator), schema)
    else:
        value = schemas.typed(texts[0], schema)
    return _valid(value, parameter, schemas)


def _valid(value: Any, parameter: Parameter, schemas: Schemas) -> Any:
    problem = schemas.problem(value, parameter.schema, asking=True)
    if problem is not None:
        raise ValueError(f"{parameter.name}: {problem}")
    return value


def query_values(
    pairs: Iterable[tuple[str, str]], parameters: Iterable[Parameter], schemas: Schemas
) -> dict[str, Any]:
    """The query as values; ValueError names what is undeclared, missing or wrong."""
    known = {parameter.name: parameter for parameter in parameters}
    flat: dict[str, list[str]] = {}
    deep: list[tuple[str, str]] = []
    for name, text in pairs:
        head = name.partition("[")[0]
        if name in known and not known[name].deep:
            flat.setdefault(name, []).append(text)
        elif head in known and known[head].deep:
            deep.append((name, text))
        else:
            raise ValueError(f"{name!r} is not declared; there are {sorted(known)}")
    values = {name: read(texts, known[name], schemas) for name, texts in flat.items()}
    for name, tree in nested(deep).items():
        values[name] = _valid(schemas.typed(tree, known[name].schema), known[name], schemas)
    for name, parameter in known.items():
        if parameter.required and name not in values:
            raise ValueError(f"{name!r} is missing")
    return values
