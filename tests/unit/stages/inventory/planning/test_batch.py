from array import array
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.predict.batches import AHEAD
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.planning import (
    Forecast,
    PlanRow,
    Plans,
    ReorderItem,
    plan_all,
    plan_chunk,
    propose,
)
from unit.stages.inventory.planning.stuff import NOW, coming

LEAD = ((10.0, 1.0), (14.0, 1.0))
GOOD = PlanRow("kettle", "DE", 4, 0, (), 1.5, 1.2, LEAD, 7.0, 0.95, 0, 5, 5)

LEADS = st.dictionaries(st.integers(0, 40), st.integers(1, 4), min_size=1, max_size=5).map(
    lambda days: tuple((float(day), float(days[day])) for day in sorted(days))
)
ROWS = st.builds(
    PlanRow,
    st.text("abc", min_size=1, max_size=3),
    st.sampled_from(["DE", "US"]),
    st.integers(0, 200),
    st.integers(0, 30),
    st.lists(st.tuples(st.integers(-5, 60).map(float), st.integers(1, 90)), max_size=3).map(tuple),
    st.floats(0, 8),
    st.floats(1, 5),
    LEADS,
    st.integers(0, 14).map(float),
    st.integers(50, 999).map(lambda p: p / 1000),
    st.just(0),
    st.integers(1, 20),
    st.integers(1, 12),
)


def some_rows(count: int) -> Iterator[PlanRow]:
    for i in range(count):
        yield GOOD._replace(sku=f"s{i}", on_hand=i * 7 % 60, rate=0.1 + i * 13 % 40 / 10)


def same(one: list[Plans], other: list[Plans]) -> bool:
    return [[bytes(c) if isinstance(c, array) else c for c in plans] for plans in one] == [
        [bytes(c) if isinstance(c, array) else c for c in plans] for plans in other
    ]


@given(ROWS)
@settings(max_examples=100, deadline=None)
def test_a_row_gets_the_answer_of_the_proposal_to_the_last_piece(row: PlanRow) -> None:
    item = ReorderItem(
        SkuId(row.sku),
        WarehouseId(row.warehouse),
        row.on_hand,
        Forecast((row.rate,), row.dispersion),
        Distribution(tuple(d for d, _ in row.lead), tuple(w for _, w in row.lead)),
        row.allocated,
        tuple(coming(pieces, day) for day, pieces in row.incoming),
        timedelta(days=row.review),
        Decimal(str(row.service)),
        row.moq,
        row.multiple,
    )
    one = propose(item, now=NOW).value
    many = plan_chunk(0, [row])
    assert (many.quantity[0], many.need[0]) == (one.quantity, one.need)
    assert f"{many.risk_without[0]:.6f}" == str(one.risk_without)
    assert f"{many.risk_with[0]:.6f}" == str(one.risk_with)


