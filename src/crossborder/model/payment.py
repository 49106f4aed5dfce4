"""Money between the buyer, the gateway, the platform and us."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from attrs import evolve, field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref
from crossborder.model.money import Money, Price, agree, total

__all__ = [
    "EntryKind",
    "LedgerEntry",
    "MoneyLedger",
    "Payment",
    "PaymentAttempt",
    "PaymentMethod",
    "PaymentState",
    "Payout",
    "PayoutHold",
    "Refund",
]


class PaymentState(StrEnum):
    """The payment part of an order's status."""

    PENDING = "pending"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    EXPIRED = "expired"


class EntryKind(StrEnum):
    """What happened to money."""

    STARTED = "started"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    VOIDED = "voided"
    EXPIRED = "expired"
    FAILED = "failed"
    CHARGEBACK = "chargeback"
    CHARGEBACK_WON = "chargeback_won"


@frozen(field_transformer=checked)
class LedgerEntry:
    """One fact about money, with the id that makes a repeat of it harmless.

    Attributes:
        id: the gateway's id of the fact (of the capture, the refund …), never of the message.
        kind: what happened.
        money: how much.
        at: when.
        ref: the gateway's payment it belongs to, or None.
    """

    id: str
    kind: EntryKind
    money: Price
    at: datetime
    ref: Ref | None = None


@frozen(field_transformer=checked)
class MoneyLedger:
    """All facts about the money of one order, in any order, each once.

    Attributes:
        due: what the buyer is to pay.
        entries: the facts, sorted by time and id.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> paid = MoneyLedger(Price("20", "USD")).with_entries(
    ...     [LedgerEntry("ch_1", EntryKind.CAPTURED, Price("20", "USD"), at)])
    >>> paid.state, paid.captured
    (<PaymentState.PAID: 'paid'>, Money('20', 'USD'))
    """

    due: Price
    entries: tuple[LedgerEntry, ...] = ()

    def __attrs_post_init__(self) -> None:
        for entry in self.entries:
            agree(self, self.due.currency, entries=entry.money)
        keys = [(entry.at, entry.id, entry.kind) for entry in self.entries]
        if keys != sorted(keys):
            raise refuse(self, "entries", [key[1] for key in keys], "must be sorted by time and id")

    def with_entries(self, entries: Iterable[LedgerEntry]) -> "MoneyLedger":
        """The ledger with more facts; a fact already known (same id and kind) changes nothing.

        Any order of arrival, with any repeats, gives one ledger.
        """
        known = {(entry.id, entry.kind): entry for entry in self.entries}
        for entry in entries:
            old = known.get((entry.id, entry.kind))
            if old is None or _precedence(entry) < _precedence(old):
                known[entry.id, entry.kind] = entry
        ordered = sorted(known.values(), key=lambda entry: (entry.at, entry.id, entry.kind))
        return evolve(self, entries=tuple(ordered))

    def _sum(self, *kinds: EntryKind) -> Money:
        money = (entry.money for entry in self.entries if entry.kind in kinds)
        return total(money, self.due.currency)

    @property
    def captured(self) -> Money:
        """Money that came in."""
        return self._sum(EntryKind.CAPTURED)

    @property
    def refunded(self) -> Money:
        """Money that went back, chargebacks included; won ones and failed refunds not."""
        back = self._sum(EntryKind.REFUNDED, EntryKind.CHARGEBACK)
        return back - self._sum(EntryKind.CHARGEBACK_WON, EntryKind.REFUND_FAILED)

    @property
    def authorized(self) -> Money:
        """Money reserved and not let go."""
        gone = self._sum(EntryKind.VOIDED, EntryKind.EXPIRED)
        return self._sum(EntryKind.AUTHORIZED) - gone

    @property
    def open(self) -> Money:
        """What is still to be captured; never below zero."""
        left = self.due - self.captured
        return left if left.amount > 0 else Money.zero(self.due.currency)

    @property
    def refundable(self) -> Money:
        """What may still go back."""
        return self.captured - self.refunded

    @property
    def state(self) -> PaymentState | None:
        """The payment part of the order's status; None while there are no facts."""
        if not self.entries:
            return None
        captured, refunded = self.captured, self.refunded
        if captured.amount > 0:
            if refunded.amount > 0:
                whole = refunded >= captured
                return PaymentState.REFUNDED if whole else PaymentState.PARTIALLY_REFUNDED
            return PaymentState.PAID if captured >= self.due else PaymentState.PARTIALLY_PAID
        if self.authorized.amount > 0:
            return PaymentState.AUTHORIZED
        kinds = {entry.kind for entry in self.entries}
        if EntryKind.VOIDED in kinds:
            return PaymentState.VOIDED
        if EntryKind.EXPIRED in kinds:
            return PaymentState.EXPIRED
        return PaymentState.PROCESSING if EntryKind.STARTED in kinds else PaymentState.PENDING


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


def _precedence(entry: LedgerEntry) -> tuple[datetime, Decimal, str]:
    """Of two tellings of one fact the earliest, then the smallest, stays: whatever came first."""
    return entry.at, entry.money.amount, str(entry.ref)


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
