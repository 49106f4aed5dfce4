"""Numbers given as arguments, each refused by its name: a function checks what no class does."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from crossborder.errors import InvalidValue
from crossborder.model.check import decimal

__all__ = ["feed_arguments", "number", "whole"]

_NONE = timedelta(0)

_RANGES = (
    ("rate", "must not be negative", lambda one: one >= 0),
    ("oversell_target", "must be above 0 and below 1", lambda one: 0 < one < 1),
    ("burst", "must be at least 1", lambda one: one >= 1),
    ("units", "must be above 0", lambda one: one > 0),
)


def number(
    value: object, name: str, source: str, *, said: str, good: Callable[[Decimal], bool]
) -> Decimal:
    """A finite number in its range, as a Decimal; an int or a decimal text is read.

    Raises:
        InvalidValue: it is a float or no number, or out of its range, as `said`.
    """
    read = decimal(value)
    if not isinstance(read, Decimal):
        text = "must be a Decimal, an int or a decimal text (a float is not exact)"
        raise InvalidValue(text, field=name, value=value, source=source)
    if not (read.is_finite() and good(read)):
        raise InvalidValue(said, field=name, value=value, source=source)
    return read


def whole(value: object, name: str, source: str) -> int:
    """A whole number, which may be negative.

    Raises:
        InvalidValue: it is none.
    """
    if type(value) is not int:
        raise InvalidValue("must be a whole number", field=name, value=value, source=source)
    return value


def _span(value: object, name: str, source: str) -> None:
    if not isinstance(value, timedelta):
        raise InvalidValue("must be a timedelta", field=name, value=value, source=source)
    if value < _NONE:
        raise InvalidValue("must not be negative", field=name, value=str(value), source=source)


def feed_arguments(source: str, spans: Mapping[str, object], **numbers: object) -> list[Decimal]:
    """The rate, the target, the burst and the units of a feed, checked, as are its lengths of time.

    Raises:
        InvalidValue: one is out of its range, or a float.
    """
    for name, value in spans.items():
        _span(value, name, source)
    return [
        number(numbers[name], name, source, said=said, good=good) for name, said, good in _RANGES
    ]
