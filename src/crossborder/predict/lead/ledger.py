"""What was quoted, and how often it was kept."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from crossborder.model.check import checked

__all__ = ["Coverage", "Judge", "Kept", "Quoted"]

Quoted = tuple[float, str]
"""Until when, in days since 1970, and for which order."""

Judge = Callable[[str, float, float], bool | None]
"""Answers for a key, its time and now whether the quote was kept; None where nobody can say."""


@frozen(field_transformer=checked)
class Kept:
    """How often the quotes of one chance were kept, of those that are settled.

    Attributes:
        chance: that was said, such as 0.9.
        quotes: how many are settled.
        kept: how many of them were kept.
    """

    chance: float
    quotes: int
    kept: int

    @property
    def share(self) -> float:
        """The share that was kept; the chance itself while nothing is settled."""
        return self.kept / self.quotes if self.quotes else self.chance


class Coverage:
    """Quotes of one chance, each settled when its time has passed.

    A quote is settled at its own end and not at the outcome: the quick outcomes come first, and
    counting them early would flatter. Whether it was kept is asked anew each time, so the order
    in which quotes and outcomes came in does not matter. Moments are days since 1970.
    """

    __slots__ = ("_prior", "_quotes", "chance", "memory")

    def __init__(self, chance: float, *, memory: int, quotes: Iterable[Quoted] = ()) -> None:
        """These quotes; about `memory` are remembered in `recent`."""
        self.chance, self.memory = chance, memory
        self._prior = 0.6 * memory
        self._quotes = sorted(quotes)

    @property
    def quotes(self) -> tuple[Quoted, ...]:
        """All quotes by their moment."""
        return tuple(self._quotes)

    def add(self, key: str, until: float) -> None:
        """A quote for `key` that says: by `until`."""
        insort(self._quotes, (until, key))

    def _judged(self, now: float, judge: Judge) -> Iterator[bool]:
        """Whether the settled quotes were kept, newest first, as far as anybody can say."""
        for place in range(bisect_left(self._quotes, (now, "")) - 1, -1, -1):
            until, key = self._quotes[place]
            kept = judge(key, until, now)
            if kept is not None:
                yield kept

    def so_far(self, now: float, judge: Judge) -> Kept:
        """All settled quotes."""
        outcomes = list(self._judged(now, judge))
        return Kept(self.chance, len(outcomes), sum(outcomes))

    def recent(self, now: float, judge: Judge) -> float:
        """The share kept, newer quotes weighing more, shrunk to the chance that was said."""
        fade = 1 - 1 / self.memory
        mass, held = self._prior, self._prior * self.chance
        weight = 1.0
        for kept in self._judged(now, judge):
            mass += weight
            held += weight * kept
            weight *= fade
            if weight < 0.01:
                break
        return held / mass
