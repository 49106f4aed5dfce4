"""The place of an error, put together from the inside out."""

from typing import Any

from crossborder.errors import InvalidValue

__all__ = ["named", "within", "wrong"]


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
