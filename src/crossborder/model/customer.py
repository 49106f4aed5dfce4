"""Who buys from us."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.extra import Extra
from crossborder.model.ids import CustomerId, Ref
from crossborder.model.money import Money
from crossborder.model.place import country_code

__all__ = ["Customer", "CustomerHistory", "Segment"]


class Segment(StrEnum):
    """What a customer is worth to us, and how lately."""

    NEW = "new"
    REGULAR = "regular"
    HIGH_VALUE = "high_value"
    AT_RISK = "at_risk"
    LOST = "lost"


@frozen(field_transformer=checked)
class Customer:
    """A buyer.

    Attributes:
        id: our id.
        name: as the platform has it; may be empty.
        email: as the platform has it; may be empty.
        language: BCP 47 tag.
        country: ISO 3166 code, or empty.
        refs: the platforms' ids.
        consents: what the buyer agreed to, such as `mail:marketing`.
    """

    id: CustomerId
    name: str = ""
    email: str = ""
    language: str = "en"
    country: str = field(default="", validator=country_code)
    refs: tuple[Ref, ...] = ()
    consents: frozenset[str] = frozenset()
    extra: Extra = field(factory=Extra)


@frozen(field_transformer=checked)
class CustomerHistory:
    """What a customer bought so far: the input of RFM.

    Attributes:
        customer_id: the customer.
        orders: how many.
        spent: over all of them, after refunds.
        last_order_at: or None when there was none.
    """

    customer_id: CustomerId
    orders: int
    spent: Money
    last_order_at: datetime | None = None
