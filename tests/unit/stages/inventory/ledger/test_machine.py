"""The twenty invariants of stock, checked after every command of long random histories.

Which check is which: `world.py` names the invariants. Those about dates, channels, FBA and cost
layers are properties of their own modules.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crossborder.model.ids import OrderId, SkuId
from crossborder.model.stock import StockAccount, VirtualStock
from crossborder.model.time import Window
from crossborder.stages.inventory.ledger import (
    Allocate,
    Announce,
    Buy,
    Cancel,
    Close,
    Count,
    Cover,
    Expect,
    Free,
    Hold,
    Land,
    Receive,
    Regrade,
    Release,
    Return,
    Ship,
    StockLine,
    Transfer,
    WriteOff,
)
from unit.stages.inventory.ledger.world import HOMES, OFFERS, SKUS, World, filled

homes, skus, offers = st.sampled_from(HOMES), st.sampled_from(SKUS), st.sampled_from(OFFERS)
few = st.integers(1, 4)
conditions = st.sampled_from(["sellable", "sellable", "opened", "damaged"])


@st.composite
def lines(draw: st.DrawFn) -> tuple[StockLine, ...]:
    """One to three lines, plain or bundles, with places of their own choice."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        bundle = draw(st.integers(0, 4)) == 0
        parts = ((SKUS[0], 2), (SKUS[1], 1)) if bundle else ()
        allowed = draw(st.lists(homes, unique=True, max_size=2).map(tuple))
        virtual = draw(st.lists(offers, unique=True, max_size=2).map(tuple))
        sku = SkuId("SET") if bundle else draw(skus)
        made.append(StockLine(str(number), sku, draw(few), parts, allowed, virtual))
    return tuple(made)


