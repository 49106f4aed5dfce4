"""What is said of ordinary mail: its state, the words of people about it, and what to do."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import ShipmentId
from crossborder.model.time import Window

__all__ = ["SAID", "MailLimits", "MailProposal", "MailState", "MailWord", "UntrackedMail"]


class MailState(StrEnum):
    """How an ordinary letter or packet stands; the first three follow from the time alone."""

    EXPECTED = "expected"
    OVERDUE = "overdue"
    PRESUMED_LOST = "presumed_lost"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"


SAID = {
    "delivered": MailState.DELIVERED,
    "returned": MailState.RETURNED,
    "lost": MailState.LOST,
}
"""What a word settles."""

_SPEAKERS = ("buyer", "carrier")
_WORDS = (*SAID, "not_arrived")
_ACTIONS = ("wait", "tell_customer", "ask_customer", "resend", "refund")


def _chance(instance: object, attribute: object, value: Decimal) -> None:
    if not 0 < value < 1:
        raise refuse(instance, getattr(attribute, "name", ""), value, "must lie between 0 and 1")


@frozen(field_transformer=checked)
class MailLimits:
    """Where the windows end, on the law of the line's transit.

    The defaults are starting points, not measurements: set them by what a second parcel costs
    against what a buyer's patience is worth.

    Attributes:
        earliest: with this chance it comes before the window.
        overdue: with this chance it has come before it is overdue.
        lost: with this chance it has come before it is presumed lost, were none ever lost.
        grace: it stays overdue at least so long.
    """

    earliest: Decimal = field(default=Decimal("0.05"), validator=_chance)
    overdue: Decimal = field(default=Decimal("0.90"), validator=_chance)
    lost: Decimal = field(default=Decimal("0.99"), validator=_chance)
    grace: timedelta = timedelta(days=10)

    def __attrs_post_init__(self) -> None:
        if not self.earliest <= self.overdue <= self.lost:
            raise refuse(self, "overdue", self.overdue, "must lie between earliest and lost")
        if self.grace < timedelta(0):
            raise refuse(self, "grace", self.grace, "must not be negative")


@frozen(field_transformer=checked)
class MailWord:
    """What somebody said of the letter.

    Attributes:
        speaker: buyer or carrier.
        said: delivered, returned, lost or not_arrived.
        known_at: since when we know.
    """

    speaker: str
    said: str
    known_at: datetime

    def __attrs_post_init__(self) -> None:
        if self.speaker not in _SPEAKERS:
            raise refuse(self, "speaker", self.speaker, "must be buyer or carrier")
        if self.said not in _WORDS:
            raise refuse(self, "said", self.said, f"must be one of {', '.join(_WORDS)}")


@frozen(field_transformer=checked)
class MailProposal:
    """What to do.

    Attributes:
        action: wait, tell_customer, ask_customer, resend or refund.
        confirm: a person has to agree first, as it costs money.
        until: until when to leave it at that, or None.
    """

    action: str
    confirm: bool = False
    until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.action not in _ACTIONS:
            raise refuse(self, "action", self.action, f"must be one of {', '.join(_ACTIONS)}")


@frozen(field_transformer=checked)
class UntrackedMail:
    """How an ordinary letter or packet stands.

    Attributes:
        shipment_id: which.
        state: how it stands.
        expected: when it should arrive: after its end it is overdue.
        lost_after: then it is presumed lost.
        proposals: what to do; of several one is to be chosen.
        still_coming: the chance that it comes yet, to three places; it moves no state.
    """

    shipment_id: ShipmentId
    state: MailState
    expected: Window
    lost_after: datetime
    proposals: tuple[MailProposal, ...]
    still_coming: Decimal

    def __attrs_post_init__(self) -> None:
        if self.lost_after < self.expected.latest:
            raise refuse(self, "lost_after", self.lost_after.isoformat(), "is before it is overdue")
        if not 0 <= self.still_coming <= 1:
            raise refuse(self, "still_coming", self.still_coming, "must be a share, 0 to 1")
