"""Commands about pieces that leave for a buyer, and come back."""

from collections.abc import Sequence

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger.claim_commands import Return, Ship
from crossborder.stages.inventory.ledger.lines import SELLABLE, StockLine
from crossborder.stages.inventory.ledger.shelf import Key, Place
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["given", "return_", "ship"]


def given(
    work: Work,
    accounts: Sequence[StockAccount],
    ref: str,
    line: StockLine,
    code: str,
    *,
    place: Place | None = None,
) -> list[tuple[SkuId, Key, int]]:
    """The pieces of a line to take off accounts, one after the other; too few are refused."""
    found = []
    for sku, pieces in line.needs:
        for account in accounts:
            for key, there in work.shelves[sku].of(account, ref, line.id).items():
                some = min(pieces, there) if place in (None, (key[1], key[3])) else 0
                if some:
                    found.append((sku, key, some))
                    pieces -= some
        if pieces:
            said = f"line {line.id} has {pieces} of {sku} too few {accounts[-1].value}"
            work.refuse(code, said, f"lines.{line.id}", sku_id=sku, missing=pieces)
    return found


def ship(work: Work, command: Ship) -> None:
    """Promised pieces leave the warehouse; bought ones leave the supplier for the buyer."""
    if command.warehouse_id is not None and not work.known((command.warehouse_id,), "warehouse_id"):
        return
    for line in command.lines:
        if command.offer_id is not None:
            place = ("", command.offer_id)
            for sku, key, pieces in given(
                *(work, (StockAccount.ORDERED,), command.order_id, line, "not_bought"),
                place=place,
            ):
                work.at(sku, key, -pieces, "shipped")
                work.move(sku, StockAccount.SHIPPED, pieces, ref=command.order_id, line_id=line.id)
            continue
        for sku, pieces in line.needs:
            _leave(work, command, line, sku, pieces)


def _leave(work: Work, command: Ship, line: StockLine, sku: SkuId, pieces: int) -> None:
    """Pieces of one SKU leave the warehouses that have them."""
    shelf, left, promised = work.shelves[sku], pieces, 0
    for key, there in shelf.of(StockAccount.ALLOCATED, command.order_id, line.id).items():
        where = key[1]
        if not where or command.warehouse_id not in (None, where):
            continue
        promised += there
        on_hand = shelf.on_hand(where) + work.changed(sku, StockAccount.ON_HAND, where)
        some = max(0, min(left, there, on_hand))
        if some:
            left -= some
            work.move(
                *(sku, StockAccount.ON_HAND, -some),
                warehouse_id=where,
                condition=SELLABLE,
                reason="shipped",
            )
            work.at(sku, key, -some, "shipped")
            work.move(sku, StockAccount.SHIPPED, some, ref=command.order_id, line_id=line.id)
    if left:
        missing = promised < pieces
        code = "not_allocated" if missing else "not_there"
        where = f" from {command.warehouse_id}" if command.warehouse_id is not None else ""
        how = "promised" if missing else "there"
        said = f"line {line.id} has {left} of {sku} too few {how}{where}"
        work.refuse(code, said, f"lines.{line.id}", sku_id=sku, missing=left)


def return_(work: Work, command: Return) -> None:
    """Shipped pieces come back to a warehouse, in some condition."""
    if not work.known((command.warehouse_id,), "warehouse_id"):
        return
    shipped = (StockAccount.SHIPPED,)
    for sku, key, pieces in given(work, shipped, command.order_id, command.line, "not_shipped"):
        work.at(sku, key, -pieces, "returned")
        work.move(
            *(sku, StockAccount.ON_HAND, pieces),
            warehouse_id=command.warehouse_id,
            condition=command.condition,
            reason="returned",
        )
