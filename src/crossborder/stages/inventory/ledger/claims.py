"""Commands about claims on pieces: holds, allocations, shipments and returns."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger.claim_commands import (
    Allocate,
    Cancel,
    Cover,
    Free,
    Hold,
    Release,
)
from crossborder.stages.inventory.ledger.leaving import given
from crossborder.stages.inventory.ledger.lines import StockLine
from crossborder.stages.inventory.ledger.shelf import Key, Place, Shelf
from crossborder.stages.inventory.ledger.taking import taken
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["allocate", "cancel", "cover", "free", "hold", "release"]

Own = dict[SkuId, dict[Place, int]]
Taking = dict[SkuId, dict[tuple[str, Place], int]]


def _places(line: StockLine, work: Work) -> tuple[Place, ...]:
    warehouses: Sequence[str] = line.warehouses or work.warehouses
    return (*((one, "") for one in warehouses), *(("", one) for one in line.offers))


def _known(lines: Sequence[StockLine], work: Work) -> bool:
    fine = [work.known(line.warehouses, f"lines.{line.id}.warehouses") for line in lines]
    return all(fine)


def _take(lines: Sequence[StockLine], work: Work, own: Own) -> tuple[Taking, Taking]:
    """What every line takes of every SKU, and what it lacks, at its first warehouse.

    `own` pieces are held for whoever asks: they count as free, as long as they are there and were
    promised to no order.
    """
    wants: dict[SkuId, list[tuple[str, int, tuple[Place, ...]]]] = {}
    names: dict[str, str] = {}
    for number, line in enumerate(lines):
        # A line may stand several times: to be told apart, each has its number.
        name = str(number)
        names[name] = line.id
        places = _places(line, work)
        for sku, pieces in line.needs:
            wants.setdefault(sku, []).append((name, pieces, places))
    found: Taking = {}
    short: Taking = {}
    for sku, asked in wants.items():
        shelf, mine = work.shelves[sku], own.get(sku, {})

        if mine:
            # A cart's own pieces are used where they are held, before others are touched.
            asked = [(name, pieces, _first(mine, places)) for name, pieces, places in asked]
        got, lacking = taken(asked, partial(_room, shelf, mine, now=work.now))
        first = {name: next(iter(places)) for name, _, places in wants[sku] if places}
        found[sku], short[sku] = {}, {}
        for (name, place), pieces in got.items():
            at = names[name], place
            found[sku][at] = found[sku].get(at, 0) + pieces
        for name, pieces in lacking.items():
            at = names[name], first.get(name, ("", ""))
            short[sku][at] = short[sku].get(at, 0) + pieces
    return found, short


def _room(shelf: Shelf, mine: dict[Place, int], place: Place, *, now: datetime) -> int:
    """What whoever holds `mine` may take at a place; negative when others were promised more."""
    spare, held = shelf.free(place, now), mine.get(place, 0)
    if not held:
        return spare
    # Pieces may have been lost since: then the first of the holders is served.
    unpromised = shelf.there(place, now) - shelf.allocated(place)
    return max(0, spare) + min(held, max(0, unpromised))


def _first(mine: dict[Place, int], places: tuple[Place, ...]) -> tuple[Place, ...]:
    return (*(one for one in places if mine.get(one)), *(one for one in places if one not in mine))


def _refuse_short(work: Work, short: Taking) -> None:
    for sku, lacking in short.items():
        for (line, _), missing in lacking.items():
            said = f"{missing} of {sku} are missing for line {line}"
            work.refuse("short", said, f"lines.{line}", sku_id=sku, missing=missing)


def _own(work: Work, hold_id: str) -> tuple[Own, list[tuple[SkuId, Key, int]]] | None:
    """The pieces of a hold by place, and its balances; None when its time is over."""
    own: Own = {}
    holds: list[tuple[SkuId, Key, int]] = []
    for sku, shelf in work.shelves.items():
        kept = shelf.held_by(hold_id, work.now)
        if kept is None:
            return None
        for key, pieces in kept.items():
            holds.append((sku, key, pieces))
            mine = own.setdefault(sku, {})
            mine[key[1], key[3]] = mine.get((key[1], key[3]), 0) + pieces
    return own, holds


def _claim(
    work: Work,
    account: StockAccount,
    ref: str,
    found: Taking,
    *,
    until: datetime | None = None,
) -> None:
    """Note what was taken, place by place, for a hold or an order."""
    for sku, taking in found.items():
        for (line, (warehouse, offer)), pieces in taking.items():
            work.move(
                *(sku, account, pieces),
                warehouse_id=warehouse,
                offer_id=offer,
                ref=ref,
                line_id=line,
                until=until,
            )


def hold(work: Work, command: Hold) -> None:
    """Keep the pieces of all lines until the time, or none; a hold it replaces ends."""
    if command.until <= work.now:
        until = command.until.isoformat()
        work.refuse("over", "a hold must end later than now", "until", until=until)
        return
    if not _known(command.lines, work):
        return
    old = _own(work, command.replaces) if command.replaces is not None else None
    own, holds = old if old is not None else ({}, [])
    found, short = _take(command.lines, work, own)
    _refuse_short(work, short)
    for sku, key, pieces in holds:
        work.at(sku, key, -pieces, "replaced")
    _claim(work, StockAccount.HELD, command.id, found, until=command.until)


def release(work: Work, command: Release) -> None:
    """Let a hold go; one that is over, or unknown, is gone already."""
    for sku in dict.fromkeys(command.sku_ids):
        for key, pieces in work.shelves[sku].of(StockAccount.HELD, command.hold_id).items():
            work.at(sku, key, -pieces, "released")


def allocate(work: Work, command: Allocate) -> None:
    """Promise pieces to all lines, or to none; the cart's hold ends in the same step."""
    if not _known(command.lines, work):
        return
    own: Own = {}
    holds: list[tuple[SkuId, Key, int]] = []
    if command.hold_id is not None:
        kept = _own(work, command.hold_id)
        if kept is None:
            said = f"the hold {command.hold_id} is over"
            work.refuse("hold_expired", said, "hold_id", hold_id=command.hold_id)
            return
        own, holds = kept
        if not holds:
            said = f"there is no hold {command.hold_id} on these SKUs"
            work.refuse("unknown_hold", said, "hold_id", hold_id=command.hold_id)
            return
    found, short = _take(command.lines, work, own)
    if command.backorder:
        _await(work, command, short)
    else:
        _refuse_short(work, short)
    for sku, key, pieces in holds:
        work.at(sku, key, -pieces, "allocated")
    _claim(work, StockAccount.ALLOCATED, command.order_id, found)


