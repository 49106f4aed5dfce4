"""How much of a supplier's stock figure counts, as it grows old and by how the supplier delivers."""

from datetime import timedelta
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction

from crossborder.model.check import refuse

__all__ = ["haircut", "trusted"]

_NONE, _DAY = timedelta(0), timedelta(hours=24)
_MICROSECOND = timedelta(microseconds=1)
_CUT = Context(prec=28, rounding=ROUND_DOWN)


def _share(age: timedelta, fresh_for: timedelta, score: Decimal) -> Fraction:
    if fresh_for <= _NONE:
        raise refuse("haircut", "fresh_for", str(fresh_for), "must be above zero")
    if not 0 <= score <= 1:
        raise refuse("haircut", "score", score, "must lie between 0 and 1")
    whole = 2 * (fresh_for // _MICROSECOND)
    left = max(0, whole - max(age, _NONE) // _MICROSECOND)
    return Fraction(score) * Fraction(left, whole)


def haircut(age: timedelta, *, fresh_for: timedelta, score: Decimal = Decimal(1)) -> Decimal:
    """The share of a supplier's stock figure that counts, from 0 to 1.

    It falls evenly with the figure's age, to a half at `fresh_for` and to nothing at twice that,
    and with the supplier's score. Only a figure of this moment from a supplier of score 1 counts
    wholly. Rounded down to 28 digits.

    Raises:
        InvalidValue: no freshness, or a score outside 0 to 1.

    >>> day = timedelta(hours=24)
    >>> haircut(timedelta(hours=6), fresh_for=day), haircut(day, fresh_for=day)
    (Decimal('0.875'), Decimal('0.5'))
    """
    share = _share(age, fresh_for, score)
    return _CUT.divide(Decimal(share.numerator), Decimal(share.denominator))


def trusted(
    pieces: int,
    *,
    age: timedelta = _NONE,
    fresh_for: timedelta = _DAY,
    score: Decimal = Decimal(1),
) -> int:
    """The whole pieces of a stated figure that may be relied on: `haircut`, worked out exactly.

    Raises:
        InvalidValue: a negative figure, no freshness, or a score outside 0 to 1.

    >>> trusted(50, score=Decimal("0.8380"))
    41
    """
    if pieces < 0:
        raise refuse("haircut", "pieces", pieces, "must not be negative")
    return int(pieces * _share(age, fresh_for, score))
