"""Texts, numbers and times, and how a noun is built from the annotations of its fields."""

import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossborder.model.extra import Extra

__all__ = [
    "MADE",
    "amounts",
    "built",
    "countries",
    "currencies",
    "durations",
    "extras",
    "ids",
    "json_values",
    "made",
    "moments",
    "of",
    "pieces",
    "shares",
    "some",
    "texts",
]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., SearchStrategy[Any]])

MADE: dict[type, Callable[[], SearchStrategy[Any]]] = {}
"""The strategy function of every noun that has one of its own."""

_EARLIEST, _LATEST = datetime(2001, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001
_ZONES = (UTC, ZoneInfo("Asia/Shanghai"))


def made(kind: type) -> Callable[[F], F]:
    """Register the function that makes the strategy of a noun."""

    def register(function: F) -> F:
        MADE[kind] = function
        return function

    return register


def texts(*, blank: bool = True) -> SearchStrategy[str]:
    """Texts in many scripts; `blank=False` leaves out those that say nothing."""
    letters = st.characters(exclude_categories=["Cs"])
    every = st.text(letters, max_size=12) | st.sampled_from(["库存", "Ünïcode", "مرحبا", "=1+1"])
    return every if blank else every.filter(str.strip)


def ids() -> SearchStrategy[str]:
    """Ids as vendors write them."""
    return st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_/:.-]{0,15}", fullmatch=True)


def currencies() -> SearchStrategy[str]:
    """Currencies with two, none and three decimal places."""
    return st.sampled_from(["CNY", "USD", "EUR", "JPY", "KWD"])


def countries() -> SearchStrategy[str]:
    """ISO 3166 codes."""
    return st.sampled_from(["CN", "US", "DE", "BR", "JP"])


def amounts(*, signed: bool = False) -> SearchStrategy[Decimal]:
    """Exact amounts with up to four places."""
    return st.decimals(-(10**6) if signed else 0, 10**6, places=4) | st.decimals(0, 999, places=2)


def shares() -> SearchStrategy[Decimal]:
    """Fractions from 0 to 1."""
    return st.decimals(0, 1, places=4)


def pieces(least: int = 0) -> SearchStrategy[int]:
    """Whole numbers of things."""
    return st.integers(least, 100_000)


def moments() -> SearchStrategy[datetime]:
    """Times with a zone, near and far from UTC."""
    minutes = st.integers(-14 * 60, 14 * 60)
    offsets = minutes.map(lambda distance: timezone(timedelta(minutes=distance)))
    zones = st.sampled_from(_ZONES) | offsets
    return st.datetimes(_EARLIEST, _LATEST, timezones=zones)


def durations() -> SearchStrategy[timedelta]:
    """From nothing to a year."""
    return st.timedeltas(timedelta(0), timedelta(days=365))


def json_values() -> SearchStrategy[Any]:
    """What may stand in an `Extra`, nested, also under names that begin with `$`."""
    names = texts() | st.sampled_from(["$decimal", "$noun", "$$", "$unknown", "$set"])
    leaves = st.none() | st.booleans() | st.integers() | texts() | amounts(signed=True)
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(names, inner, max_size=3).map(Extra)
        ),
        max_leaves=6,
    )


def extras() -> SearchStrategy[Extra]:
    """Extras as vendors fill them."""
    names = texts() | st.sampled_from(["$decimal", "$unknown", "note"])
    return st.dictionaries(names, json_values(), max_size=3).map(Extra)


def some(item: SearchStrategy[T], *, least: int = 0) -> SearchStrategy[tuple[T, ...]]:
    """A few of them, as a tuple."""
    return st.lists(item, min_size=least, max_size=3).map(tuple)


_PLAIN: dict[Any, Callable[[], SearchStrategy[Any]]] = {
    str: texts,
    int: pieces,
    bool: st.booleans,
    Decimal: shares,
    datetime: moments,
    timedelta: durations,
    Extra: extras,
}


@cache
def of(kind: Any) -> SearchStrategy[Any]:
    """The strategy of an annotation: a noun, or what a noun's field may hold."""
    if kind in MADE:
        return MADE[kind]()
    if isinstance(kind, NewType):
        return ids()
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([st.none() if part is type(None) else of(part) for part in args])
    if origin is tuple and Ellipsis in args:
        return some(ids() if args[0] is str else of(args[0]))
    if origin is tuple:
        return st.tuples(*(ids() if part is str else of(part) for part in args))
    if origin is frozenset:
        return st.frozensets(ids() if args[0] is str else of(args[0]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _PLAIN[kind]()


def built(kind: type[T], **given: SearchStrategy[Any]) -> SearchStrategy[T]:
    """The noun with every field drawn from its annotation, or from the strategy given for it."""
    hints = get_type_hints(kind)
    fields = {
        item.name: texts(blank=False)
        if hints[item.name] is str and item.default is attrs.NOTHING
        else of(hints[item.name])
        for item in attrs.fields(kind)  # type: ignore[arg-type]
        if item.name not in given
    }
    return st.builds(kind, **fields, **given)
