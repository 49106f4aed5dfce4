"""Facts that stages return, in the past tense; the application stores and sends them."""

from datetime import datetime

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.extra import Extra

__all__ = ["Event"]


@frozen(field_transformer=checked)
class Event:
    """Something that happened.

    Attributes:
        name: past tense, stage first, such as `orders.status_quarantined`.
        subject: the id of what it happened to.
        at: when, or None when the caller gave no time.
        facts: figures and texts, by name.
    """

    name: str
    subject: str
    at: datetime | None = None
    facts: Extra = field(factory=Extra)
