"""What is said of a journey's time, and on what that rests."""

from datetime import datetime

from attrs import field, frozen

from crossborder.model.check import checked, refuse

__all__ = ["EARLIEST", "TransitQuote"]

EARLIEST = 0.1
"""One in ten comes sooner than the earliest time that is said."""


@frozen(field_transformer=checked)
class TransitQuote:
    """How many days a journey takes.

    Attributes:
        earliest: nine in ten take longer.
        expected: half take longer.
        latest: the share `confidence` arrives within it.
        confidence: see `latest`.
        source: `cell`, `line` or `all`: whose history the spread around the level is.
        evidence: the effective number of arrived journeys of that history.
        as_of: the moment up to which outcomes were counted.
    """

    earliest: float
    expected: float
    latest: float
    confidence: float
    source: str
    evidence: int
    as_of: datetime = field()

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.earliest <= self.expected <= self.latest:
            given = (self.earliest, self.expected, self.latest)
            raise refuse(self, "latest", given, "must not be before what is earlier")
