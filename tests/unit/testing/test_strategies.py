"""The strategies know every noun, and every noun keeps the habits of a value."""

import pickle
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crossborder.model
from crossborder.model.outcome import Pending
from crossborder.serial import from_json, to_json
from crossborder.testing import strategies
from crossborder.testing.strategies import NOUNS, nouns, offers, orders

EVERY = sorted(NOUNS, key=lambda kind: kind.__name__)
each_noun = pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)


def classes() -> set[type]:
    found: set[type] = set()
    for info in iter_modules(crossborder.model.__path__, "crossborder.model."):
        for item in vars(import_module(info.name)).values():
            if isinstance(item, type) and attrs.has(item) and item.__module__ == info.name:
                found.add(item)
    return found


def test_every_noun_of_the_model_has_a_strategy() -> None:
    assert classes() - set(NOUNS) == {Pending}


def test_every_strategy_is_public_and_told_apart_by_name() -> None:
    assert strategies.__all__ == sorted(set(strategies.__all__))
    for name in strategies.__all__:
        assert getattr(strategies, name) is not None


@each_noun
def test_a_noun_comes_back_from_json_whole(kind: type) -> None:
    @settings(max_examples=25, deadline=None)
    @given(NOUNS[kind])
    def check(noun: Any) -> None:
        assert type(noun) is kind
        text = to_json(noun)
        again = from_json(text)
        assert again == noun
        assert type(again) is kind
        assert to_json(again) == text

    check()


@each_noun
def test_a_noun_is_a_value(kind: type) -> None:
    @settings(max_examples=10, deadline=None)
    @given(NOUNS[kind])
    def check(noun: Any) -> None:
        again = pickle.loads(pickle.dumps(noun))
        assert again == noun
        assert hash(again) == hash(noun)
        assert "\n" not in repr(noun)
        assert repr(noun).startswith(kind.__name__)

    check()


@settings(max_examples=50, deadline=None)
@given(nouns(), st.data())
def test_a_noun_cannot_be_changed(noun: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([item.name for item in attrs.fields(type(noun))]))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(noun, name, None)


@settings(max_examples=25, deadline=None)
@given(orders("EUR"), offers("CNY"))
def test_a_currency_that_is_asked_for_is_used_throughout(order: Any, offer: Any) -> None:
    assert order.total.currency == "EUR"
    assert {tier.unit_price.currency for tier in offer.tiers} <= {"CNY"}
