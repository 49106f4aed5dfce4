"""Stage 5: taking money and giving it back."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from crossborder.conversation import Flow
from crossborder.model.ids import Ref
from crossborder.model.money import Price
from crossborder.model.outcome import Outcome
from crossborder.model.payment import Payment, PaymentAttempt, Refund

__all__ = ["PaymentGateway"]


class PaymentGateway(Protocol):
    """Takes payments."""

    @abstractmethod
    def pay(self, attempt: PaymentAttempt) -> Flow[Outcome[Payment]]:
        """Authorise, and capture where the attempt says so; one attempt is one payment."""
        ...

    @abstractmethod
    def capture(self, payment: Ref, money: Price, *, id: str) -> Flow[Outcome[Payment]]:
        """Take authorised money; `id` is ours and makes a repeat harmless."""
        ...

    @abstractmethod
    def refund(
        self, payment: Ref, money: Price, *, id: str, now: datetime, reason: str = ""
    ) -> Flow[Outcome[Refund]]:
        """Give money back; `id` is ours and makes a repeat harmless."""
        ...

    @abstractmethod
    def payment(self, ref: Ref) -> Flow[Payment]:
        """The payment as it stands now."""
        ...
