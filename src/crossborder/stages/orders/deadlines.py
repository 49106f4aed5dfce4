"""How much time is left to place the purchases of an order."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.order import Order

__all__ = ["Slack", "slack"]


@frozen(field_transformer=checked)
class Slack:
    """The time left for one line.

    Attributes:
        line_id: the order line.
        order_by: latest moment to place its purchase.
        left: until then; negative when it has passed.
    """

    line_id: str
    order_by: datetime
    left: timedelta


@decides("orders.slack", 1)
def slack(
    order: Order, *, order_by: Mapping[str, datetime], now: datetime
) -> Decision[tuple[Slack, ...]]:
    """The lines by the time left, the worst first; lines nobody wants any more are left out.

    Args:
        order: the order.
        order_by: the deadline by line id; a line without one needs nothing bought.
        now: the moment of asking.
    """
    found = []
    reasons = []
    for line in order.lines:
        if not line.wanted:
            reasons.append(Reason("cancelled", facts=Extra({"line": line.id})))
        elif line.id not in order_by:
            reasons.append(Reason("no_deadline", facts=Extra({"line": line.id})))
        else:
            found.append(Slack(line.id, order_by[line.id], order_by[line.id] - now))
    found.sort(key=lambda item: (item.left, item.line_id))
    late = tuple(item.line_id for item in found if item.left < timedelta(0))
    if not late:
        return Decision(tuple(found), tuple(reasons))
    facts = Extra({"lines": late})
    reasons.append(Reason("late", "the deadline has passed", facts))
    event = Event("orders.deadline_passed", order.id, now, facts)
    return Decision(tuple(found), tuple(reasons), (event,))
