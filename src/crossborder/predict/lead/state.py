"""What is kept of lead times, to go on with them later."""

from attrs import frozen

from crossborder.predict.lead.law import Placed
from crossborder.predict.lead.ledger import Quoted
from crossborder.predict.lead.settings import LeadSettings

__all__ = ["LeadState"]


@frozen
class LeadState:
    """What `LeadTimes` learnt from, to be kept.

    Attributes:
        traits: the names of what is known of an order when it is placed.
        alike: by trait, how much more an order of the same one counts for the spread.
        settings: the constants.
        orders: by when they were placed, then by key.
        quotes: by judged chance, each by its moment.
    """

    traits: tuple[str, ...]
    alike: tuple[tuple[str, float], ...]
    settings: LeadSettings
    orders: tuple[Placed, ...]
    quotes: tuple[tuple[Quoted, ...], ...]
