"""A world of consolidated lines, made of chance; every parcel's true state is known."""

from datetime import datetime

from attrs import frozen

from crossborder.testing.consolidated.chance import Chance, Draws
from crossborder.testing.consolidated.journey import Journey
from crossborder.testing.consolidated.setting import LINES, Setting
from crossborder.testing.consolidated.truth import Consignment

__all__ = ["World", "simulate"]


@frozen
class World:
    """Consignments in the order in which they were shipped."""

    consignments: tuple[Consignment, ...]

    @property
    def end(self) -> datetime:
        """When the last thing that happens has been heard of."""
        return max(one.observations[-1].received_at for one in self.consignments)


def simulate(chance: Chance, setting: Setting | None = None) -> World:
    """Masters with their parcels, by turns on each line, and what is heard of them.

    Args:
        chance: gives floats from 0 to below 1: `random.Random(7).random`, or `seeded(7)`. The same
            floats make the same world.
        setting: how large it is and how much goes wrong.

    >>> from crossborder.testing.consolidated.chance import seeded
    >>> world = simulate(seeded(7), Setting(masters=2))
    >>> [len(one.truths) for one in world.consignments]
    [200, 200]
    """
    given = setting or Setting()
    draws = Draws(chance)
    return World(
        tuple(
            Journey(place, LINES[place % len(LINES)], given, draws).travel()
            for place in range(given.masters)
        )
    )
