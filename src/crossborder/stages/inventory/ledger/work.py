"""What one command leads to: moves, or problems, and what should be told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.outcome import Problem
from crossborder.model.stock import StockAccount, StockMove
from crossborder.stages.inventory.ledger.lines import SELLABLE
from crossborder.stages.inventory.ledger.shelf import Key, Shelf

__all__ = ["Work"]


class Work:
    """The shelves a command may look at, and the moves it makes; nothing is changed here."""

    __slots__ = (
        *("_change", "events", "id", "moves", "now", "problems", "shelves", "stamp"),
        "warehouses",
    )

    def __init__(
        self,
        shelves: Mapping[SkuId, Shelf],
        *,
        warehouses: tuple[str, ...],
        now: datetime,
        id: str,
        stamp: str,
    ) -> None:
        self.shelves = shelves
        self.warehouses = warehouses
        self.now = now
        self.id = id
        self.stamp = stamp
        self.moves: list[StockMove] = []
        self.problems: list[Problem] = []
        self.events: list[Event] = []
        self._change: dict[tuple[SkuId, StockAccount, str], int] = {}

    def move(
        self,
        sku_id: SkuId,
        account: StockAccount,
        quantity: int,
        *,
        warehouse_id: str = "",
        condition: str = "",
        offer_id: str = "",
        ref: str = "",
        line_id: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        confidence: Decimal | None = None,
        reason: str = "",
    ) -> None:
        """Note a move of the command."""
        counts = warehouse_id and condition in ("", SELLABLE)
        if counts and account is StockAccount.HELD and quantity < 0:
            # A hold that is over kept nothing: its end makes no room.
            key = (account, warehouse_id, condition, offer_id, ref, line_id)
            counts = self.shelves[sku_id].lives(key, self.now)
        if counts:
            at = sku_id, account, warehouse_id
            self._change[at] = self._change.get(at, 0) + quantity
        self.moves.append(
            StockMove(
                self.id,
                sku_id,
                account,
                quantity,
                self.now,
                warehouse_id,
                condition,
                offer_id,
                ref,
                line_id,
                since,
                until,
                confidence,
                reason,
                self.stamp,
            )
        )

    def changed(self, sku_id: SkuId, account: StockAccount, warehouse_id: str) -> int:
        """What the moves noted so far add to the sellable pieces of an account in a warehouse."""
        return self._change.get((sku_id, account, warehouse_id), 0)

    def left(self, sku_id: SkuId, key: Key) -> int:
        """What the moves noted so far add to one balance."""
        return sum(
            move.quantity
            for move in self.moves
            if move.sku_id == sku_id
            and (move.account, move.warehouse_id, move.offer_id, move.ref, move.line_id)
            == (key[0], key[1], key[3], key[4], key[5])
        )

    def at(self, sku_id: SkuId, key: Key, quantity: int, reason: str = "") -> None:
        """Note a move of an account that has a key already."""
        account, warehouse, condition, offer, ref, line = key
        self.move(
            sku_id,
            account,
            quantity,
            warehouse_id=warehouse,
            condition=condition,
            offer_id=offer,
            ref=ref,
            line_id=line,
            reason=reason,
        )

    def refuse(self, code: str, text: str, field: str = "", **facts: Any) -> None:
        """Note why the command cannot be obeyed."""
        self.problems.append(Problem(code, text, field, extra=Extra(facts)))

    def tell(self, name: str, subject: str, **facts: Any) -> None:
        """Note something people should know of."""
        self.events.append(Event(f"inventory.{name}", subject, self.now, Extra(facts)))

    def known(self, warehouses: Iterable[str], field: str) -> bool:
        """Whether all of these warehouses are ours; else it is refused."""
        strangers = [one for one in warehouses if one not in self.warehouses]
        for one in strangers:
            self.refuse("unknown_warehouse", f"no warehouse of ours is {one!r}", field, value=one)
        return not strangers
