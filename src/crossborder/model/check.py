"""How every noun checks itself: from the annotations of its fields.

`@attrs.frozen(field_transformer=checked)` gives each field the checks that its type implies:

| type | check |
|---|---|
| `str` | a text; not blank when the field is required |
| `int` | an int, not a bool; not negative unless `metadata=SIGNED` |
| `Decimal` | finite; an int or a text is read, a float refused |
| `datetime` | with a zone; a zone by name is taken at the offset it has then |
| `tuple[X, ...]` | every item is an X; a list is taken as a tuple |
| `frozenset[X]` | every item is an X; a set is taken as a frozenset |
| `Extra` | a mapping of JSON values, frozen |
| a class | an instance of it |

`X | None` also takes None. What fails raises `InvalidValue` with field, value and source.
"""

import re
import types
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from types import NoneType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin

import attrs

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.extra import Extra, freeze

__all__ = ["SIGNED", "aware", "checked", "decimal", "instant", "refuse", "slots", "unchecked"]

SIGNED: Mapping[str, bool] = types.MappingProxyType({"signed": True})
"""Field metadata: this number may be negative."""

# ASCII digits only: what Python reads beyond that (blanks, underscores, other scripts) is a slip.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")

_NO_ZONE = "has no zone"

C = TypeVar("C")
Converter = Callable[[Any], Any]
Test = Callable[[Any], "str | None"]


def refuse(source: object, field: str, value: object, text: str) -> InvalidValue:
    """The error to raise when a rule over several fields fails; `source` is the noun or its name."""
    name = source if isinstance(source, str) else type(source).__name__
    return InvalidValue(text, field=field, value=value, source=name)


def decimal(value: object) -> object:
    """A Decimal from an int or a text; everything else is passed on for the check to refuse.

    >>> decimal("1.50")
    Decimal('1.50')
    """
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return value


def instant(value: object) -> object:
    """A time with its offset fixed; everything else is passed on.

    Between two times of one zone by name Python counts by the clock on the wall, so 24 hours over
    a change of the clocks would be 23 or 25.

    >>> from datetime import timedelta
    >>> from zoneinfo import ZoneInfo
    >>> before = datetime(2026, 10, 31, 12, tzinfo=ZoneInfo("America/New_York"))
    >>> (instant(before) + timedelta(days=1)).astimezone(before.tzinfo).hour
    11
    """
    if isinstance(value, datetime) and type(value.tzinfo) not in (NoneType, timezone):
        offset = value.utcoffset()
        return value if offset is None else value.replace(tzinfo=timezone(offset), fold=0)
    return value


def aware(moment: datetime, field: str, source: str) -> datetime:
    """The moment with its offset fixed (see `instant`), for functions that take one.

    Raises:
        NaiveTime: it has no zone.
        InvalidValue: it is no datetime.

    >>> aware(datetime(2026, 11, 2, 8), "now", "days_on_hand")
    Traceback (most recent call last):
    ...
    crossborder.errors.NaiveTime: days_on_hand.now has no zone (got datetime.datetime(2026, 11, 2, 8, 0))
    """
    said = _moment(moment)
    if said is not None:
        kind = NaiveTime if said == _NO_ZONE else InvalidValue
        raise kind(said, field=field, value=moment, source=source)
    found = instant(moment)
    assert isinstance(found, datetime)
    return found


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _frozenset(value: object) -> object:
    return frozenset(value) if isinstance(value, set | tuple | list) else value


def _extra(value: object) -> object:
    return freeze(value) if isinstance(value, Mapping) and type(value) is not Extra else value


def _text(blank: bool) -> Test:
    def test(value: Any) -> str | None:
        if not isinstance(value, str):
            return "must be a text"
        return None if blank or value.strip() else "must not be blank"

    return test


def _integer(signed: bool) -> Test:
    def test(value: Any) -> str | None:
        if type(value) is not int:
            return "must be a whole number"
        return None if signed or value >= 0 else "must not be negative"

    return test


def _number(signed: bool) -> Test:
    def test(value: Any) -> str | None:
        if not isinstance(value, Decimal):
            return "must be a Decimal, an int or a decimal text (a float is not exact)"
        if not value.is_finite():
            return "must be finite"
        return None if signed or value >= 0 else "must not be negative"

    return test


def _moment(value: Any) -> str | None:
    if not isinstance(value, datetime):
        return "must be a datetime"
    return None if value.tzinfo is not None and value.utcoffset() is not None else _NO_ZONE


def _instance(kind: type) -> Test:
    def test(value: Any) -> str | None:
        return None if isinstance(value, kind) else f"must be of type {kind.__name__}"

    return test


def _anything(value: Any) -> str | None:
    return None


