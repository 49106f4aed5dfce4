"""Every noun refuses nonsense in every field: the tables here are made from the annotations."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Generic, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import attrs
import pytest
from attrs import evolve, field, frozen
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.check import SIGNED, checked, decimal, refuse
from crossborder.model.decision import RULES, Decision, decides
from crossborder.model.extra import Extra
from crossborder.model.time import Window
from crossborder.testing.strategies import NOUNS

T = TypeVar("T")
NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001
FREE = frozenset({"Done", "Refused", "Decision"})
"""Generic results, whose value may be anything."""
CHECKED = sorted((kind for kind in NOUNS if kind.__name__ not in FREE), key=lambda k: k.__name__)


@cache
def _some(kind: type) -> Any:
    return find(
        NOUNS[kind],
        lambda noun: True,
        settings=settings(
            database=None, max_examples=10, derandomize=True, phases=(Phase.generate,)
        ),
    )


def _wrong(kind: Any, *, required: bool, signed: bool) -> Iterator[tuple[object, str]]:
    """Values that an annotation forbids, each with what must be said of it."""
    if isinstance(kind, NewType):
        yield from _wrong(kind.__supertype__, required=required, signed=signed)
        return
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if len(args) == 2 and type(None) in args:
            inner = next(part for part in args if part is not type(None))
            # An optional text may be blank only where the field may be left out.
            yield from _wrong(inner, required=required, signed=signed)
        return
    if origin is tuple and Ellipsis in args:
        yield "abc", "must be a tuple"
        yield (object(),), "holds an item that"
        return
    if origin is tuple:
        yield (), f"must be a tuple of {len(args)}"
        yield tuple(object() for _ in args), "holds an item that"
        return
    if origin is frozenset:
        yield "abc", "must be a frozenset"
        yield frozenset({object()}), "holds an item that"
        return
    if kind is Extra:
        yield "abc", "must be of type Extra"
    elif kind is str:
        yield 7, "must be a text"
        yield b"text", "must be a text"
        if required:
            yield "", "must not be blank"
            yield " \t", "must not be blank"
    elif kind is int:
        yield 1.0, "must be a whole number"
        yield True, "must be a whole number"
        yield "1", "must be a whole number"
        if not signed:
            yield -1, "must not be negative"
    elif kind is Decimal:
        yield 0.5, "a float is not exact"
        yield Decimal("NaN"), "must be finite"
        yield Decimal("Infinity"), "must be finite"
        yield "twelve", "must be a Decimal"
        if not signed:
            yield Decimal("-0.01"), "must not be negative"
    elif kind is datetime:
        yield NAIVE, "has no zone"
        yield "2026-11-02", "must be a datetime"
    else:
        yield object(), "must be of type"


def _cases() -> Iterator[Any]:
    for kind in CHECKED:
        hints = get_type_hints(kind)
        for item in attrs.fields(kind):
            required = item.default is attrs.NOTHING
            optional = type(None) in get_args(hints[item.name])
            wrong = list(
                _wrong(hints[item.name], required=required, signed="signed" in item.metadata)
            )
            if not optional:
                wrong.append((None, ""))
            for value, said in wrong:
                shown = re.sub(r"<(object) object at \w+>", r"\1", repr(value))[:24]
                yield pytest.param(
                    kind, item.name, value, said, id=f"{kind.__name__}.{item.name}={shown}"
                )


@pytest.mark.parametrize(("kind", "name", "value", "said"), list(_cases()))
def test_a_noun_refuses_nonsense_with_field_value_and_reason(
    kind: type, name: str, value: object, said: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        evolve(_some(kind), **{name: value})
    error = caught.value
    assert (error.field, error.source) == (name, kind.__name__)
    assert said in error.text
    assert error.value is value or repr(error.value) == repr(value)
    assert str(error).startswith(f"{kind.__name__}.{name} ")
    if value is NAIVE:
        assert type(error) is NaiveTime


@pytest.mark.parametrize("kind", CHECKED, ids=lambda kind: kind.__name__)
def test_a_noun_is_frozen_and_equal_by_value(kind: type) -> None:
    noun = _some(kind)
    first = attrs.fields(kind)[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(noun, first, getattr(noun, first))
    assert evolve(noun) == noun
    assert hash(evolve(noun)) == hash(noun)


def test_every_noun_of_the_model_is_in_the_table() -> None:
    """A noun that is added without checks, or without a strategy, is noticed here."""
    from importlib import import_module
    from pkgutil import iter_modules

    import crossborder.model

    found = {
        value
        for module in iter_modules(crossborder.model.__path__)
        for value in vars(import_module(f"crossborder.model.{module.name}")).values()
        if isinstance(value, type)
        and value.__module__ == f"crossborder.model.{module.name}"
        and attrs.has(value)
    }
    # Pending holds a running conversation and has no strategy.
    assert {kind.__name__ for kind in found} - {kind.__name__ for kind in NOUNS} == {"Pending"}


@frozen(field_transformer=checked)
class Sample(Generic[T]):
    anything: T
    either: int | Decimal
    several: "int | str | None" = None
    pair: tuple[int, str] = (1, "one")
    mapping: dict[str, int] = field(factory=dict)
    literal: Any = None
    signed: int = field(default=0, metadata=SIGNED)
    even: int = field(default=2)

    @even.validator
    def _even(self, attribute: object, value: int) -> None:
        if value % 2:
            raise refuse(self, "even", value, "must be even")


def test_a_field_of_several_types_takes_each_of_them() -> None:
    assert Sample("x", 1).either == 1
    assert Sample("x", Decimal("1.5")).either == Decimal("1.5")
    with pytest.raises(InvalidValue, match="must be a whole number or must be a Decimal"):
        Sample("x", "many")  # type: ignore[arg-type]


def test_a_fixed_tuple_is_checked_part_by_part() -> None:
    assert Sample("x", 1, pair=[2, "two"]).pair == (2, "two")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="holds an item that must be a whole number"):
        Sample("x", 1, pair=("2", "two"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="must be a tuple of 2"):
        Sample("x", 1, pair=(2,))  # type: ignore[arg-type]


def test_a_class_with_parameters_is_checked_as_the_class() -> None:
    assert Sample("x", 1, mapping={"a": 1}).mapping == {"a": 1}
    with pytest.raises(InvalidValue, match="must be of type dict"):
        Sample("x", 1, mapping=())  # type: ignore[arg-type]


def test_a_signed_number_may_be_negative() -> None:
    assert Sample("x", 1, signed=-4).signed == -4


def test_a_fields_own_rule_comes_after_its_type() -> None:
    with pytest.raises(InvalidValue, match="must be even"):
        Sample("x", 1, even=3)
    with pytest.raises(InvalidValue, match="must be a whole number"):
        Sample("x", 1, even="2")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [None, 1.5, True, object(), "1,50", "", "twelve"])
def test_what_is_no_exact_number_is_passed_on_for_the_check_to_refuse(value: object) -> None:
    assert decimal(value) is value


@pytest.mark.parametrize(("given", "read"), [(3, Decimal(3)), ("1.50", Decimal("1.50"))])
def test_an_int_or_a_decimal_text_is_read_exactly(given: object, read: Decimal) -> None:
    assert repr(decimal(given)) == repr(read)


def test_lists_and_sets_and_mappings_are_frozen_on_the_way_in() -> None:
    from crossborder.model.outcome import Problem
    from crossborder.model.status import OrderStatus

    status = OrderStatus(flags=["presale", "gift"], native=[])  # type: ignore[arg-type]
    assert status.flags == frozenset({"presale", "gift"})
    assert status.native == ()
    assert type(Problem("x", extra={"a": [1]}).extra) is Extra  # type: ignore[arg-type]
    kept = Extra({"a": 1})
    assert Problem("x", extra=kept).extra is kept


def test_refuse_takes_a_noun_or_its_name() -> None:
    assert refuse("Price", "amount", 1, "no").source == "Price"
    assert refuse(Extra(), "amount", 1, "no").source == "Extra"


def test_any_datetime_with_a_zone_passes() -> None:
    moments = st.datetimes(timezones=st.timezones())
    at = find(moments, lambda moment: moment.utcoffset() is not None)
    from crossborder.model.events import Event

    assert Event("orders.placed", "1", at).at == at


def test_a_zone_by_name_is_taken_at_the_offset_it_has_then() -> None:
    clocks_go_back = datetime(2026, 10, 31, 12, tzinfo=ZoneInfo("America/New_York"))
    kept = Window(clocks_go_back, clocks_go_back + timedelta(days=1))
    assert (kept.latest - kept.earliest) == timedelta(hours=25)
    assert kept.earliest.utcoffset() == timedelta(hours=-4)
    assert kept.latest.utcoffset() == timedelta(hours=-5)
    assert kept.earliest == clocks_go_back
    twice = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1)
    assert Window(twice, twice).earliest.utcoffset() == timedelta(hours=-5)


def test_a_decision_counts_hours_alike_in_every_zone() -> None:
    @decides("test.wait", 1)
    def wait(begun: datetime, *, now: datetime) -> Decision[timedelta]:
        return Decision(now - begun)

    begun = datetime(2026, 10, 31, 12, tzinfo=ZoneInfo("America/New_York"))
    now = begun + timedelta(days=1)
    try:
        plain = wait(begun.astimezone(UTC), now=now.astimezone(UTC)).value
        assert wait(begun, now=now).value == plain == timedelta(hours=25)
    finally:
        del RULES["test.wait/1"]
