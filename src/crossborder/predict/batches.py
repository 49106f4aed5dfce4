"""Many items worked on in batches: here, in threads, in processes or on other machines.

Any `concurrent.futures.Executor` will do; engines that spread work over machines offer one. What is
sent to it are functions of modules and plain values, so that it can be unpickled on the other side.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from crossborder.errors import InvalidValue

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

__all__ = ["AHEAD", "at_row", "in_batches"]

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AHEAD = 8
"""So many batches are given out before the first one must be back."""


def in_batches(
    function: Callable[[int, list[Item]], Answer],
    items: Iterable[Item],
    *,
    executor: "Executor | None" = None,
    chunk: int = 10_000,
    ahead: int = AHEAD,
    start: int = 0,
    on_done: Callable[[int], None] | None = None,
) -> Iterator[Answer]:
    """What `function` answers for each batch of the items, in their order.

    Nothing is read before it is asked for, and at most `ahead` batches are under way: memory does
    not grow with the items. When the answers are no longer asked for, or one of them is an error,
    batches that have not begun are cancelled. The answers before an error have been given by then;
    the error carries a note with the items of its batch.

    Args:
        function: takes the place of the batch's first item and the items. With processes or
            machines it must be a function of a module (or `functools.partial` of one).
        items: read once, as they are needed.
        executor: where batches are worked on; None is here.
        chunk: items in a batch; enough for 50 ms of work, so that the sending does not matter.
        ahead: batches under way at most; two for each worker keep all of them busy.
        start: the place of the first item, when earlier ones were done before.
        on_done: called with the place of the next item, once the caller is through with an answer
            and asks for the one after it. To go on from there later, give that place as `start`
            and the items from there on.

    Raises:
        InvalidValue: `chunk` or `ahead` below 1, or `start` below 0; at once.

    >>> def total(place: int, numbers: list[int]) -> tuple[int, int]:
    ...     return place, sum(numbers)
    >>> list(in_batches(total, range(10), chunk=4))
    [(0, 6), (4, 22), (8, 17)]
    """
    for field, value, least in (("chunk", chunk, 1), ("ahead", ahead, 1), ("start", start, 0)):
        if value < least:
            text = f"must be at least {least}"
            raise InvalidValue(text, field=field, value=value, source="in_batches")
    batches = _batches(items, chunk, start)
    if executor is None:
        return _told(_here(function, batches), on_done)
    return _told(_given_out(function, batches, executor, ahead), on_done)


def at_row(error: InvalidValue, place: int, *ids: str) -> InvalidValue:
    """The same error, with the place of the row among all rows (and its ids) as its source.

    >>> at_row(InvalidValue("is late", field="at", value=3, source="x"), 7, "kettle")
    InvalidValue('is late')
    >>> print(at_row(InvalidValue("is late", field="at", value=3, source="x"), 7, "kettle"))
    row 7 (kettle).at is late (got 3)
    """
    named = f" ({', '.join(ids)})" if ids else ""
    source = f"row {place}{named}"
    return type(error)(error.text, field=error.field, value=error.value, source=source)


class _Sealed(Generic[Item]):
    """A batch on its way. Engines look through lists for values of their own, piece by piece."""

    __slots__ = ("items", "start")

    def __init__(self, start: int, items: list[Item]) -> None:
        self.start, self.items = start, items


def _opened(function: Callable[[int, list[Item]], Answer], batch: _Sealed[Item]) -> Answer:
    return function(batch.start, batch.items)


def _batches(
    items: Iterable[Item], size: int, start: int
) -> Generator[tuple[int, list[Item]], None, None]:
    unread = iter(items)
    while batch := list(islice(unread, size)):
        yield start, batch
        start += len(batch)


def _told(
    answers: Generator[tuple[int, Answer], None, None], on_done: Callable[[int], None] | None
) -> Iterator[Answer]:
    # The caller has the answer in hand before its place counts as done: what is lost in between
    # is worked on again, never skipped.
    with closing(answers):
        for done, answer in answers:
            yield answer
            if on_done is not None:
                on_done(done)


def _here(
    function: Callable[[int, list[Item]], Answer],
    batches: Iterator[tuple[int, list[Item]]],
) -> Generator[tuple[int, Answer], None, None]:
    for start, batch in batches:
        end = start + len(batch)
        with _noted(start, end):
            answer = function(start, batch)
        yield end, answer


def _given_out(
    function: Callable[[int, list[Item]], Answer],
    batches: Iterator[tuple[int, list[Item]]],
    executor: "Executor",
    ahead: int,
) -> Generator[tuple[int, Answer], None, None]:
    under_way: deque[tuple[int, int, Future[Answer]]] = deque()
    try:
        for start, batch in batches:
            end = start + len(batch)
            with _noted(start, end):
                future = executor.submit(_opened, function, _Sealed(start, batch))
            under_way.append((start, end, future))
            if len(under_way) >= ahead:
                yield _back(*under_way.popleft())
        while under_way:
            yield _back(*under_way.popleft())
    finally:
        for _, _, future in under_way:
            future.cancel()


def _back(start: int, end: int, future: "Future[Answer]") -> tuple[int, Answer]:
    with _noted(start, end):
        return end, future.result()


@contextmanager
def _noted(start: int, end: int) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"in the batch of items {start} to {end - 1}")
        raise
