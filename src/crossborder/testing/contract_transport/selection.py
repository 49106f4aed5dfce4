"""What a GraphQL operation asks for, and its answer taken out of plain objects."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

__all__ = ["RootField", "answered", "arguments", "extra_names"]


@frozen
class RootField:
    """One root field of an operation.

    Attributes:
        name: the field's own name.
        values: its arguments, by name.
        directives: the names of the directives on it.
    """

    name: str
    values: Mapping[str, Any]
    directives: frozenset[str]


def arguments(
    schema: Any, document: Any, definition: Any, variables: Mapping[str, Any] | None
) -> dict[str, RootField]:
    """The root fields by the key they are answered under; without variables no arguments.

    Raises:
        ValueError: a variable is missing or of the wrong kind.
    """
    from graphql import GraphQLError, get_argument_values, get_variable_values

    root = schema.get_root_type(definition.operation)
    coerced: Any = None
    if variables is not None:
        given = _floats(variables)
        coerced = get_variable_values(schema, definition.variable_definitions or (), given)
        if isinstance(coerced, list):
            raise ValueError("; ".join(error.message for error in coerced))
    found = {}
    for node in _roots(definition.selection_set, document):
        name = node.name.value
        values: Mapping[str, Any] = {}
        if variables is not None and name in root.fields:
            try:
                values = get_argument_values(root.fields[name], node, coerced)
            except GraphQLError as error:
                raise ValueError(error.message) from None
        directives = frozenset(one.name.value for one in node.directives or ())
        key = node.alias.value if node.alias else name
        found[key] = RootField(name, values, directives)
    return found


def _roots(selections: Any, document: Any) -> Iterator[Any]:
    for node in selections.selections:
        if node.kind == "field":
            yield node
        elif node.kind == "inline_fragment":
            yield from _roots(node.selection_set, document)
        else:
            for definition in document.definitions:
                named = definition.kind == "fragment_definition"
                if named and definition.name.value == node.name.value:
                    yield from _roots(definition.selection_set, document)


def _floats(value: Any) -> Any:
    """JSON fractions as floats: graphql-core's `Float` takes nothing else."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return value


def answered(
    schema: Any,
    document: Any,
    definition: Any,
    variables: Mapping[str, Any],
    data: Any,
    *,
    exact: bool,
    type_of: Callable[[Mapping[str, Any]], str | None] | None,
) -> Any:
    """What the operation selects from `data`.

    With `exact` the data is an answer and must have each selected key; without it the data are
    whole objects, and what they lack is null.

    Raises:
        ValueError: a value is missing or of the wrong kind; the text says where.
    """
    from graphql import execute_sync

    def resolve(source: Any, info: Any, **_: Any) -> Any:
        for name in (str(info.path.key), info.field_name):
            if name in source:
                return source[name]
        if exact:
            raise ValueError("is missing")
        return None

    def kind(source: Any, info: Any, abstract: Any) -> str | None:
        stated = source.get("__typename") or (type_of(source) if type_of else None)
        if stated:
            return str(stated)
        possible = info.schema.get_possible_types(abstract)
        if len(possible) == 1:
            return str(possible[0].name)
        raise ValueError(f"has no '__typename', and {abstract.name} is of several types")

    result = execute_sync(
        schema,
        document,
        root_value=data,
        variable_values=_floats(variables),
        operation_name=definition.name.value if definition.name else None,
        field_resolver=resolve,
        type_resolver=kind,
    )
    if result.errors:
        raise ValueError("; ".join(_said(error) for error in result.errors))
    return result.data


def _said(error: Any) -> str:
    where = ".".join(str(part) for part in error.path or ())
    return f"{where}: {error.message}" if where else str(error.message)


def extra_names(given: Any, selected: Any, where: str = "") -> str:
    """The path of the first name in an answer that the operation does not select, or nothing."""
    if isinstance(given, Mapping) and isinstance(selected, Mapping):
        for name, value in given.items():
            path = f"{where}.{name}" if where else name
            found = path if name not in selected else extra_names(value, selected[name], path)
            if found:
                return found
    elif isinstance(given, list) and isinstance(selected, list):
        for one, other in zip(given, selected, strict=True):
            found = extra_names(one, other, where)
            if found:
                return found
    return ""
