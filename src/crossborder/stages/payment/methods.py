"""Which ways to pay to show (收款方式), the best first."""

from fractions import Fraction

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.money import Money, Price
from crossborder.model.payment import PaymentMethod

__all__ = ["choose"]


def _same(method: PaymentMethod, name: str, price: Price | None, money: Money) -> None:
    if price is not None and price.currency != money.currency:
        raise CurrencyMismatch(
            f"must be {money.currency}",
            field=f"{method.id}.{name}",
            value=price.currency,
            source="PaymentMethod",
        )


def _unfit(method: PaymentMethod, country: str, money: Money) -> str | None:
    if method.countries and country not in method.countries:
        return "not_in_country"
    if method.currencies and money.currency not in method.currencies:
        return "not_in_currency"
    _same(method, "min_amount", method.min_amount, money)
    _same(method, "max_amount", method.max_amount, money)
    _same(method, "cost_fixed", method.cost_fixed, money)
    if method.min_amount is not None and money < method.min_amount:
        return "amount_too_small"
    if method.max_amount is not None and money > method.max_amount:
        return "amount_too_large"
    if method.approval is None:
        return None
    if method.approval > 1:
        raise InvalidValue(
            "must not be above 1", field="approval", value=method.approval, source="PaymentMethod"
        )
    return None if method.approval else "never_approved"


def _cost(method: PaymentMethod, money: Money) -> Money:
    cost = money * method.cost_share
    return cost if method.cost_fixed is None else cost + method.cost_fixed


def _rank(method: PaymentMethod, money: Money) -> tuple[bool, Fraction, str]:
    # Fractions: a quotient of Decimals would be rounded, and ties decided by the rounding.
    approval = Fraction(1 if method.approval is None else method.approval)
    return method.approval is None, Fraction(_cost(method, money).amount) / approval, method.id


@decides("payment.choose", 1)
def choose(
    methods: tuple[PaymentMethod, ...], *, country: str, money: Money
) -> Decision[tuple[PaymentMethod, ...]]:
    """The methods that work for this buyer and sum, the cheapest success first.

    A success costs the method's cost divided by its measured approval. Methods that nobody has
    measured come after the measured ones, by their cost; ties go by id.

    >>> cards = PaymentMethod("card", cost_share="0.03", approval="0.9")
    >>> ideal = PaymentMethod("ideal", frozenset({"NL"}), cost_share="0.01", approval="0.8")
    >>> [method.id for method in
    ...  choose((cards, ideal), country="NL", money=Money("20", "EUR")).value]
    ['ideal', 'card']

    Raises:
        CurrencyMismatch: a method takes the currency but states its limits or cost in another.
        InvalidValue: the sum is not above zero, or an approval above 1.
    """
    if money.amount <= 0:
        raise InvalidValue("must be above zero", field="money", value=money, source="choose")
    fit, reasons = [], []
    for method in methods:
        why = _unfit(method, country, money)
        if why is None:
            fit.append(method)
        else:
            reasons.append(Reason(why, "left out", Extra({"method": method.id})))
    ranked = tuple(sorted(fit, key=lambda method: _rank(method, money)))
    for method in ranked:
        cost = str(_cost(method, money))
        facts = Extra({"method": method.id, "cost": cost, "approval": method.approval})
        code = "unmeasured" if method.approval is None else "measured"
        reasons.append(Reason(code, "", facts))
    return Decision(ranked, reasons=tuple(reasons))
