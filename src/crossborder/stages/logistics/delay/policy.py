"""What a shop has settled about alarms: when they are raised, and what may be done unasked."""

from datetime import timedelta
from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.money import Price
from crossborder.predict.survival import AlarmRule

__all__ = ["ACTIONS", "AlarmPolicy"]

ACTIONS = ("chase_carrier", "open_claim", "refund", "resend", "tell_customer")
_DAY = timedelta(days=1)


@frozen(field_transformer=checked)
class AlarmPolicy:
    """When to raise an alarm, and which actions may run without being confirmed.

    Attributes:
        near: the chance of being late that suffices with no time left, between 0 and 1.
        far: the chance that suffices with `reach` left or more.
        reach: see `far`.
        gap: the longest time without a scan that is still usual, where nothing better is known.
        lost_after: after how many such gaps a parcel is treated as lost.
        claim_after: how long after the hand-over the carrier takes a claim for a lost parcel.
        claim_until: how long after the hand-over it takes none any more.
        claim_notice: how long before that the last alarm is raised.
        automatic: actions that may run without being confirmed.
        resend_cap: the dearest parcel sent again without being confirmed; None: every one is
            confirmed.
        refund_cap: the same of a refund.
    """

    near: Decimal = Decimal("0.5")
    far: Decimal = Decimal("0.5")
    reach: timedelta = 12 * _DAY
    gap: timedelta = 5 * _DAY
    lost_after: int = 3
    claim_after: timedelta = 30 * _DAY
    claim_until: timedelta = 90 * _DAY
    claim_notice: timedelta = 7 * _DAY
    automatic: frozenset[str] = field(default=frozenset({"chase_carrier", "tell_customer"}))
    resend_cap: Price | None = None
    refund_cap: Price | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("near", "far"):
            if not 0 < getattr(self, name) < 1:
                raise refuse(self, name, getattr(self, name), "must lie between 0 and 1")
        for name in ("reach", "gap"):
            if getattr(self, name) <= timedelta(0):
                raise refuse(self, name, getattr(self, name), "must be positive")
        if self.lost_after < 1:
            raise refuse(self, "lost_after", self.lost_after, "must be at least 1")
        if not timedelta(0) <= self.claim_after <= self.claim_until:
            raise refuse(self, "claim_until", self.claim_until, "ends before it begins")
        unknown = sorted(self.automatic - set(ACTIONS))
        if unknown:
            raise refuse(self, "automatic", unknown, f"must be of {', '.join(ACTIONS)}")

    @property
    def rule(self) -> AlarmRule:
        """From which chance on to raise the alarm."""
        return AlarmRule(float(self.near), float(self.far), self.reach / _DAY)

    def unasked(self, action: str, price: Price | None) -> bool:
        """Whether an action of that price may run without being confirmed.

        Raises:
            CurrencyMismatch: the price is in another currency than its cap.
        """
        if action not in self.automatic:
            return False
        if action not in ("resend", "refund"):
            return True
        cap = self.resend_cap if action == "resend" else self.refund_cap
        return cap is not None and price is not None and price <= cap
