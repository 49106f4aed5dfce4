"""From which places the pieces of several lines are taken: never one piece twice.

Each line takes from its places in its own order. Where a line finds too little, pieces that other
lines of the same command took are moved to other places of theirs, so whether all lines can be
served does not depend on the order in which they stand.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from crossborder.stages.inventory.ledger.shelf import Place

__all__ = ["Want", "taken"]

Want = tuple[str, int, Sequence[Place]]
"""A line's id, the pieces it wants, and the places it may take from."""


def taken(
    wants: Sequence[Want], free: Callable[[Place], int]
) -> tuple[Mapping[tuple[str, Place], int], Mapping[str, int]]:
    """What each line takes from each place, and what each line lacks (only lines that do).

    >>> places = (("near", ""), ("far", ""))
    >>> stock = {("near", ""): 10, ("far", ""): 15}
    >>> taken([("1", 13, places)], lambda place: stock[place])
    ({('1', ('near', '')): 10, ('1', ('far', '')): 3}, {})
    >>> taken([("1", 8, places), ("2", 8, places[:1])], lambda place: stock[place])[0]
    {('1', ('near', '')): 2, ('2', ('near', '')): 8, ('1', ('far', '')): 6}
    """
    left: dict[Place, int] = {}
    got: dict[tuple[str, Place], int] = {}
    lacking: dict[str, int] = {}
    for line, pieces, places in wants:
        for place in places:
            if not pieces:
                break
            if place not in left:
                left[place] = max(0, free(place))
            # The rest, never the whole quantity anew at each place.
            some = min(pieces, left[place])
            if some:
                got[line, place] = got.get((line, place), 0) + some
                left[place] -= some
                pieces -= some
        if pieces:
            lacking[line] = pieces
    if lacking and len(wants) > 1:
        for place in (place for _, _, places in wants for place in places):
            if place not in left:
                left[place] = max(0, free(place))
        _shift(wants, left, got, lacking)
    return got, lacking


def _shift(
    wants: Sequence[Want],
    left: dict[Place, int],
    got: dict[tuple[str, Place], int],
    lacking: dict[str, int],
) -> None:
    """Find room for lacking lines along shortest chains of lines that can move elsewhere."""
    may = {line: tuple(dict.fromkeys(places)) for line, _, places in wants}
    for line in list(lacking):
        while lacking.get(line):
            chain = _chain(line, may, left, got)
            if chain is None:
                break
            moved = min(lacking[line], left[chain[-1][1]])
            for (_, place), (other, _) in pairwise(chain):
                moved = min(moved, got[other, place])
            left[chain[-1][1]] -= moved
            for index, (who, place) in enumerate(chain):
                got[who, place] = got.get((who, place), 0) + moved
                if index + 1 < len(chain):
                    other = chain[index + 1][0]
                    got[other, place] -= moved
                    if not got[other, place]:
                        del got[other, place]
            lacking[line] -= moved
            if not lacking[line]:
                del lacking[line]


def _chain(
    line: str,
    may: Mapping[str, tuple[Place, ...]],
    left: Mapping[Place, int],
    got: Mapping[tuple[str, Place], int],
) -> list[tuple[str, Place]] | None:
    """The line and the place it gets, then who gives way there and where that one goes, to a free
    place; None when there is no such chain.
    """
    came: dict[tuple[str, Place], tuple[str, Place] | None] = {}
    seen: set[Place] = set()
    queue: deque[tuple[str, Place]] = deque()
    for place in may[line]:
        seen.add(place)
        came[line, place] = None
        queue.append((line, place))
    while queue:
        step = queue.popleft()
        place = step[1]
        if left[place]:
            chain = [step]
            while (before := came[chain[-1]]) is not None:
                chain.append(before)
            return chain[::-1]
        for (other, where), pieces in got.items():
            if where == place and pieces:
                for further in may[other]:
                    if further not in seen:
                        seen.add(further)
                        came[other, further] = step
                        queue.append((other, further))
    return None
