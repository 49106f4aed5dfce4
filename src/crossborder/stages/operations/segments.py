"""What a buyer is worth to us, and how lately: segments and RFM scores."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.customer import CustomerHistory, Segment
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import CustomerId
from crossborder.model.money import Money

__all__ = ["Score", "Thresholds", "rfm", "segment"]

_NEVER = datetime.min.replace(tzinfo=UTC)


@frozen(field_transformer=checked)
class Thresholds:
    """Where one segment ends and the next begins.

    Attributes:
        high_value: spent in all, from which on a buyer is of high value.
        high_orders: orders, from which on a buyer is of high value.
        at_risk: without an order for longer than this.
        lost: without an order for longer than this.
    """

    high_value: Money
    high_orders: int = 5
    at_risk: timedelta = timedelta(days=90)
    lost: timedelta = timedelta(days=180)

    def __attrs_post_init__(self) -> None:
        if self.lost < self.at_risk:
            raise refuse(self, "lost", self.lost, "is shorter than at_risk")


@decides("operations.segment", 1)
def segment(
    history: CustomerHistory, *, thresholds: Thresholds, now: datetime
) -> Decision[Segment]:
    """Lost and at risk first, as they need something done; then high value, new and regular.

    A buyer with one order is still new. Without a time of the last order nothing is said about
    lateness.

    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> history = CustomerHistory(CustomerId("c1"), 7, Money("80", "USD"), at)
    >>> segment(history, thresholds=Thresholds(Money("500", "USD")), now=at).value
    <Segment.HIGH_VALUE: 'high_value'>
    """
    facts = Extra({"orders": history.orders, "spent": str(history.spent)})
    if not history.orders:
        return Decision(Segment.NEW, (Reason("no_orders", "never bought", facts),))
    reasons = []
    if history.last_order_at is None:
        reasons.append(Reason("recency_unknown", "nobody said when the last order was"))
    else:
        gap = now - history.last_order_at
        quiet = Extra({"days": gap.days})
        if gap > thresholds.lost:
            return Decision(Segment.LOST, (Reason("lost", "silent for too long", quiet),))
        if gap > thresholds.at_risk:
            return Decision(Segment.AT_RISK, (Reason("at_risk", "silent for long", quiet),))
    if history.spent >= thresholds.high_value:
        reasons.append(Reason("high_spent", "spent much", facts))
        return Decision(Segment.HIGH_VALUE, tuple(reasons))
    if history.orders >= thresholds.high_orders:
        reasons.append(Reason("high_orders", "bought often", facts))
        return Decision(Segment.HIGH_VALUE, tuple(reasons))
    found = Segment.NEW if history.orders == 1 else Segment.REGULAR
    reasons.append(Reason(f"{found.value}_buyer", "by the number of orders", facts))
    return Decision(found, tuple(reasons))


@frozen(field_transformer=checked)
class Score:
    """RFM of one buyer: each from 1 (worst fifth) to 5 (best fifth).

    Attributes:
        customer_id: the buyer.
        recency: how lately.
        frequency: how often.
        monetary: how much.
    """

    customer_id: CustomerId
    recency: int
    frequency: int
    monetary: int


def _fifths(values: Sequence[Any]) -> list[int]:
    """The fifth each value lies in, by the middle of its ties, so that equals get equal scores."""
    ranked = sorted(values)
    doubled = (bisect_left(ranked, value) + bisect_right(ranked, value) for value in values)
    return [1 + middle * 5 // (2 * len(ranked)) for middle in doubled]


@decides("operations.rfm", 1)
def rfm(histories: tuple[CustomerHistory, ...], *, now: datetime) -> Decision[tuple[Score, ...]]:
    """Scores of buyers against each other, in the order given; ties score the same.

    A last order in the future counts as of now; a buyer without one is the least recent.

    Raises:
        CurrencyMismatch: the histories are not in one currency.
    """
    recency = _fifths(
        [
            min(item.last_order_at, now) if item.last_order_at is not None else _NEVER
            for item in histories
        ]
    )
    frequency = _fifths([item.orders for item in histories])
    monetary = _fifths([item.spent for item in histories])
    scores = tuple(
        Score(item.customer_id, *parts)
        for item, *parts in zip(histories, recency, frequency, monetary, strict=True)
    )
    return Decision(scores, (Reason("scored", facts=Extra({"customers": len(scores)})),))
