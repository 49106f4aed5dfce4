"""A small world of stock that checks, after every command, what must always hold.

The checks know nothing of the kernel's inside: they sum the moves themselves, one by one, and try
every way of serving lines where the kernel has to find one.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from random import Random  # noqa: TID251

from attrs import evolve

from crossborder.model.ids import OfferId, OrderId, SkuId, WarehouseId
from crossborder.model.stock import SkuStock, StockAccount, StockMove
from crossborder.stages.inventory.ledger import (
    Allocate,
    Announce,
    Cancel,
    Command,
    Count,
    Cover,
    Free,
    Hold,
    Land,
    Obeyed,
    Receive,
    Return,
    Ship,
    StockBook,
    StockLine,
    touched,
)

HOMES = tuple(WarehouseId(name) for name in ("home", "abroad", "fba"))
SKUS = tuple(SkuId(name) for name in ("CUP", "POT", "TRAY"))
OFFERS = tuple(OfferId(name) for name in ("cheap", "quick"))
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)

Place = tuple[str, str]
Sums = Counter[tuple[StockAccount, SkuId, str, str, str, str, str]]


def sums(moves: list[StockMove]) -> Sums:
    """Every account, summed move by move from nothing."""
    found: Sums = Counter()
    for move in moves:
        key = (move.warehouse_id, move.condition, move.offer_id, move.ref, move.line_id)
        found[(move.account, move.sku_id, *key)] += move.quantity
    return found


class World:
    """A book, the ledger of everything that happened to it, and a clock."""

    def __init__(self) -> None:
        self.book = StockBook(HOMES)
        self.ledger: list[StockMove] = []
        self.now = START
        self.ends: dict[str, datetime] = {}
        self.readings: dict[tuple[SkuId, str], tuple[datetime, datetime, str, datetime]] = {}
        self.excused: set[tuple[SkuId, str]] = set()
        self.commands: list[Command] = []
        self.holds: list[Hold] = []
        self.orders: dict[str, tuple[StockLine, ...]] = {}
        self.outside: Counter[SkuId] = Counter()
        self.number = 0

    def name(self) -> str:
        self.number += 1
        return f"c{self.number}"

    # What the checks work out for themselves.

    def free(self, sku: SkuId, place: Place, now: datetime, found: Sums | None = None) -> int:
        """Pieces at a place without a claim, from the moves alone; may be negative."""
        there, promised, awaited, held = self.claims(sku, place, now, found)
        return there - promised - awaited - held

    def claims(
        self, sku: SkuId, place: Place, now: datetime, found: Sums | None = None
    ) -> tuple[int, int, int, int]:
        """Pieces at a place, and of them promised, awaited and held by live holds."""
        there = promised = awaited = held = 0
        for key, pieces in (sums(self.ledger) if found is None else found).items():
            account, of, warehouse, condition, offer, ref, _ = key
            if of != sku or (warehouse, offer) != place:
                continue
            if account is StockAccount.ALLOCATED:
                promised += pieces
            elif account is StockAccount.AWAITED:
                awaited += pieces
            elif account is StockAccount.HELD:
                held += pieces if self.ends[ref] > now else 0
            elif account is StockAccount.ON_HAND:
                there += pieces if condition == "sellable" else 0
            elif account is StockAccount.OFFERED:
                there += pieces if now < self.readings[sku, offer][3] else 0
            elif account is StockAccount.TAKEN:
                there -= pieces if now < self.readings[sku, offer][3] else 0
        return there, promised, awaited, held

    def room(self, sku: SkuId, place: Place, own: int, found: Sums) -> int:
        """What somebody with a hold of `own` pieces may take there."""
        there, promised, _, _ = self.claims(sku, place, self.now, found)
        free = max(0, self.free(sku, place, self.now, found))
        return free + min(own, max(0, there - promised))

    def frozen(self) -> tuple[SkuStock, ...]:
        return tuple(self.book.stock(sku) for sku in SKUS)

    def feasible(self, lines: tuple[StockLine, ...], own: Counter[tuple[SkuId, Place]]) -> bool:
        """Whether all lines can be served together: Hall's condition, over every set of lines."""
        found = sums(self.ledger)
        for sku in {sku for line in lines for sku, _ in line.needs}:
            wants = [(dict(line.needs)[sku], places(line)) for line in lines if needs(line, sku)]
            for size in range(1, len(wants) + 1):
                for some in combinations(wants, size):
                    reach = set().union(*(allowed for _, allowed in some))
                    there = sum(self.room(sku, place, own[sku, place], found) for place in reach)
                    if sum(wanted for wanted, _ in some) > there:
                        return False
        return True

    # Doing, and checking.

    def do(self, command: Command) -> Obeyed:
        before, asked = self.frozen(), self.book.ask(command, self.now)
        assert self.frozen() == before, "asking changed something"
        self.check_expectation(command, asked)
        self.check_order_of_things(command, asked)
        obeyed = self.book.obey(command, self.now)
        assert obeyed == asked
        if obeyed.problems:
            assert not obeyed.moves
            assert self.frozen() == before, "a refusal changed something"
            return obeyed
        self.note(command, obeyed)
        self.check_sums()
        self.check_claims(touched(command))
        self.check_rebuilt()
        self.check_repeat(command)
        self.check_time()
        return obeyed

    def note(self, command: Command, obeyed: Obeyed) -> None:
        self.ledger.extend(obeyed.moves)
        self.commands.append(command)
        if isinstance(command, Hold):
            self.ends[command.id] = command.until
            self.holds.append(command)
        if isinstance(command, Allocate):
            self.orders[command.order_id] = command.lines
        if isinstance(command, Announce):
            stock = command.stock
            at = stock.sku_id, stock.offer_id
            mine = (stock.observed_at, self.now, command.id, stock.sellable_until)
            older = at in self.readings and mine[:3] < self.readings[at][:3]
            names = [event.name for event in obeyed.events]
            assert ("inventory.older_reading" in names) == older, "a reading ignored in silence"
            if not older:
                self.readings[at] = mine
                self.check_alarm(command, obeyed)
        if isinstance(command, Count):
            self.excused.add((command.sku_id, command.warehouse_id))
        for move in obeyed.moves:
            if move.account is StockAccount.ON_HAND and move.reason in OUTSIDE:
                self.outside[move.sku_id] += move.quantity
        if isinstance(command, Ship):
            # What a supplier sent to the buyer was never on a shelf of ours.
            ours = (StockAccount.ON_HAND, StockAccount.SHIPPED)
            for sku in touched(command):
                came = [move for move in obeyed.moves if move.sku_id == sku]
                sent = sum(move.quantity for move in came if move.account in ours)
                bought = sum(m.quantity for m in came if m.account is StockAccount.ORDERED)
                assert sent == -bought
                self.outside[sku] += sent
        if isinstance(command, Land):
            ours = (StockAccount.ON_HAND, StockAccount.IN_TRANSIT)
            found = sum(move.quantity for move in obeyed.moves if move.account in ours)
            over = [one for one in obeyed.events if one.name == "inventory.over_receipt"]
            assert found == sum(event.facts["pieces"] for event in over)
            self.outside[command.sku_id] += found

    def check_expectation(self, command: Command, asked: Obeyed) -> None:
        """Invariants 3, 4, 8, 13: all lines or none, and exactly when it is possible."""
        if not isinstance(command, Hold | Allocate) or asked.repeated:
            return
        if isinstance(command, Hold) and command.until <= self.now:
            assert [problem.code for problem in asked.problems] == ["over"]
            return
        own: Counter[tuple[SkuId, Place]] = Counter()
        if any(problem.code == "awaits_already" for problem in asked.problems):
            return
        used = command.replaces if isinstance(command, Hold) else command.hold_id
        if used is not None:
            if any(problem.code in ("hold_expired", "unknown_hold") for problem in asked.problems):
                return
            live = self.ends[used] > self.now
            assert live or isinstance(command, Hold), "an expired hold was used"
            # A hold that is over on one SKU is over on all.
            for (account, sku, home, _, offer, ref, _), n in sums(self.ledger).items():
                if account is StockAccount.HELD and ref == used and sku in touched(command):
                    own[sku, (home, offer)] += n if live else 0
        forced = isinstance(command, Allocate) and command.backorder
        assert bool(asked.problems) != (forced or self.feasible(command.lines, own)), (
            "served exactly when it can be"
        )
        if asked.problems:
            return
        kind = StockAccount.HELD if isinstance(command, Hold) else StockAccount.ALLOCATED
        got: Counter[tuple[str, SkuId]] = Counter()
        at: Counter[tuple[SkuId, Place]] = Counter()
        for move in asked.moves:
            mine = move.reason != "covered" and move.quantity > 0
            if mine and move.account is StockAccount.AWAITED:
                assert forced
                got[move.line_id, move.sku_id] += move.quantity
            elif mine and move.account is kind:
                got[move.line_id, move.sku_id] += move.quantity
                at[move.sku_id, (move.warehouse_id, move.offer_id)] += move.quantity
                line = next(line for line in command.lines if line.id == move.line_id)
                assert (move.warehouse_id, move.offer_id) in places(line), "a place not allowed"
        wanted = {(line.id, sku): n for line in command.lines for sku, n in line.needs}
        assert dict(got) == wanted, "a line got another number of pieces than it wants"
        found = sums(self.ledger)
        for (sku, place), taken in at.items():
            there = self.room(sku, place, own[sku, place], found)
            assert taken <= there, "a piece was taken twice"

    def check_order_of_things(self, command: Command, asked: Obeyed) -> None:
        """Invariant 20: nothing hangs on the order in which SKUs, lines or balances came."""
        turned = StockBook(HOMES, reversed(self.frozen()))
        assert turned.ask(command, self.now).moves == asked.moves
        if isinstance(command, Hold | Allocate) and len(command.lines) > 1:
            for lines in permutations(command.lines):
                again = evolve(command, lines=lines)
                assert bool(turned.ask(again, self.now).problems) == bool(asked.problems)

    def check_sums(self) -> None:
        """Invariants 1 and 10: the cached figures are the sums; no piece comes from nowhere."""
        found = sums(self.ledger)
        for sku in SKUS:
            shown = {
                (
                    one.account,
                    one.warehouse_id,
                    one.condition,
                    one.offer_id,
                    one.ref,
                    one.line_id,
                ): (one.quantity)
                for one in self.book.stock(sku).balances
                if one.quantity
            }
            mine = {(key[0], *key[2:]): n for key, n in found.items() if key[1] == sku and n}
            assert shown == mine, "a cached figure is not the sum of its moves"
            ours = sum(
                n
                for key, n in found.items()
                if key[1] == sku
                and key[0]
                in (
                    StockAccount.ON_HAND,
                    StockAccount.IN_TRANSIT,
                    StockAccount.SHIPPED,
                    StockAccount.LOST,
                )
            )
            assert ours == self.outside[sku], "a piece came from nowhere or went nowhere"
            assert self.book.stock(sku).version == len(
                {move.id for move in self.ledger if move.sku_id == sku}
            )

    def check_claims(self, moved: tuple[SkuId, ...]) -> None:
        """Invariants 2, 7 and 15: nothing promised twice; expired holds and offers count zero."""
        found = sums(self.ledger)
        for key, pieces in found.items():
            assert pieces >= 0, f"an account below zero: {key}"
        for sku in SKUS:
            for home in HOMES:
                for now in (START, self.now, self.now + timedelta(hours=1), self.now + TICK):
                    free = self.free(sku, (home, ""), now, found)
                    assert self.book.free(sku, now, home) == max(0, free), "free is not free"
                there, promised, awaited, held = self.claims(sku, (home, ""), self.now, found)
                if (sku, home) not in self.excused:
                    assert there - promised - held >= 0, "promised twice"
                    assert there - promised >= 0, "promised twice"
                idle = awaited and there - promised - held > 0
                assert not idle or sku not in moved, "pieces lie while orders wait"
            real = {(one.warehouse_id, one.condition): one for one in self.book.real(sku, self.now)}
            assert sum(one.free for one in real.values() if one.condition == "sellable") == (
                self.book.free(sku, self.now)
            )
            for offer in OFFERS:
                if (sku, offer) in self.readings:
                    until = self.readings[sku, offer][3]
                    assert self.book.promisable(sku, offer, until) == 0, "sold after its end"
                    shown = self.book.promisable(sku, offer, self.now)
                    assert shown == max(0, self.free(sku, ("", offer), self.now, found))

    def check_rebuilt(self) -> None:
        """Invariants 1 and 19: the moves in any order, and the frozen value, make the same book."""
        shuffled = list(self.ledger)
        Random(self.number).shuffle(shuffled)
        again = StockBook(HOMES)
        again.add(shuffled)
        thawed = StockBook(HOMES, self.frozen())
        for sku in SKUS:
            assert again.stock(sku) == self.book.stock(sku), "the order of moves matters"
            assert thawed.stock(sku) == self.book.stock(sku), "freezing lost something"
            for now in (self.now, START):
                assert again.free(sku, now) == thawed.free(sku, now) == self.book.free(sku, now)

    def check_repeat(self, command: Command) -> None:
        """Invariant 11: a command that comes again changes nothing."""
        before = self.frozen()
        again = self.book.obey(command, self.now + timedelta(minutes=1))
        assert again.repeated
        assert not again.moves
        assert not again.problems
        assert self.frozen() == before, "a repeated command changed something"

    def check_time(self) -> None:
        """Invariant 15: time alone never adds to what an offer lets us promise."""
        for sku, offer in self.readings:
            shown = [
                self.book.promisable(sku, offer, self.now + timedelta(minutes=step))
                + self.held(sku, ("", offer), self.now + timedelta(minutes=step))
                for step in (0, 7, 30, 90)
            ]
            assert shown == sorted(shown, reverse=True)

    def held(self, sku: SkuId, place: Place, now: datetime) -> int:
        return sum(
            n
            for (account, of, home, _, offer, ref, _), n in sums(self.ledger).items()
            if account is StockAccount.HELD
            and of == sku
            and (home, offer) == place
            and self.ends[ref] > now
        )

    def check_alarm(self, command: Announce, obeyed: Obeyed) -> None:
        """Invariant 16: promises that an offer no longer covers are told."""
        stock = command.stock
        place = ("", stock.offer_id)
        there, promised, _, held = self.claims(stock.sku_id, place, START - timedelta(9))
        held = self.held(stock.sku_id, place, self.now)
        told = {event.name: event.facts["pieces"] for event in obeyed.events}
        missing, over = promised - max(0, there), promised + held - max(0, there)
        if missing > 0:
            assert told == {"inventory.uncovered": missing}, "an uncovered promise"
        else:
            assert told == ({"inventory.holds_uncovered": over} if over > 0 else {})

    # Round trips, tried on a copy.

    def check_round_trips(self) -> None:
        """Invariants 9, 13 and 14, on a copy: there and back again."""
        copy = StockBook(HOMES, self.frozen())
        copy.obey(Cover("t0", SKUS), self.now)
        for sku in SKUS:
            free = copy.free(sku, self.now)
            before = copy.stock(sku).balances
            if not free:
                continue
            line = StockLine("x", sku, free)
            order = OrderId("round trip")
            assert not copy.obey(Allocate(f"t1{sku}", order, (line,)), self.now).problems
            assert copy.free(sku, self.now) == 0
            assert not copy.obey(Free(f"t2{sku}", order, (line,)), self.now).problems
            assert copy.stock(sku).balances == before, "allocate and free is not nothing"
            copy.obey(Allocate(f"t3{sku}", order, (line,)), self.now)
            copy.obey(Cancel(f"t4{sku}", order, (sku,)), self.now)
            copy.obey(Cancel(f"t5{sku}", order, (sku,)), self.now)
            assert copy.stock(sku).balances == before, "cancelling gave back another number"
            hold = Hold(f"t6{sku}", (line,), self.now + timedelta(hours=1))
            assert not copy.obey(hold, self.now).problems
            taken = copy.obey(Allocate(f"t7{sku}", order, (line,), hold_id=hold.id), self.now)
            assert not taken.problems
            assert copy.free(sku, self.now) == 0
            later = self.now + timedelta(hours=2)
            waits = any(one.account is StockAccount.AWAITED for one in before)
            if not waits and not any((sku, home) in self.excused for home in HOMES):
                left = self.book.free(sku, later) - free
                assert copy.free(sku, later) == left, "a hold that was used expired again"
            shipped = copy.obey(Ship(f"t8{sku}", order, (line,)), self.now)
            if not shipped.problems:
                back = Return(f"t9{sku}", order, line, HOMES[0], "opened")
                assert not copy.obey(back, self.now).problems
                assert copy.obey(Return(f"t10{sku}", order, line, HOMES[0]), self.now).problems
        first, second = (self.book.free(sku, self.now) for sku in SKUS[:2])
        most = min(first // 2, second // 3)
        copy = StockBook(HOMES, self.frozen())
        parts = ((SKUS[0], 2), (SKUS[1], 3))
        for n, fits in ((most, True), (most + 1, False)):
            if n:
                line = StockLine("b", SkuId("SET"), n, parts=parts)
                asked = copy.ask(Allocate("bundle", OrderId("b"), (line,)), self.now)
                assert bool(asked.problems) != fits, "more bundles than the scarcest part"


OUTSIDE = frozenset({"received", "counted", "broken"})


def needs(line: StockLine, sku: SkuId) -> bool:
    return any(part == sku for part, _ in line.needs)


def places(line: StockLine) -> frozenset[Place]:
    homes = line.warehouses or HOMES
    return frozenset({*((home, "") for home in homes), *(("", offer) for offer in line.offers)})


def filled(pieces: int = 5) -> World:
    """A world with some of everything in it."""
    world = World()
    for sku in SKUS:
        for home in HOMES[:2]:
            world.do(Receive(world.name(), sku, home, pieces))
    return world


__all__ = ["HOMES", "OFFERS", "SKUS", "START", "TICK", "World", "filled"]
