"""Single values: texts, numbers, times, enums; a secret is refused."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.secret import MASK
from crossborder.serial.paths import wrong

__all__ = ["SCALARS", "TAGGED", "read_secret", "write_secret"]

Writer = Callable[[Any], Any]
Reader = Callable[[Any, Any], Any]

_DURATION = re.compile(r"(-?)PT([0-9]{1,15})(?:\.([0-9]{1,6}))?S")
_SECOND = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("must be a text", value)
    # The text itself: an enumeration of texts may call its members otherwise.
    return str.__str__(value)


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise wrong("must be a whole number", value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong("must be true or false", value)
    return value


def _nothing(value: Any) -> None:
    if value is not None:
        raise wrong("must be null", value)


def _write_decimal(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise wrong("must be a Decimal", value)
    return str(value)


def _read_decimal(value: Any) -> Decimal:
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        raise wrong("is not a decimal text", value) from None


def _write_float(value: Any) -> str:
    if not isinstance(value, float) or value != value or value in (float("inf"), -float("inf")):
        raise wrong("must be a finite float", value)
    return repr(value)


def _read_float(value: Any) -> float:
    number = _read_decimal(value)
    if not number.is_finite():
        raise wrong("must be finite", value)
    return float(number)


def _write_time(value: Any) -> str:
    if not isinstance(value, datetime):
        raise wrong("must be a datetime", value)
    if value.utcoffset() is None:
        raise NaiveTime("has no zone", field="", value=value, source="")
    return value.isoformat()


def _read_time(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError as error:
        if isinstance(error, InvalidValue):
            raise
        raise wrong("is not an ISO 8601 time", value) from None
    if moment.utcoffset() is None:
        raise NaiveTime("has no zone", field="", value=value, source="")
    return moment


def _write_date(value: Any) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise wrong("must be a date", value)
    return value.isoformat()


def _read_date(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError as error:
        if isinstance(error, InvalidValue):
            raise
        raise wrong("is not an ISO 8601 date", value) from None


def _write_duration(value: Any) -> str:
    if not isinstance(value, timedelta):
        raise wrong("must be a timedelta", value)
    count = value // _MICROSECOND
    seconds, rest = divmod(abs(count), _SECOND)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{'-' if count < 0 else ''}PT{seconds}{fraction}S"


def _read_duration(value: Any) -> timedelta:
    match = _DURATION.fullmatch(_text(value))
    if match is None:
        raise wrong("is not a duration such as PT90S", value)
    sign, seconds, fraction = match.groups()
    count = int(seconds) * _SECOND + int((fraction or "").ljust(6, "0"))
    try:
        return timedelta(microseconds=-count if sign else count)
    except OverflowError:
        raise wrong("is longer than a duration can be", value) from None


def _enumerated(read: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def reader(value: Any, kind: Any) -> Any:
        return read_enum(value, kind) if issubclass(kind, Enum) else read(value)

    return reader


def _tagged(tag: str, read: Callable[[Any], Any]) -> Reader:
    """The reader of a value that carries a tag where it was written with no kind stated."""

    def reader(value: Any, _: Any) -> Any:
        if type(value) is dict and len(value) == 1 and tag in value:
            return read(value[tag])
        return read(value)

    return reader


def read_enum(value: Any, kind: type[Enum]) -> Enum:
    """The member with that value; never a default."""
    for member in kind:
        if type(value) in (str, int) and member.value == value:
            return member
    raise wrong(f"is not one of {', '.join(str(member.value) for member in kind)}", value)


SCALARS: tuple[tuple[type, Writer, Reader], ...] = (
    (str, _text, _enumerated(_text)),
    (int, _integer, _enumerated(_integer)),
    (bool, _flag, lambda value, _: _flag(value)),
    (type(None), _nothing, lambda value, _: _nothing(value)),
    (Decimal, _write_decimal, _tagged("$decimal", _read_decimal)),
    (float, _write_float, _tagged("$float", _read_float)),
    (datetime, _write_time, _tagged("$time", _read_time)),
    (date, _write_date, _tagged("$date", _read_date)),
    (timedelta, _write_duration, _tagged("$duration", _read_duration)),
    (Enum, lambda value: value.value, read_enum),
)
"""Type, writer and reader of every single value."""


def write_secret(value: object) -> Any:
    """Refuse: a secret is loaded where it is used, never kept with data."""
    raise wrong("is a secret, which is never written", MASK)


def read_secret(value: object, kind: object) -> Any:
    """Refuse: see `write_secret`; what stands there is not shown."""
    raise wrong("is a secret, which is never read from data", MASK)


TAGGED: tuple[tuple[type, str, Writer, Callable[[Any], Any]], ...] = (
    (Decimal, "$decimal", _write_decimal, _read_decimal),
    (float, "$float", _write_float, _read_float),
    (datetime, "$time", _write_time, _read_time),
    (date, "$date", _write_date, _read_date),
    (timedelta, "$duration", _write_duration, _read_duration),
)
"""Type, tag, writer and reader of what JSON has no form for."""
