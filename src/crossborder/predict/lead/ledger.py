"""What was quoted, and how often it was kept."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from datetime import datetime

from attrs import frozen

from crossborder.model.check import checked

__all__ = ["Coverage", "Kept"]


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
    in which quotes and outcomes came in does not matter.
    """

    __slots__ = ("_prior", "_quotes", "chance", "memory")

    def __init__(self, chance: float, *, memory: int) -> None:
        """Nothing quoted yet; about `memory` quotes are remembered in `recent`."""
        self.chance, self.memory = chance, memory
        self._prior = 0.6 * memory
        self._quotes: list[tuple[datetime, str]] = []

    def add(self, key: str, until: datetime) -> None:
        """A quote for `key` that says: by `until`."""
        insort(self._quotes, (until, key))

    def _settled(self, now: datetime) -> Iterator[tuple[datetime, str]]:
        """The settled quotes, newest first."""
        for place in range(bisect_left(self._quotes, (now, "")) - 1, -1, -1):
            yield self._quotes[place]

    def so_far(self, now: datetime, kept: Callable[[str, datetime, datetime], bool]) -> Kept:
        """All settled quotes; `kept` answers for a key, its time and `now`."""
        outcomes = [kept(key, until, now) for until, key in self._settled(now)]
        return Kept(self.chance, len(outcomes), sum(outcomes))

    def recent(self, now: datetime, kept: Callable[[str, datetime, datetime], bool]) -> float:
        """The share kept, newer quotes weighing more, shrunk to the chance that was said."""
        fade = 1 - 1 / self.memory
        mass, held = self._prior, self._prior * self.chance
        weight = 1.0
        for until, key in self._settled(now):
            mass += weight
            held += weight * kept(key, until, now)
            weight *= fade
            if weight < 0.01:
                break
        return held / mass
