"""A command, obeyed: which moves it makes on these shelves at this time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zlib import crc32

import attrs

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger import claims, goods, leaving, supply
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
    asked.Cover: claims.cover,
    asked.Ship: leaving.ship,
    asked.Return: leaving.return_,
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


@cache
def _said(kind: Any) -> tuple[tuple[str, object], ...]:
    return tuple((item.name, item.default) for item in attrs.fields(kind))


def _text(value: object) -> str:
    """One text for equal values: times in UTC, numbers without idle zeros, defaults left out."""
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, tuple):
        return "(" + ",".join([_text(one) for one in value]) + ")"
    kind: Any = type(value)
    if attrs.has(kind):
        parts = [
            f"{name}={_text(said)}"
            for name, default in _said(kind)
            if (said := getattr(value, name)) != default
        ]
        return f"{kind.__name__}({','.join(parts)})"
    return repr(value)


def stamp(command: asked.Command) -> str:
    """A short digest of what the command says: equal commands have equal stamps."""
    return f"{crc32(_text(command).encode()):08x}"


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
        for sku, shelf in shelves.items():
            _serve(work, sku, shelf)
        _sign(work, shelves)
    return work


def _serve(work: Work, sku_id: SkuId, shelf: Shelf) -> None:
    """Who waits longest gets the pieces that are free after the command."""
    for _, key in shelf.awaited():
        place = (key[1], "")
        left = shelf.counts[key] + work.left(sku_id, key)
        room = (
            shelf.on_hand(key[1])
            + work.changed(sku_id, StockAccount.ON_HAND, key[1])
            - shelf.allocated(place)
            - work.changed(sku_id, StockAccount.ALLOCATED, key[1])
            - shelf.held(place, work.now)
            - work.changed(sku_id, StockAccount.HELD, key[1])
        )
        some = min(left, room)
        if some > 0:
            work.at(sku_id, key, -some, "covered")
            work.move(
                *(sku_id, StockAccount.ALLOCATED, some),
                warehouse_id=key[1],
                ref=key[4],
                line_id=key[5],
                reason="covered",
            )
            work.tell("covered", sku_id, order_id=key[4], line_id=key[5], pieces=some)


def _sign(work: Work, shelves: Mapping[SkuId, Shelf]) -> None:
    """Every touched SKU remembers the command, also where no piece of it moved."""
    moved = {move.sku_id for move in work.moves}
    for sku in shelves:
        if sku not in moved:
            work.move(sku, StockAccount.ON_HAND, 0, reason="noted")
