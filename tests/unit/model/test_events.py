from datetime import UTC, datetime

import pytest
from attrs import evolve

from crossborder.errors import InvalidValue
from crossborder.model.events import Event
from crossborder.model.extra import Extra


def test_an_event_is_a_value_with_frozen_facts() -> None:
    event = Event("orders.held", "1", datetime(2026, 11, 2, tzinfo=UTC), {"flag": ["hold:risk"]})  # type: ignore[arg-type]
    assert event.facts == Extra({"flag": ("hold:risk",)})
    assert evolve(event) == event


@pytest.mark.parametrize(("name", "subject"), [("", "1"), ("orders.held", " ")])
def test_an_event_names_what_happened_and_to_what(name: str, subject: str) -> None:
    with pytest.raises(InvalidValue, match="must not be blank"):
        Event(name, subject)
