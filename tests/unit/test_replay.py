"""Decisions made again from their records."""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, get_type_hints

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.decision import RULES, Decision, Reason, decides, recording
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.money import Money
from crossborder.model.order import Order
from crossborder.replay import STAGES, replay, to_record
from crossborder.serial.converter import converter
from crossborder.testing.strategies import moments, orders

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _rules() -> Iterator[None]:
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def judge() -> Callable[..., Decision[Money]]:
    @decides("test.judge", 2)
    def rule(
        order: Order,
        share: Decimal,
        /,
        more: tuple[int, ...] = (),
        *,
        now: datetime,
        wait: timedelta = timedelta(days=1),
    ) -> Decision[Money]:
        facts = Extra({"late": now > order.placed_at + wait, "more": more})
        event = Event("test.judged", order.id, now)
        return Decision(order.total * share, (Reason("judged", "", facts),), (event,))

    return rule


@settings(max_examples=25, deadline=None)
@given(orders(), st.decimals(0, 1, places=2), st.lists(st.integers()), moments())
def test_a_decision_made_again_is_the_same(
    order: Order, share: Decimal, more: list[int], now: datetime
) -> None:
    rule = judge()
    with recording():
        first = rule(order, share, tuple(more), now=now)
    record = to_record(first)
    again = replay(json.dumps(record))
    assert again == evolve(first, inputs=None)
    with recording():
        assert replay(record) == first
    assert to_record(replayed(record)) == record


def replayed(record: dict[str, Any]) -> Decision[Any]:
    with recording():
        return replay(record)


def test_a_decision_without_its_inputs_has_no_record() -> None:
    @decides("test.plain", 1)
    def plain(number: int) -> Decision[int]:
        return Decision(number)

    with pytest.raises(InvalidValue, match=r"record inside recording\(\)"):
        to_record(plain(1))


def test_a_rule_without_annotations_is_recorded_with_its_open_types() -> None:
    @decides("test.open", 1)
    def opened(when, tags=()):  # type: ignore[no-untyped-def]
        return Decision((when, tags))

    with recording():
        first: Decision[Any] = opened(NOON, ("a",))
    assert replay(to_record(first)).value == (NOON, ("a",))


def test_an_input_an_older_record_lacks_takes_its_default() -> None:
    @decides("test.grown", 1)
    def grown(number: int, *, factor: int = 3) -> Decision[int]:
        return Decision(number * factor)

    assert replay({"rule": "test.grown/1", "inputs": {"number": 2}}).value == 6


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "rule"),
        ({"rule": ["x"], "inputs": {}}, "rule"),
        ({"rule": "test.small/2", "inputs": {"number": 1}}, "rule"),
        ({"rule": "test.small/1"}, "inputs"),
        ({"rule": "test.small/1", "inputs": [1]}, "inputs"),
        ({"rule": "test.small/1", "inputs": {}}, "inputs.number"),
        ({"rule": "test.small/1", "inputs": {"number": "1"}}, "inputs.number"),
        ({"rule": "test.small/1", "inputs": {"number": 1, "pairs": [1, "x"]}}, "inputs.pairs.1"),
        ({"rule": "test.small/1", "inputs": {"number": 1, "other": 1}}, "inputs.other"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_with_its_field(
    record: dict[str, Any], field: str
) -> None:
    @decides("test.small", 1)
    def small(number: int, pairs: tuple[int, ...] = ()) -> Decision[int]:
        return Decision(number)

    with pytest.raises(InvalidValue) as caught:
        replay(record)
    assert caught.value.field == field


@pytest.mark.parametrize("text", ["", "[]", '{"rule": "a/1"', '{"inputs": 1.5}'])
def test_a_text_that_is_no_record_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        replay(text)
    assert caught.value.field == "body"


def test_an_input_that_cannot_be_kept_is_named() -> None:
    @decides("test.calling", 1)
    def calling(how: Any) -> Decision[int]:
        return Decision(1)

    with recording():
        first = calling([print])
    with pytest.raises(InvalidValue) as caught:
        to_record(first)
    assert (caught.value.field, caught.value.source) == ("inputs.how.0", "test.calling/1")


def test_a_rule_that_is_not_registered_yet_is_looked_for_in_every_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class Stage:
        __all__ = ("room",)

        def __init__(self, name: str) -> None:
            self.name = name

        def __getattr__(self, room: str) -> None:
            asked.append(f"{self.name}.{room}")

    monkeypatch.setattr("crossborder.replay.import_module", Stage)
    with pytest.raises(InvalidValue):
        replay({"rule": "test.nowhere/1", "inputs": {}})
    assert asked == [f"crossborder.stages.{stage}.room" for stage in STAGES]


def test_the_rules_of_a_room_are_found_before_the_room_was_asked_for() -> None:
    code = (
        "from crossborder.replay import replay\n"
        "from crossborder.errors import InvalidValue\n"
        "import sys\n"
        "assert 'crossborder.stages.inventory.watch' not in sys.modules\n"
        "try: replay({'rule': 'inventory.switch/1', 'inputs': {}})\n"
        "except InvalidValue as error: print(error.field)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "inputs.state"


def every_rule() -> list[str]:
    for stage in STAGES:
        module = import_module(f"crossborder.stages.{stage}")
        for room in module.__all__:
            getattr(module, room)
    return sorted(name for name in RULES if name.split(".")[0] in STAGES)


@pytest.mark.parametrize("name", every_rule())
def test_every_input_of_every_rule_can_be_kept_and_read(name: str) -> None:
    rule = RULES[name]
    hints = get_type_hints(inspect.unwrap(rule))
    for key, parameter in inspect.signature(rule).parameters.items():
        assert parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD), key
        hint = hints[key]
        assert hint is not Any, f"{name}: {key} has no stated type"
        assert "Callable" not in str(hint), f"{name}: {key} is a function"
        converter().get_structure_hook(hint, cache_result=False)
        converter().get_unstructure_hook(hint, cache_result=False)
