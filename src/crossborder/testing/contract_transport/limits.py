"""Limits that a GraphQL schema cannot say: how much a connection or an array may hold."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

__all__ = ["Limits", "too_many"]

_ASKING = frozenset({"first", "last"})


@frozen
class Limits:
    """The most that one request may ask for or hand over.

    Attributes:
        first: of `first` and `last`.
        array: items of an array.
        arrays: other limits of arrays, by the name of the argument or input field.
    """

    first: int
    array: int
    arrays: Mapping[str, int]


def too_many(document: Any, definition: Any, variables: Mapping[str, Any], limits: Limits) -> str:
    """What goes beyond a limit, in words; empty when nothing does."""
    defaults = {
        one.variable.name.value: one.default_value for one in definition.variable_definitions or ()
    }
    said = (
        problem
        for argument in _arguments(document)
        for name, value in _values(argument.name.value, argument.value, variables, defaults)
        if (problem := _problem(name, value, limits))
    )
    return next(said, "")


def _problem(name: str, value: Any, limits: Limits) -> str:
    if isinstance(value, list):
        most = limits.arrays.get(name, limits.array)
        return f"{name}: {len(value)} items, at most {most} are taken" if len(value) > most else ""
    if name in _ASKING and isinstance(value, int) and value > limits.first:
        return f"{name}: {value} asked for, at most {limits.first} are given"
    return ""


def _arguments(document: Any) -> Iterator[Any]:
    from graphql import Visitor, visit

    found: list[Any] = []

    class _Collector(Visitor):
        def enter_argument(self, node: Any, *_: Any) -> None:
            found.append(node)

    visit(document, _Collector())
    return iter(found)


def _values(
    name: str, node: Any, variables: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """The value of a node and every value inside it, each with the nearest name."""
    kind = node.kind
    if kind == "variable":
        word = node.name.value
        if word in variables:
            yield from _inside(name, variables[word])
        elif defaults.get(word) is not None:
            yield from _values(name, defaults[word], variables, defaults)
    elif kind == "list_value":
        yield name, list(node.values)
        for item in node.values:
            yield from _values(name, item, variables, defaults)
    elif kind == "object_value":
        for field in node.fields:
            yield from _values(field.name.value, field.value, variables, defaults)
    elif kind == "int_value":
        yield name, int(node.value)


def _inside(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield name, value
    if isinstance(value, list):
        for item in value:
            yield from _inside(name, item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _inside(key, item)
