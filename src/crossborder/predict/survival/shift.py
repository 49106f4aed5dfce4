"""A correction in logits: how often parcels were late, against what had been said of them."""

__all__ = ["Shift"]

_BOUND = 0.5
"""A shift never goes further: odds times or by 1.65."""

_FADE = 0.5 ** (1 / 60)
"""A day's outcomes count half after sixty days."""

_PRIOR = 40.0
"""How much evidence (in chance times counter-chance) speaks for no shift."""


class Shift:
    """Outcomes against what was said at hand-over, without the shift.

    Because every chance is held against its outcome as it was before any correction, the shift
    cannot feed on itself: however late outcomes come, it does not swing. Each parcel is counted
    when its promise passes, on time or not, as the early ones known before are all on time.

    >>> shift = Shift()
    >>> for _ in range(100):
    ...     shift.tell(0.5, late=False)
    >>> shift.value
    -0.5
    """

    __slots__ = ("_left", "_weight")

    def __init__(self) -> None:
        """No shift."""
        self._left = self._weight = 0.0

    @classmethod
    def resumed(cls, state: tuple[float, float]) -> "Shift":
        """The shift that `state` was kept of."""
        found = cls()
        found._left, found._weight = state
        return found

    @property
    def state(self) -> tuple[float, float]:
        """To be kept: what outcomes left over, and the evidence."""
        return self._left, self._weight

    def tell(self, chance: float, *, late: bool) -> None:
        """Count a parcel whose promise has passed, and the chance of being late it had."""
        self._left += late - chance
        self._weight += chance * (1.0 - chance)

    def fade(self) -> None:
        """A day is over."""
        self._left *= _FADE
        self._weight *= _FADE

    @property
    def value(self) -> float:
        """What to add to a logit."""
        return min(max(self._left / (self._weight + _PRIOR), -_BOUND), _BOUND)
