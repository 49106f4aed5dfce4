"""The facts about the money of an order, in any order, each once."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from attrs import evolve, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import Ref
from crossborder.model.money import Money, Price, agree, total

__all__ = ["EntryKind", "LedgerEntry", "MoneyLedger", "PaymentState"]


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


def _precedence(entry: LedgerEntry) -> tuple[datetime, Decimal, str]:
    """Of two tellings of one fact the earliest, then the smallest, stays: whatever came first."""
    return entry.at, entry.money.amount, str(entry.ref)
