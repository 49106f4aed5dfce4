"""Exact numbers where a fraction is reckoned with."""

from decimal import Decimal

__all__ = ["as_float"]


def as_float(value: object) -> object:
    """A whole number or a finite Decimal as a float, so that neither is a slip; the rest as it is.

    Chances, days and weights are estimates: what is not exact anyway is reckoned in floats. Money
    never passes here. A number beyond all floats stays, for the check of the field to refuse.

    >>> as_float(7), as_float(Decimal("0.5")), as_float(True), as_float("7")
    (7.0, 0.5, True, '7')
    """
    if type(value) is int or (isinstance(value, Decimal) and value.is_finite()):
        try:
            return float(value)
        except OverflowError:
            return value
    return value
