import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra, freeze
from crossborder.testing.strategies import extras, json_values


@given(extras())
def test_an_extra_survives_pickle_copy_and_its_own_repr(kept: Extra) -> None:
    again = pickle.loads(pickle.dumps(kept))
    assert again == kept
    assert type(again) is Extra
    assert hash(again) == hash(kept)
    assert copy.deepcopy(kept) == kept
    assert eval(repr(kept), {"Extra": Extra, "Decimal": Decimal}) == kept


@given(extras())
def test_freezing_what_is_frozen_is_the_same_thing(kept: Extra) -> None:
    assert freeze(kept) is kept
    assert list(kept) == list(dict(kept))


@given(json_values())
def test_every_json_value_can_be_frozen_and_hashed(value: Any) -> None:
    assert isinstance(hash(freeze(value)), int)


def test_lists_and_dicts_are_frozen_all_the_way_down() -> None:
    kept = Extra({"a": [{"b": [1, 2]}], "c": {"d": None}})
    assert kept["a"] == (Extra({"b": (1, 2)}),)
    assert type(kept["a"][0]) is Extra
    assert type(kept["c"]) is Extra


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.__setitem__("a", 2),
        lambda kept: kept.__delitem__("a"),
        lambda kept: kept.update(a=2),
        lambda kept: kept.setdefault("b", 2),
        lambda kept: kept.pop("a"),
        lambda kept: kept.popitem(),
        lambda kept: kept.clear(),
        lambda kept: kept.__ior__({"a": 2}),
    ],
)
def test_nothing_changes_an_extra(change: Any) -> None:
    kept = Extra({"a": 1})
    with pytest.raises(TypeError, match="an Extra is frozen"):
        change(kept)
    assert kept == {"a": 1}


@pytest.mark.parametrize("value", [1.5, object(), b"x", {1, 2}])
def test_what_is_no_exact_json_value_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(InvalidValue, match="is not a JSON value") as caught:
        Extra({"weight": [value]})
    assert (caught.value.field, caught.value.value) == ("weight", value)


def test_a_key_is_a_text() -> None:
    with pytest.raises(InvalidValue, match="must be a text") as caught:
        Extra({1: "one"})  # type: ignore[dict-item]
    assert (caught.value.field, caught.value.value) == ("key", 1)


def test_an_empty_extra_is_short() -> None:
    assert repr(Extra()) == "Extra()"
    assert Extra() == Extra({})