def _await(work: Work, command: Allocate, short: Taking) -> None:
    """Lines wait for what they lack, each at its first warehouse."""
    for sku, lacking in short.items():
        for (line, (warehouse, _)), missing in lacking.items():
            where = warehouse or next(iter(work.warehouses), "")
            if not where:
                work.refuse("unknown_warehouse", "there is no warehouse to wait at", "backorder")
                return
            if work.shelves[sku].of(StockAccount.AWAITED, command.order_id, line):
                said = f"line {line} waits for {sku} already"
                work.refuse("awaits_already", said, f"lines.{line}", sku_id=sku)
                return
            work.move(
                *(sku, StockAccount.AWAITED, missing),
                warehouse_id=where,
                ref=command.order_id,
                line_id=line,
                since=work.now,
            )
            work.tell("short", sku, order_id=command.order_id, line_id=line, pieces=missing)


def free(work: Work, command: Free) -> None:
    """Take back so many promised pieces of each line, awaited ones first."""
    accounts = (StockAccount.AWAITED, StockAccount.ALLOCATED)
    if command.warehouse_id is not None and not work.known((command.warehouse_id,), "warehouse_id"):
        return
    named = command.warehouse_id is not None or command.offer_id is not None
    place = (command.warehouse_id or "", command.offer_id or "") if named else None
    for line in command.lines:
        for sku, key, pieces in given(
            *(work, accounts, command.order_id, line, "not_allocated"), place=place
        ):
            work.at(sku, key, -pieces, "freed")


def cancel(work: Work, command: Cancel) -> None:
    """Take back everything that is promised to the order; bought pieces come for nobody."""
    found = False
    for sku in dict.fromkeys(command.sku_ids):
        shelf = work.shelves[sku]
        for account in (StockAccount.AWAITED, StockAccount.ALLOCATED, StockAccount.ORDERED):
            for key, pieces in shelf.of(account, command.order_id, command.line_id).items():
                work.at(sku, key, -pieces, "cancelled")
                found = True
                if account is StockAccount.ORDERED:
                    work.move(sku, account, pieces, offer_id=key[3], reason="cancelled")
                    work.tell("bought_in_vain", sku, order_id=command.order_id, pieces=pieces)
    if not found:
        work.tell("nothing_cancelled", command.order_id, skus=tuple(command.sku_ids))


def cover(work: Work, command: Cover) -> None:
    """Nothing of its own: whoever waits is served after every command."""
