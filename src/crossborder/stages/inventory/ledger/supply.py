"""Commands about virtual stock: what an offer still covers, and what was bought on it."""

from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger.commands import Announce, Buy
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["announce", "buy"]


def announce(work: Work, command: Announce) -> None:
    """The newest reading of an offer counts; promises it no longer covers raise an alarm."""
    stock = command.stock
    shelf = work.shelves[stock.sku_id]
    known = shelf.reading(stock.offer_id)
    if known is not None and (stock.observed_at, stock.sellable_until) < known:
        return
    before = shelf.offered(stock.offer_id)
    work.move(
        *(stock.sku_id, StockAccount.OFFERED, stock.sellable - before),
        offer_id=stock.offer_id,
        since=stock.observed_at,
        until=stock.sellable_until,
        confidence=stock.confidence,
    )
    promised = shelf.allocated(("", stock.offer_id))
    if promised > stock.sellable:
        uncovered = promised - stock.sellable
        work.tell("uncovered", stock.sku_id, offer_id=stock.offer_id, pieces=uncovered)


def buy(work: Work, command: Buy) -> None:
    """Pieces promised from the offer are bought: they are ours to come, and the offer's no more."""
    offer = command.offer_id
    for sku, pieces in command.line.needs:
        shelf, left = work.shelves[sku], pieces
        for key, there in shelf.of(
            StockAccount.ALLOCATED, command.order_id, command.line.id
        ).items():
            some = min(left, there)
            if key[3] == offer and some:
                left -= some
                work.at(sku, key, -some, "bought")
                work.move(
                    *(sku, StockAccount.ORDERED, some),
                    offer_id=offer,
                    ref=command.order_id,
                    line_id=command.line.id,
                )
        if left:
            said = f"{left} of {sku} more than the line was promised from {offer}"
            work.refuse("not_allocated", said, "line", sku_id=sku, missing=left)
        taken = min(pieces - left, shelf.offered(offer))
        if taken > 0:
            work.move(sku, StockAccount.OFFERED, -taken, offer_id=offer, reason="bought")
