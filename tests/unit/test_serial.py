"""Nouns as JSON: nothing is lost, nothing is guessed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, Literal, NewType, TypeVar

import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue, NaiveTime, Unreadable
from crossborder.model.customer import Customer, Segment
from crossborder.model.decision import Decision
from crossborder.model.extra import Extra
from crossborder.model.ids import CustomerId, SkuId
from crossborder.model.money import Money, Price
from crossborder.model.order import Order
from crossborder.model.outcome import Done, Pending
from crossborder.model.place import Place
from crossborder.model.product import Tag
from crossborder.model.shipment import Shipment
from crossborder.predict.transit import StageTimes, TransitTimes
from crossborder.secret import Secret
from crossborder.serial import SCHEMA, from_json, parsed, structure, to_json, unstructure
from crossborder.stages.logistics.scorecard import CarrierBook
from crossborder.testing.strategies import (
    customers,
    decisions,
    done,
    json_values,
    moments,
    money,
    orders,
    places,
    shipments,
)

T = TypeVar("T")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
USD = Money(Decimal("12.50"), "USD")


class Level(Enum):
    LOW = 1
    HIGH = 2


@frozen
class Box(Generic[T]):
    inside: T
    others: tuple[T, ...] = ()


@frozen
class Everything:
    by_sku: Mapping[SkuId, int] = field(factory=dict)
    by_place: Mapping[Place, Money] = field(factory=dict)
    span: tuple[timedelta, timedelta] | None = None
    level: Level = Level.LOW
    word: Literal["a", "b"] = "a"
    either: Money | Tag | Decimal | int | None = None
    day: date | None = None
    share: float = 0.5
    made: int = field(default=0, init=False)
    listed: Sequence[Segment] = ()
    plain: list[bool] = field(factory=list)
    anything: Any = None


def refused(text: str, kind: type[Any] | None = None) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        from_json(text, kind) if kind else from_json(text)
    assert not isinstance(caught.value, BaseExceptionGroup)
    assert type(caught.value).__suppress_context__
    return caught.value


def changed(order: Order, **fields: Any) -> str:
    envelope = json.loads(to_json(order))
    envelope["value"].update(fields)
    return json.dumps(envelope)


ORDER = structure(
    {
        "id": "o1",
        "platform": "shopify",
        "ref": {"vendor": "shopify", "value": "1"},
        "placed_at": "2026-11-02T12:00:00+08:00",
        "lines": [
            {
                "id": "1",
                "sku_id": "A",
                "quantity": 2,
                "unit_price": {"amount": "1.50", "currency": "USD"},
            }
        ],
        "currency": "USD",
    },
    Order,
)


def test_the_envelope_names_type_and_version() -> None:
    assert json.loads(to_json(USD)) == {
        "type": "Money",
        "schema": SCHEMA,
        "value": {"amount": "12.50", "currency": "USD"},
    }


def test_the_annotation_decides_between_money_and_a_price() -> None:
    data = {"amount": "1", "currency": "USD"}
    assert type(structure(data, Money)) is Money
    assert type(structure(data, Price)) is Price


def test_text_in_any_script_is_readable_and_half_a_pair_is_escaped() -> None:
    assert "库存" in to_json(Tag("库存"))
    broken = to_json(Tag("x\ud83d"))
    broken.encode()
    assert from_json(broken) == Tag("x\ud83d")


@settings(max_examples=50, deadline=None)
@given(customers(), st.dictionaries(st.text(min_size=1), json_values(), min_size=1, max_size=3))
def test_a_field_of_a_newer_version_is_kept_and_written_out_in_its_place(
    customer: Customer, newer: dict[str, Any]
) -> None:
    known = set(unstructure(customer))
    newer = {f"new_{name}": unstructure(value, Any) for name, value in newer.items()}
    written = to_json(customer)
    if "$unknown" in customer.extra:
        return
    envelope = json.loads(written)
    envelope["value"] |= newer
    again = from_json(json.dumps(envelope), Customer)
    assert set(again.extra["$unknown"]) == set(newer) - known
    assert json.loads(to_json(again)) == envelope


def test_a_vendors_own_key_of_that_name_is_no_field() -> None:
    for kept in ({"id": "x"}, {"n": Decimal("1.5")}, "text", {}):
        customer = Customer(CustomerId("c"), extra=Extra({"$unknown": kept}))
        assert from_json(to_json(customer)) == customer


def test_an_unknown_field_without_a_place_to_keep_it_is_refused() -> None:
    text = '{"type":"Tag","schema":1,"value":{"name":"x","colour":"red"}}'
    error = refused(text)
    assert (error.field, error.value, error.source) == ("colour", "red", "Tag")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"lines": [{"id": "1", "sku_id": "A", "quantity": "2"}]}, "lines.0.quantity"),
        ({"lines": [{"id": "1", "sku_id": "A", "quantity": True}]}, "lines.0.quantity"),
        ({"lines": [{"id": "1", "sku_id": "A", "quantity": 2}]}, "lines.0.unit_price"),
        ({"lines": {}}, "lines"),
        ({"lines": "1"}, "lines"),
        ({"lines": ["1"]}, "lines.0"),
        ({"lines": []}, "lines"),
        ({"placed_at": "2026-11-02T12:00:00"}, "placed_at"),
        ({"placed_at": "yesterday"}, "placed_at"),
        ({"placed_at": 5}, "placed_at"),
        ({"reported": {"order": "lost"}}, "reported.order"),
        ({"reported": {"flags": ["a", 1]}}, "reported.flags.1"),
        ({"shipping": {"amount": "1.5.0", "currency": "USD"}}, "shipping.amount"),
        ({"shipping": {"amount": "-1", "currency": "USD"}}, "shipping.amount"),
        ({"shipping": {"amount": "1", "currency": "XXX"}}, "shipping.currency"),
        ({"extra": []}, "extra"),
        ({"extra": {"a": {"$odd": 1, "b": 2}}}, "extra.a"),
        ({"extra": {"a": [{"$decimal": "x"}]}}, "extra.a.0"),
        ({"extra": {"a": {"$time": "2026-11-02T12:00:00+00:00"}}}, "extra.a"),
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
    ],
)
def test_a_wrong_field_is_named_by_its_whole_path(fields: dict[str, Any], path: str) -> None:
    error = refused(changed(ORDER, **fields))
    assert error.source == "Order"
    assert error.field.startswith(path)


def test_the_kind_of_error_survives_the_way_out() -> None:
    with pytest.raises(NaiveTime):
        from_json(changed(ORDER, updated_at="2026-11-02T12:00:00"))
    with pytest.raises(CurrencyMismatch):
        structure({"money": {"amount": "1", "currency": "USD"}}, Strict)


@frozen
class Strict:
    money: Money

    def __attrs_post_init__(self) -> None:
        self.money + Money(Decimal(1), "EUR")


def test_a_missing_field_is_named_and_a_missing_optional_one_takes_its_default() -> None:
    error = refused('{"type":"Money","schema":1,"value":{"amount":"1"}}')
    assert (error.field, error.text, error.source) == ("currency", "is missing", "Money")
    assert ORDER.lines[0].cancelled == 0


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"type":"Money","schema":2,"value":{}}', "schema"),
        ('{"type":"Money","schema":"1","value":{}}', "schema"),
        ('{"type":"Money","schema":true,"value":{}}', "schema"),
        ('{"type":"Money","value":{}}', "schema"),
        ('{"type":"Money","schema":1}', "value"),
        ('{"type":"Money","schema":1,"value":[]}', "value"),
        ('{"type":"Nothing","schema":1,"value":{}}', "type"),
        ('{"type":["Money"],"schema":1,"value":{}}', "type"),
        ('{"type":"Pending","schema":1,"value":{}}', "type"),
        ("{}", "type"),
        ("[]", "body"),
    ],
)
def test_a_wrong_envelope_is_refused(text: str, path: str) -> None:
    assert refused(text).field == path


def test_another_type_than_was_asked_for_is_refused() -> None:
    error = refused(to_json(USD), Price)
    assert (error.field, error.value, error.text) == ("type", "Money", "must be Price")


@pytest.mark.parametrize(
    "text",
    ["", "{", to_json(USD)[:-5], "nonsense", "1.5", "[NaN]", "[" * 100_000, '{"a": Infinity}'],
)
def test_what_is_cut_off_or_no_json_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        from_json(text)
    assert caught.value.field == "body"
    assert len(str(caught.value)) < 300


def test_data_nested_too_deeply_is_unreadable() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    with pytest.raises(Unreadable, match="nested"):
        structure(deep, Extra)


@settings(max_examples=50, deadline=None)
@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_a_noun_or_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        from_json(text)


@settings(max_examples=100, deadline=None)
@given(json_values())
def test_any_json_value_comes_back(value: Any) -> None:
    assert structure(json.loads(json.dumps(unstructure(value, Any))), Any) == value


OPEN: list[Any] = [
    *(NOON, date(2026, 11, 2), timedelta(days=-1, microseconds=5), 0.1, USD, Tag("x")),
    *(frozenset({"b", "a"}), (1, (2, Tag("x"))), {"when": NOON}, Decimal("1E+3"), Segment.LOST),
    Extra({"$noun": "Tag", "$value": {}}),
]


@pytest.mark.parametrize("value", OPEN, ids=lambda value: type(value).__name__)
def test_a_value_of_no_stated_type_comes_back(value: Any) -> None:
    data = json.loads(json.dumps(unstructure(value, Any)))
    assert structure(data, Any) == value


VALUES = [
    Everything(),
    Everything(by_sku={SkuId("a"): 1, SkuId("b"): 2}, by_place={Place("CN"): USD}),
    Everything(span=(timedelta(hours=1, microseconds=1), timedelta(days=400))),
    Everything(level=Level.HIGH, word="b", day=date(2026, 1, 2), share=-1e-300),
    Everything(either=USD, listed=(Segment.LOST,), plain=[True], anything=Tag("x")),
    Everything(either=Price(Decimal(1), "USD")),
    *(Everything(either=item) for item in (Tag("x"), Decimal("0.1"), 7)),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_of_another_package_comes_back_when_its_class_is_given(value: Everything) -> None:
    text = to_json(value)
    assert from_json(text, Everything) == value
    assert "made" not in json.loads(text)["value"]
    assert refused(text).field == "type"


@settings(max_examples=25, deadline=None)
@given(money(), money(), places(), moments())
def test_type_parameters_are_filled_in(one: Money, two: Money, place: Place, at: datetime) -> None:
    kind: Any = Box[Money]
    data = unstructure(Box(one, (two,)), kind)
    assert data["inside"] == {"amount": str(one.amount), "currency": one.currency}
    assert structure(data, kind) == Box(one, (two,))
    unfilled: Box[Any] = Box(place, (at,))
    assert structure(unstructure(unfilled), Box) == unfilled


@settings(max_examples=25, deadline=None)
@given(done(orders()), decisions(customers()))
def test_outcomes_and_decisions_carry_nouns(outcome: Done[Any], decision: Decision[Any]) -> None:
    assert from_json(to_json(outcome)) == outcome
    assert from_json(to_json(decision)) == decision


def test_recorded_inputs_of_a_decision_come_back() -> None:
    decision = Decision(USD, inputs={"now": NOON, "tags": (Tag("x"),), "share": Decimal("0.1")})
    assert from_json(to_json(decision)) == decision


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Mapping[SkuId, int], [["a", 1]]),
        (Mapping[SkuId, int], {"a": "1"}),
        (Mapping[int, int], [["a", 1]]),
        (Mapping[int, int], [[1]]),
        (Mapping[int, int], 5),
        (tuple[int, str], [1]),
        (tuple[int, str], [1, 2]),
        (tuple[int, ...], "12"),
        (frozenset[int], {"a": 1}),
        (Literal["a", 1], "c"),
        (Literal["a", 1], True),
        (int | Decimal, "x"),
        (int | Tag, {"$noun": "Money", "$value": {}}),
        (int | Tag, {"$noun": 5, "$value": {}}),
        (Tag | int, {"$noun": "Tag", "$value": {}, "more": 1}),
        (bool, 1),
        (float, "inf"),
        (float, 1),
        (date, "2026-13-01"),
        (date, 5),
        (timedelta, "1 day"),
        (timedelta, "PT999999999999999S"),
        (type(None), 0),
        (Level, "LOW"),
        (Level, True),
        (Secret, "x"),
        (Any, object()),
        (Any, {"$nope": 1}),
        (Any, {"$nope": 1, "a": 1}),
        (Any, {5: 1}),
        (Pending, {}),
        (Decimal, 1),
    ],
)
def test_what_does_not_fit_its_annotation_is_refused(kind: Any, data: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        structure(data, kind)
    assert caught.value.source


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Mapping[str, int], [1]),
        (Mapping[str, int], {"a": "b"}),
        (tuple[int, ...], "12"),
        (tuple[int, ...], (number for number in (1, 2))),
        (tuple[int, ...], ("a",)),
        (tuple[int, int], (1,)),
        (frozenset[int], (1,)),
        (int | Decimal, "x"),
        (int | Tag, USD),
        (Tag, USD),
        (Decimal, 1),
        (float, float("nan")),
        (datetime, "2026"),
        (datetime, NOON.replace(tzinfo=None)),
        (date, NOON),
        (timedelta, 5),
        (Any, object()),
        (Any, [object()]),
        (Any, {1: 2}),
        (Any, lambda: 1),
    ],
)
def test_what_does_not_fit_its_annotation_is_not_written(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidValue):
        unstructure(value, kind)


def test_a_value_that_cannot_be_written_is_named_by_its_path() -> None:
    with pytest.raises(InvalidValue) as caught:
        to_json(Everything(anything={"a": [1, object()]}))
    assert (caught.value.field, caught.value.source) == ("anything.a.1", "Everything")


@frozen
class Account:
    token: Secret


def test_a_secret_is_neither_written_nor_read_nor_shown() -> None:
    for value in (Account(Secret("hidden")), Everything(anything=Secret("hidden"))):
        with pytest.raises(InvalidValue) as caught:
            to_json(value)
        assert "hidden" not in str(caught.value)
    with pytest.raises(InvalidValue) as caught:
        structure({"token": "hidden"}, Account)
    assert "hidden" not in str(caught.value)


def test_a_running_conversation_is_not_written() -> None:
    class Asking:
        def keep(self) -> None:
            return None

    with pytest.raises(InvalidValue, match="conversation"):
        to_json(Pending(1, Asking()))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [5, (USD,), {"a": 1}, None])
def test_only_a_noun_stands_in_an_envelope(value: object) -> None:
    with pytest.raises(InvalidValue, match="not a noun"):
        to_json(value)


@frozen
class Shelf:
    book: CarrierBook | None = None
    times: Mapping[str, tuple[StageTimes, ...]] = field(factory=dict)
    anything: Any = None


@pytest.mark.parametrize(
    ("value", "path", "name"),
    [
        (CarrierBook(), "value", "CarrierBook"),
        (Shelf(CarrierBook()), "book", "CarrierBook"),
        (Shelf(times={"a": (StageTimes(["x"]),)}), "times.a.0", "StageTimes"),
        (Shelf(anything=[{"b": TransitTimes()}]), "anything.0.b", "TransitTimes"),
        ({"a": [CarrierBook()]}, "a.0", "CarrierBook"),
    ],
)
def test_an_object_that_is_no_value_is_named_by_path_and_type_never_passed_through(
    value: object, path: str, name: str
) -> None:
    with pytest.raises(InvalidValue, match=f"type {name}, .* keep its state") as caught:
        unstructure(value)
    assert caught.value.field == path
    if isinstance(value, Shelf):
        with pytest.raises(InvalidValue, match=f"Shelf.{path} is of type {name}"):
            to_json(value)


@pytest.mark.parametrize("value", [b"bytes", object(), print, 1j])
def test_what_is_no_value_has_no_data(value: object) -> None:
    with pytest.raises(InvalidValue, match=f"type {type(value).__name__}, which is not kept"):
        unstructure(value)


def test_a_class_of_which_nothing_is_kept_is_named_by_the_field_it_is_read_for() -> None:
    with pytest.raises(InvalidValue, match=r"^Shelf\.book is of type CarrierBook"):
        structure({}, Shelf)
    with pytest.raises(InvalidValue, match="keep its state"):
        to_json(CarrierBook())
    with pytest.raises(InvalidValue, match="type bytes"):
        structure(["x"], list[bytes])


def test_the_class_to_give_is_named_where_the_name_alone_does_not_find_it() -> None:
    error = refused(to_json(Everything()))
    assert "its class must be given, from_json(text, Everything)" in str(error)
    assert "given" not in str(refused('{"type":5,"schema":1,"value":{}}'))


class Word(str, Enum):  # noqa: UP042  members of such say another text of themselves
    SOON = "soon"


KINDS: list[tuple[Any, Any]] = [
    (Mapping[SkuId, Money], {SkuId("a"): USD}),
    (dict[str, tuple[Decimal, ...]], {"a": (Decimal("1.50"),)}),
    (Mapping[Place, int], {Place("CN"): 2}),
    (tuple[Everything, ...], (Everything(either=USD),)),
    (list[Money | None], [USD, None]),
    (tuple[int, datetime], (1, NOON)),
    (frozenset[Tag], frozenset({Tag("x"), Tag("y")})),
    (Box[Money], Box(USD, (USD,))),
    (Everything | None, Everything()),
    (Literal["a", "b"], "a"),
    (datetime, NOON),
    (Any, (USD, "x")),
]


@pytest.mark.parametrize(("kind", "value"), KINDS)
def test_a_container_comes_back_by_its_stated_kind_and_by_no_other(kind: Any, value: Any) -> None:
    text = to_json(value, kind)
    assert from_json(text, kind) == value
    with pytest.raises(InvalidValue, match=r"must be Mapping\[str, Tag\]"):
        from_json(text, Mapping[str, Tag])


def test_the_envelope_of_a_container_says_of_what() -> None:
    text = to_json({SkuId("a"): (USD,)}, Mapping[SkuId, tuple[Money, ...]])
    assert json.loads(text)["type"] == "Mapping[SkuId, tuple[Money, ...]]"
    assert "from_json(text, Mapping[SkuId, tuple[Money, ...]])" in str(refused(text))
    assert json.loads(to_json(None, Money | None))["type"] == "Money | None"
    assert json.loads(to_json("a", Literal["a", 1]))["type"] == "Literal['a', 1]"


def test_what_does_not_fit_the_stated_kind_is_not_written() -> None:
    with pytest.raises(InvalidValue, match=r"Mapping\.a must be of type Money"):
        to_json({"a": Tag("x")}, Mapping[str, Money])


@settings(max_examples=25, deadline=None)
@given(st.lists(shipments(), max_size=3), st.lists(money(), max_size=3))
def test_what_was_written_without_a_kind_is_read_by_one_that_fits(
    parcels: list[Shipment], sums: list[Money]
) -> None:
    by_id = {parcel.id: parcel for parcel in parcels}
    for value, kind in (
        (by_id, Mapping[str, Shipment]),
        (tuple(parcels), tuple[Shipment, ...]),
        ({"sums": tuple(sums)}, Mapping[str, tuple[Money, ...]]),
    ):
        assert structure(json.loads(json.dumps(unstructure(value))), kind) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Mapping[str, Everything], {"a": Everything(either=USD, anything=Tag("x"))}),
        (Mapping[str, Box[Money]], {"a": Box(USD, (USD,))}),
        (Mapping[str, Decimal], {"a": Decimal("1.5")}),
        (list[float], [0.5, -1e-300]),
        (tuple[datetime | None, ...], (NOON, None)),
        (tuple[date, timedelta], (date(2026, 1, 2), timedelta(hours=1))),
        (Mapping[str, frozenset[Decimal]], {"a": frozenset({Decimal("1.5"), Decimal(2)})}),
        (Mapping[str, Level | None], {"a": Level.HIGH, "b": None}),
        (Mapping[str, Word], {"a": Word.SOON}),
        (Mapping[str, Mapping[str, Tag]], {"$a": {"b": Tag("x")}}),
        (Mapping[str, Mapping[str, Decimal] | None], {"a": {"b": Decimal(1)}}),
    ],
)
def test_a_tag_is_taken_where_its_kind_is_stated(kind: Any, value: Any) -> None:
    data = json.loads(json.dumps(unstructure(value)))
    assert structure(data, kind) == value


def test_a_tag_of_a_narrower_noun_keeps_it() -> None:
    data = unstructure([Price(Decimal(1), "USD")])
    assert type(structure(data, list[Money])[0]) is Price


@pytest.mark.parametrize(
    ("kind", "data", "path"),
    [
        (Mapping[str, Tag], {"a": {"$noun": "Money", "$value": {}}}, "a.$noun"),
        (Mapping[str, Tag], {"a": {"$noun": 5, "$value": {}}}, "a.$noun"),
        (Mapping[str, Tag], {"a": {"$noun": "Tag", "$value": 5}}, "a"),
        (Mapping[str, Tag], {"a": {"$noun": "Tag", "$value": {}}}, "a.name"),
        (Mapping[str, Price], {"a": {"$noun": "Money", "$value": {}}}, "a.$noun"),
        (list[Decimal], [{"$float": "1"}], "0"),
        (list[Decimal], [{"$decimal": 1}], "0"),
        (list[date], [{"$time": NOON.isoformat()}], "0"),
        (frozenset[int], {"$set": 5}, "value"),
        (tuple[int, ...], {"$set": [1]}, "value"),
    ],
)
def test_a_tag_of_another_kind_is_refused(kind: Any, data: Any, path: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        structure(data, kind)
    assert caught.value.field == path


def test_a_member_of_texts_is_written_as_the_text_it_is() -> None:
    assert unstructure(Word.SOON, str) == unstructure(Word.SOON, Any) == "soon"
    assert type(unstructure({Word.SOON: 1}, Any).popitem()[0]) is str


def test_a_wrong_value_of_a_mapping_is_named_by_its_key() -> None:
    for move in (structure, unstructure):
        with pytest.raises(InvalidValue) as caught:
            move({"a": {"b": 1}}, Mapping[str, Mapping[str, str]])
        assert caught.value.field == "a.b"


def test_sets_are_written_in_one_order() -> None:
    assert unstructure(frozenset({"b", "a", "c"}), frozenset[str]) == ["a", "b", "c"]
    assert unstructure({2: "b", 1: "a"}, Mapping[int, str]) == [[1, "a"], [2, "b"]]


def test_bare_containers_hold_anything() -> None:
    for kind, value in ((tuple, (1, NOON)), (Mapping, {"a": NOON}), (Iterable, (USD,))):
        assert structure(unstructure(value, kind), kind) == value


def test_an_enum_of_no_stated_type_is_its_value_and_null_is_null() -> None:
    assert unstructure(Level.HIGH, Any) == 2
    assert structure(unstructure(None, type(None)), type(None)) is None


def test_a_new_type_is_read_as_what_it_stands_for() -> None:
    grams = NewType("grams", int)
    assert structure(unstructure(5, grams), grams) == 5
    assert structure(unstructure({5: 1}, Mapping[grams, int]), Mapping[grams, int]) == {5: 1}


def test_parsed_reads_json_without_fractions() -> None:
    assert parsed('{"a": [1, null]}', source="t") == {"a": [1, None]}
    assert structure(Extra({"amount": "1", "currency": "USD"}), Money) == Money(Decimal(1), "USD")
