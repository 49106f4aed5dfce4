"""What one piece costs where it is sold from: every part named, the parts exact."""

from datetime import datetime
from decimal import Decimal

from attrs import evolve

from crossborder.errors import CurrencyMismatch
from crossborder.model.cost import CostPart, LandedCost
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.money import ExchangeRate, Money, Price

__all__ = ["exchanged", "landed"]


def exchanged(money: Money, rate: ExchangeRate, *, now: datetime) -> tuple[Money, Money]:
    """What a cost is worth in the rate's other currency, and what the exchange takes on top.

    The margin of a rate is taken from what is received, so paying a cost needs the worth divided
    by one less the margin. The first is exact, the second kept to six places.

    Raises:
        CurrencyMismatch: the money is not in the rate's base.
        InvalidValue: the rate no longer holds at `now`.
    """
    worth = evolve(rate, margin=Decimal(0)).convert(money, now)
    return worth, (worth * rate.margin).per(1 - rate.margin)


@decides("listing.landed", 1)
def landed(
    unit_price: Price,
    *,
    domestic_freight: Money,
    agent_fee: Money | None = None,
    international: Money | None = None,
    packing: Money | None = None,
    rate: ExchangeRate | None = None,
    now: datetime,
) -> Decision[LandedCost]:
    """The landed cost of one piece; each argument is for one piece.

    With a `rate` the parts in its base are converted one by one, those already in its quote stay,
    and what the exchange takes is a part of its own, `fx`: the sum is what is paid. Nothing is
    rounded to cents here.

    >>> from datetime import UTC
    >>> cost = landed(Price("13.9", "CNY"), domestic_freight=Money("0.40", "CNY"),
    ...               now=datetime(2026, 11, 2, tzinfo=UTC)).value
    >>> [part.kind for part in cost.parts], cost.total
    (['goods', 'domestic_freight'], Money('14.30', 'CNY'))

    Raises:
        CurrencyMismatch: a part is in a currency that is neither.
        InvalidValue: the rate no longer holds at `now`.
    """
    given = (
        ("goods", unit_price),
        ("domestic_freight", domestic_freight),
        ("agent_fee", agent_fee),
        ("packing", packing),
        ("international_freight", international),
    )
    currency = unit_price.currency if rate is None else rate.quote
    fx = Money.zero(currency)
    parts = []
    for kind, money in given:
        if money is None:
            continue
        if money.currency == currency:
            parts.append(CostPart(kind, money))
        elif rate is not None and money.currency == rate.base:
            worth, spread = exchanged(money, rate, now=now)
            parts.append(CostPart(kind, worth))
            fx = fx + spread
        else:
            raise CurrencyMismatch(
                f"must be {currency}", field=kind, value=money.currency, source="landed"
            )
    if fx:
        parts.append(CostPart("fx", fx))
    cost = LandedCost(tuple(parts))
    reasons = [Reason(part.kind, "", Extra({"money": str(part.money)})) for part in parts]
    if rate is not None:
        facts = {"rate": rate.rate, "margin": rate.margin, "source": rate.source}
        reasons.append(Reason("rate", rate.at.isoformat(), Extra(facts)))
    reasons.append(Reason("total", "", Extra({"money": str(cost.total)})))
    return Decision(cost, reasons=tuple(reasons))
