"""The gateway: payments under operation keys; methods named `declined…` are declined."""

from datetime import datetime
from typing import Any

from attrs import evolve

from crossborder.adapters.memory.effects import Answer, Effects, load_as, refused, show
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, LedgerEntry, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.payment import Payment, PaymentAttempt, Refund

__all__ = ["GatewayState"]


class GatewayState(Effects):
    """Payments by id."""

    def __init__(self) -> None:
        self.payments: dict[str, Payment] = {}

    def take_payment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Authorise, and capture where asked."""
        attempt: PaymentAttempt = load_as(body, PaymentAttempt)
        if attempt.method.startswith("declined"):
            return refused("declined", attempt.method, status=402, field="method")
        own = f"PAY{len(self.payments) + 1:06d}"
        ref = Ref("memory", own)
        entries = [LedgerEntry(f"{own}-A", EntryKind.AUTHORIZED, attempt.money, now, ref)]
        self.happened("authorization", own)
        if attempt.capture:
            entries.append(LedgerEntry(f"{own}-C1", EntryKind.CAPTURED, attempt.money, now, ref))
            self.happened("capture", f"{own}-C1")
        zero = Money.zero(attempt.money.currency)
        self.payments[own] = Payment(
            ref,
            attempt.money,
            PaymentState.PAID if attempt.capture else PaymentState.AUTHORIZED,
            attempt.order_id,
            captured=attempt.money if attempt.capture else zero,
            refunded=zero,
            method=attempt.method,
            native="captured" if attempt.capture else "authorized",
            entries=tuple(entries),
        )
        return Answer(201, show(self.payments[own]))

    def show_payment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """One payment."""
        found = self.payments.get(given["id"])
        if found is None:
            return refused("no_such_payment", given["id"], status=404)
        return Answer(200, show(found))

    def _amounts(self, payment: Payment) -> tuple[Money, Money]:
        zero = Money.zero(payment.money.currency)
        captured = payment.captured if payment.captured is not None else zero
        return captured, payment.refunded if payment.refunded is not None else zero

    def capture_payment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Take authorised money, never more than was authorised."""
        found = self.payments.get(given["id"])
        if found is None:
            return refused("no_such_payment", given["id"], status=404)
        money: Price = load_as(body["money"], Price)
        captured, _ = self._amounts(found)
        if money.currency != captured.currency or captured + money > found.money:
            return refused("too_much", "more than was authorised", field="money")
        number = sum(1 for item in found.entries if item.kind is EntryKind.CAPTURED) + 1
        entry = LedgerEntry(f"{given['id']}-C{number}", EntryKind.CAPTURED, money, now, found.ref)
        whole = captured + money >= found.money
        found = evolve(
            found,
            captured=captured + money,
            state=PaymentState.PAID if whole else PaymentState.PARTIALLY_PAID,
            native="captured",
            entries=(*found.entries, entry),
        )
        self.payments[given["id"]] = found
        self.happened("capture", entry.id)
        return Answer(200, show(found))

    def refund_payment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Give money back, never more than was captured."""
        found = self.payments.get(given["id"])
        if found is None:
            return refused("no_such_payment", given["id"], status=404)
        money: Price = load_as(body["money"], Price)
        captured, back = self._amounts(found)
        if money.currency != captured.currency or back + money > captured:
            return refused("too_much", "more than was captured", field="money")
        number = sum(1 for item in found.entries if item.kind is EntryKind.REFUNDED) + 1
        own = f"{given['id']}-R{number}"
        entry = LedgerEntry(own, EntryKind.REFUNDED, money, now, found.ref)
        whole = back + money >= captured
        self.payments[given["id"]] = evolve(
            found,
            refunded=back + money,
            state=PaymentState.REFUNDED if whole else PaymentState.PARTIALLY_REFUNDED,
            entries=(*found.entries, entry),
        )
        self.happened("refund", own)
        reason = str(body.get("reason", ""))
        refund = Refund(Ref("memory", own), found.ref, money, "succeeded", now, reason)
        return Answer(201, show(refund))
