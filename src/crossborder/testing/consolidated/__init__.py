"""Consolidated lines, simulated: masters, bags, customs, lost and late things, and the truth.

`simulate` makes a world out of chance; `grade` looks at it day by day with the library and holds
what it says against the truth. Neither needs pytest.

>>> world = simulate(seeded(7), Setting(masters=1, bags=2, parcels_a_bag=3, lost_bags=frozenset()))
>>> graded = grade(world)
>>> graded.parcels, graded.wrong_ends, graded.falsely_delivered
(6, (), ())
"""

from crossborder.testing.consolidated.chance import Chance, seeded
from crossborder.testing.consolidated.grade import Grade, Warned, grade
from crossborder.testing.consolidated.laws import Forecaster, StageLaws
from crossborder.testing.consolidated.learnt import ByAlarm, ByTransit
from crossborder.testing.consolidated.replay import Parcel, Replay
from crossborder.testing.consolidated.setting import LINES, Setting, SimulatedLine
from crossborder.testing.consolidated.truth import Change, Consignment, Observation, Told, Truth
from crossborder.testing.consolidated.warning import ByArrival, BySurvival, Warner
from crossborder.testing.consolidated.world import World, simulate

__all__ = [
    "LINES",
    "ByAlarm",
    "ByArrival",
    "BySurvival",
    "ByTransit",
    "Chance",
    "Change",
    "Consignment",
    "Forecaster",
    "Grade",
    "Observation",
    "Parcel",
    "Replay",
    "Setting",
    "SimulatedLine",
    "StageLaws",
    "Told",
    "Truth",
    "Warned",
    "Warner",
    "World",
    "grade",
    "seeded",
    "simulate",
]
