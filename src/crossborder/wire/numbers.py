"""Numbers as Chinese platforms state them: shares, fen and yuan, all exact."""

import re
from decimal import Context, Decimal
from typing import TypeVar, overload

from crossborder.errors import Unreadable
from crossborder.model.money import Money

__all__ = ["fen", "percent", "yuan"]

M = TypeVar("M", bound=Money)

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_LARGEST = Decimal("1e40")
_EXACT = Context(prec=100)


def _number(value: object, *, field: str, source: str) -> Decimal:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if number.is_finite() and abs(number) < _LARGEST:
            return number
    raise Unreadable("is not an exact number", field=field, value=value, source=source)


def percent(
    text: str | int | Decimal | None, *, field: str = "percent", source: str = ""
) -> Decimal | None:
    """The fraction behind `52.48%` or `0.4666`; None where nothing stands.

    Raises:
        Unreadable: no number, or above 1 without a percent sign, as nobody knows which is meant.

    >>> percent("52.48%"), percent("0.4666"), percent("")
    (Decimal('0.5248'), Decimal('0.4666'), None)
    """
    if text is None or text == "":
        return None
    if isinstance(text, str) and text.strip().endswith(("%", "％")):
        number = _number(text.strip()[:-1], field=field, source=source)
        return number.scaleb(-2, context=_EXACT)
    fraction = _number(text, field=field, source=source)
    if abs(fraction) > 1:
        raise Unreadable("is above 1, without %", field=field, value=text, source=source)
    return fraction


@overload
def fen(value: str | int | Decimal, *, field: str = ..., source: str = ...) -> Money: ...
@overload
def fen(value: str | int | Decimal, *, kind: type[M], field: str = ..., source: str = ...) -> M: ...
def fen(
    value: str | int | Decimal, *, kind: type[Money] = Money, field: str = "fen", source: str = ""
) -> Money:
    """Money from a whole number of fen (分), of which 100 are a yuan; `kind` may be `Price`.

    Raises:
        Unreadable: not a whole number.

    >>> fen(1390), fen("5")
    (Money('13.90', 'CNY'), Money('0.05', 'CNY'))
    """
    number = _number(value, field=field, source=source)
    if number != number.to_integral_value():
        raise Unreadable("is not a whole number", field=field, value=value, source=source)
    return kind.from_minor(int(number), "CNY")


@overload
def yuan(value: str | int | Decimal, *, field: str = ..., source: str = ...) -> Money: ...
@overload
def yuan(
    value: str | int | Decimal, *, kind: type[M], field: str = ..., source: str = ...
) -> M: ...
def yuan(
    value: str | int | Decimal, *, kind: type[Money] = Money, field: str = "yuan", source: str = ""
) -> Money:
    """Money from yuan (元), with as many places as stated; `kind` may be `Price`.

    Raises:
        Unreadable: not an exact number.

    >>> yuan("13.9"), yuan(2)
    (Money('13.9', 'CNY'), Money('2', 'CNY'))
    """
    return kind(_number(value, field=field, source=source), "CNY")
