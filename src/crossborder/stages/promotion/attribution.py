"""Which contact with the buyer brought the order."""

from datetime import UTC, datetime, timedelta

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.promotion import Medium, Touch

__all__ = ["attribute"]


def _rank(touch: Touch) -> tuple[bool, datetime, str, str, str]:
    """Brought by someone before direct, then late before early; the rest only breaks ties."""
    click = str(touch.click) if touch.click is not None else ""
    return (
        touch.medium is not Medium.DIRECT,
        touch.at.astimezone(UTC),
        touch.campaign_id,
        touch.medium.value,
        click,
    )


def _reason(code: str, text: str, touch: Touch) -> Reason:
    facts = Extra(
        {"campaign": touch.campaign_id, "medium": touch.medium.value, "at": touch.at.isoformat()}
    )
    return Reason(code, text, facts)


@decides("promotion.attribute", 1)
def attribute(
    touches: tuple[Touch, ...], *, placed_at: datetime, window: timedelta = timedelta(days=30)
) -> Decision[Touch | None]:
    """The last touch before the order, inside the window; a direct visit wins only when alone.

    A buyer who comes back by typing the address was still brought by the campaign before. The
    result does not hang on the order of the touches.

    Args:
        touches: every known contact of the buyer.
        placed_at: when the order was placed.
        window: how long a touch counts; must not be negative.

    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> seen = Touch("spring", Medium.AFFILIATE, at - timedelta(days=3))
    >>> typed = Touch("none", Medium.DIRECT, at - timedelta(hours=1))
    >>> attribute((seen, typed), placed_at=at).value == seen
    True
    """
    if window < timedelta(0):
        raise refuse("attribute", "window", window, "must not be negative")
    reasons = []
    eligible = []
    for touch in sorted(set(touches), key=_rank, reverse=True):
        if touch.at > placed_at:
            reasons.append(_reason("after_order", "came after the order", touch))
        elif touch.at < placed_at - window:
            reasons.append(_reason("outside_window", "too long before the order", touch))
        else:
            eligible.append(touch)
    if not eligible:
        return Decision(None, (*reasons, Reason("no_touch", "no touch in the window")))
    winner, *others = eligible
    reasons.append(_reason("last_touch", "the last touch that brought the buyer", winner))
    for touch in others:
        if touch.medium is Medium.DIRECT and winner.medium is not Medium.DIRECT:
            reasons.append(_reason("direct_yields", "a direct visit yields", touch))
        else:
            reasons.append(_reason("earlier", "a later touch counts", touch))
    return Decision(winner, tuple(reasons))
