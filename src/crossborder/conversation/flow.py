"""A conversation as a value: it can be named, shown, compared, held and run again."""

import warnings
from collections.abc import Callable, Generator
from functools import wraps
from itertools import count
from typing import Any, Generic, ParamSpec, TypeVar

from attrs import evolve, frozen

from crossborder.conversation.steps import Both, Call, Note, Step, Steps
from crossborder.errors import OutcomeUnknown, VendorError

__all__ = ["Flow", "Page", "flow", "settled", "under"]

T = TypeVar("T")
P = ParamSpec("P")

# Sends in one run before a write whose replies keep getting lost is given up.
_SENDS = 3
# Attempt names tried in all: each crash between "begun" and "sent" uses one up.
_NAMES = 100


class Flow(Generic[T]):
    """A conversation that has not been run: `client.run(flow)`, or `yield from flow` inside one.

    It can be run any number of times; a flow that is dropped without being run warns.
    """

    __slots__ = ("__weakref__", "_args", "_function", "_kept", "_kwargs")

    def __init__(
        self, function: Callable[..., Steps[T]], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._function, self._args, self._kwargs = function, args, kwargs
        self._kept = False

    def __iter__(self) -> Generator[Step, Any, T]:
        self._kept = True
        return self._function(*self._args, **self._kwargs)

    def keep(self) -> "Flow[T]":
        """The same flow, which may now be dropped without being run (a page's `next`)."""
        self._kept = True
        return self

    @property
    def name(self) -> str:
        """The name of the method it was made by."""
        return self._function.__qualname__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Flow):
            return NotImplemented
        return (self._function, self._args, self._kwargs) == (
            other._function,
            other._args,
            other._kwargs,
        )

    def __hash__(self) -> int:
        return hash(self._function)

    def __repr__(self) -> str:
        return f"<Flow {self.name}: not run; use client.run(flow)>"

    def __del__(self) -> None:
        if not getattr(self, "_kept", True):
            warnings.warn(f"{self!r} was dropped", RuntimeWarning, stacklevel=2)


def flow(function: Callable[P, Steps[T]]) -> Callable[P, Flow[T]]:
    """Make a generator of steps a `Flow`.

    >>> @flow
    ... def nothing() -> Steps[int]:
    ...     return 1
    ...     yield
    >>> nothing().keep()
    <Flow nothing: not run; use client.run(flow)>
    """

    @wraps(function)
    def make(*args: P.args, **kwargs: P.kwargs) -> Flow[T]:
        return Flow(function, args, kwargs)

    return make


@frozen
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: in the vendor's order.
        cursor: where to start again after these items, or None at the end.
        next: the flow of the next page, or None at the end.
    """

    items: tuple[T, ...]
    cursor: str | None = None
    next: "Flow[Page[T]] | None" = None

    def __attrs_post_init__(self) -> None:
        if self.next is not None:
            self.next.keep()


def settled(
    attempt: Callable[[str], Steps[T]], look: Callable[[], Steps[T | None]], *, step: str
) -> Steps[T]:
    """A write that cannot be repeated: after a lost answer look first, then try under a new name.

    `attempt` is given the step's name for its write; `look` answers what stands there, or None.
    Where the vendor shows a write only after a while, `look` must wait (`after=`). After three
    lost answers in one run the error goes to the caller; the next run looks again.
    """
    sent = 0
    for number in count(1):
        try:
            return (yield from attempt(step if number == 1 else f"{step}/{number}"))
        except OutcomeUnknown as unknown:
            try:
                found = yield from look()
            except VendorError as error:
                # A look that fails says nothing: what is not known stays the error to see.
                raise unknown from error
            if found is not None:
                return found
            sent += unknown.fresh
            if sent >= _SENDS or number >= _NAMES:
                raise
    raise AssertionError("unreachable")  # pragma: no cover - count() has no end


def under(name: str, steps: Flow[T] | Steps[T]) -> Steps[T]:
    """The same conversation with every write named under `name/`.

    A chain that takes one adapter's flow several times needs it: the names of its writes would
    be the same, and one name in one run means one write.
    """
    # Begun now, not at the first step: of two steps in `both`, the second may never be reached.
    return _under(name, iter(steps))


def _under(name: str, inner: Steps[T]) -> Steps[T]:
    try:
        step = next(inner)
        while True:
            try:
                got = yield _renamed(step, name)
            except BaseException as error:
                step = inner.throw(error)
            else:
                step = inner.send(got)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        inner.close()


def _renamed(step: Step, name: str) -> Step:
    if isinstance(step, Note) or (isinstance(step, Call) and step.step is not None):
        return evolve(step, step=f"{name}/{step.step}")
    if isinstance(step, Both):
        left: Any = step.left
        right: Any = step.right
        return Both(under(name, left), under(name, right))
    return step
