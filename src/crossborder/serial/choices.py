"""Annotations that leave a choice: unions, literals, and no type at all."""

import types
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter

from crossborder.errors import InvalidValue
from crossborder.serial.nouns import nouns
from crossborder.serial.open import is_tagged, read_open, write_open
from crossborder.serial.paths import unkept, wrong
from crossborder.serial.scalars import TAGGED

__all__ = ["CHOICES", "open_writer", "tagged_reader"]

Write = Callable[[Any], Any]
Read = Callable[[Any, Any], Any]


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _choices(kind: Any) -> tuple[list[Any], bool]:
    args = get_args(kind)
    return [part for part in args if part is not type(None)], type(None) in args


def _union_writer(kind: Any, made: Converter) -> Write:
    parts, optional = _choices(kind)
    if len(parts) == 1:
        hook = made.get_unstructure_hook(parts[0])
        return lambda value: None if value is None and optional else hook(value)
    tagged = tuple(one for one, *_ in TAGGED)
    by_name = _by_name(parts)

    def noun(value: Any) -> Any:
        for name, part in by_name.items():
            if isinstance(value, get_origin(part) or part):
                return {"$noun": name, "$value": made.get_unstructure_hook(part)(value)}
        raise wrong(f"is none of {', '.join(by_name)}", value)

    def write(value: Any) -> Any:
        if value is None and optional:
            return None
        if isinstance(value, tagged) or attrs.has(type(value)):
            return write_open(value, noun)
        for part in parts:
            try:
                return made.get_unstructure_hook(part)(value)
            except InvalidValue:
                continue
        raise wrong("is of none of the possible types", value)

    return write


def _union_reader(kind: Any, made: Converter) -> Read:
    parts, optional = _choices(kind)
    if len(parts) == 1:
        hook, only = made.get_structure_hook(parts[0]), parts[0]
        return lambda data, _: None if data is None and optional else hook(data, only)
    noun = tagged_reader(made, lambda: _by_name(parts))

    def read(data: Any, _: Any) -> Any:
        if data is None and optional:
            return None
        if is_tagged(data):
            return read_open(data, noun)
        for part in parts:
            try:
                return made.get_structure_hook(part)(data, part)
            except InvalidValue:
                continue
        raise wrong("is of none of the possible types", data)

    return read


def _by_name(parts: list[Any]) -> Mapping[str, Any]:
    kinds = ((get_origin(part) or part, part) for part in parts)
    return {kind.__name__: part for kind, part in kinds if attrs.has(kind)}


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _literal_reader(kind: Any, made: Converter) -> Read:
    def read(data: Any, _: Any) -> Any:
        for allowed in get_args(kind):
            value = allowed.value if isinstance(allowed, Enum) else allowed
            if type(data) in (type(value), str) and data == value:
                return allowed
        raise wrong(f"is not one of {get_args(kind)}", data)

    return read


def _is_open(kind: Any) -> bool:
    return kind is Any or kind is object or isinstance(kind, TypeVar)


def open_writer(kind: Any, made: Converter) -> Write:
    """The writer of a value of no stated type; one of ours carries its name."""

    def noun(value: Any) -> Any:
        if isinstance(value, Enum):
            return value.value
        if not attrs.has(type(value)):
            raise wrong(unkept(type(value)), value)
        name = type(value).__name__
        return {"$noun": name, "$value": made.get_unstructure_hook(type(value))(value)}

    return lambda value: write_open(value, noun)


def _open_reader(kind: Any, made: Converter) -> Read:
    tagged = tagged_reader(made)
    return lambda data, _: read_open(data, tagged)


def tagged_reader(
    made: Converter, kinds: Callable[[], Mapping[str, Any]] = nouns
) -> Callable[[Any], Any]:
    """The reader of one of ours that carries its name; `kinds` are the ones allowed."""

    def noun(data: Any) -> Any:
        name = data["$noun"]
        kind = kinds().get(name) if isinstance(name, str) else None
        if kind is None or set(data) != {"$noun", "$value"}:
            hint = ": state its kind" if kinds is nouns and isinstance(name, str) else ""
            raise wrong(f"is not the name of a noun that may stand here{hint}", name)
        return made.get_structure_hook(kind)(data["$value"], kind)

    return noun


CHOICES = (
    (_is_union, _union_writer, _union_reader),
    (_is_literal, open_writer, _literal_reader),
    (_is_open, open_writer, _open_reader),
)
"""Which annotations are meant, and what makes their writer and reader."""
