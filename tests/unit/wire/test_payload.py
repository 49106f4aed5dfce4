"""One JSON object, read field by field."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import Unreadable
from crossborder.model.extra import Extra
from crossborder.wire.payload import Payload


def payload(**data: Any) -> Payload:
    return Payload(data, source="shop")


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), st.integers()), st.data())
def test_unread_is_exactly_what_nobody_read(data: dict[str, int], draw: st.DataObject) -> None:
    read = draw.draw(st.sets(st.sampled_from(sorted(data)))) if data else set()
    page = Payload(data, source="shop")
    for name in read:
        assert page.integer(name) == data[name]
    assert page.unread() == {key: value for key, value in data.items() if key not in read}
    assert isinstance(page.unread(), Extra)


@settings(max_examples=50, deadline=None)
@given(st.integers(-(10**30), 10**30))
def test_a_number_reads_the_same_from_every_spelling(number: int) -> None:
    for spelling in (number, str(number), f" {number} ", Decimal(number), f"{number}.00"):
        assert payload(n=spelling).integer("n") == number
        assert payload(n=spelling).decimal("n") == number
    assert payload(n=number).text("n") == str(number)


def test_a_decimal_keeps_its_places_and_becomes_its_text() -> None:
    page = payload(price=Decimal("1.50"), text="1.50")
    assert str(page.decimal("text")) == "1.50"
    assert page.text("price") == "1.50"


def test_nothing_is_none_where_it_may_be_missing() -> None:
    for page in (payload(), payload(a=None)):
        assert page.maybe_text("a") is None
        assert page.maybe_integer("a") is None
        assert page.maybe_decimal("a") is None
        assert page.maybe_flag("a") is None
        assert page.maybe_one("a") is None
        assert page.each("a") == ()
        assert page.texts("a") == ()
        assert page.wrapped("a", "b") == ()
        assert page.raw("a") is None
        assert not page.has("a")


def test_an_empty_text_is_a_text_but_no_number_flag_or_object() -> None:
    page = payload(a="")
    assert (page.text("a"), page.maybe_text("a")) == ("", "")
    assert page.maybe_integer("a") is None
    assert page.maybe_decimal("a") is None
    assert page.maybe_flag("a") is None
    assert page.flag("a", default=True) is True
    assert page.maybe_one("a") is None


@pytest.mark.parametrize("nothing", [{}, [], ""])
def test_an_empty_object_where_a_list_or_object_may_stand_is_nothing(nothing: object) -> None:
    assert payload(a=nothing).each("a") == ()
    assert payload(a=nothing).maybe_one("a") is None


READS: list[tuple[Callable[[Payload], Any], object]] = [
    (lambda page: page.text("a"), True),
    (lambda page: page.text("a"), ["x"]),
    (lambda page: page.maybe_text("a"), {"x": 1}),
    (lambda page: page.integer("a"), True),
    (lambda page: page.integer("a"), "1.5"),
    (lambda page: page.integer("a"), ""),
    (lambda page: page.integer("a"), "1_000"),
    (lambda page: page.integer("a"), "1e999"),
    (lambda page: page.integer("a"), Decimal("0.1")),
    (lambda page: page.decimal("a"), "1,5"),
    (lambda page: page.decimal("a"), "NaN"),
    (lambda page: page.decimal("a"), Decimal("Infinity")),
    (lambda page: page.decimal("a"), 1.5),
    (lambda page: page.decimal("a"), "٣"),
    (lambda page: page.flag("a"), "yes"),
    (lambda page: page.flag("a"), 2),
    (lambda page: page.flag("a"), []),
    (lambda page: page.one("a"), []),
    (lambda page: page.maybe_one("a"), "x"),
    (lambda page: page.each("a"), {"x": 1}),
    (lambda page: page.each("a"), [1]),
    (lambda page: page.texts("a"), [None]),
]


@pytest.mark.parametrize(("read", "value"), READS)
def test_a_value_of_the_wrong_kind_is_refused_with_path_and_value(
    read: Callable[[Payload], Any], value: object
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(Payload({"a": value}, source="shop", at="result"))
    assert caught.value.field.startswith("result.a")
    assert caught.value.source == "shop"


@pytest.mark.parametrize("name", ["text", "integer", "decimal", "one"])
def test_a_missing_field_is_refused(name: str) -> None:
    for page in (payload(), payload(a=None)):
        with pytest.raises(Unreadable, match="is missing") as caught:
            getattr(page, name)("a")
        assert (caught.value.field, caught.value.value) == ("a", None)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        *((True, True), ("TRUE", True), ("1", True), (1, True)),
        *((False, False), ("false", False), ("0", False), (0, False)),
    ],
)
def test_a_flag_is_read_from_every_spelling(value: object, meant: bool) -> None:
    assert payload(a=value).flag("a", default=not meant) is meant
    assert payload(a=value).maybe_flag("a") is meant


def test_a_missing_flag_is_false_unless_told() -> None:
    assert payload().flag("a") is False
    assert payload().flag("a", default=True) is True


def test_the_first_name_that_is_there_counts_and_all_are_read() -> None:
    page = payload(idOfStr=None, id=12, other=1)
    assert page.text("idOfStr", "id") == "12"
    assert page.unread() == {"other": 1}
    with pytest.raises(Unreadable) as caught:
        page.text("missing", "gone")
    assert caught.value.field == "missing"


def test_paths_lead_through_objects_and_lists() -> None:
    page = payload(result={"lines": [{"a": 1}, {"a": "x"}], "skus": {"sku": [{"b": {}}]}})
    result = page.one("result")
    assert [line.at for line in result.each("lines")] == ["result.lines.0", "result.lines.1"]
    with pytest.raises(Unreadable) as caught:
        result.each("lines")[1].integer("a")
    assert caught.value.field == "result.lines.1.a"
    assert result.wrapped("skus", "sku")[0].path("b") == "result.skus.sku.0.b"
    inside = page.maybe_one("result")
    assert inside is not None
    assert inside.path("x") == "result.x"


def test_texts_takes_numbers_as_texts() -> None:
    assert payload(a=["x", 12, Decimal("1.0")]).texts("a") == ("x", "12", "1.0")


def test_has_does_not_count_as_reading_and_raw_does() -> None:
    page = payload(a=[1], b=2)
    assert page.has("a")
    assert page.raw("b") == 2
    assert page.unread() == {"a": (1,)}


def test_what_is_no_object_is_no_payload() -> None:
    with pytest.raises(Unreadable) as caught:
        Payload([1], source="shop")  # type: ignore[arg-type]
    assert caught.value.field == "body"


def test_an_error_about_a_secret_does_not_show_it_and_one_about_a_code_does() -> None:
    page = payload()
    assert "abc" not in str(page.refuse("access_token", "abc", "is wrong"))
    assert "E17" in str(page.refuse("code", "E17", "is not known"))
    assert page.refuse("access_token", None, "is missing").value is None


def test_the_repr_shows_no_values() -> None:
    assert repr(payload(name="Ann")) == "<Payload shop.body: 1 keys>"
