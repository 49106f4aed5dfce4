"""A price that leaves the margin after fees, never less than the floor."""

from datetime import datetime
from decimal import ROUND_CEILING, Context, Decimal

from attrs import frozen

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.cost import LandedCost
from crossborder.model.currency import exponent
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.listing import Platform
from crossborder.model.money import ExchangeRate, Money, Price, total
from crossborder.stages.listing.landed import exchanged

__all__ = ["price"]

# Rounding up at every step keeps the margin on the safe side.
_UP = Context(prec=60, rounding=ROUND_CEILING)


@frozen
class _Burden:
    """What a price must carry: fixed sums, and a share of itself."""

    fixed: Money
    share: Decimal

    def price(self, margin: Decimal) -> Price | None:
        """The lowest price, in whole cents, that leaves the margin; None when none can."""
        left = 1 - self.share - margin
        if left <= 0:
            return None
        solved = Money(_UP.divide(self.fixed.amount, left), self.fixed.currency)
        rounded = solved.rounded(ROUND_CEILING)
        return Price(rounded.amount, rounded.currency)

    def margin(self, price: Price) -> Decimal:
        """The fraction of the price that is left."""
        left = price * (1 - self.share) - self.fixed
        return left.amount / price.amount


def _cost(
    cost: LandedCost, currency: str, *, rate: ExchangeRate | None, now: datetime
) -> tuple[Money, tuple[Reason, ...]]:
    money = cost.total
    exchange: tuple[Reason, ...] = ()
    if money.currency != currency:
        if rate is None or rate.quote != currency:
            raise CurrencyMismatch(
                f"must be {currency}, or come with a rate into it",
                field="cost",
                value=money.currency,
                source="price",
            )
        worth, spread = exchanged(money, rate, now=now)
        facts = {"rate": rate.rate, "source": rate.source, "spread": str(spread)}
        exchange = (Reason("exchanged", rate.at.isoformat(), Extra(facts)),)
        money = worth + spread
    return money, (*exchange, Reason("cost", "", Extra({"money": str(money)})))


def _charmed(price: Price, charm: Decimal) -> Price:
    """The next price up that ends in the charm figure: 20.10 becomes 20.99."""
    steps = (price.amount - charm).to_integral_value(ROUND_CEILING)
    return Price(max(steps, Decimal(0)) + charm, price.currency)


def _target(price: Price, charm: Decimal | None) -> tuple[Price, Reason]:
    facts = {"price": str(price)}
    if charm is None:
        return price, Reason("target", "leaves the margin", Extra(facts))
    if charm != charm.quantize(Decimal(1).scaleb(-exponent(price.currency))):
        return price, Reason("charm_left_out", "the currency has no such places", Extra(facts))
    pretty = _charmed(price, charm)
    return pretty, Reason("charmed", "rounded up", Extra({**facts, "charmed": str(pretty)}))


def _shares(margin: Decimal, floor: Decimal, charm: Decimal | None) -> None:
    named = (("margin", margin), ("floor", floor), ("charm", charm or Decimal(0)))
    for name, value in named:
        if not isinstance(value, Decimal):
            raise InvalidValue(
                "must be a Decimal (a float is not exact)", field=name, value=value, source="price"
            )
        if not 0 <= value < 1:
            raise InvalidValue("must be from 0 to below 1", field=name, value=value, source="price")
    if margin < floor:
        raise InvalidValue("is below the floor", field="margin", value=margin, source="price")


@decides("listing.price", 1)
def price(
    cost: LandedCost,
    platform: Platform,
    *,
    margin: Decimal,
    floor: Decimal,
    rate: ExchangeRate | None = None,
    now: datetime,
    charm: Decimal | None = Decimal("0.99"),
    market: Price | None = None,
) -> Decision[Price | None]:
    """The price that leaves `margin` of itself after cost and fees; None when none can.

    The price carries the landed cost, the fixed fees and visitors of one order, and the fees that
    are shares of it; monthly fees are no cost of one order and stay out. It is rounded up to whole
    cents, then up to the next price that ends in `charm`. A competitor's lower price (`market`)
    pulls it down, to the cent and never under `floor`.

    There is no price when the fees leave no room for the floor or the margin, or when the result
    is under the platform's lowest price.

    >>> from datetime import UTC
    >>> from crossborder.model.listing import PlatformKind
    >>> from crossborder.model.cost import CostPart
    >>> cost = LandedCost((CostPart("goods", Money("10", "USD")),))
    >>> shop = Platform("shop", "Shop", PlatformKind.SELF_HOSTED, "USD")
    >>> price(cost, shop, margin=Decimal("0.3"), floor=Decimal("0.1"),
    ...       now=datetime(2026, 11, 2, tzinfo=UTC)).value
    Price('14.99', 'USD')

    Raises:
        CurrencyMismatch: a money is not in the platform's currency and no rate leads into it.
        InvalidValue: a share outside 0 to 1, a margin below the floor, or a rate that has ended.
    """
    _shares(margin, floor, charm)
    money, reasons = _cost(cost, platform.currency, rate=rate, now=now)
    share = sum((rule.share for rule in platform.fees), Decimal(0))
    sums = [rule.fixed for rule in platform.fees if rule.fixed is not None]
    if platform.traffic_cost is not None:
        sums.append(platform.traffic_cost)
    fixed = total(sums, platform.currency)
    reasons += (Reason("fees", "", Extra({"share": share, "fixed": str(fixed)})),)
    burden = _Burden(money + fixed, share)
    lowest, wanted = burden.price(floor), burden.price(margin)
    if lowest is None or wanted is None:
        code = "no_room_for_floor" if lowest is None else "no_room_for_margin"
        facts = Extra({"share": share, "floor": floor, "margin": margin})
        return Decision(None, reasons=(*reasons, Reason(code, "the fees leave none", facts)))
    asked, reason = _target(wanted, charm)
    reasons += (reason,)
    if market is not None and market < asked:
        asked = max(lowest, Price(market.amount, market.currency))
        code = "market" if asked == market else "floor_holds"
        facts = Extra({"market": str(market), "floor_price": str(lowest)})
        reasons += (Reason(code, "a competitor is cheaper", facts),)
    least = platform.rules.min_price
    if least is not None and asked < least:
        facts = Extra({"price": str(asked), "min_price": str(least)})
        return Decision(None, reasons=(*reasons, Reason("below_min_price", "", facts)))
    if asked:
        reached = Extra({"price": str(asked), "margin": burden.margin(asked)})
        reasons += (Reason("priced", "", reached),)
    return Decision(asked, reasons=reasons)
