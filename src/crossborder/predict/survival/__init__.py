"""Will it be late? The chance that a parcel on its way outlasts its promise."""

from crossborder.predict.survival.chance import LateChance
from crossborder.predict.survival.forecast import LateForecast
from crossborder.predict.survival.journey import Arrived, Ended, Journey, Scanned
from crossborder.predict.survival.kept import LateState
from crossborder.predict.survival.rule import AlarmRule, Course
from crossborder.predict.survival.silence import ScanGaps
from crossborder.predict.survival.table import TransitTable

__all__ = [
    "AlarmRule",
    "Arrived",
    "Course",
    "Ended",
    "Journey",
    "LateChance",
    "LateForecast",
    "LateState",
    "ScanGaps",
    "Scanned",
    "TransitTable",
]
