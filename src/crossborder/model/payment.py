"""Payments, refunds and payouts: money between the buyer, the gateway, the platform and us."""

from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import LedgerEntry, PaymentState
from crossborder.model.money import Money, Price, agree

__all__ = ["Payment", "PaymentAttempt", "PaymentMethod", "Payout", "PayoutHold", "Refund"]


@frozen(field_transformer=checked)
class PaymentMethod:
    """A way to pay, and where it works.

    Attributes:
        id: such as `card`, `paypal`, `ideal`.
        countries: where buyers know it; empty means everywhere.
        currencies: what it takes; empty means any.
        min_amount: or None.
        max_amount: or None.
        cost_share: fraction of the amount it costs us.
        cost_fixed: for each payment, or None.
        approval: measured share of attempts that succeed, from 0 to 1, or None.
    """

    id: str
    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    min_amount: Price | None = None
    max_amount: Price | None = None
    cost_share: Decimal = Decimal(0)
    cost_fixed: Price | None = None
    approval: Decimal | None = None


@frozen(field_transformer=checked)
class PaymentAttempt:
    """One try of a buyer to pay, stored before anything is sent.

    A new try of the buyer is a new attempt; a repeat over a bad line is the same attempt. So the
    gateway's idempotency key hangs on `id`.

    Attributes:
        id: our id, unique for ever.
        order_id: what is paid.
        money: how much.
        method: the gateway's own name of the buyer's method or token.
        capture: False to authorise only.
        description: what the buyer sees, or empty.
    """

    id: str
    order_id: OrderId
    money: Price
    method: str = ""
    capture: bool = True
    description: str = ""


@frozen(field_transformer=checked)
class Payment:
    """A payment at a gateway, as it last told us.

    Attributes:
        ref: the gateway's id.
        order_id: what is paid; may be empty when the gateway does not know.
        money: the whole amount.
        state: where it stands.
        captured: what came in.
        refunded: what went back.
        method: the gateway's word for the method.
        native: the gateway's own status word.
        decline: the reason code of a refusal, or empty.
        entries: the facts, for the ledger.
        extra: what the gateway said beyond this.
    """

    ref: Ref
    money: Price
    state: PaymentState
    order_id: OrderId | None = None
    captured: Money | None = None
    refunded: Money | None = None
    method: str = ""
    native: str = ""
    decline: str = ""
    entries: tuple[LedgerEntry, ...] = ()
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        currency = self.money.currency
        agree(self, currency, captured=self.captured, refunded=self.refunded)
        for entry in self.entries:
            agree(self, currency, entries=entry.money)


@frozen(field_transformer=checked)
class Refund:
    """Money on its way back to a buyer.

    Attributes:
        ref: the gateway's id.
        payment: the payment it comes out of.
        money: how much.
        status: pending, succeeded, failed or cancelled.
        reason: as stated.
        at: when it was made.
        extra: what the gateway said beyond this.
    """

    ref: Ref
    payment: Ref
    money: Price
    status: str
    at: datetime
    reason: str = ""
    extra: Extra = field(factory=Extra)


@frozen(field_transformer=checked)
class PayoutHold:
    """Money a platform keeps back for a time (压款)."""

    money: Price
    until: datetime | None = None
    reason: str = ""


@frozen(field_transformer=checked)
class Payout:
    """Money a platform sends us (回款): gross less fees less holds is net."""

    ref: Ref
    gross: Money
    fees: Money
    net: Money
    at: datetime
    holds: tuple[PayoutHold, ...] = ()

    def __attrs_post_init__(self) -> None:
        agree(self, self.gross.currency, fees=self.fees, net=self.net)
        for hold in self.holds:
            agree(self, self.gross.currency, holds=hold.money)
