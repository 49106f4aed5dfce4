"""A command, obeyed: which moves it makes on these shelves at this time."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger import claims, goods, supply
from crossborder.stages.inventory.ledger import commands as asked
from crossborder.stages.inventory.ledger.shelf import Shelf
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["obey", "stamp"]

_RULES: Mapping[type, Callable[[Work, Any], None]] = {
    asked.Hold: claims.hold,
    asked.Release: claims.release,
    asked.Allocate: claims.allocate,
    asked.Free: claims.free,
    asked.Cancel: claims.cancel,
    asked.Ship: claims.ship,
    asked.Return: claims.return_,
    asked.Expect: goods.expect,
    asked.Receive: goods.receive,
    asked.Close: goods.close,
    asked.Count: goods.count,
    asked.WriteOff: goods.write_off,
    asked.Regrade: goods.regrade,
    asked.Transfer: goods.transfer,
    asked.Land: goods.land,
    asked.Announce: supply.announce,
    asked.Buy: supply.buy,
}


def stamp(command: asked.Command) -> str:
    """A short digest of everything the command says."""
    return f"{crc32(repr(command).encode()):08x}"


def obey(
    shelves: Mapping[SkuId, Shelf],
    command: asked.Command,
    *,
    warehouses: tuple[str, ...],
    now: datetime,
) -> Work:
    """The moves of a command, or its problems; the shelves stay as they are.

    `shelves` holds one for each SKU that the command touches. A command that was obeyed before
    makes no moves; one whose id was used for another command is refused as `id_reused`.
    """
    mark = stamp(command)
    work = Work(shelves, warehouses=warehouses, now=now, id=command.id, stamp=mark)
    known = {
        shelf.commands[command.id] for shelf in shelves.values() if command.id in shelf.commands
    }
    if known:
        if known != {mark}:
            said = f"the id {command.id!r} was used for another command"
            work.refuse("id_reused", said, "id", id=command.id)
        return work
    _RULES[type(command)](work, command)
    if work.problems:
        work.moves.clear()
        work.events.clear()
    else:
        _sign(work, shelves)
    return work


def _sign(work: Work, shelves: Mapping[SkuId, Shelf]) -> None:
    """Every touched SKU remembers the command, also where no piece of it moved."""
    moved = {move.sku_id for move in work.moves}
    for sku in shelves:
        if sku not in moved:
            work.move(sku, StockAccount.ON_HAND, 0, reason="noted")