@given(st.lists(ROWS, max_size=12), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_chunks_change_nothing(rows: list[PlanRow], chunk: int) -> None:
    whole = plan_chunk(0, rows)
    parts = list(plan_all(rows, chunk=chunk))
    assert [plans.start for plans in parts] == list(range(0, len(rows), chunk))
    for name in ("quantity", "need", "risk_without", "risk_with"):
        joined = [figure for plans in parts for figure in getattr(plans, name)]
        assert joined == list(getattr(whole, name))


def test_threads_and_processes_give_the_same_answers_to_the_last_bit() -> None:
    serial = list(plan_all(some_rows(700), chunk=100))
    with ThreadPoolExecutor(2) as threads:
        assert same(serial, list(plan_all(some_rows(700), executor=threads, chunk=100)))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert same(serial, list(plan_all(some_rows(700), executor=processes, chunk=100)))


class Later(Executor):
    """Runs a call when its result is asked for; counts what is under way."""

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        class Waiting(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                if not self.done():
                    self.set_result(fn(*args, **kwargs))
                return super().result(timeout)

        future = Waiting()
        self.given.append(future)
        return future


def test_rows_are_read_only_as_answers_are_asked_for() -> None:
    read = 0

    def counted() -> Iterator[PlanRow]:
        nonlocal read
        for row in some_rows(1000):
            read += 1
            yield row

    plans = plan_all(counted(), executor=Later(), chunk=10)
    assert read == 0
    for done in range(1, 20):
        assert next(plans).start == (done - 1) * 10
        assert read <= (done + AHEAD) * 10


def test_chunks_that_nobody_waits_for_are_cancelled() -> None:
    later = Later()
    plans: Any = plan_all(some_rows(1000), executor=later, chunk=10)
    next(plans)
    plans.close()
    assert [future.cancelled() for future in later.given] == [False] + [True] * (AHEAD - 1)


def test_what_is_done_is_told_after_each_chunk() -> None:
    told: list[int] = []
    for _ in plan_all(some_rows(25), chunk=10, on_done=told.append):
        pass
    assert told == [10, 20, 25]


def test_rows_that_go_on_from_a_place_are_named_by_it() -> None:
    rows = [*some_rows(13), GOOD._replace(rate=-1.0)]
    (first, *_), (rest,) = plan_all(rows[:10], chunk=5), plan_all(rows[10:13], start=10)
    assert [first.start, rest.start] == [0, 10]
    with pytest.raises(InvalidValue, match=r"row 13 \(kettle, DE\)\.rate"):
        list(plan_all(rows[10:], start=10))


def test_no_rows_give_no_answers() -> None:
    assert list(plan_all([])) == []


def test_columns_come_in_by_zip_and_the_last_fields_may_be_left_out() -> None:
    stock, rate = array("q", [4, 400]), array("d", [1.5, 1.5])
    same_for_all = [[value] * 2 for value in ((), 1.2, LEAD, 7.0, 0.95)]
    rows = zip(
        *(["a", "b"], ["DE", "US"], stock, [0, 0], same_for_all[0], rate, *same_for_all[1:]),
        strict=True,
    )
    (plans,) = plan_all(rows)
    assert plans.quantity[0] > 0
    assert plans.quantity[1] == 0


def test_weights_in_any_order_and_scale_mean_the_same() -> None:
    turned = GOOD._replace(lead=((14.0, 5.0), (10.0, 5.0)))
    assert plan_chunk(0, [turned]) == plan_chunk(0, [GOOD])


def test_a_row_of_answers_takes_32_bytes() -> None:
    plans = plan_chunk(0, list(some_rows(100)))
    columns = [column for column in plans if isinstance(column, array)]
    assert sum(column.itemsize for column in columns) == 32


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_hand": -1}, "on_hand"),
        ({"on_hand": True}, "on_hand"),
        ({"on_hand": 1.5}, "on_hand"),
        ({"allocated": -1}, "allocated"),
        ({"lot": -1}, "lot"),
        ({"moq": 0}, "moq"),
        ({"multiple": 0}, "multiple"),
        ({"rate": -0.1}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"rate": "1"}, "rate"),
        ({"dispersion": 0.9}, "dispersion"),
        ({"review": -1.0}, "review"),
        ({"review": None}, "review"),
        ({"service": 1.0}, "service"),
        ({"service": "high"}, "service"),
        ({"lead": ()}, "lead"),
        ({"lead": ((-1.0, 1.0),)}, "lead"),
        ({"lead": ((1.0, 0.0),)}, "lead"),
        ({"lead": ((1.0,),)}, "lead"),
        ({"lead": [(1.0, 1.0)]}, "lead"),
        ({"lead": None}, "lead"),
        ({"incoming": ((1.0, 0),)}, "incoming"),
        ({"incoming": (("soon", 3),)}, "incoming"),
        ({"incoming": [[1.0, 3]]}, "incoming"),
    ],
)
def test_a_row_that_cannot_be_planned_is_named_with_its_field(
    changes: dict[str, Any], field: str
) -> None:
    rows = [*some_rows(13), GOOD._replace(**changes)]
    with pytest.raises(InvalidValue) as caught:
        list(plan_all(rows, chunk=5))
    assert (caught.value.field, caught.value.source) == (field, "row 13 (kettle, DE)")


@pytest.mark.parametrize("row", [(), ("kettle",), (*GOOD, 1)])
def test_a_row_of_another_length_is_named(row: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidValue) as caught:
        plan_chunk(7, [row])
    assert (caught.value.field, caught.value.source) == ("row", "row 7")


def test_a_wrong_row_is_named_from_a_process_too() -> None:
    rows = [*some_rows(5), GOOD._replace(rate=-1.0)]
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes,
        pytest.raises(InvalidValue, match=r"row 5 \(kettle, DE\)\.rate"),
    ):
        list(plan_all(rows, executor=processes, chunk=2))


def test_a_chunk_of_no_rows_is_refused_at_once() -> None:
    with pytest.raises(InvalidValue) as caught:
        plan_all([], chunk=0)
    assert caught.value.field == "chunk"
