"""Commands about the pieces themselves: in, out, counted, regraded, on the way."""

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger.goods_commands import (
    Close,
    Count,
    Expect,
    Land,
    Receive,
    Regrade,
    Transfer,
    WriteOff,
)
from crossborder.stages.inventory.ledger.lines import SELLABLE
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["close", "count", "expect", "land", "receive", "regrade", "transfer", "write_off"]


def _on_hand(work: Work, sku_id: SkuId, where: str, condition: str, n: int, why: str) -> None:
    work.move(sku_id, StockAccount.ON_HAND, n, warehouse_id=where, condition=condition, reason=why)


def _spare(work: Work, sku_id: SkuId, where: str, condition: str, wanted: int) -> bool:
    """Whether so many pieces are there that nobody has a claim on; else it is refused."""
    shelf = work.shelves[sku_id]
    there = shelf.on_hand(where, condition)
    spare = min(there, shelf.free((where, ""), work.now)) if condition == SELLABLE else there
    if spare < wanted:
        said = f"only {max(0, spare)} {condition} pieces of {sku_id} are free in {where}"
        work.refuse("short", said, "quantity", sku_id=sku_id, missing=wanted - max(0, spare))
    return spare >= wanted


def expect(work: Work, command: Expect) -> None:
    """A delivery is announced."""
    if work.known((command.warehouse_id,), "warehouse_id"):
        work.move(
            *(command.sku_id, StockAccount.INCOMING, command.quantity),
            warehouse_id=command.warehouse_id,
            ref=command.id,
            since=command.due.earliest,
            until=command.due.latest,
            confidence=command.confidence,
        )


def receive(work: Work, command: Receive) -> None:
    """Pieces come in: against a delivery, for an order line, or just so."""
    if not work.known((command.warehouse_id,), "warehouse_id"):
        return
    shelf, sku = work.shelves[command.sku_id], command.sku_id
    if command.expected_id is not None:
        if shelf.of(StockAccount.IN_TRANSIT, command.expected_id):
            said = f"{command.expected_id} is a transfer of ours: land it"
            work.refuse("is_transfer", said, "expected_id", expected_id=command.expected_id)
            return
        open_ = shelf.of(StockAccount.INCOMING, command.expected_id)
        if not open_:
            said = f"no delivery {command.expected_id} of {sku} is open"
            work.refuse("unknown_delivery", said, "expected_id", expected_id=command.expected_id)
            return
        left = command.quantity
        for key, pieces in open_.items():
            some = min(left, pieces)
            work.at(sku, key, -some, "received")
            left -= some
        if left:
            work.tell("over_receipt", sku, expected_id=command.expected_id, pieces=left)
    if command.offer_id is not None and not _arrived(work, command):
        return
    _on_hand(work, sku, command.warehouse_id, command.condition, command.quantity, "received")


def _arrived(work: Work, command: Receive) -> bool:
    """What was bought on the offer comes in, for its order line or for nobody any more."""
    shelf, sku, left = work.shelves[command.sku_id], command.sku_id, command.quantity
    if command.order_id is not None and command.line_id is not None:
        bought = shelf.of(StockAccount.ORDERED, command.order_id, command.line_id)
    else:
        nobody = (StockAccount.ORDERED, "", "", str(command.offer_id), "", "")
        bought = {nobody: shelf.counts[nobody]} if nobody in shelf.counts else {}
    for key, pieces in bought.items():
        some = min(left, pieces)
        if key[3] != command.offer_id or not some:
            continue
        left -= some
        work.at(sku, key, -some, "arrived")
        if key[4]:
            work.move(
                *(sku, StockAccount.ALLOCATED, some),
                warehouse_id=command.warehouse_id,
                ref=key[4],
                line_id=key[5],
            )
    if left == command.quantity:
        said = f"nothing that was bought on {command.offer_id} is open here"
        work.refuse("not_bought", said, "offer_id", offer_id=command.offer_id)
    elif left:
        work.tell("over_receipt", sku, offer_id=command.offer_id, pieces=left)
    return left < command.quantity


