"""What is told of parcels: that one was handed over, was scanned, has arrived, or is given up."""

from datetime import datetime

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.whole import as_float

__all__ = ["Arrived", "Ended", "Journey", "News", "Scanned"]


@frozen(field_transformer=checked)
class Journey:
    """A parcel that was handed over, and by when it is promised.

    Attributes:
        id: the parcel.
        handed_at: when the carrier took it.
        promised_by: the end of what was promised; from then on it is late.
        ordered_at: when the promise was made, or None when that is not known. A promise tells of
            the way: what is far is promised longer.
        line: the carrier's product, or empty.
        destination: a zone, a country or a state, or empty.
        worth: of the goods, in whole units of one currency; dear parcels are larger. Or None.
    """

    id: str
    handed_at: datetime
    promised_by: datetime
    ordered_at: datetime | None = None
    line: str = ""
    destination: str = ""
    worth: float | None = field(default=None, converter=as_float)

    def __attrs_post_init__(self) -> None:
        if self.ordered_at is not None and self.ordered_at > self.promised_by:
            raise refuse(self, "ordered_at", self.ordered_at.isoformat(), "is after the promise")
        if self.worth is not None and not 0 <= self.worth < float("inf"):
            raise refuse(self, "worth", self.worth, "must be finite and not negative")


@frozen(field_transformer=checked)
class Arrived:
    """A parcel is there.

    Attributes:
        id: the parcel.
        at: when it arrived.
    """

    id: str
    at: datetime


@frozen(field_transformer=checked)
class Ended:
    """A parcel of which no more will be heard: cancelled, sent back, or out of our sight.

    Attributes:
        id: the parcel.
        at: until when it was followed.
    """

    id: str
    at: datetime


@frozen(field_transformer=checked)
class Scanned:
    """A parcel was seen on its way.

    Attributes:
        id: the parcel.
        at: when it was seen.
    """

    id: str
    at: datetime


News = Journey | Arrived | Ended | Scanned
