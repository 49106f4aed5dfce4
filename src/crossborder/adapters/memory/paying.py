"""The gateway side: payments under the keys of stored attempts."""

from datetime import datetime

from crossborder.adapters.memory import calls, shapes
from crossborder.adapters.memory.asking import outcome
from crossborder.conversation import Desk, Steps, flow, segment
from crossborder.model.ids import Ref
from crossborder.model.money import Price
from crossborder.model.outcome import Outcome
from crossborder.model.payment import Payment, PaymentAttempt, Refund
from crossborder.protocols import PaymentGateway

__all__ = ["Paying"]


class Paying(PaymentGateway):
    """The gateway side: payments under the keys of stored attempts."""

    desk: Desk

    @flow
    def pay(self, attempt: PaymentAttempt) -> Steps[Outcome[Payment]]:
        """See `PaymentGateway.pay`."""
        asked = self.desk.post(
            "payments.pay",
            "/payments",
            json=calls.body(attempt),
            headers={"Operation-Key": f"attempt/{attempt.id}"},
            step="pay",
            # The gateway keeps the key of the stored attempt: the same try is one payment.
            repeatable=True,
        )
        return (yield from outcome(asked, Payment))

    @flow
    def capture(self, payment: Ref, money: Price, *, id: str) -> Steps[Outcome[Payment]]:
        """See `PaymentGateway.capture`."""
        path = f"/payments/{segment(payment.value)}/capture"
        asked = self.desk.post(
            "payments.capture",
            path,
            json=calls.money(money),
            headers={"Operation-Key": f"capture/{id}"},
            step="capture",
            repeatable=True,  # under the key of the stored capture
        )
        return (yield from outcome(asked, Payment))

    @flow
    def refund(
        self, payment: Ref, money: Price, *, id: str, now: datetime, reason: str = ""
    ) -> Steps[Outcome[Refund]]:
        """See `PaymentGateway.refund`."""
        path = f"/payments/{segment(payment.value)}/refund"
        asked = self.desk.post(
            "payments.refund",
            path,
            json=calls.money(money, reason),
            headers={"Operation-Key": f"refund/{id}"},
            step="refund",
            repeatable=True,  # under the key of the stored refund
        )
        return (yield from outcome(asked, Refund))

    @flow
    def payment(self, ref: Ref) -> Steps[Payment]:
        """See `PaymentGateway.payment`."""
        reply = yield from self.desk.get("payments.get", f"/payments/{segment(ref.value)}")
        return shapes.noun(reply, Payment)
