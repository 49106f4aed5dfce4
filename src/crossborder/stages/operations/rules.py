"""Promotion rules (促销策略): the best one applies, and never under the margin floor."""

from datetime import datetime
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.customer import Segment
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.money import Money, Price

__all__ = ["PromotionRule", "apply"]

_WIDE = Context(prec=100)


def _share(instance: object, attribute: Any, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class PromotionRule:
    """So much off, for whom, where and when.

    Attributes:
        id: our id.
        share_off: fraction of the price (0.10 is 10 %).
        segments: whom it is for; empty means everyone.
        countries: where; empty means everywhere.
        starts: from this moment on, or None.
        ends: until before this moment, or None.
        group: rules of one group compete with each other first, or empty.
    """

    id: str
    share_off: Decimal = field(validator=_share)
    segments: frozenset[Segment] = frozenset()
    countries: frozenset[str] = frozenset()
    starts: datetime | None = None
    ends: datetime | None = None
    group: str = ""

    def refusal(self, segment: Segment, country: str, now: datetime) -> str:
        """Why the rule does not apply, as a code; empty when it does."""
        if self.starts is not None and now < self.starts:
            return "not_started"
        if self.ends is not None and now >= self.ends:
            return "ended"
        if self.segments and segment not in self.segments:
            return "other_segment"
        if self.countries and country not in self.countries:
            return "other_country"
        return ""


def _lowest(cost: Money, floor: Decimal) -> Money:
    """The lowest price that keeps the margin, rounded up to the currency."""
    exact = _WIDE.divide(cost.amount, 1 - floor)
    return Money(exact, cost.currency).rounded(ROUND_CEILING)


def _reason(code: str, rule: PromotionRule) -> Reason:
    facts = Extra({"rule": rule.id, "share_off": rule.share_off, "group": rule.group})
    return Reason(code, facts=facts)


@decides("operations.apply", 1)
def apply(
    rules: tuple[PromotionRule, ...],
    price: Price,
    *,
    cost: Money,
    floor: Decimal,
    segment: Segment,
    country: str,
    now: datetime,
) -> Decision[Price]:
    """The price after the one rule that gives the buyer most; the order of rules is nothing.

    With a margin floor of 0.2 the price stays at least cost / 0.8: a rule that would go below is
    reduced to it. A price that is below already is left alone. Reasons name the winner and why
    each other rule lost.

    Raises:
        InvalidValue: two rules of one id, or a floor outside 0 to below 1.
        CurrencyMismatch: cost and price are not of one currency.

    >>> from datetime import UTC
    >>> rule = PromotionRule("ten", Decimal("0.10"))
    >>> apply((rule,), Price("20", "USD"), cost=Money("10", "USD"), floor=Decimal("0.2"),
    ...       segment=Segment.NEW, country="US", now=datetime(2026, 11, 2, tzinfo=UTC)).value
    Price('18.00', 'USD')
    """
    if not 0 <= floor < 1:
        raise refuse("apply", "floor", floor, "must be from 0 to below 1")
    ids = [rule.id for rule in rules]
    if len(set(ids)) < len(ids):
        raise refuse("apply", "rules", ids, "has two rules of one id")
    reasons = []
    standing = []
    for rule in sorted(rules, key=lambda rule: (-rule.share_off, rule.id)):
        refusal = rule.refusal(segment, country, now)
        if refusal:
            reasons.append(_reason(refusal, rule))
        else:
            standing.append(rule)
    if not standing:
        return Decision(price, (*reasons, Reason("no_rule", "no rule applies")))
    winner, *others = standing
    reasons.append(_reason("won", winner))
    for rule in others:
        same = bool(rule.group) and rule.group == winner.group
        reasons.append(_reason("beaten_in_group" if same else "beaten", rule))
    lowest = _lowest(cost, floor)
    asked = (price * (1 - winner.share_off)).rounded()
    final = max(asked, lowest)
    facts = Extra({"rule": winner.id, "asked": str(asked), "lowest": str(lowest)})
    if final >= price:
        code = "no_room" if lowest >= price else "nothing_off"
        return Decision(price, (*reasons, Reason(code, "the price stays", facts)))
    if asked < lowest:
        reasons.append(Reason("reduced_to_floor", "the margin floor limits the discount", facts))
    return Decision(Price(final.amount, final.currency), tuple(reasons))
