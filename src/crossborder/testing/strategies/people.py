"""Strategies for buyers, promotion, tickets, outcomes and decisions."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossborder.model.customer import Customer, CustomerHistory
from crossborder.model.decision import Decision, Reason
from crossborder.model.events import Event
from crossborder.model.outcome import Done, Problem, Refused
from crossborder.model.promotion import Campaign, Commission, Touch
from crossborder.model.ticket import Message, Ticket
from crossborder.testing.strategies.base import (
    built,
    countries,
    currencies,
    ids,
    made,
    moments,
    some,
)
from crossborder.testing.strategies.basics import money, prices

__all__ = [
    "campaigns",
    "commissions",
    "customer_histories",
    "customers",
    "decisions",
    "done",
    "events",
    "messages",
    "problems",
    "reasons",
    "refused",
    "tickets",
    "touches",
]


@made(Customer)
def customers() -> SearchStrategy[Customer]:
    """Buyers."""
    return built(Customer, country=st.just("") | countries())


@made(CustomerHistory)
def customer_histories(currency: str | None = None) -> SearchStrategy[CustomerHistory]:
    """What buyers bought so far."""
    return built(CustomerHistory, spent=money(currency))


@made(Campaign)
def campaigns() -> SearchStrategy[Campaign]:
    """Campaigns."""
    return built(Campaign)


@made(Touch)
def touches() -> SearchStrategy[Touch]:
    """Contacts with a campaign."""
    return built(Touch)


@made(Commission)
def commissions() -> SearchStrategy[Commission]:
    """What affiliates earn."""
    return currencies().flatmap(
        lambda code: built(Commission, base=money(code), amount=money(code))
    )


@made(Message)
def messages() -> SearchStrategy[Message]:
    """What buyers and agents write."""
    return built(Message)


@made(Ticket)
def tickets() -> SearchStrategy[Ticket]:
    """Conversations with at least one message, oldest first."""
    several = some(messages(), least=1)
    oldest_first = several.map(lambda few: tuple(sorted(few, key=lambda item: item.at)))
    return built(Ticket, messages=oldest_first)


@made(Problem)
def problems() -> SearchStrategy[Problem]:
    """Reasons of a refusal."""
    return built(Problem, severity=st.sampled_from(["error", "warning"]))


@made(Done)
def done(value: SearchStrategy[Any] | None = None) -> SearchStrategy[Done[Any]]:
    """What was done; `value` is what stands there now, a price unless given."""
    return st.builds(Done, prices() if value is None else value, some(problems()))


@made(Refused)
def refused() -> SearchStrategy[Refused]:
    """Refusals with at least one reason."""
    return st.builds(Refused, some(problems(), least=1))


@made(Reason)
def reasons() -> SearchStrategy[Reason]:
    """Steps of why."""
    return built(Reason)


@made(Event)
def events() -> SearchStrategy[Event]:
    """Facts that stages return."""
    at = st.none() | moments()
    return built(Event, name=ids().map(lambda name: f"orders.{name}"), at=at)


@made(Decision)
def decisions(value: SearchStrategy[Any] | None = None) -> SearchStrategy[Decision[Any]]:
    """Decisions without kept inputs; `value` is what was decided, a price unless given."""
    return st.builds(
        Decision,
        prices() if value is None else value,
        some(reasons()),
        some(events()),
        ids().map(lambda name: f"orders.{name}/1"),
    )
