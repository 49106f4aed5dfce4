"""One order over warehouses in whole numbers: the loop without values, for batches and proofs.

Warehouses ("houses") are positions, money is in whole units of one scale. A parcel from a house
has a price of its own, a piece of a SKU has one by house, and the two add up. So for a given set
of opened houses each SKU by itself takes the cheapest pieces first, and only the set is searched.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import TypeAlias

__all__ = ["EXACT_UP_TO", "Need", "Plan", "cheapest", "deal", "need", "plan", "priced", "ranked"]

EXACT_UP_TO = 10
"""With so many warehouses in question every set of them is looked at."""

Need: TypeAlias = tuple[list[int], tuple[int, ...], int, int, tuple[int, ...]]
"""Free pieces by house, price of one piece by house, pieces wanted, the least they can cost, and
the houses in the order of that price."""


class Plan:
    """What a parcel costs from each house to one destination, and the sets of houses by cost.

    Attributes:
        fixed: price of a parcel by house; None where none can be sent.
        reach: the houses that can send.
        pair: price of the two cheapest parcels, or None with fewer than two houses.
    """

    __slots__ = ("_subsets", "fixed", "pair", "reach")

    def __init__(self, fixed: tuple[int | None, ...]) -> None:
        self.fixed = tuple(-1 if price is None else price for price in fixed)
        self.reach = tuple(house for house, price in enumerate(fixed) if price is not None)
        two = sorted(self.fixed[house] for house in self.reach)[:2]
        self.pair = sum(two) if len(two) == 2 else None
        self._subsets: tuple[tuple[int, int, int], ...] | None = None

    @property
    def subsets(self) -> tuple[tuple[int, int, int], ...]:
        """Price, size and mask of every set of two or more houses, cheapest first."""
        if self._subsets is None:
            fixed, found = self.fixed, []
            for size in range(2, len(self.reach) + 1):
                for houses in combinations(self.reach, size):
                    total = sum([fixed[house] for house in houses])
                    found.append((total, size, houses))
            found.sort()
            self._subsets = tuple(
                (total, size, sum([1 << house for house in houses]))
                for total, size, houses in found
            )
        return self._subsets


@lru_cache(maxsize=4096)
def plan(fixed: tuple[int | None, ...]) -> Plan:
    """The plan of these parcel prices, kept because many orders share one."""
    return Plan(fixed)


def ranked(price: Sequence[int], reach: Iterable[int]) -> tuple[int, ...]:
    """The houses in the order of a piece's price, then of their position."""
    return tuple(sorted(reach, key=lambda house: (price[house], house)))


def need(free: list[int], price: tuple[int, ...], pieces: int, reach: Iterable[int]) -> Need:
    """A SKU's row of an order; `free` is not copied, so a batch may count it down.

    >>> need([5, 0], (7, 3), 2, (0, 1))
    ([5, 0], (7, 3), 2, 6, (1, 0))
    """
    order = ranked(price, reach)
    return free, price, pieces, price[order[0]] * pieces if order else 0, order


def priced(needs: Sequence[Need], mask: int, price: int) -> int | None:
    """The cost when these houses are open at this price, or None when pieces are missing."""
    for free, cost, left, _, order in needs:
        for house in order:
            if mask >> house & 1:
                have = free[house]
                if have >= left:
                    price += cost[house] * left
                    break
                price += cost[house] * have
                left -= have
        else:
            return None
    return price


def cheapest(needs: Sequence[Need], terms: Plan, *, split: bool = True) -> tuple[int, int] | None:
    """The least cost and the mask of the houses that send, or None when it cannot be done.

    Among equal costs the fewest parcels win, then the cheaper parcels, then the first houses.
    Every set of houses that could be cheaper is looked at: exact, and meant for `EXACT_UP_TO`
    houses.

    >>> terms = plan((500, 600))
    >>> cheapest([need([5, 5], (0, 0), 5, terms.reach)], terms)
    (500, 1)
    >>> cheapest([need([5, 5], (0, 0), 7, terms.reach)], terms)
    (1100, 3)
    """
    fixed = terms.fixed
    best, chosen = -1, 0
    for house in terms.reach:
        cost = fixed[house]
        for free, price, pieces, _, _ in needs:
            if free[house] < pieces:
                break
            cost += price[house] * pieces
        else:
            if cost < best or best < 0:
                best, chosen = cost, 1 << house
    if not split or terms.pair is None:
        return None if best < 0 else (best, chosen)
    least = 0
    for one in needs:
        least += one[3]
    if best >= 0:
        if terms.pair + least >= best:
            return best, chosen
    else:
        for free, _, pieces, _, order in needs:
            for house in order:
                pieces -= free[house]
            if pieces > 0:
                return None
    parcels = 1
    for total, size, mask in terms.subsets:
        if total + least > best >= 0:
            break
        found = priced(needs, mask, total)
        if found is not None and (best < 0 or (found, size) < (best, parcels)):
            best, parcels, chosen = found, size, mask
    return best, chosen


def deal(needs: Sequence[Need], mask: int) -> list[list[tuple[int, int]]]:
    """For each SKU the (house, pieces) it takes when these houses are open; a rest, not a minimum.

    >>> deal([need([10, 15], (1, 2), 13, (0, 1))], 0b11)
    [[(0, 10), (1, 3)]]
    """
    dealt = []
    for free, _, left, _, order in needs:
        takes = []
        for house in order:
            have = free[house] if mask >> house & 1 else 0
            if have and left:
                pieces = min(left, have)
                takes.append((house, pieces))
                left -= pieces
        dealt.append(takes)
    return dealt
