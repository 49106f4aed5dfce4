"""Exact money: a Decimal and a currency, rounded only at a named boundary."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from enum import StrEnum
from functools import total_ordering
from typing import Any, Self

from attrs import field, frozen

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.check import SIGNED, checked, decimal, refuse
from crossborder.model.currency import currency_code, exponent

__all__ = ["ExchangeRate", "Money", "Price", "RateSide", "total"]

# Contexts of our own: what the caller set for its own decimals changes nothing here.
_WIDE = Context(prec=200)
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])


def _exactly(value: Decimal | int | str) -> Decimal:
    """What is no number passes through, for the field's check to refuse."""
    read: Any = decimal(value)
    return read  # type: ignore[no-any-return]


@total_ordering
@frozen(field_transformer=checked, eq=False, repr=False)
class Money:
    """An exact amount of one currency; any number of places, any sign.

    Two currencies never mix: adding or comparing them raises `CurrencyMismatch`. A float is
    refused.

    Attributes:
        amount: in whole units of the currency, such as `Decimal("12.50")` dollars.
        currency: the ISO 4217 code, such as `USD`.

    >>> Money("12.50", "USD") * 2 + Money("0.99", "USD")
    Money('25.99', 'USD')
    >>> Money("10", "USD") + Money("10", "EUR")
    Traceback (most recent call last):
    ...
    crossborder.errors.CurrencyMismatch: Money.currency must be USD (got 'EUR')
    """

    amount: Decimal = field(converter=_exactly, metadata=SIGNED)
    currency: str = field(validator=currency_code)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in this currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str, *, places: int | None = None) -> Self:
        """From cents, fen or yen; `places` overrides ISO where a gateway differs.

        >>> Money.from_minor(1999, "USD"), Money.from_minor(1999, "JPY")
        (Money('19.99', 'USD'), Money('1999', 'JPY'))
        """
        shift = exponent(currency) if places is None else places
        return cls(Decimal(units).scaleb(-shift, context=_EXACT), currency)

    def to_minor(self, *, places: int | None = None) -> int:
        """In cents, fen or yen; an amount that does not fit exactly is refused."""
        shift = exponent(self.currency) if places is None else places
        scaled = self.amount.scaleb(shift, context=_EXACT)
        if scaled != scaled.to_integral_value(context=_WIDE):
            raise refuse(self, "amount", self.amount, f"has more than {shift} decimal places")
        return int(scaled)

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(
                f"must be {self.currency}", field="currency", value=other.currency, source="Money"
            )
        return other.amount

    def __add__(self, other: "Money") -> "Money":
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> "Money":
        return Money(_EXACT.minus(self.amount), self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        if type(factor) is not int and not isinstance(factor, Decimal):
            raise refuse(self, "factor", factor, "must be an int or a Decimal")
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    __rmul__ = __mul__

    def __radd__(self, other: int) -> "Money":
        """Nothing plus money: so that `sum` works over amounts of one currency."""
        if other != 0:
            raise refuse(self, "other", other, "must be Money")
        return Money(self.amount, self.currency)

    def __truediv__(self, other: "Money") -> Decimal:
        """How many times the other amount goes into this one: a ratio, to 28 digits.

        >>> Money("5", "USD") / Money("20", "USD")
        Decimal('0.25')
        """
        if not isinstance(other, Money):
            raise refuse(self, "divisor", other, "must be Money: see `per` for a share")
        if not self._same(other):
            raise refuse(self, "divisor", other, "must not be zero")
        return Context(prec=28).divide(self.amount, other.amount)

    def __format__(self, spec: str) -> str:
        """The amount in the given format with its currency: `f"{money:.2f}"`."""
        return f"{self.amount:{spec}} {self.currency}"

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.currency == other.currency and self.amount == other.amount

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.amount}', '{self.currency}')"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def rounded(self, mode: str = ROUND_HALF_EVEN, *, places: int | None = None) -> "Money":
        """Rounded to the currency's places: call it once, at a boundary you name.

        >>> Money("1.005", "USD").rounded()
        Money('1.00', 'USD')
        >>> Money("1.005", "USD").rounded("ROUND_HALF_UP")
        Money('1.01', 'USD')
        """
        shift = exponent(self.currency) if places is None else places
        step = Decimal(1).scaleb(-shift, context=_WIDE)
        return Money(self.amount.quantize(step, rounding=mode, context=_WIDE), self.currency)

    def per(self, divisor: int | Decimal, *, places: int = 6) -> "Money":
        """The share of one of `divisor`, rounded half even to `places` decimal places.

        >>> Money("10", "CNY").per(3)
        Money('3.333333', 'CNY')
        """
        if not divisor:
            raise refuse(self, "divisor", divisor, "must not be zero")
        share = _WIDE.divide(self.amount, Decimal(divisor))
        return Money(share, self.currency).rounded(places=places)

    def split(self, weights: Sequence[int | Decimal]) -> "tuple[Money, ...]":
        """Parts in proportion to the weights; their sum is the whole, to the last cent.

        The remainder goes by largest fraction, then by position. The amount must already be
        rounded to the currency's places.

        >>> Money("10.00", "USD").split([1, 1, 1])
        (Money('3.34', 'USD'), Money('3.33', 'USD'), Money('3.33', 'USD'))
        """
        shares = [Decimal(weight) for weight in weights]
        whole = Decimal(0)
        for share in shares:
            whole = _WIDE.add(whole, share) if share.is_finite() and share >= 0 else Decimal("NaN")
        if not whole.is_finite() or not whole:
            raise refuse(self, "weights", tuple(weights), "must not be empty, negative or all zero")
        units = self.to_minor()
        sign, units = (-1 if units < 0 else 1), abs(units)
        exact = [_WIDE.divide(_WIDE.multiply(Decimal(units), part), whole) for part in shares]
        floors = [int(part) for part in exact]
        rests = [_WIDE.subtract(Decimal(floors[i]), exact[i]) for i in range(len(exact))]
        order = sorted(range(len(exact)), key=lambda i: (rests[i], i))
        for i in order[: units - sum(floors)]:
            floors[i] += 1
        return tuple(Money.from_minor(sign * part, self.currency) for part in floors)


