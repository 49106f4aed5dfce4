"""What a flow may ask for: a call, a piece of work, or two independent things."""

from collections.abc import Callable, Generator, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from crossborder.conversation.exchange import Request

if TYPE_CHECKING:
    from crossborder.conversation.desk import Desk

__all__ = [
    "Both",
    "Call",
    "Note",
    "Step",
    "Steps",
    "Work",
    "as_of",
    "both",
    "noted",
    "recalled",
    "work",
]

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


@frozen
class Call:
    """One request to a vendor, with what is needed to deliver it.

    Attributes:
        vendor: the adapter's name.
        account: which account there.
        operation: names the call for policies, errors and contracts, such as `orders.list`.
        request: unsigned.
        step: the name of a write, or None for a read; with the run's key it makes the operation
            key.
        repeatable: whether it may be sent twice; None means: by policy, method and key.
        after: seconds to wait before it is sent, for polling.
        keyed: puts the operation key into the request, where the vendor honours one.
        cost: what it takes from a cost bucket, or None for the policy's figure.
        desk: the desk that made it.
    """

    vendor: str
    account: str
    operation: str
    request: Request
    step: str | None = None
    repeatable: bool | None = None
    after: float = 0.0
    keyed: Callable[[Request, str], Request] | None = field(default=None, eq=False, repr=False)
    cost: int | None = field(default=None, eq=False, repr=False)
    desk: "Desk" = field(kw_only=True, eq=False, repr=False)


@frozen
class Work:
    """A function of the host that is not HTTP: mail, a queue, a database, a model.

    It runs in the client's thread, or in a thread of its own under `AsyncClient`. It is not
    journaled: it must bear being run again.
    """

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...] = ()


@frozen
class Both:
    """Two independent reads: in turn under `Client`, together under `AsyncClient`."""

    left: "Iterable[Step]"
    right: "Iterable[Step]"


@frozen
class Note:
    """A text to keep in the journal under a name: a later run under the same key gets it back.

    It holds what a flow decided before it wrote, so that a run after a crash does not decide
    anew. Without a journal the text is simply given back. A note without a text only asks.
    """

    step: str
    text: str | None


Step = Call | Work | Both | Note
Steps = Generator[Step, Any, T]


def work(name: str, function: Callable[..., T], *args: Any) -> Steps[T]:
    """Take a piece of work as a step; its result is the function's.

    >>> steps = work("sum", sum, (1, 2))
    >>> next(steps).name
    'sum'
    """
    result: T = yield Work(name, function, args)
    return result


def both(left: "Iterable[Step] | Steps[A]", right: "Iterable[Step] | Steps[B]") -> Steps[Any]:
    """Take two independent reads as one step; the result is the pair of their results."""
    result: tuple[Any, Any] = yield Both(left, right)
    return result


def noted(step: str, text: str) -> Steps[str]:
    """The text as it was when this run's key was first used.

    >>> steps = noted("plan", "two parcels")
    >>> next(steps)
    Note(step='plan', text='two parcels')
    """
    kept: str = yield Note(step, text)
    return kept


def recalled(step: str) -> Steps[str | None]:
    """The text noted under this name in an earlier run of the same key, or None."""
    kept: str | None = yield Note(step, None)
    return kept


def as_of(now: datetime) -> Steps[datetime]:
    """The time at which this run's key was first used: what a run after a crash decides by.

    A flow that decides before it writes begins with it: then the second run makes the same
    decisions, and so the same requests, however much later it comes.
    """
    kept = yield from noted("as of", now.isoformat())
    return datetime.fromisoformat(kept)
