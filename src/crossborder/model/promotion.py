"""Where a buyer came from and what that costs."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.ids import OrderId, Ref
from crossborder.model.money import Money, Price, agree

__all__ = ["Campaign", "Commission", "CommissionState", "Medium", "Touch"]


class Medium(StrEnum):
    """The kind of traffic."""

    DIRECT = "direct"
    SEARCH = "search"
    ADVERTISEMENT = "advertisement"
    AFFILIATE = "affiliate"
    INFLUENCER = "influencer"
    SOCIAL = "social"
    MAIL = "mail"
    PLATFORM = "platform"


@frozen(field_transformer=checked)
class Campaign:
    """Something we pay for so that buyers come.

    Attributes:
        id: our id; it stands in `utm_campaign` or the click.
        medium: the kind of traffic.
        partner: the network, publisher or creator, or empty.
        rate: for pay-per-sale (CPS): the share of the eligible amount.
        budget: or None.
    """

    id: str
    medium: Medium
    partner: str = ""
    rate: Decimal = Decimal(0)
    budget: Price | None = None


@frozen(field_transformer=checked)
class Touch:
    """One contact of a buyer with a campaign.

    Attributes:
        campaign_id: the campaign.
        medium: the kind of traffic.
        at: when.
        click: the network's click id, or None.
    """

    campaign_id: str
    medium: Medium
    at: datetime
    click: Ref | None = None


class CommissionState(StrEnum):
    """Where a commission stands."""

    ACCRUED = "accrued"
    LOCKED = "locked"
    CLAWED_BACK = "clawed_back"


@frozen(field_transformer=checked)
class Commission:
    """What an affiliate earns on one order (CPS).

    Attributes:
        order_id: the order.
        campaign_id: the campaign.
        base: the eligible amount: goods after discounts, without tax and freight.
        amount: base × rate, rounded to the currency.
        state: accrued until the return window is over, then locked.
        locks_at: when it can no longer be clawed back.
        rate: the campaign's share when it accrued; with it settling again changes nothing.
    """

    order_id: OrderId
    campaign_id: str
    base: Money
    amount: Money
    state: CommissionState
    locks_at: datetime
    rate: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        agree(self, self.base.currency, amount=self.amount)
