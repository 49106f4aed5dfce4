"""What happens to handling units: loaded, unloaded, opened, found again, given a number."""

from datetime import datetime

from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.measure import Weight

__all__ = ["BreakBulk", "Command", "Find", "LinkNumber", "Load", "Unload"]


@frozen(field_transformer=checked)
class Load:
    """A unit goes into another.

    Attributes:
        unit: what goes in.
        into: what holds it from then on.
        at: when.
    """

    unit: str
    into: str
    at: datetime


@frozen(field_transformer=checked)
class Unload:
    """A unit is taken out of what holds it, which stays closed.

    Attributes:
        unit: what comes out.
        at: when.
    """

    unit: str
    at: datetime


@frozen(field_transformer=checked)
class BreakBulk:
    """A container is opened (拆开发送): all that is directly inside comes out at one time.

    Attributes:
        unit: what is opened.
        at: when.
        found: the ids of what came out, counted; None where nobody counted, so all of it.
        weighed: what came out, on the scales; None where it was not weighed.
    """

    unit: str
    at: datetime
    found: tuple[str, ...] | None = None
    weighed: Weight | None = None


@frozen(field_transformer=checked)
class Find:
    """A unit that was missing is there again.

    Attributes:
        unit: what was found.
        at: when.
    """

    unit: str
    at: datetime


@frozen(field_transformer=checked)
class LinkNumber:
    """A unit travels on under another number, of which we may learn later.

    Attributes:
        unit: whose number it is.
        number: as the carrier writes it.
        since: from when it counts; scans under it before that are of an earlier parcel.
        carrier: who gave it, or empty.
    """

    unit: str
    number: str
    since: datetime
    carrier: str = ""


Command = BreakBulk | Find | LinkNumber | Load | Unload
