"""How the pretend vendor's refusals become values."""

from typing import TypeVar

from crossborder.adapters.memory import shapes
from crossborder.conversation import Reply, Steps
from crossborder.errors import BadRequest
from crossborder.model.outcome import Done, Outcome

__all__ = ["outcome"]

T = TypeVar("T")


def outcome(asked: Steps[Reply], kind: type[T]) -> Steps[Outcome[T]]:
    """Take a call as a step: its noun when it was done, its problems when it was refused."""
    try:
        reply = yield from asked
    except BadRequest as error:
        return shapes.refusal(error)
    return Done(shapes.noun(reply, kind))
