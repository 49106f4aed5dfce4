"""What is believed of a carrier before there is evidence, and how long evidence lasts."""

from datetime import timedelta
from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked, refuse

__all__ = ["ScoreRules"]


def _share(instance: object, attribute: object, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, getattr(attribute, "name", ""), value, "must not be above 1")


@frozen(field_transformer=checked)
class ScoreRules:
    """Starting points, to be set from one's own history.

    Attributes:
        on_time: share of parcels delivered by their promise, believed of any carrier.
        loss: share of parcels lost, believed of any carrier.
        strength: as many parcels of the carrier as a whole are added to each lane, and of what is
            believed to each carrier.
        loss_strength: the same for the loss, which is rare and so needs more.
        memory: parcels handed over longer ago are forgotten.
        lost_after: a parcel that has neither ended nor been scanned for so long counts as lost,
            until something is heard of it.
    """

    on_time: Decimal = field(default=Decimal("0.90"), validator=_share)
    loss: Decimal = field(default=Decimal("0.005"), validator=_share)
    strength: int = 20
    loss_strength: int = 200
    memory: timedelta = timedelta(days=180)
    lost_after: timedelta = timedelta(days=45)

    def __attrs_post_init__(self) -> None:
        for name in ("strength", "loss_strength"):
            if getattr(self, name) < 1:
                raise refuse(self, name, getattr(self, name), "must be at least 1")
        for name in ("memory", "lost_after"):
            if getattr(self, name) <= timedelta(0):
                raise refuse(self, name, str(getattr(self, name)), "must be above zero")
