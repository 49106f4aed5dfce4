"""Commands about virtual stock: what an offer still covers, and what was bought on it."""

from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.ledger.goods_commands import Announce, Buy
from crossborder.stages.inventory.ledger.marks import Mark
from crossborder.stages.inventory.ledger.work import Work

__all__ = ["announce", "buy"]


def announce(work: Work, command: Announce) -> None:
    """The newest reading of an offer counts; claims it no longer covers raise an alarm."""
    stock = command.stock
    sku, offer, shelf = stock.sku_id, stock.offer_id, work.shelves[stock.sku_id]
    known = shelf.reading(offer)
    mine = Mark(
        stock.observed_at, stock.sellable_until, stock.confidence, at=work.now, by=command.id
    )
    if known is not None and not mine.newer(known):
        work.tell("older_reading", sku, offer_id=offer, read_at=stock.observed_at.isoformat())
        return
    taken = 0
    for key in shelf.taken(offer):
        bought_at = shelf.marks[key].since
        if bought_at is not None and bought_at < stock.observed_at:
            work.at(sku, key, -shelf.counts[key], "in the new figure")
        else:
            taken += shelf.counts[key]
    stated = shelf.offered(offer) + sum(shelf.counts[key] for key in shelf.taken(offer))
    work.move(
        *(sku, StockAccount.OFFERED, stock.sellable - stated),
        offer_id=offer,
        since=stock.observed_at,
        until=stock.sellable_until,
        confidence=stock.confidence,
    )
    covered = max(0, stock.sellable - taken)
    place = ("", offer)
    promised, held = shelf.promised(place), shelf.held(place, work.now)
    if promised > covered:
        work.tell("uncovered", sku, offer_id=offer, pieces=promised - covered)
    elif promised + held > covered:
        over = promised + held - covered
        work.tell("holds_uncovered", sku, offer_id=offer, pieces=over)


def buy(work: Work, command: Buy) -> None:
    """Pieces promised from the offer are bought: they are ours to come, and the offer's no more."""
    offer, line = command.offer_id, command.line
    for sku, pieces in line.needs:
        shelf, left = work.shelves[sku], pieces
        for key, there in shelf.of(StockAccount.ALLOCATED, command.order_id, line.id).items():
            some = min(left, there)
            if key[3] == offer and some:
                left -= some
                work.at(sku, key, -some, "bought")
                work.move(
                    *(sku, StockAccount.ORDERED, some),
                    offer_id=offer,
                    ref=command.order_id,
                    line_id=line.id,
                )
        if left:
            said = f"line {line.id} has {left} of {sku} too few promised from {offer}"
            work.refuse("not_allocated", said, "line", sku_id=sku, missing=left)
        elif pieces:
            work.move(
                *(sku, StockAccount.TAKEN, pieces),
                offer_id=offer,
                ref=command.id,
                since=work.now,
            )
