"""Numbers under uncertainty: distributions, calendars of work, demand."""

from crossborder.predict.batches import in_batches
from crossborder.predict.calendar import ALWAYS, WorkCalendar
from crossborder.predict.chinese import chinese_calendar
from crossborder.predict.demand import (
    BackTest,
    DemandLaw,
    DemandPool,
    LadderState,
    NegativeBinomial,
    PoolState,
)
from crossborder.predict.quantiles import Distribution, convolve, mixture

__all__ = [
    "ALWAYS",
    "BackTest",
    "DemandLaw",
    "DemandPool",
    "Distribution",
    "LadderState",
    "NegativeBinomial",
    "PoolState",
    "WorkCalendar",
    "chinese_calendar",
    "convolve",
    "in_batches",
    "mixture",
]
