"""Commands about claims on pieces: holds, allocations, shipments and returns."""

from collections.abc import Sequence
from datetime import datetime

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger.commands import (
    Allocate,
    Cancel,
    Free,
    Hold,
    Release,
    Return,
    Ship,
)
from crossborder.stages.inventory.ledger.lines import SELLABLE, StockLine
from crossborder.stages.inventory.ledger.shelf import Key, Place
from crossborder.stages.inventory.ledger.taking import taken
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["allocate", "cancel", "free", "hold", "release", "return_", "ship"]


def _places(line: StockLine, work: Work) -> tuple[Place, ...]:
    warehouses: Sequence[str] = line.warehouses or work.warehouses
    return (*((one, "") for one in warehouses), *(("", one) for one in line.offers))


def _known(lines: Sequence[StockLine], work: Work) -> bool:
    fine = [work.known(line.warehouses, f"lines.{line.id}.warehouses") for line in lines]
    return all(fine)


def _take(
    lines: Sequence[StockLine], work: Work, own: dict[SkuId, dict[Place, int]], *, backorder: bool
) -> dict[SkuId, dict[tuple[str, Place], int]]:
    """What every line takes of every SKU; what is lacking is refused. `own` pieces count as free."""
    wants: dict[SkuId, list[tuple[str, int, tuple[Place, ...]]]] = {}
    for line in lines:
        places = _places(line, work)
        for sku, pieces in line.needs:
            wants.setdefault(sku, []).append((line.id, pieces, places))
    found: dict[SkuId, dict[tuple[str, Place], int]] = {}
    for sku, asked in wants.items():
        shelf, mine = work.shelves[sku], own.get(sku, {})

        def free(place: Place) -> int:
            return shelf.free(place, work.now) + mine.get(place, 0)  # noqa: B023

        if mine:
            # A cart's own pieces are used where they are held, before others are touched.
            asked = [(name, pieces, _first(mine, places)) for name, pieces, places in asked]
        got, lacking = taken(asked, free)
        taking = dict(got)
        for name, missing in lacking.items():
            places = next(places for one, _, places in asked if one == name)
            if backorder and places:
                at = name, places[0]
                taking[at] = taking.get(at, 0) + missing
                work.tell("short", sku, line_id=name, pieces=missing, where="".join(places[0]))
            else:
                said = f"{missing} of {sku} are missing for line {name}"
                work.refuse("short", said, f"lines.{name}", sku_id=sku, missing=missing)
        found[sku] = taking
    return found


def _first(mine: dict[Place, int], places: tuple[Place, ...]) -> tuple[Place, ...]:
    return (*(one for one in places if mine.get(one)), *(one for one in places if one not in mine))


def hold(work: Work, command: Hold) -> None:
    """Keep the pieces of all lines until the time, or none."""
    if command.until <= work.now:
        work.refuse("over", "a hold must end later than now", "until", until=_text(command.until))
        return
    if not _known(command.lines, work):
        return
    for sku, taking in _take(command.lines, work, {}, backorder=False).items():
        for (line, (warehouse, offer)), pieces in taking.items():
            work.move(
                sku,
                StockAccount.HELD,
                pieces,
                warehouse_id=warehouse,
                offer_id=offer,
                ref=command.id,
                line_id=line,
                until=command.until,
            )


def _text(moment: datetime) -> str:
    return moment.isoformat()


def release(work: Work, command: Release) -> None:
    """Let a hold go; one that is over, or unknown, is gone already."""
    for sku in dict.fromkeys(command.sku_ids):
        for key, pieces in work.shelves[sku].of(StockAccount.HELD, command.hold_id).items():
            work.at(sku, key, -pieces, "released")


def allocate(work: Work, command: Allocate) -> None:
    """Promise pieces to all lines, or to none; the cart's hold ends in the same step."""
    if not _known(command.lines, work):
        return
    own: dict[SkuId, dict[Place, int]] = {}
    holds: list[tuple[SkuId, Key, int]] = []
    if command.hold_id is not None:
        for sku, shelf in work.shelves.items():
            kept = shelf.held_by(command.hold_id, work.now)
            if kept is None:
                said = f"the hold {command.hold_id} is over"
                work.refuse("hold_expired", said, "hold_id", hold_id=command.hold_id)
                return
            for key, pieces in kept.items():
                holds.append((sku, key, pieces))
                mine = own.setdefault(sku, {})
                mine[key[1], key[3]] = mine.get((key[1], key[3]), 0) + pieces
        if not holds:
            said = f"there is no hold {command.hold_id} on these SKUs"
            work.refuse("unknown_hold", said, "hold_id", hold_id=command.hold_id)
            return
    found = _take(command.lines, work, own, backorder=command.backorder)
    for sku, key, pieces in holds:
        work.at(sku, key, -pieces, "allocated")
    for sku, taking in found.items():
        for (line, (warehouse, offer)), pieces in taking.items():
            work.move(
                sku,
                StockAccount.ALLOCATED,
                pieces,
                warehouse_id=warehouse,
                offer_id=offer,
                ref=command.order_id,
                line_id=line,
            )


