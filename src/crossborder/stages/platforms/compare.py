"""Compare platforms by what one order leaves, held money (压款) included."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from attrs import field, frozen

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.cost import LandedCost
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.listing import PayoutTerms, Platform
from crossborder.model.money import Money, Price, total

__all__ = ["Assumptions", "Economics", "FeeLine", "compare", "economics"]

_DAYS_A_YEAR = 365
_PLACES = Decimal("0.000001")


@frozen(field_transformer=checked)
class Assumptions:
    """What the comparison rests on.

    Attributes:
        orders_a_month: orders over which monthly fees are spread; at least 1.
        return_share: fraction of the orders whose price goes back.
        capital_a_year: what money costs us in a year, as a fraction.
    """

    orders_a_month: int
    return_share: Decimal
    capital_a_year: Decimal

    def __attrs_post_init__(self) -> None:
        if self.orders_a_month < 1:
            raise refuse(self, "orders_a_month", self.orders_a_month, "must be at least 1")
        if self.return_share > 1:
            raise refuse(self, "return_share", self.return_share, "must not be above 1")


@frozen(field_transformer=checked)
class FeeLine:
    """One fee of one order: its kind, or `traffic` for what its visitors cost."""

    kind: str
    money: Money
    source: str = ""


@frozen(field_transformer=checked)
class Economics:
    """One order on one platform: price = fees + cost + returns + capital cost + net, exactly.

    Attributes:
        platform_id: the platform.
        price: what the buyer pays.
        fees: what the platform and the visitors cost.
        cost: the landed cost.
        returns: the expected refund; the goods count as lost and the fees as kept.
        capital_cost: interest on the price while the platform holds it.
        net: what is left.
        margin: `net` as a fraction of the price, to six places.
        days_locked: days until the money comes, the reserve weighed by its share.
    """

    platform_id: str
    price: Money
    fees: tuple[FeeLine, ...]
    cost: Money
    returns: Money
    capital_cost: Money
    net: Money
    margin: Decimal = field(metadata=SIGNED)
    days_locked: Decimal = field()

    @property
    def contribution(self) -> Money:
        """What is left before the cost of waiting: payout terms do not move it."""
        return self.net + self.capital_cost

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = [
            ("price", self.price),
            *((f"fee: {fee.kind}", fee.money) for fee in self.fees),
            ("cost", self.cost),
            ("returns", self.returns),
            ("capital", self.capital_cost),
            ("net", self.net),
        ]
        return html_table(("part", "money"), rows, caption=self.platform_id)


def _days(delta: timedelta) -> Decimal:
    return Decimal(delta // timedelta(microseconds=1)) / Decimal(86_400_000_000)


def _days_locked(terms: PayoutTerms) -> Decimal:
    days = _days(terms.delay) + terms.reserve_share * _days(terms.reserve_delay)
    return days.quantize(_PLACES, ROUND_HALF_EVEN)


def _fees(platform: Platform, price: Price, orders_a_month: int) -> tuple[FeeLine, ...]:
    lines = []
    for rule in platform.fees:
        money: Money = price * rule.share
        if rule.fixed is not None:
            money = money + rule.fixed
        if rule.monthly is not None:
            money = money + rule.monthly.per(orders_a_month)
        lines.append(FeeLine(rule.kind.value, money, rule.source))
    if platform.traffic_cost is not None:
        lines.append(FeeLine("traffic", platform.traffic_cost))
    return tuple(lines)


@decides("platforms.economics", 1)
def economics(
    platform: Platform, price: Price, cost: LandedCost, *, assumptions: Assumptions
) -> Decision[Economics]:
    """What one order at this price leaves on the platform, in the platform's currency.

    Fees are each rule's share of the price, its fixed sum, and its monthly sum spread over the
    orders. Monthly shares and interest are kept to six places, so that the parts add up exactly.

    Raises:
        CurrencyMismatch: price, cost or a fee is not in the platform's currency.
        InvalidValue: the price is zero.
    """
    for name, money in (("price", price), ("cost", cost.total)):
        if money.currency != platform.currency:
            raise CurrencyMismatch(
                f"must be {platform.currency}", field=name, value=money.currency, source="economics"
            )
    if not price:
        raise InvalidValue("must be above zero", field="price", value=price, source="economics")
    fees = _fees(platform, price, assumptions.orders_a_month)
    charged = total((line.money for line in fees), platform.currency)
    returns = price * assumptions.return_share
    days = _days_locked(platform.payout)
    capital = (price * assumptions.capital_a_year * days).per(_DAYS_A_YEAR)
    net = price - charged - cost.total - returns - capital
    margin = (net.amount / price.amount).quantize(_PLACES, ROUND_HALF_EVEN)
    result = Economics(
        platform.id, price, fees, cost.total, returns, capital, net, margin, days_locked=days
    )
    reasons = (
        Reason("fees", "what the platform takes", Extra({"money": str(charged)})),
        Reason("returns", "prices that go back", Extra({"money": str(returns)})),
        Reason("held", "money that waits", Extra({"days": days, "money": str(capital)})),
        Reason("net", "what is left", Extra({"money": str(net), "margin": margin})),
    )
    return Decision(result, reasons=reasons)


@decides("platforms.compare", 1)
def compare(
    platforms: tuple[Platform, ...],
    prices: Mapping[str, Price],
    cost: LandedCost,
    *,
    assumptions: Assumptions,
) -> Decision[tuple[Economics, ...]]:
    """The platforms that have a price (by their id), the best net first, ties by id.

    Raises:
        CurrencyMismatch: a price, a fee or the cost is in another currency than the platform's.
    """
    found, reasons = [], []
    for platform in sorted(platforms, key=lambda platform: platform.id):
        if platform.id not in prices:
            reasons.append(Reason("no_price", "left out", Extra({"platform": platform.id})))
            continue
        found.append(economics(platform, prices[platform.id], cost, assumptions=assumptions).value)
    ranked = tuple(sorted(found, key=lambda item: (-item.net.amount, item.platform_id)))
    for item in ranked:
        facts = {"platform": item.platform_id, "net": str(item.net), "days": item.days_locked}
        reasons.append(Reason("compared", "", Extra(facts)))
    return Decision(ranked, reasons=tuple(reasons))
