"""The logit of being late by today's pace and by what parcels took in the past."""

from math import log

from crossborder.predict.survival.hazard import Hazard
from crossborder.predict.survival.parcel import Parcel
from crossborder.predict.survival.table import TransitTable

__all__ = ["raw_logit"]

_TABLE_SHARE = 0.25
_TABLE_PRIOR = 50.0
"""The table's part of the logit, once it rests on many more parcels than that."""

_EDGE = 1e-4
"""No part is surer than that."""


def raw_logit(hazard: Hazard, table: TransitTable, parcel: Parcel, at: float) -> float:
    """The logit of being late without the shift and without silence."""
    z = _logit(hazard.outlasts(parcel.way, at, parcel.due))
    day = int(at)
    evidence = table.evidence(day=day)
    if not evidence:
        return z
    journey = parcel.journey

    def beyond(moment: float) -> float:
        return table.survival(
            journey.line,
            journey.destination,
            promised=parcel.promised,
            age=moment - parcel.handed,
            day=day,
        )

    open_ = beyond(at)
    past = _logit(beyond(parcel.due) / open_) if open_ else z
    share = _TABLE_SHARE * evidence / (evidence + _TABLE_PRIOR)
    return (1.0 - share) * z + share * past


def _logit(chance: float) -> float:
    chance = min(max(chance, _EDGE), 1.0 - _EDGE)
    return log(chance / (1.0 - chance))
