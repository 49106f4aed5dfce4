"""The stock of many SKUs in memory: commands in, moves out; and the same as a pure decision."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import aware
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.outcome import Done, Problem, Refused
from crossborder.model.stock import RealStock, SkuStock, StockAccount, StockBalance, StockMove
from crossborder.stages.inventory.ledger.commands import Command, touched
from crossborder.stages.inventory.ledger.lines import SELLABLE
from crossborder.stages.inventory.ledger.obey import obey
from crossborder.stages.inventory.ledger.shelf import Shelf

__all__ = ["Obeyed", "StockBook", "decide"]


@frozen
class Obeyed:
    """What a command came to.

    Attributes:
        moves: to be kept, all or none; empty when it was refused or obeyed before.
        problems: why it was refused, or empty.
        events: what people should know of: shortages, losses, promises no longer covered.
        repeated: whether the command had been obeyed before.
    """

    moves: tuple[StockMove, ...] = ()
    problems: tuple[Problem, ...] = ()
    events: tuple[Event, ...] = ()
    repeated: bool = False


class StockBook:
    """The sums of a stock ledger, kept up to date move by move.

    It is a draft: fill it from moves or from `SkuStock` values, let it obey commands, keep the
    moves it returns in a ledger of your own, and freeze what you need. It reads no clock. A
    `closed` book refuses questions about a SKU it was not made with, where another takes it for
    one that was never moved.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import OrderId
    >>> from crossborder.stages.inventory.ledger import Allocate, Receive, StockLine
    >>> now, home, cup = datetime(2026, 11, 2, tzinfo=UTC), WarehouseId("home"), SkuId("CUP")
    >>> book = StockBook((home,))
    >>> _ = book.obey(Receive("r1", cup, home, 5), now)
    >>> book.obey(Allocate("a1", OrderId("1001"), (StockLine("1", cup, 4),)), now).problems
    ()
    >>> book.obey(Allocate("a2", OrderId("1002"), (StockLine("1", cup, 2),)), now).problems[0].text
    '1 of CUP are missing for line 1'
    >>> book.free(cup, now)
    1
    """

    def __init__(
        self,
        warehouses: Iterable[WarehouseId],
        stock: Iterable[SkuStock] = (),
        *,
        closed: bool = False,
    ) -> None:
        self._closed = False
        if isinstance(warehouses, str):
            said = "must be several ids"
            raise InvalidValue(said, field="warehouses", value=warehouses, source="StockBook")
        self.warehouses = tuple(dict.fromkeys(warehouses))
        self._shelves: dict[SkuId, Shelf] = {}
        for one in stock:
            if one.sku_id in self._shelves:
                said = "is given twice"
                raise InvalidValue(said, field="stock", value=one.sku_id, source="StockBook")
            self._shelves[one.sku_id] = Shelf(one)
        self._closed = closed

    def _shelf(self, sku_id: SkuId) -> Shelf:
        shelf = self._shelves.get(sku_id)
        if shelf is None:
            if self._closed:
                said = "was not read into this book"
                raise InvalidValue(said, field="sku_id", value=sku_id, source="StockBook")
            shelf = self._shelves[sku_id] = Shelf()
        return shelf

    def ask(self, command: Command, now: datetime) -> Obeyed:
        """What the command would come to; nothing changes."""
        aware(now, "now", "StockBook")
        shelves = {sku: self._shelf(sku) for sku in touched(command)}
        work = obey(shelves, command, warehouses=self.warehouses, now=now)
        repeated = not work.moves and not work.problems
        return Obeyed(tuple(work.moves), tuple(work.problems), tuple(work.events), repeated)

    def obey(self, command: Command, now: datetime) -> Obeyed:
        """Obey the command: its moves are counted at once, all or none."""
        obeyed = self.ask(command, now)
        self.add(obeyed.moves)
        return obeyed

    def add(self, moves: Iterable[StockMove]) -> None:
        """Count moves from a ledger, in any order; a command's moves of a SKU count once.

        Give whole commands: moves of one that was counted in an earlier call are left out.
        """
        shelves, begun = self._shelves, set()
        for move in moves:
            command, sku = move.id, move.sku_id
            shelf = shelves.get(sku)
            if shelf is None:
                shelf = shelves[sku] = Shelf()
            if command not in shelf.commands:
                begun.add((command, sku))
                shelf.obeyed(command, move.stamp)
            elif (command, sku) not in begun:
                continue
            shelf.put(move)

    def versions(self, sku_ids: Iterable[SkuId]) -> Mapping[SkuId, int]:
        """How many commands have changed each of these SKUs."""
        return {sku: self._shelf(sku).version for sku in sku_ids}

    def stock(self, sku_id: SkuId) -> SkuStock:
        """All accounts of a SKU as a value."""
        return self._shelf(sku_id).freeze(sku_id)

    @property
    def sku_ids(self) -> tuple[SkuId, ...]:
        """The SKUs in the book, sorted."""
        return tuple(sorted(self._shelves))

    def of(
        self, ref: str, account: StockAccount | None = None
    ) -> tuple[tuple[SkuId, StockBalance], ...]:
        """All that belongs to a hold, an order, a transfer or a delivery, of the SKUs in the book.

        It says what is promised to an order, what is open of a transfer, what a cart holds; with
        `account`, only that, as a hold and an order may have one name. A ledger is read by SKU:
        keep with an order which SKUs it has.
        """
        found = (self.stock(sku) for sku in self.sku_ids if self._shelves[sku].knows(ref))
        return tuple(
            (stock.sku_id, one)
            for stock in found
            for one in stock.of(ref)
            if account in (None, one.account)
        )

    def free(self, sku_id: SkuId, now: datetime, warehouse_id: WarehouseId | None = None) -> int:
        """Sellable pieces without a claim at `now`, in one warehouse or in all; never below 0."""
        aware(now, "now", "StockBook")
        shelf = self._shelf(sku_id)
        where = self.warehouses if warehouse_id is None else (warehouse_id,)
        for one in where:
            if one not in self.warehouses:
                said = "is no warehouse of ours"
                raise InvalidValue(said, field="warehouse_id", value=one, source="StockBook")
        return sum(max(0, shelf.free((one, ""), now)) for one in where)

    def promisable(self, sku_id: SkuId, offer_id: str, now: datetime) -> int:
        """Pieces of an offer that may still be promised at `now`; never below 0."""
        aware(now, "now", "StockBook")
        return max(0, self._shelf(sku_id).free(("", offer_id), now))

    def real(self, sku_id: SkuId, now: datetime) -> tuple[RealStock, ...]:
        """The SKU in each warehouse and condition, with what is promised and held at `now`.

        Awaited pieces count as promised: they are the shortage.
        """
        aware(now, "now", "StockBook")
        shelf = self._shelf(sku_id)
        found = []
        for one in self.warehouses:
            promised = shelf.promised((one, ""))
            held = shelf.held((one, ""), now)
            for condition in shelf.conditions(one) | ({SELLABLE} if promised or held else set()):
                mine = condition == SELLABLE
                found.append(
                    RealStock(
                        sku_id,
                        one,
                        max(0, shelf.on_hand(one, condition)),
                        allocated=promised if mine else 0,
                        held=held if mine else 0,
                        condition=condition,
                    )
                )
        return tuple(sorted(found, key=lambda real: (real.warehouse_id, real.condition)))


@decides("inventory.ledger", 1)
def decide(
    stock: tuple[SkuStock, ...],
    command: Command,
    *,
    warehouses: tuple[WarehouseId, ...],
    now: datetime,
) -> Decision[Done[tuple[StockMove, ...]] | Refused]:
    """The moves a command makes on this stock at `now`, or why it makes none.

    `stock` holds what the ledger says of every SKU in `touched(command)`; a SKU that is absent
    has no moves yet. Keep the moves with the versions of `stock` as the expected ones.
    """
    book = StockBook(warehouses, stock)
    obeyed = book.ask(command, now)
    if obeyed.problems:
        reasons = tuple(Reason(one.code, one.text, one.extra) for one in obeyed.problems)
        return Decision(Refused(obeyed.problems), reasons=reasons)
    if obeyed.repeated:
        again = Reason("repeated", "was obeyed before", Extra({"id": command.id}))
        return Decision(Done(()), reasons=(again,))
    moved = sum(1 for move in obeyed.moves if move.quantity or move.account is StockAccount.OFFERED)
    kept = Reason("kept", f"{moved} moves", Extra({"id": command.id, "moves": moved}))
    return Decision(Done(obeyed.moves), reasons=(kept,), events=obeyed.events)
