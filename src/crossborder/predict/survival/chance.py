"""What is said of a parcel's being late."""

from datetime import datetime, timedelta

from attrs import frozen

from crossborder.model.check import checked

__all__ = ["LateChance"]


@frozen(field_transformer=checked)
class LateChance:
    """How likely a parcel is to miss its promise.

    Attributes:
        probability: of being late, from 0 to 1.
        left: until the end of the promise; negative when it has passed.
        evidence: how many parcels of today stand behind it.
        silence: since the last scan or the hand-over, where the line's scans are known; or None.
        usual_silence: what nine in ten gaps of the line do not exceed, or None.
        as_of: when it was said.
    """

    probability: float
    left: timedelta
    evidence: int
    silence: timedelta | None
    usual_silence: timedelta | None
    as_of: datetime