@frozen(field_transformer=checked, eq=False, repr=False)
class Price(Money):
    """Money that is asked for one thing: never negative.

    >>> Price("-1", "USD")
    Traceback (most recent call last):
    ...
    crossborder.errors.InvalidValue: Price.amount must not be negative (got Decimal('-1'))
    """

    def __attrs_post_init__(self) -> None:
        if self.amount < 0:
            raise refuse(self, "amount", self.amount, "must not be negative")


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency; nothing sums to zero of that currency.

    >>> total([Money("1", "USD"), Money("2.5", "USD")], "USD")
    Money('3.5', 'USD')
    """
    summed = Money.zero(currency)
    for amount in amounts:
        summed = summed + amount
    return summed


def agree(source: object, currency: str, **amounts: "Money | None") -> None:
    """Refuse the first of the amounts that is in another currency, under its name."""
    for name, money in amounts.items():
        if money is not None and money.currency != currency:
            raise CurrencyMismatch(
                f"is not in {currency}", field=name, value=money, source=type(source).__name__
            )


class RateSide(StrEnum):
    """Which price of a currency this is."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"


@frozen(field_transformer=checked)
class ExchangeRate:
    """A quoted price of one currency in another: with its source and its time.

    Attributes:
        base: the currency that is priced.
        quote: the currency of the price.
        rate: units of `quote` for one unit of `base`.
        source: who quoted it.
        at: when it was quoted.
        valid_until: when it stops holding, or None.
        side: bid, ask or mid.
        margin: the spread taken from what is received, as a fraction (0.01 is one per cent).
    """

    base: str = field(validator=currency_code)
    quote: str = field(validator=currency_code)
    rate: Decimal = field()
    source: str = field()
    at: datetime = field()
    valid_until: datetime | None = None
    side: RateSide = RateSide.MID
    margin: Decimal = Decimal(0)

    def __attrs_post_init__(self) -> None:
        if not self.rate:
            raise refuse(self, "rate", self.rate, "must not be zero")
        if self.margin >= 1:
            raise refuse(self, "margin", self.margin, "must be below 1")

    def convert(self, money: Money, now: datetime) -> Money:
        """The money in `quote`, after the margin, not rounded.

        Raises:
            CurrencyMismatch: the money is not in `base`.
            InvalidValue: the quote no longer holds at `now`.
        """
        if money.currency != self.base:
            raise CurrencyMismatch(
                f"must be {self.base}",
                field="currency",
                value=money.currency,
                source="ExchangeRate",
            )
        if self.valid_until is not None and now > self.valid_until:
            raise InvalidValue(
                f"had ended at {now.isoformat()}",
                field="valid_until",
                value=self.valid_until.isoformat(),
                source="ExchangeRate",
            )
        factor = _EXACT.multiply(self.rate, _EXACT.subtract(Decimal(1), self.margin))
        return Money(_EXACT.multiply(money.amount, factor), self.quote)
