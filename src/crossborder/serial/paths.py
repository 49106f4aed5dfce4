"""The place of an error, put together from the inside out; and what types are called."""

import types
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from crossborder.errors import InvalidValue

__all__ = ["named", "titled", "unkept", "within", "wrong"]


def wrong(text: str, value: object) -> InvalidValue:
    """The error about a value whose place is not known yet: `within` adds it."""
    return InvalidValue(text, field="", value=value, source="")


def within(error: InvalidValue, part: str | int, source: str = "") -> InvalidValue:
    """The same error, one step further out."""
    path = f"{part}.{error.field}" if error.field else str(part)
    return type(error)(error.text, field=path, value=error.value, source=source)


def named(error: InvalidValue, kind: Any) -> InvalidValue:
    """The same error, with the type it is about."""
    name = getattr(kind, "__name__", str(kind))
    path = error.field or "value"
    return type(error)(error.text, field=path, value=error.value, source=error.source or name)


def unkept(kind: Any) -> str:
    """What to say of a type of which nothing is written or read."""
    hint = ": keep its state instead" if hasattr(kind, "state") else ""
    return f"is of type {titled(kind)}, which is not kept{hint}"


def titled(kind: Any) -> str:
    """What a type is called in an envelope; a noun by its name alone, whatever it holds.

    >>> from collections.abc import Mapping
    >>> titled(Mapping[str, tuple[int, ...]]), titled(int | None)
    ('Mapping[str, tuple[int, ...]]', 'int | None')
    """
    if kind in (None, types.NoneType):
        return "None"
    if kind is Ellipsis:
        return "..."
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return " | ".join(map(titled, parts))
    name = getattr(kind if origin is None else origin, "__name__", str(kind))
    if not parts or attrs.has(origin):
        return str(name)
    shown = map(repr if origin is Literal else titled, parts)
    return f"{name}[{', '.join(shown)}]"
