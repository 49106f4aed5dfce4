from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.batches import at_row, in_batches


def placed(start: int, items: list[int]) -> tuple[int, list[int]]:
    return start, items


def halved(start: int, items: list[int]) -> list[int]:
    for place, item in enumerate(items, start):
        if item % 2:
            raise ValueError(f"{item} at {place} is odd")
    return [item // 2 for item in items]


class Later(Executor):
    """Runs a call when its result is asked for, and keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []
        self.sent: list[Any] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent.extend(args)

        class Waiting(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                return fn(*args, **kwargs)

        self.given.append(Waiting())
        return self.given[-1]


@given(st.integers(0, 40), st.integers(1, 9), st.integers(1, 5), st.integers(0, 7), st.booleans())
def test_all_items_come_back_in_order_with_their_places(
    count: int, chunk: int, ahead: int, start: int, elsewhere: bool
) -> None:
    executor = Later() if elsewhere else None
    told: list[int] = []
    answers = list(
        in_batches(
            placed,
            range(count),
            executor=executor,
            chunk=chunk,
            ahead=ahead,
            start=start,
            on_done=told.append,
        )
    )
    assert [item for _, items in answers for item in items] == list(range(count))
    assert all(items[0] + start == place for place, items in answers)
    assert all(len(items) == chunk for _, items in answers[:-1])
    assert told == [place + len(items) for place, items in answers]


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 30))
def test_never_more_is_read_than_the_batches_under_way_hold(
    chunk: int, ahead: int, asked: int
) -> None:
    read = 0

    def endless() -> Iterator[int]:
        nonlocal read
        while True:
            read += 1
            yield read

    later = Later()
    answers = in_batches(placed, endless(), executor=later, chunk=chunk, ahead=ahead)
    assert read == 0
    for done in range(1, asked + 1):
        next(answers)
        assert read == (done - 1 + ahead) * chunk
        assert len(later.given) - done < ahead


def test_here_only_the_batch_that_is_asked_for_is_read() -> None:
    unread = iter(range(100))
    answers = in_batches(placed, unread, chunk=10)
    next(answers)
    assert next(unread) == 10


def test_nothing_is_sent_that_an_engine_would_look_through_piece_by_piece() -> None:
    later = Later()
    list(in_batches(placed, range(25), executor=later, chunk=10))
    assert later.sent
    assert not any(isinstance(one, list | tuple | dict | set) for one in later.sent)


@pytest.mark.parametrize("ahead", [1, 3])
def test_batches_that_nobody_waits_for_are_cancelled(ahead: int) -> None:
    later = Later()
    answers: Any = in_batches(placed, range(100), executor=later, chunk=10, ahead=ahead)
    next(answers)
    answers.close()
    assert [future.cancelled() for future in later.given] == [False] + [True] * (ahead - 1)


def test_a_place_counts_as_done_only_when_the_next_answer_is_asked_for() -> None:
    told: list[int] = []
    answers = in_batches(placed, range(25), chunk=10, on_done=told.append)
    next(answers)
    assert told == []
    next(answers)
    assert told == [10]
    assert list(answers) == [(20, [20, 21, 22, 23, 24])]
    assert told == [10, 20, 25]


@given(st.integers(0, 6))
def test_what_was_broken_off_goes_on_from_the_place_that_was_told(taken: int) -> None:
    whole = list(in_batches(placed, range(55), chunk=10))
    done = [0]
    answers = in_batches(placed, range(55), chunk=10, on_done=done.append)
    first = list(islice(answers, taken))
    rest = in_batches(placed, range(done[-1], 55), chunk=10, start=done[-1])
    kept = [answer for answer in first if answer[0] < done[-1]]
    assert kept + list(rest) == whole


def test_an_error_comes_after_the_answers_before_it_and_names_its_batch() -> None:
    items = [0] * 26 + [7] + [0] * 30
    later = Later()
    with ThreadPoolExecutor(2) as threads:
        for executor in (None, later, threads):
            answers = in_batches(halved, items, executor=executor, chunk=10, ahead=3)
            assert [next(answers), next(answers)] == [[0] * 10, [0] * 10]
            with pytest.raises(ValueError, match="7 at 26 is odd") as caught:
                next(answers)
            assert caught.value.__notes__ == ["in the batch of items 20 to 29"]
    assert [future.cancelled() for future in later.given] == [False, False, False, True, True]


def test_an_executor_that_takes_nothing_more_is_told_of_with_the_batch() -> None:
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    with pytest.raises(RuntimeError, match="shutdown") as caught:
        next(in_batches(placed, range(5), executor=threads, start=3))
    assert caught.value.__notes__ == ["in the batch of items 3 to 7"]


@pytest.mark.parametrize(("field", "value"), [("chunk", 0), ("ahead", 0), ("start", -1)])
def test_what_cannot_be_asked_is_refused_at_once(field: str, value: int) -> None:
    asked: dict[str, Any] = {field: value}
    with pytest.raises(InvalidValue, match="must be at least") as caught:
        in_batches(placed, [1], **asked)
    assert (caught.value.field, caught.value.value) == (field, value)


def test_an_error_at_a_row_keeps_its_kind_its_field_and_its_value() -> None:
    error = NaiveTime("has no zone", field="at", value=5, source="forecast_demand")
    named = at_row(error, 4, "kettle", "DE")
    assert type(named) is NaiveTime
    assert (named.text, named.field, named.value) == ("has no zone", "at", 5)
    assert named.source == "row 4 (kettle, DE)"
    assert at_row(error, 4).source == "row 4"
