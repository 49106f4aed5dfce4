"""Times have a zone; a promise is a window."""

from datetime import datetime

from attrs import frozen

from crossborder.model.check import checked, refuse

__all__ = ["Window"]


@frozen(field_transformer=checked)
class Window:
    """From the earliest to the latest time something is promised or expected.

    Attributes:
        earliest: not before.
        latest: not after; never before `earliest`.
    """

    earliest: datetime
    latest: datetime

    def __attrs_post_init__(self) -> None:
        if self.latest < self.earliest:
            raise refuse(self, "latest", self.latest.isoformat(), "is before the earliest time")

    def __contains__(self, moment: datetime) -> bool:
        return self.earliest <= moment <= self.latest