def _give(
    work: Work, account: StockAccount, ref: str, line: StockLine, code: str
) -> list[tuple[SkuId, Key, int]]:
    """The pieces of a line to take off an account, place by place; too few are refused.

    Places named by the line are used only; it names none: all of them, warehouses first.
    """
    named = {(one, "") for one in line.warehouses} | {("", one) for one in line.offers}
    given = []
    for sku, pieces in line.needs:
        for key, there in work.shelves[sku].of(account, ref, line.id).items():
            if named and (key[1], key[3]) not in named:
                continue
            some = min(pieces, there)
            if some:
                given.append((sku, key, some))
                pieces -= some
        if pieces:
            said = f"{pieces} of {sku} more than the line has"
            work.refuse(code, said, f"lines.{line.id}", sku_id=sku, missing=pieces)
    return given


def free(work: Work, command: Free) -> None:
    """Take back so many promised pieces of each line."""
    for line in command.lines:
        for sku, key, pieces in _give(
            work, StockAccount.ALLOCATED, command.order_id, line, "not_allocated"
        ):
            work.at(sku, key, -pieces, "freed")


def cancel(work: Work, command: Cancel) -> None:
    """Take back everything that is still promised to the order."""
    for sku in dict.fromkeys(command.sku_ids):
        shelf = work.shelves[sku]
        for key, pieces in shelf.of(StockAccount.ALLOCATED, command.order_id).items():
            work.at(sku, key, -pieces, "cancelled")
        for key, pieces in shelf.of(StockAccount.ORDERED, command.order_id).items():
            work.at(sku, key, -pieces, "cancelled")
            work.tell("bought_in_vain", sku, order_id=command.order_id, pieces=pieces)


def ship(work: Work, command: Ship) -> None:
    """Promised pieces leave the warehouse; bought ones leave the supplier for the buyer."""
    for line in command.lines:
        account = StockAccount.ORDERED if line.offers else StockAccount.ALLOCATED
        for sku, key, pieces in _give(work, account, command.order_id, line, "not_allocated"):
            if account is StockAccount.ALLOCATED:
                if not key[1]:
                    said = "is promised from an offer and was not bought"
                    work.refuse("not_bought", said, f"lines.{line.id}", offer_id=key[3])
                    continue
                there = work.shelves[sku].on_hand(key[1]) + _left(work, sku, key[1])
                if there < pieces:
                    said = f"only {max(0, there)} of {sku} are in {key[1]}"
                    work.refuse("not_there", said, f"lines.{line.id}", sku_id=sku, on_hand=there)
                    continue
                work.move(
                    *(sku, StockAccount.ON_HAND, -pieces),
                    warehouse_id=key[1],
                    condition=SELLABLE,
                    reason="shipped",
                )
            work.at(sku, key, -pieces, "shipped")
            work.move(sku, StockAccount.SHIPPED, pieces, ref=command.order_id, line_id=line.id)


def _left(work: Work, sku_id: SkuId, warehouse_id: str) -> int:
    """What earlier lines of this command take from a warehouse, as a negative number."""
    return sum(
        move.quantity
        for move in work.moves
        if move.sku_id == sku_id
        and move.account is StockAccount.ON_HAND
        and move.warehouse_id == warehouse_id
    )


def return_(work: Work, command: Return) -> None:
    """Shipped pieces come back to a warehouse, in some condition."""
    if not work.known((command.warehouse_id,), "warehouse_id"):
        return
    for sku, key, pieces in _give(
        work, StockAccount.SHIPPED, command.order_id, command.line, "not_shipped"
    ):
        work.at(sku, key, -pieces, "returned")
        work.move(
            *(sku, StockAccount.ON_HAND, pieces),
            warehouse_id=command.warehouse_id,
            condition=command.condition,
            reason="returned",
        )