class Stock(RuleBasedStateMachine):
    """Every command of the ledger, in any order, with the clock moving between them."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(empty=st.booleans())
    def begin(self, empty: bool) -> None:
        if not empty:
            self.world = filled()

    def _open(self, account: StockAccount) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for sku in SKUS:
            balances = self.world.book.stock(sku).balances
            found += [(sku, one) for one in balances if one.account is account and one.quantity > 0]
        return found

    def _pick(self, data: st.DataObject, account: StockAccount) -> tuple[SkuId, Any] | None:
        found = self._open(account)
        return data.draw(st.sampled_from(found)) if found else None

    @rule(sku=skus, home=homes, pieces=few, condition=conditions)
    def receive(self, sku: SkuId, home: Any, pieces: int, condition: str) -> None:
        self.world.do(Receive(self.world.name(), sku, home, pieces, condition))

    @rule(wanted=lines(), minutes=st.sampled_from([0, 1, 5, 15, 120]))
    def hold(self, wanted: tuple[StockLine, ...], minutes: int) -> None:
        until = self.world.now + timedelta(minutes=minutes)
        self.world.do(Hold(self.world.name(), wanted, until))

    @rule(data=st.data())
    @precondition(lambda self: self.world.holds)
    def release(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.world.holds))
        parts = tuple({sku for line in hold.lines for sku, _ in line.needs})
        self.world.do(Release(self.world.name(), hold.id, parts))

    @rule(wanted=lines(), backorder=st.integers(0, 4).map(lambda n: n == 0))
    def allocate(self, wanted: tuple[StockLine, ...], backorder: bool) -> None:
        name = self.world.name()
        self.world.do(Allocate(name, OrderId(f"o-{name}"), wanted, backorder=backorder))

    @rule(data=st.data(), same=st.booleans(), other=lines())
    @precondition(lambda self: self.world.holds)
    def allocate_a_hold(
        self, data: st.DataObject, same: bool, other: tuple[StockLine, ...]
    ) -> None:
        hold = data.draw(st.sampled_from(self.world.holds))
        name = self.world.name()
        wanted = hold.lines if same else other
        self.world.do(Allocate(name, OrderId(f"o-{name}"), wanted, hold_id=hold.id))

    @rule(data=st.data(), wanted=lines())
    @precondition(lambda self: self.world.holds)
    def change_a_hold(self, data: st.DataObject, wanted: tuple[StockLine, ...]) -> None:
        old = data.draw(st.sampled_from(self.world.holds))
        until = self.world.now + timedelta(minutes=15)
        self.world.do(Hold(self.world.name(), wanted, until, replaces=old.id))

    @rule(some=st.lists(skus, min_size=1, unique=True))
    def cover(self, some: list[SkuId]) -> None:
        self.world.do(Cover(self.world.name(), tuple(some)))

    @rule(data=st.data(), pieces=few, waiting=st.booleans(), home=st.none() | homes)
    def free(self, data: st.DataObject, pieces: int, waiting: bool, home: Any) -> None:
        account = StockAccount.AWAITED if waiting else StockAccount.ALLOCATED
        picked = self._pick(data, account)
        if picked:
            sku, one = picked
            line = StockLine(one.line_id, sku, pieces)
            name = self.world.name()
            self.world.do(Free(name, OrderId(one.ref), (line,), warehouse_id=home))

    @rule(data=st.data())
    @precondition(lambda self: self.world.orders)
    def cancel(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(sorted(self.world.orders)))
        part = data.draw(st.none() | st.sampled_from(["0", "1"]))
        self.world.do(Cancel(self.world.name(), OrderId(order), SKUS, part))

    @rule(data=st.data(), pieces=few)
    def ship(self, data: st.DataObject, pieces: int) -> None:
        picked = self._pick(data, StockAccount.ALLOCATED)
        if picked:
            sku, one = picked
            line = StockLine(one.line_id, sku, pieces)
            self.world.do(Ship(self.world.name(), OrderId(one.ref), (line,)))

    @rule(data=st.data())
    def drop_ship(self, data: st.DataObject) -> None:
        picked = self._pick(data, StockAccount.ORDERED)
        if picked:
            sku, one = picked
            line = StockLine(one.line_id or "1", sku, one.quantity)
            order = OrderId(one.ref or "none")
            self.world.do(Ship(self.world.name(), order, (line,), offer_id=one.offer_id))

    @rule(data=st.data(), pieces=few, home=homes, condition=conditions)
    def return_(self, data: st.DataObject, pieces: int, home: Any, condition: str) -> None:
        picked = self._pick(data, StockAccount.SHIPPED)
        if picked:
            sku, one = picked
            line = StockLine(one.line_id, sku, pieces)
            name = self.world.name()
            self.world.do(Return(name, OrderId(one.ref), line, home, condition))

    @rule(sku=skus, home=homes, pieces=few, hours=st.integers(1, 48))
    def expect(self, sku: SkuId, home: Any, pieces: int, hours: int) -> None:
        due = Window(self.world.now, self.world.now + timedelta(hours=hours))
        self.world.do(Expect(self.world.name(), sku, home, pieces, due, Decimal("0.9")))

    @rule(data=st.data(), pieces=few, home=homes)
    def receive_expected(self, data: st.DataObject, pieces: int, home: Any) -> None:
        picked = self._pick(data, StockAccount.INCOMING)
        if picked:
            sku, one = picked
            name = self.world.name()
            self.world.do(Receive(name, sku, home, pieces, expected_id=one.ref))

    @rule(data=st.data(), account=st.sampled_from(["incoming", "in_transit"]))
    def close(self, data: st.DataObject, account: str) -> None:
        picked = self._pick(data, StockAccount(account))
        if picked:
            self.world.do(Close(self.world.name(), picked[1].ref, picked[0]))

    @rule(sku=skus, home=homes, counted=st.integers(0, 9), condition=conditions)
    def count(self, sku: SkuId, home: Any, counted: int, condition: str) -> None:
        self.world.do(Count(self.world.name(), sku, home, counted, condition))

    @rule(sku=skus, home=homes, counted=st.integers(0, 4), booked=st.integers(0, 4))
    def count_late(self, sku: SkuId, home: Any, counted: int, booked: int) -> None:
        self.world.do(Count(self.world.name(), sku, home, counted, booked=booked))

    @rule(sku=skus, home=homes, pieces=few, condition=conditions)
    def write_off(self, sku: SkuId, home: Any, pieces: int, condition: str) -> None:
        self.world.do(WriteOff(self.world.name(), sku, home, pieces, "broken", condition))

    @rule(sku=skus, home=homes, pieces=few, turned=st.booleans())
    def regrade(self, sku: SkuId, home: Any, pieces: int, turned: bool) -> None:
        was, now = ("opened", "sellable") if turned else ("sellable", "opened")
        self.world.do(Regrade(self.world.name(), sku, home, pieces, was, now))

    @rule(sku=skus, pair=st.permutations(HOMES), pieces=few, due=st.booleans())
    def transfer(self, sku: SkuId, pair: list[Any], pieces: int, due: bool) -> None:
        now = self.world.now
        window = Window(now, now + timedelta(days=9)) if due else None
        name = self.world.name()
        self.world.do(Transfer(name, sku, pieces, pair[0], pair[1], owner="us", due=window))

    @rule(data=st.data(), pieces=few)
    def land(self, data: st.DataObject, pieces: int) -> None:
        picked = self._pick(data, StockAccount.IN_TRANSIT)
        if picked:
            sku, one = picked
            name = self.world.name()
            self.world.do(Land(name, one.ref, sku, one.warehouse_id, pieces, one.condition))

    @rule(
        sku=skus,
        offer=offers,
        pieces=st.integers(0, 6),
        minutes=st.integers(-30, 90),
        age=st.integers(0, 60),
    )
    def announce(self, sku: SkuId, offer: Any, pieces: int, minutes: int, age: int) -> None:
        now = self.world.now
        until = now + timedelta(minutes=minutes)
        read = now - timedelta(minutes=age)
        promise = Window(now, now + timedelta(days=9))
        sure = Decimal("0.9")
        stock = VirtualStock(sku, offer, pieces, until, until, promise, sure, read)
        self.world.do(Announce(self.world.name(), stock))

    @rule(data=st.data(), pieces=few)
    def buy(self, data: st.DataObject, pieces: int) -> None:
        promised = [one for one in self._open(StockAccount.ALLOCATED) if one[1].offer_id]
        if promised:
            sku, one = data.draw(st.sampled_from(promised))
            line = StockLine(one.line_id, sku, pieces)
            self.world.do(Buy(self.world.name(), OrderId(one.ref), line, one.offer_id))

    @rule(data=st.data(), pieces=few, home=homes)
    def arrive(self, data: st.DataObject, pieces: int, home: Any) -> None:
        picked = self._pick(data, StockAccount.ORDERED)
        if picked:
            sku, one = picked
            self.world.do(
                Receive(
                    *(self.world.name(), sku, home, pieces),
                    order_id=OrderId(one.ref) if one.ref else None,
                    line_id=one.line_id or None,
                    offer_id=one.offer_id,
                )
            )

    @rule(minutes=st.integers(1, 60))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @invariant()
    def there_and_back(self) -> None:
        type(self).steps += 1
        if self.world.number % 8 == 7:
            self.world.check_round_trips()


@pytest.fixture
def steps(full_size: bool) -> int:
    return 100_000 if full_size else 5_000


@pytest.mark.timeout(1500)
def test_the_invariants_hold_after_every_step_of_long_random_histories(steps: int) -> None:
    Stock.steps = 0
    while Stock.steps < steps:
        run_state_machine_as_test(
            Stock,
            settings=settings(
                max_examples=60,
                stateful_step_count=60,
                deadline=None,
                phases=(Phase.generate,),
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert Stock.steps >= steps
