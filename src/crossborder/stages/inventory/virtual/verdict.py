"""Whether an order can be promised: by this supplier, by another one, later, or not at all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache

from attrs import evolve, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, SkuId
from crossborder.model.money import Money, Price
from crossborder.model.stock import VirtualStock
from crossborder.stages.inventory.virtual.stock import Asked, check_arguments
from crossborder.stages.inventory.virtual.ways import (
    Candidate,
    Way,
    cheapest,
    comparable,
    distinct,
    way,
)

__all__ = ["Verdict", "VerdictKind", "promise"]

_DAY = timedelta(days=1)
_ONE = Decimal(1)


class VerdictKind(StrEnum):
    """What may be said to the buyer."""

    PROMISE = "promise"
    """The main supplier keeps the asked date."""
    SUBSTITUTE = "substitute"
    """Another supplier keeps it."""
    LATER = "promise_later"
    """A later date can be promised."""
    REFUSE = "refuse"
    """Nothing can be promised."""


@frozen(field_transformer=checked)
class Verdict:
    """What may be promised, and by whom.

    Attributes:
        kind: promise, substitute, promise later or refuse.
        pieces: that the buyer wants.
        offer_id: the offer to buy on, or None.
        buy: pieces to buy, where the terms ask for more than are wanted.
        unit_cost: the whole purchase for each wanted piece; None where no price is known.
        stock: the deadline, the window and the probability, or None.
        ship_by: the parcel must leave by then; moved with the date when promised later.
    """

    kind: VerdictKind
    pieces: int
    offer_id: OfferId | None = None
    buy: int = 0
    unit_cost: Money | None = None
    stock: VirtualStock | None = None
    ship_by: datetime | None = None

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        stock = self.stock
        rows = [("offer", self.offer_id or "none"), ("pieces", self.pieces), ("buy", self.buy)]
        rows.append(("each", "" if self.unit_cost is None else str(self.unit_cost)))
        if stock is not None:
            rows.append(("order by", stock.order_by.isoformat()))
            rows.append(("promised", stock.promise.latest.isoformat()))
            rows.append(("confidence", str(stock.confidence)))
        return html_table(("", ""), rows, caption=self.kind.value)


@decides("inventory.promise", 1)
def promise(
    candidates: tuple[Candidate, ...],
    sku_id: SkuId,
    pieces: int,
    *,
    now: datetime,
    ship_by: datetime,
    deliver_by: datetime,
    max_unit_price: Price | None = None,
    min_match: Decimal = _ONE,
    later: int = 0,
    level: Decimal = Decimal("0.90"),
    cap: int = 50,
    fresh_for: timedelta = timedelta(hours=24),
) -> Decision[Verdict]:
    """What may be said to a buyer who wants so many pieces by a date.

    The first candidate is the main supplier. If he keeps the date it is promised; else the
    cheapest other offer that keeps it substitutes, if one piece costs no more than
    `max_unit_price` (what is bought beyond the wanted pieces included) and its goods match. Else
    the earliest date up to `later` days on at which any of them can be held is promised, the main
    supplier's if it is his; the time to hand over moves with it. Else it is refused. The reasons
    name, for each offer that was passed over, why. Of ways in two currencies those in the main
    offer's are compared; the others are passed over as `other_currency`.

    A later `now`, a longer lead time or a higher level never gives an earlier date.

    Args:
        candidates: the offers; the main one first.
        sku_id: the SKU.
        pieces: wanted; at least 1.
        now: the moment of deciding.
        ship_by: the parcel must leave by then.
        deliver_by: the date asked for.
        max_unit_price: the most one piece may cost so that the margin floor holds, or None.
        min_match: the least probability that a substitute is the same goods.
        later: days by which the dates may be moved.
        level: the least probability of keeping the promise.
        cap: most pieces promised of one offer.
        fresh_for: after so long a supplier's figure is not believed.

    Raises:
        InvalidValue: no piece, an offer twice, or a level or freshness out of bounds.
    """
    distinct(candidates, "promise")
    for name, value, least in (("pieces", pieces, 1), ("later", later, 0)):
        if value < least:
            text = f"must be at least {least}"
            raise InvalidValue(text, field=name, value=value, source="promise")
    asked = Asked(now, ship_by, deliver_by, level, cap, fresh_for)
    check_arguments(asked, "promise")

    @cache
    def tried_at(place: int, days: int) -> Way | Reason:
        moved = evolve(asked, ship_by=ship_by + days * _DAY, deliver_by=deliver_by + days * _DAY)
        return way(
            candidates[place],
            sku_id,
            pieces,
            asked=moved,
            max_unit_price=max_unit_price,
            min_match=min_match,
        )

    def ways_at(days: int) -> list[Way | Reason]:
        found = [tried_at(place, days) for place in range(len(candidates))]
        return comparable(found, candidates[0].offer.currency) if candidates else found

    kind, days, tried = VerdictKind.PROMISE, 0, ways_at(0)
    chosen = _chosen(tried, candidates)
    if chosen is None and later:
        kind, days = VerdictKind.LATER, _earliest(tried_at, len(candidates), later)
        chosen = _chosen(ways_at(days), candidates)
    if chosen is not None and kind is VerdictKind.PROMISE and not _is_main(chosen, candidates):
        kind = VerdictKind.SUBSTITUTE
    passed = _passed(candidates, tried, chosen)
    if chosen is None:
        code = Reason("refused", "no offer can hold a date that may be promised")
        return Decision(Verdict(VerdictKind.REFUSE, pieces), (code, *passed))
    verdict = Verdict(
        kind,
        pieces,
        chosen.candidate.offer.id,
        chosen.buy,
        chosen.unit_cost,
        chosen.stock,
        chosen.ship_by,
    )
    facts = {"offer": chosen.candidate.offer.id, "confidence": chosen.stock.confidence}
    told = Reason(kind.value, str(chosen.unit_cost), Extra({**facts, "days_later": days}))
    return Decision(verdict, (told, *passed))


def _earliest(tried_at: Callable[[int, int], Way | Reason], count: int, later: int) -> int:
    """The fewest days on at which some offer holds the date; `later` where none does."""
    best = later + 1
    for place in range(count):
        low, high = 1, best
        # Most offers are no sooner than the best so far: one look tells.
        if low < high and isinstance(tried_at(place, high - 1), Way):
            high -= 1
            while low < high:
                middle = (low + high) // 2
                if isinstance(tried_at(place, middle), Way):
                    high = middle
                else:
                    low = middle + 1
            best = high
    return min(best, later)


def _is_main(chosen: Way, candidates: tuple[Candidate, ...]) -> bool:
    return chosen.candidate is candidates[0]


def _chosen(tried: list[Way | Reason], candidates: tuple[Candidate, ...]) -> Way | None:
    found = [one for one in tried if isinstance(one, Way)]
    main = next((one for one in found if _is_main(one, candidates)), None)
    return main or cheapest(found)


def _passed(
    candidates: tuple[Candidate, ...],
    tried: list[Way | Reason],
    chosen: Way | None,
) -> tuple[Reason, ...]:
    """Why each of the other offers was passed over, and the chosen one at the date asked for."""
    reasons = []
    for candidate, one in zip(candidates, tried, strict=True):
        facts = {"offer": candidate.offer.id}
        if isinstance(one, Reason):
            reasons.append(Reason(one.code, one.text, Extra({**one.facts, **facts})))
        elif chosen is not None and candidate is not chosen.candidate:
            each = Extra({**facts, "each": str(one.unit_cost)})
            reasons.append(Reason("not_needed", "another offer comes first", each))
    return tuple(reasons)
