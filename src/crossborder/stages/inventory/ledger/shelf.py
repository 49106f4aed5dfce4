"""One SKU while commands are obeyed: a draft that moves are added to, frozen when asked for."""

from datetime import datetime
from decimal import Decimal
from heapq import heappop, heappush

from crossborder.model.ids import SkuId
from crossborder.model.stock import SkuStock, StockAccount, StockBalance, StockMove

__all__ = ["Key", "Mark", "Place", "Shelf"]

Key = tuple[StockAccount, str, str, str, str, str]
"""Account, warehouse, condition, offer, ref and line: what a move adds to."""

Place = tuple[str, str]
"""Where promised pieces come from: a warehouse and no offer, or no warehouse and an offer."""

Mark = tuple[datetime | None, datetime | None, Decimal | None]
"""Since, until and confidence of a hold, an offer or a delivery."""

_NO_MARK: Mark = (None, None, None)

_ON_HAND, _HELD, _ALLOCATED = StockAccount.ON_HAND, StockAccount.HELD, StockAccount.ALLOCATED
_OFFERED = StockAccount.OFFERED
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


def _later(new: Mark, old: Mark) -> bool:
    """Whether the new reading of an offer replaces the old one: by time, then by its end."""
    return (new[0], new[1]) >= (old[0], old[1])


