"""One SKU while commands are obeyed: a draft that moves are added to, frozen when asked for."""

from bisect import insort
from datetime import datetime
from heapq import heappop, heappush

from crossborder.model.ids import SkuId
from crossborder.model.stock import SkuStock, StockAccount, StockBalance, StockMove
from crossborder.stages.inventory.ledger.marks import NO_MARK, Mark, marked

__all__ = ["Key", "Place", "Shelf"]

Key = tuple[StockAccount, str, str, str, str, str]
"""Account, warehouse, condition, offer, ref and line: what a move adds to."""

Place = tuple[str, str]
"""Where promised pieces come from: a warehouse and no offer, or no warehouse and an offer."""


_ON_HAND, _HELD, _ALLOCATED = StockAccount.ON_HAND, StockAccount.HELD, StockAccount.ALLOCATED
_OFFERED, _TAKEN, _AWAITED = StockAccount.OFFERED, StockAccount.TAKEN, StockAccount.AWAITED
_SELLABLE = "sellable"


def _sort(balance: StockBalance) -> tuple[str, ...]:
    return (
        balance.account.value,
        balance.warehouse_id,
        balance.condition,
        balance.offer_id,
        balance.ref,
        balance.line_id,
    )


class Shelf:
    """The sums of one SKU's moves, and what makes asking for free pieces quick.

    Adding moves is all that changes it, and their order does not matter. The time is never kept:
    what a hold or an offer counts for is worked out for the `now` of each question; a small step
    of the clock, forward or back, costs no more than the holds that ended in between.
    """

    __slots__ = (
        *("_clock", "_conditions", "_ends", "_gone", "_live", "_places", "_refs", "_taken"),
        *("_waiting", "_waits", "commands", "counts", "marks", "version"),
    )

    def __init__(self, stock: SkuStock | None = None) -> None:
        self.version = 0
        self.counts: dict[Key, int] = {}
        self.marks: dict[Key, Mark] = {}
        self.commands: dict[str, str] = {}
        self._places: dict[Place, int] = {}
        self._refs: dict[tuple[StockAccount, str], dict[Key, None]] = {}
        self._taken: dict[str, dict[Key, None]] = {}
        self._waits: dict[Key, None] = {}
        self._conditions: dict[str, dict[str, None]] = {}
        self._live: dict[Place, int] = {}
        self._ends: list[tuple[datetime, Key]] = []
        self._gone: list[tuple[datetime, Key]] = []
        self._waiting: set[Key] = set()
        self._clock: datetime | None = None
        if stock is not None:
            self.version = stock.version
            self.commands.update(stock.commands)
            for one in stock.balances:
                key = (
                    *(one.account, one.warehouse_id, one.condition),
                    *(one.offer_id, one.ref, one.line_id),
                )
                self._add(key, one.quantity, marked(one.account, one, one.at))

    def obeyed(self, id: str, stamp: str) -> None:
        """Count a command; its moves are put one by one."""
        self.version += 1
        self.commands[id] = stamp

    def put(self, move: StockMove) -> None:
        """Add one move."""
        key = (
            move.account,
            move.warehouse_id,
            move.condition,
            move.offer_id,
            move.ref,
            move.line_id,
        )
        self._add(key, move.quantity, marked(move.account, move, move.at))

    def _add(self, key: Key, quantity: int, mark: Mark) -> None:
        account = key[0]
        if mark is not NO_MARK:
            lasting = account is _OFFERED or account is _AWAITED
            if not lasting or mark.newer(self.marks.get(key)):
                self.marks[key] = mark
        if not quantity:
            return
        total = self.counts.get(key, 0) + quantity
        if total:
            self._fill(key, total)
        else:
            self._clear(key)
        place = (key[1], key[3])
        if account is _ALLOCATED or account is _AWAITED:
            self._places[place] = self._places.get(place, 0) + quantity
        elif account is _HELD:
            self._hold(key, place, quantity)

    def _fill(self, key: Key, total: int) -> None:
        self.counts[key] = total
        if key[4]:
            self._refs.setdefault((key[0], key[4]), {})[key] = None
        if key[0] is _ON_HAND:
            self._conditions.setdefault(key[1], {})[key[2]] = None
        elif key[0] is _TAKEN:
            self._taken.setdefault(key[3], {})[key] = None
        elif key[0] is _AWAITED:
            self._waits[key] = None

    def _clear(self, key: Key) -> None:
        del self.counts[key]
        if key[4]:
            kept = self._refs[key[0], key[4]]
            del kept[key]
            if not kept:
                del self._refs[key[0], key[4]]
        if key[0] is _ON_HAND:
            del self._conditions[key[1]][key[2]]
        elif key[0] is _TAKEN:
            del self._taken[key[3]][key]
        if key[0] is _AWAITED:
            del self._waits[key]
        elif key[0] is not _OFFERED:
            self.marks.pop(key, None)

    def _hold(self, key: Key, place: Place, quantity: int) -> None:
        """Count a hold among the live ones, up to the time that was asked about last."""
        if self._clock is None:
            return
        if key in self._waiting:
            self._live[place] += quantity
            return
        until = self.marks.get(key, NO_MARK).until
        if until is None:
            self._clock = None
        elif until > self._clock:
            self._live[place] = self._live.get(place, 0) + quantity
            self._waiting.add(key)
            heappush(self._ends, (until, key))
        else:
            insort(self._gone, (until, key))

    def held(self, place: Place, now: datetime) -> int:
        """Pieces of a place that live holds keep at `now`."""
        if self._clock is None:
            self._recount(now)
        while self._ends and self._ends[0][0] <= now:
            end = heappop(self._ends)
            key = end[1]
            if key in self._waiting:
                self._waiting.discard(key)
                self._live[key[1], key[3]] -= self.counts.get(key, 0)
                insort(self._gone, end)
        while self._gone and self._gone[-1][0] > now:
            end = self._gone.pop()
            key = end[1]
            if key in self.counts and key not in self._waiting:
                self._waiting.add(key)
                self._live[key[1], key[3]] = (
                    self._live.get((key[1], key[3]), 0) + (self.counts[key])
                )
                heappush(self._ends, end)
        self._clock = now
        return self._live.get(place, 0)

    def _recount(self, now: datetime) -> None:
        self._live.clear()
        self._ends.clear()
        self._waiting.clear()
        self._gone.clear()
        for key, pieces in self.counts.items():
            until = self.marks.get(key, NO_MARK).until if key[0] is _HELD else None
            if until is not None and until > now:
                place = (key[1], key[3])
                self._live[place] = self._live.get(place, 0) + pieces
                self._waiting.add(key)
                heappush(self._ends, (until, key))
            elif until is not None:
                self._gone.append((until, key))
        self._gone.sort()

    def on_hand(self, warehouse_id: str, condition: str = _SELLABLE) -> int:
        """Pieces there."""
        return self.counts.get((_ON_HAND, warehouse_id, condition, "", "", ""), 0)

    def conditions(self, warehouse_id: str) -> set[str]:
        """The conditions in which there are pieces."""
        return set(self._conditions.get(warehouse_id, ()))

    def there(self, place: Place, now: datetime) -> int:
        """Pieces at a place that can be promised at all at `now`, promised or not."""
        if place[0]:
            return self.on_hand(place[0])
        reading = self.reading(place[1])
        if reading is None or reading.until is None or now >= reading.until:
            return 0
        return self.offered(place[1])

    def free(self, place: Place, now: datetime) -> int:
        """Pieces at a place that nobody has a claim on at `now`; negative when over-promised."""
        return self.there(place, now) - self._places.get(place, 0) - self.held(place, now)

    def allocated(self, place: Place) -> int:
        """Pieces of a place that order lines were promised and that were there then."""
        return self._places.get(place, 0) - (self.waiting(place[0]) if place[0] else 0)

    def promised(self, place: Place) -> int:
        """Pieces of a place that order lines were promised, awaited ones among them."""
        return self._places.get(place, 0)

    def knows(self, ref: str) -> bool:
        """Whether anything belongs to this hold, order, transfer or delivery."""
        return any((account, ref) in self._refs for account in StockAccount)

    def waiting(self, warehouse_id: str) -> int:
        """Pieces that order lines wait for in a warehouse."""
        return sum(self.counts[key] for key in self._waits if key[1] == warehouse_id)

    def offered(self, offer_id: str) -> int:
        """What the newest reading lets us promise, less what was bought since; its end apart."""
        stated = self.counts.get((_OFFERED, "", "", offer_id, "", ""), 0)
        return stated - sum(self.counts[key] for key in self.taken(offer_id))

    def taken(self, offer_id: str) -> list[Key]:
        """What was bought on an offer and is still in its figure."""
        return sorted(self._taken.get(offer_id, ()))

    def reading(self, offer_id: str) -> Mark | None:
        """The newest reading of an offer; None when it was never read."""
        return self.marks.get((_OFFERED, "", "", offer_id, "", ""))

    def lives(self, key: Key, now: datetime) -> bool:
        """Whether a balance of a hold still counts at `now`."""
        until = self.marks.get(key, NO_MARK).until
        return until is not None and until > now

    def held_by(self, hold_id: str, now: datetime) -> dict[Key, int] | None:
        """The pieces of a live hold; None when its time is over; empty when there is none."""
        found = self.of(_HELD, hold_id)
        over = any((self.marks.get(key, NO_MARK).until or now) <= now for key in found)
        return None if over else found

    def of(self, account: StockAccount, ref: str, line_id: str | None = None) -> dict[Key, int]:
        """The counts of an account that belong to a ref, and to one line of it; places sorted."""
        keys = [
            key
            for key in self._refs.get((account, ref), ())
            if line_id is None or key[5] == line_id
        ]
        keys.sort(key=lambda key: (key[1] == "", *key[1:]))
        return {key: self.counts[key] for key in keys}

    def awaited(self) -> list[tuple[datetime, Key]]:
        """Every order line that waits for pieces, since when; the longest wait first."""
        found = [(since, key) for key in self._waits if (since := self.marks[key].since)]
        return sorted(found)

    def freeze(self, sku_id: SkuId) -> SkuStock:
        """The value of what stands here."""
        keys = set(self.counts) | {key for key in self.marks if key[0] is _OFFERED}
        balances = []
        for key in keys:
            account, warehouse, condition, offer, ref, line = key
            mark = self.marks.get(key, NO_MARK)
            balances.append(
                StockBalance(
                    account,
                    self.counts.get(key, 0),
                    warehouse_id=warehouse,
                    condition=condition,
                    offer_id=offer,
                    ref=ref,
                    line_id=line,
                    since=mark.since,
                    until=mark.until,
                    confidence=mark.confidence,
                    at=mark.at,
                    by=mark.by,
                )
            )
        commands = tuple(sorted(self.commands.items()))
        return SkuStock(sku_id, self.version, tuple(sorted(balances, key=_sort)), commands)