def close(work: Work, command: Close) -> None:
    """What is still missing of a delivery is short; of a transfer, lost."""
    shelf, sku = work.shelves[command.sku_id], command.sku_id
    incoming = shelf.of(StockAccount.INCOMING, command.ref)
    on_the_way = shelf.of(StockAccount.IN_TRANSIT, command.ref)
    if not incoming and not on_the_way:
        said = f"nothing of {sku} is open under {command.ref}"
        work.refuse("unknown_delivery", said, "ref", ref=command.ref)
        return
    for key, pieces in incoming.items():
        work.at(sku, key, -pieces, "short")
        if not on_the_way:
            work.tell("short_receipt", sku, ref=command.ref, pieces=pieces)
    for key, pieces in on_the_way.items():
        work.at(sku, key, -pieces, "lost")
        work.move(sku, StockAccount.LOST, pieces, ref=command.ref, reason="lost")
        work.tell("lost_in_transit", sku, ref=command.ref, pieces=pieces)


def count(work: Work, command: Count) -> None:
    """The books follow what was counted; promises beyond it are told."""
    if not work.known((command.warehouse_id,), "warehouse_id"):
        return
    sku, where = command.sku_id, command.warehouse_id
    shelf = work.shelves[sku]
    before = shelf.on_hand(where, command.condition)
    booked = before if command.booked is None else command.booked
    difference = command.counted - booked
    if before + difference < 0:
        said = f"fewer than 0 would be in {where}: {before} now, {difference:+} by the count"
        work.refuse("short", said, "booked", sku_id=sku, missing=-(before + difference))
        return
    if not difference:
        return
    _on_hand(work, sku, where, command.condition, difference, "counted")
    work.tell(
        *("count_differs", sku),
        where=where,
        condition=command.condition,
        booked=booked,
        counted=command.counted,
    )
    if command.condition != SELLABLE or difference > 0:
        return
    there, place = before + difference, (where, "")
    promised, held = shelf.promised(place), shelf.held(place, work.now)
    if promised > there:
        work.tell("short", sku, where=where, pieces=promised - there)
    elif promised + held > there:
        work.tell("holds_uncovered", sku, where=where, pieces=promised + held - there)


def write_off(work: Work, command: WriteOff) -> None:
    """Pieces without a claim leave the books."""
    where, n = command.warehouse_id, command.quantity
    if work.known((where,), "warehouse_id") and _spare(
        work, command.sku_id, where, command.condition, n
    ):
        _on_hand(work, command.sku_id, where, command.condition, -n, command.reason)


def regrade(work: Work, command: Regrade) -> None:
    """Pieces without a claim change their condition."""
    where, n = command.warehouse_id, command.quantity
    if work.known((where,), "warehouse_id") and _spare(work, command.sku_id, where, command.was, n):
        _on_hand(work, command.sku_id, where, command.was, -n, "regraded")
        _on_hand(work, command.sku_id, where, command.now, n, "regraded")


def transfer(work: Work, command: Transfer) -> None:
    """Free pieces leave for another warehouse."""
    if not work.known((command.source, command.destination), "warehouses"):
        return
    sku, n = command.sku_id, command.quantity
    if not _spare(work, sku, command.source, command.condition, n):
        return
    _on_hand(work, sku, command.source, command.condition, -n, "sent")
    work.move(
        *(sku, StockAccount.IN_TRANSIT, n),
        warehouse_id=command.destination,
        condition=command.condition,
        ref=command.id,
        line_id=command.owner,
    )
    if command.due is not None and command.condition == SELLABLE:
        work.move(
            *(sku, StockAccount.INCOMING, n),
            warehouse_id=command.destination,
            ref=command.id,
            since=command.due.earliest,
            until=command.due.latest,
            confidence=command.confidence,
        )


def land(work: Work, command: Land) -> None:
    """Pieces of a transfer are there."""
    if not work.known((command.warehouse_id,), "warehouse_id"):
        return
    shelf, sku, left = work.shelves[command.sku_id], command.sku_id, command.quantity
    open_ = shelf.of(StockAccount.IN_TRANSIT, command.transfer_id)
    if not open_:
        said = f"no transfer {command.transfer_id} of {sku} is open"
        work.refuse("unknown_delivery", said, "transfer_id", transfer_id=command.transfer_id)
        return
    for account in (StockAccount.IN_TRANSIT, StockAccount.INCOMING):
        left = command.quantity
        for key, pieces in shelf.of(account, command.transfer_id).items():
            some = min(left, pieces)
            work.at(sku, key, -some, "landed")
            left -= some
        if left and account is StockAccount.IN_TRANSIT:
            work.tell("over_receipt", sku, transfer_id=command.transfer_id, pieces=left)
    _on_hand(work, sku, command.warehouse_id, command.condition, command.quantity, "landed")
