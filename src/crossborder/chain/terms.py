"""How a seller trades: the figures and rules that the chain's decisions use."""

from datetime import timedelta
from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.listing import Platform
from crossborder.model.money import ExchangeRate, Money
from crossborder.model.payment import PaymentMethod
from crossborder.model.place import Address
from crossborder.model.product import Tag
from crossborder.model.promotion import Campaign
from crossborder.stages.inventory import LeadTime
from crossborder.stages.logistics.delay import AlarmPolicy
from crossborder.stages.operations import PromotionRule, Thresholds
from crossborder.stages.platforms import Assumptions
from crossborder.stages.service import ReplyPolicy
from crossborder.stages.sourcing import ScreeningLists

__all__ = ["Terms"]


@frozen(field_transformer=checked)
class Terms:
    """Everything a seller has decided once.

    Attributes:
        language: of listings and answers.
        platforms: where listings may go; the best net wins.
        rate: from the supplier's currency to the platforms'; None when they are one.
        margin: share of the price that is to be left.
        floor: share that must be left after every discount.
        domestic_freight: for one unit, to our warehouse, in the supplier's currency.
        international_freight: for one unit, to the buyer, in the supplier's currency.
        lead: how long goods take until they can be dispatched, part by part.
        transit: from dispatch to the buyer, fastest and slowest.
        dispatch_within: what buyers are promised.
        assumptions: for comparing platforms.
        thresholds: for customer segments.
        warehouse: where suppliers send the goods to.
        lists: for the review of products.
        authorised: brands we may sell.
        tags: put on every product.
        promotions: price rules in force.
        country: where the listing is mainly sold.
        stock_cap: most pieces offered of one SKU.
        service_level: the least probability of keeping a promise that is given.
        methods: ways to pay.
        hold_above: orders above this are looked at by a person, or None.
        campaigns: what we pay for traffic.
        price_slack: how much dearer than planned a purchase may be, as a share.
        day_value: what a day sooner is worth to us, or None.
        silence: after so long without a scan a parcel is silent.
        alarms: when a parcel raises an alarm, and what may be done about it unasked; its `gap`
            gives way to `silence`.
        reply_policy: what is answered without a person.
    """

    language: str
    platforms: tuple[Platform, ...]
    margin: Decimal
    floor: Decimal
    domestic_freight: Money
    international_freight: Money
    lead: LeadTime
    transit: tuple[timedelta, timedelta]
    dispatch_within: timedelta
    assumptions: Assumptions
    thresholds: Thresholds
    warehouse: Address
    rate: ExchangeRate | None = None
    lists: ScreeningLists = field(factory=ScreeningLists)
    authorised: frozenset[str] = frozenset()
    tags: tuple[Tag, ...] = ()
    promotions: tuple[PromotionRule, ...] = ()
    country: str = "US"
    stock_cap: int = 20
    service_level: Decimal = Decimal("0.90")
    methods: tuple[PaymentMethod, ...] = ()
    hold_above: Money | None = None
    campaigns: tuple[Campaign, ...] = ()
    price_slack: Decimal = Decimal("0.10")
    day_value: Money | None = None
    silence: timedelta = timedelta(days=5)
    alarms: AlarmPolicy = field(factory=AlarmPolicy)
    reply_policy: ReplyPolicy = field(factory=ReplyPolicy)