def _test(kind: Any, *, blank: bool, signed: bool) -> Test:
    if isinstance(kind, NewType):
        return _test(kind.__supertype__, blank=blank, signed=signed)
    if kind is str:
        return _text(blank)
    if kind is int:
        return _integer(signed)
    if kind is Decimal:
        return _number(signed)
    if kind is datetime:
        return _moment
    if kind is Any or isinstance(kind, TypeVar | str):
        return _anything
    origin = get_origin(kind)
    if origin is Union or origin is types.UnionType:
        tests = [
            _test(part, blank=blank, signed=signed)
            for part in get_args(kind)
            if part is not type(None)
        ]
        optional = type(None) in get_args(kind)
        return _either(tests, optional=optional)
    if origin in (tuple, frozenset):
        args = get_args(kind)
        if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
            parts = [_test(part, blank=blank, signed=signed) for part in args]
            return _pair(parts)
        return _each(origin, _test(args[0], blank=False, signed=signed))
    if origin is not None:
        return _instance(origin) if isinstance(origin, type) else _anything
    return _instance(kind)


def _sure(kind: Any, *, blank: bool, signed: bool) -> frozenset[type]:
    """The types of which every value passes: for them no test has to run."""
    if isinstance(kind, NewType):
        return _sure(kind.__supertype__, blank=blank, signed=signed)
    if get_origin(kind) in (Union, types.UnionType):
        parts = (_sure(part, blank=blank, signed=signed) for part in get_args(kind))
        return frozenset().union(*parts)
    if kind is str:
        return frozenset({str}) if blank else frozenset()
    if kind is int:
        return frozenset({int}) if signed else frozenset()
    if kind in (Decimal, datetime) or get_origin(kind) is not None:
        return frozenset()
    return frozenset({kind}) if isinstance(kind, type) else frozenset()


def _either(tests: list[Test], *, optional: bool) -> Test:
    def test(value: Any) -> str | None:
        if value is None and optional:
            return None
        said = [test(value) for test in tests]
        return None if None in said else " or ".join(dict.fromkeys(filter(None, said)))

    return test


def _pair(tests: list[Test]) -> Test:
    def test(value: Any) -> str | None:
        if not isinstance(value, tuple) or len(value) != len(tests):
            return f"must be a tuple of {len(tests)}"
        for one, item in zip(tests, value, strict=True):
            said = one(item)
            if said:
                return f"holds an item that {said}"
        return None

    return test


def _each(origin: type, one: Test) -> Test:
    def test(value: Any) -> str | None:
        if not isinstance(value, origin) or not isinstance(value, tuple | frozenset):
            return f"must be a {origin.__name__}"
        for item in value:
            said = one(item)
            if said:
                return f"holds an item that {said}"
        return None

    return test


def _plain(kind: Any) -> Any:
    """The type without `| None`, to choose the converter."""
    if get_origin(kind) in (Union, types.UnionType):
        parts = [part for part in get_args(kind) if part is not type(None)]
        return parts[0] if len(parts) == 1 else None
    return kind


def _converter(kind: Any) -> Converter | None:
    plain = _plain(kind)
    if plain is Decimal:
        return decimal
    if plain is datetime:
        return instant
    if plain is Extra:
        return _extra
    origin = get_origin(plain)
    if origin is tuple:
        return _tuple
    return _frozenset if origin is frozenset else None


def checked(cls: type, fields: list["attrs.Attribute[Any]"]) -> list["attrs.Attribute[Any]"]:
    """The attrs field transformer of every noun (see the module's table)."""
    return [_checked(cls, field) for field in fields]


def _checked(cls: type, field: "attrs.Attribute[Any]") -> "attrs.Attribute[Any]":
    blank = field.default is not attrs.NOTHING
    signed = bool(field.metadata.get("signed"))
    test = _test(field.type, blank=blank, signed=signed)
    sure = _sure(field.type, blank=blank, signed=signed)
    name, source, more = field.name, cls.__name__, field.validator

    def validate(instance: Any, attribute: Any, value: Any) -> None:
        if type(value) not in sure:
            said = test(value)
            if said is not None:
                kind = NaiveTime if said == _NO_ZONE else InvalidValue
                raise kind(said, field=name, value=value, source=source)
        if more is not None:
            more(instance, attribute, value)

    converter = field.converter or _typed(_converter(field.type), field.type)
    return field.evolve(validator=validate, converter=converter)


def _typed(converter: Converter | None, kind: Any) -> Converter | None:
    """The converter, said to take what the field holds: help() shows that of `__init__`."""
    if not isinstance(converter, types.FunctionType):
        return converter
    same = types.FunctionType(converter.__code__, converter.__globals__, converter.__name__)
    same.__annotations__ = {"value": kind, "return": kind}
    return same


def slots(cls: type) -> list[Callable[[Any, Any], None]]:
    """What sets each field of a noun, in their order, without asking anybody."""
    return [getattr(cls, field.name).__set__ for field in attrs.fields(cls)]


def unchecked(cls: type[C]) -> Callable[..., C]:
    """A maker of nouns from parts that were checked already: all fields, in their order.

    For what is made by the hundred thousand; everybody else calls the class.
    """
    setters = slots(cls)
    new = cls.__new__

    def make(*parts: Any) -> C:
        noun = new(cls)
        for put, part in zip(setters, parts, strict=True):
            put(noun, part)
        return noun

    return make
