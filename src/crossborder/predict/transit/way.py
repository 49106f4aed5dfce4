"""What is known of a journey when it begins, and what is kept of it."""

from collections.abc import Mapping
from math import isfinite, log, log1p

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.whole import as_float

__all__ = ["Trip", "Way"]


def _pairs(given: object) -> object:
    """A mapping of amounts as pairs in order of their names."""
    if isinstance(given, Mapping):
        return tuple((name, as_float(value)) for name, value in sorted(given.items()))
    return given


@frozen(field_transformer=checked)
class Way:
    """How a parcel goes, as far as it is known when it is sent.

    Attributes:
        line: the carrier's product, or empty.
        origin: where it goes from, or empty.
        zone: where it goes to: a zone, a country or a state, or empty.
        promised: how many days were promised for it, or None. A promise tells of the way.
        amounts: what may bear on the time, by name: weight, worth, pieces; none negative. What is
            not known is left out.
        kinds: words that may bear on the time, such as `battery` or `bank_slip`.
        words: line, zone, origin and kinds, each with what it is.
        logs: the logarithms of the amounts.
        width: the logarithm of the promised days, two at least; None without a promise.

    >>> Way("express", zone="BR-SP", promised=9, amounts={"worth": 120})
    Way(line='express', origin='', zone='BR-SP', promised=9.0, amounts=(('worth', 120.0),), kinds=())
    """

    line: str = ""
    origin: str = ""
    zone: str = ""
    promised: float | None = field(default=None, converter=as_float)
    amounts: tuple[tuple[str, float], ...] = field(default=(), converter=_pairs)
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = field(init=False, eq=False, repr=False)
    logs: tuple[tuple[str, float], ...] = field(init=False, eq=False, repr=False)
    width: float | None = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        promised = self.promised
        if promised is not None and not (isfinite(promised) and promised > 0):
            raise refuse(self, "promised", promised, "must be finite days above 0")
        for name, amount in self.amounts:
            if not (isfinite(amount) and amount >= 0):
                raise refuse(self, "amounts", {name: amount}, "must be finite and not negative")
        kinds = [f"kind:{kind}" for kind in self.kinds]
        words = (f"line:{self.line}", f"zone:{self.zone}", f"from:{self.origin}", *kinds)
        object.__setattr__(self, "words", tuple(word for word in words if word[-1] != ":"))
        logs = tuple((f"amount:{name}", log1p(amount)) for name, amount in self.amounts)
        object.__setattr__(self, "logs", logs)
        width = None if promised is None else log(max(promised, 2.0))
        object.__setattr__(self, "width", width)


class Trip:
    """One journey; times are days since 1970.

    Attributes:
        key: what it is called.
        way: how it goes.
        start: when it began.
        end: when it arrived or was given up, or None.
        known: since when that is known, or None.
        arrived: whether it arrived.
    """

    __slots__ = ("arrived", "end", "key", "known", "start", "way")

    def __init__(self, key: str, way: Way, start: float) -> None:
        """On its way."""
        self.key, self.way, self.start = key, way, start
        self.end: float | None = None
        self.known: float | None = None
        self.arrived = False

    def so_far(self, at: float) -> tuple[float, bool]:
        """How many days it took, or has lasted, as known at a moment; and whether it arrived."""
        end, known = self.end, self.known
        if end is None or known is None or known > at:
            return at - self.start, False
        return end - self.start, self.arrived
