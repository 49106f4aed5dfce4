"""Who serves each open line, when no piece may be counted twice.

One running account of what is bought where serves the lines one after the other. What was bought
beyond the need of one line, because the terms ask for more, serves the next line of its SKU.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from attrs import define, evolve, field, frozen

from crossborder.model.decision import Reason
from crossborder.model.ids import OfferId, SkuId
from crossborder.stages.inventory.virtual.lines import Key, OpenLine
from crossborder.stages.inventory.virtual.stock import Asked
from crossborder.stages.inventory.virtual.ways import (
    Candidate,
    Pool,
    Way,
    cheapest,
    comparable,
    way,
)

__all__ = ["Allotment", "Served", "in_turn"]


@frozen
class Served:
    """How one line that is not bought yet can be served.

    Attributes:
        own: by the supplier it was promised from, or why not.
        other: the substitute, where its own supplier cannot; None where there is none.
        passed: each other offer that cannot step in, and why, as texts.
    """

    own: Way | Reason
    other: Way | None = None
    passed: tuple[str, ...] = ()

    @property
    def way(self) -> Way | None:
        """How it is served, or None."""
        return self.own if isinstance(self.own, Way) else self.other


@define
class Allotment:
    """The lines served one after the other, from what is left at each offer."""

    candidates: tuple[Candidate, ...]
    asked: Asked
    min_match: Decimal
    _pools: dict[tuple[OfferId, SkuId], Pool] = field(factory=dict)

    def serve(self, lines: tuple[OpenLine, ...]) -> dict[Key, Served]:
        """Every line that is not bought yet, those that must leave first before the rest.

        Each is served by its own supplier where he can; only what no line's own supplier needs is
        left for the others. What was bought since a supplier's figure was read is taken off it.
        """
        self._bought(line for line in lines if line.part)
        first = in_turn(line for line in lines if not line.part)
        own = {line.key: self._own(line) for line in first}
        return {line.key: self._served(line, own[line.key]) for line in first}

    def substitute(
        self, line: OpenLine, best: Callable[[list[Way | Reason]], Way | None], *, take: bool
    ) -> tuple[Way | None, tuple[str, ...]]:
        """The best of the other offers for a line, whose pieces are taken, and why not the rest."""
        others = [one for one in self.candidates if one.offer.id != line.offer_id]
        found = [self._tried(line, other, self.min_match) for other in others]
        own = next((one for one in self.candidates if one.offer.id == line.offer_id), None)
        tried = comparable(found, None if own is None else own.offer.currency)
        chosen = best(tried)
        if chosen is not None and take:
            self._take(line, chosen)
        passed = tuple(
            f"{other.offer.id}: {one.code}"
            for other, one in zip(others, tried, strict=True)
            if isinstance(one, Reason)
        )
        return chosen, passed

    def _own(self, line: OpenLine) -> Way | Reason:
        own = next((one for one in self.candidates if one.offer.id == line.offer_id), None)
        if own is None:
            return Reason("offer_gone", "the offer is not there any more")
        found = self._tried(line, own, Decimal(0))
        if isinstance(found, Way):
            self._take(line, found)
        return found

    def _served(self, line: OpenLine, own: Way | Reason) -> Served:
        if isinstance(own, Way):
            return Served(own)
        return Served(own, *self.substitute(line, cheapest, take=True))

    def _tried(self, line: OpenLine, candidate: Candidate, min_match: Decimal) -> Way | Reason:
        if line.deliver_by is None:
            # No date was promised: only the hand-over binds.
            candidate = evolve(candidate, lead=evolve(candidate.lead, transit=()))
        return way(
            candidate,
            line.sku_id,
            line.quantity,
            asked=evolve(self.asked, ship_by=line.ship_by, deliver_by=line.deliver_by),
            max_unit_price=line.max_unit_price,
            min_match=min_match,
            pool=self._pools.get((candidate.offer.id, line.sku_id)),
        )

    def _take(self, line: OpenLine, found: Way) -> None:
        """The pieces of the purchase are spoken for."""
        self._pools[found.candidate.offer.id, line.sku_id] = found.pool

    def _bought(self, lines: Iterable[OpenLine]) -> None:
        read = {one.offer.id: one.offer.observed_at for one in self.candidates}
        for line in lines:
            seen = read.get(line.offer_id)
            if seen is not None and line.since is not None and line.since >= seen:
                key = line.offer_id, line.sku_id
                pool = self._pools.get(key, Pool())
                self._pools[key] = evolve(pool, gone=pool.gone + line.quantity)


def in_turn(lines: Iterable[OpenLine]) -> list[OpenLine]:
    """The lines that must leave first before the rest."""
    return sorted(lines, key=lambda line: (line.ship_by, *line.key))
