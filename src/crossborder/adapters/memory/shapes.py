"""What the pretend vendor answers, made into nouns."""

from collections.abc import Callable
from typing import TypeVar

from crossborder.adapters.memory.rules import VENDOR
from crossborder.conversation import Flow, Page, Reply
from crossborder.errors import BadRequest
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import Reading
from crossborder.serial import structure
from crossborder.wire.payload import Payload

__all__ = ["items", "noun", "outcomes", "page", "reading", "refusal"]

T = TypeVar("T")


def noun(reply: Reply, kind: type[T]) -> T:
    """The one noun of an answer."""
    return structure(reply.json(source=VENDOR), kind)


def items(reply: Reply, kind: type[T], name: str = "items") -> tuple[T, ...]:
    """The nouns of an answer's list."""
    said = Payload(reply.json(source=VENDOR), source=VENDOR)
    return tuple(structure(item, kind) for item in said.raw(name) or ())


def page(reply: Reply, kind: type[T], following: Callable[[str], Flow[Page[T]]]) -> Page[T]:
    """A page of a list, with the flow of the next one."""
    said = Payload(reply.json(source=VENDOR), source=VENDOR)
    cursor = said.maybe_text("cursor")
    found = tuple(structure(item, kind) for item in said.raw("items") or ())
    return Page(found, cursor, following(cursor) if cursor is not None else None)


def outcomes(reply: Reply, asked: tuple[T, ...]) -> tuple[Outcome[T], ...]:
    """One outcome for each thing asked, in order."""
    said = Payload(reply.json(source=VENDOR), source=VENDOR)
    return tuple(
        Done(thing) if item.has("done") else Refused(_problems(item))
        for thing, item in zip(asked, said.each("items"), strict=True)
    )


def reading(reply: Reply) -> Reading:
    """What is known of parcels."""
    said = Payload(reply.json(source=VENDOR), source=VENDOR)
    parcels = tuple(structure(item, Shipment) for item in said.raw("parcels") or ())
    return Reading(parcels, _problems(said))


def refusal(error: BadRequest) -> Refused:
    """A refusal as a value; an error without problems is not one, and is raised on."""
    if not error.problems:
        raise error
    return Refused(error.problems)


def _problems(said: Payload) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            item.text("code"),
            item.maybe_text("text") or "",
            item.maybe_text("field") or "",
            extra=item.unread(),
        )
        for item in said.each("problems")
    )