class Shelf:
    """The sums of one SKU's moves, and what makes asking for free pieces quick.

    Adding moves is all that changes it, and their order does not matter. The time is never
    stored: what a hold or an offer counts for is worked out for the `now` of each question.
    """

    __slots__ = (
        *("_clock", "_ends", "_live", "_places", "_refs", "_waiting"),
        *("commands", "counts", "marks", "version"),
    )

    def __init__(self, stock: SkuStock | None = None) -> None:
        self.version = 0
        self.counts: dict[Key, int] = {}
        self.marks: dict[Key, Mark] = {}
        self.commands: dict[str, str] = {}
        self._places: dict[Place, int] = {}
        self._refs: dict[tuple[StockAccount, str], dict[Key, None]] = {}
        self._waiting: set[Key] = set()
        self._live: dict[Place, int] = {}
        self._ends: list[tuple[datetime, Key]] = []
        self._clock: datetime | None = None
        if stock is not None:
            self.version = stock.version
            self.commands.update(stock.commands)
            for one in stock.balances:
                key = (
                    *(one.account, one.warehouse_id, one.condition),
                    *(one.offer_id, one.ref, one.line_id),
                )
                marked = one.since or one.until or one.confidence
                mark = _NO_MARK if marked is None else (one.since, one.until, one.confidence)
                self._add(key, one.quantity, mark)

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
        marked = move.since or move.until or move.confidence
        mark = _NO_MARK if marked is None else (move.since, move.until, move.confidence)
        self._add(key, move.quantity, mark)

    def _add(self, key: Key, quantity: int, mark: Mark) -> None:
        account = key[0]
        if mark is not _NO_MARK:
            old = self.marks.get(key)
            if account is not _OFFERED or old is None or _later(mark, old):
                self.marks[key] = mark
        if not quantity:
            return
        total = self.counts.get(key, 0) + quantity
        if total:
            self.counts[key] = total
            if key[4]:
                self._refs.setdefault((account, key[4]), {})[key] = None
        else:
            self._clear(key)
        place = (key[1], key[3])
        if account is _ALLOCATED:
            self._places[place] = self._places.get(place, 0) + quantity
        elif account is _HELD:
            self._hold(key, place, quantity)

    def _clear(self, key: Key) -> None:
        del self.counts[key]
        if key[4]:
            kept = self._refs[key[0], key[4]]
            del kept[key]
            if not kept:
                del self._refs[key[0], key[4]]
        if key[0] is not _OFFERED:
            self.marks.pop(key, None)

    def _hold(self, key: Key, place: Place, quantity: int) -> None:
        """Count a hold among the live ones, up to the time that was asked about last."""
        if self._clock is None:
            return
        if key in self._waiting:
            self._live[place] += quantity
            return
        until = self.marks.get(key, _NO_MARK)[1]
        if until is None:
            self._clock = None
        elif until > self._clock:
            self._live[place] = self._live.get(place, 0) + quantity
            self._waiting.add(key)
            heappush(self._ends, (until, key))

    def held(self, place: Place, now: datetime) -> int:
        """Pieces of a place that live holds keep at `now`."""
        if self._clock is None or now < self._clock:
            self._recount(now)
        else:
            while self._ends and self._ends[0][0] <= now:
                _, key = heappop(self._ends)
                if key in self._waiting:
                    self._waiting.discard(key)
                    self._live[key[1], key[3]] -= self.counts.get(key, 0)
            self._clock = now
        return self._live.get(place, 0)

    def _recount(self, now: datetime) -> None:
        self._live.clear()
        self._ends.clear()
        self._waiting.clear()
        for key, pieces in self.counts.items():
            if key[0] is _HELD:
                until = self.marks.get(key, _NO_MARK)[1]
                if until is not None and until > now:
                    place = (key[1], key[3])
                    self._live[place] = self._live.get(place, 0) + pieces
                    self._waiting.add(key)
                    heappush(self._ends, (until, key))
        self._clock = now

    def on_hand(self, warehouse_id: str, condition: str = _SELLABLE) -> int:
        """Pieces there."""
        return self.counts.get((_ON_HAND, warehouse_id, condition, "", "", ""), 0)

    def conditions(self, warehouse_id: str) -> set[str]:
        """The conditions in which there are pieces."""
        return {key[2] for key in self.counts if key[0] is _ON_HAND and key[1] == warehouse_id}

    def free(self, place: Place, now: datetime) -> int:
        """Pieces at a place that nobody has a claim on at `now`; negative when over-promised."""
        claimed = self._places.get(place, 0) + self.held(place, now)
        if place[0]:
            return self.on_hand(place[0]) - claimed
        reading = self.reading(place[1])
        open_ = reading is not None and now < reading[1]
        return (self.offered(place[1]) if open_ else 0) - claimed

    def allocated(self, place: Place) -> int:
        """Pieces of a place that are promised to order lines."""
        return self._places.get(place, 0)

    def offered(self, offer_id: str) -> int:
        """What the newest reading of an offer lets us promise, whether it still counts or not."""
        return self.counts.get((_OFFERED, "", "", offer_id, "", ""), 0)

    def reading(self, offer_id: str) -> tuple[datetime, datetime] | None:
        """When the offer was read last, and until when that counts; None when it never was."""
        since, until, _ = self.marks.get((_OFFERED, "", "", offer_id, "", ""), _NO_MARK)
        return None if since is None or until is None else (since, until)

    def held_by(self, hold_id: str, now: datetime) -> dict[Key, int] | None:
        """The pieces of a live hold; None when its time is over; empty when there is none."""
        found = self.of(_HELD, hold_id)
        over = any((self.marks.get(key, _NO_MARK)[1] or now) <= now for key in found)
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

    def freeze(self, sku_id: SkuId) -> SkuStock:
        """The value of what stands here."""
        keys = set(self.counts) | {key for key in self.marks if key[0] is _OFFERED}
        balances = []
        for key in keys:
            account, warehouse, condition, offer, ref, line = key
            since, until, confidence = self.marks.get(key, (None, None, None))
            balances.append(
                StockBalance(
                    account,
                    self.counts.get(key, 0),
                    warehouse_id=warehouse,
                    condition=condition,
                    offer_id=offer,
                    ref=ref,
                    line_id=line,
                    since=since,
                    until=until,
                    confidence=confidence,
                )
            )
        commands = tuple(sorted(self.commands.items()))
        return SkuStock(sku_id, self.version, tuple(sorted(balances, key=_sort)), commands)
