"""Values of no stated type: JSON, with tags for what JSON lacks."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra, freeze
from crossborder.secret import Secret
from crossborder.serial.paths import within, wrong
from crossborder.serial.scalars import TAGGED, write_secret

__all__ = ["dumped", "is_tagged", "ordered", "read_extra", "read_open", "thawed", "write_open"]

_READ_TAG = {tag: read for _, tag, _, read in TAGGED}


def dumped(data: Any) -> str:
    """JSON without spaces, readable in any script; half a surrogate pair is escaped."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, separators=(",", ":"))
    return text


def ordered(items: list[Any]) -> list[Any]:
    """The items of a set in an order that does not hang on the run."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def write_open(value: Any, noun: Callable[[Any], Any]) -> Any:
    """A value of no stated type; `noun` writes what is one of ours."""
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Secret):
        return write_secret(value)
    for kind, tag, write, _ in TAGGED:
        if isinstance(value, kind):
            return {tag: write(value)}
    if isinstance(value, Mapping):
        return {
            (f"${name}" if (name := _name(key)).startswith("$") else name): _inner(item, key, noun)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_inner(item, place, noun) for place, item in enumerate(value)]
    if isinstance(value, set | frozenset):
        return {"$set": ordered([write_open(item, noun) for item in value])}
    return noun(value)


def _inner(value: Any, part: str | int, noun: Callable[[Any], Any]) -> Any:
    try:
        return write_open(value, noun)
    except InvalidValue as error:
        raise within(error, part) from None


def read_open(data: Any, noun: Callable[[Any], Any]) -> Any:
    """What `write_open` wrote: lists come back as tuples, objects as `Extra` or `dict`."""
    if isinstance(data, list | tuple):
        return tuple(_back(item, place, noun) for place, item in enumerate(data))
    if not isinstance(data, Mapping):
        if data is None or isinstance(data, str | bool | int):
            return data
        raise wrong("is not a JSON value without fractions", data)
    if len(data) == 1:
        ((tag, inner),) = data.items()
        if tag in _READ_TAG:
            return _READ_TAG[tag](inner)
        if tag == "$set" and isinstance(inner, list):
            return frozenset(read_open(item, noun) for item in inner)
    if "$noun" in data:
        return noun(data)
    values = {_key(key): _back(item, key, noun) for key, item in data.items()}
    try:
        return Extra(values)
    except InvalidValue:  # nouns and times are no JSON values
        return values


def _back(data: Any, part: str | int, noun: Callable[[Any], Any]) -> Any:
    try:
        return read_open(data, noun)
    except InvalidValue as error:
        raise within(error, part) from None


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise wrong("has a key that is no text", key)
    return str.__str__(key)


def _key(key: Any) -> str:
    text = _name(key)
    if not text.startswith("$"):
        return text
    if not text.startswith("$$"):
        raise wrong("has a tag that is not known", text)
    return text[1:]


def read_extra(data: Any, noun: Callable[[Any], Any]) -> Extra:
    """An `Extra` of JSON values; nouns and times do not stand in one."""
    if not isinstance(data, Mapping):
        raise wrong("must be an object", data)
    return Extra({_key(key): freeze(_back(item, key, noun), key) for key, item in data.items()})


def thawed(value: Any) -> Any:
    """Kept JSON as it came, without tags.

    Raises:
        InvalidValue: it holds a number that JSON here does not have, so it did not come from it.
    """
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thawed(item) for item in value]
    if isinstance(value, Decimal):
        raise wrong("is a fraction that is not a text", value)
    return value


def is_tagged(data: Any) -> bool:
    """Whether this is a value with a tag, not an object of somebody's keys."""
    return isinstance(data, Mapping) and any(
        isinstance(key, str) and key.startswith("$") and not key.startswith("$$") for key in data
    )
