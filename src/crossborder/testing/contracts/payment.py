"""The suite for gateways."""

from abc import abstractmethod
from typing import Any

from attrs import evolve

from crossborder.conversation import Flow
from crossborder.model.ledger import EntryKind, MoneyLedger, PaymentState
from crossborder.model.money import Price
from crossborder.model.outcome import Done, Refused
from crossborder.model.payment import Payment, PaymentAttempt
from crossborder.testing.contracts.once import Deed, Far, OnceContract

__all__ = ["PaymentGatewayContract"]


class PaymentGatewayContract(OnceContract):
    """`PaymentGateway`: give an attempt that succeeds and one that is declined.

    The far end counts `authorization`, `capture` and `refund`.
    """

    @abstractmethod
    def attempt(self) -> PaymentAttempt:
        """An attempt that succeeds, to be captured at once."""

    @abstractmethod
    def declined_attempt(self) -> PaymentAttempt:
        """An attempt that the gateway declines."""

    def deeds(self) -> tuple[Deed, ...]:
        """A payment, a capture and a refund must each happen once."""
        return (
            Deed("pay", lambda far: far.adapter.pay(self.attempt()), "capture"),
            Deed("authorize", lambda far: far.adapter.pay(self._held()), "authorization"),
            Deed("capture", self._capture, "capture"),
            Deed("refund", self._refund, "refund"),
        )

    def _held(self) -> PaymentAttempt:
        return evolve(self.attempt(), id=f"{self.attempt().id}-held", capture=False)

    def _paid(self, far: Far, attempt: PaymentAttempt) -> Payment:
        outcome = self.run(far, far.adapter.pay(attempt), key=f"pay/{attempt.id}")
        assert isinstance(outcome, Done), outcome
        payment: Payment = outcome.value
        return payment

    def _capture(self, far: Far) -> Flow[Any]:
        payment = self._paid(far, self._held())
        flow: Flow[Any] = far.adapter.capture(payment.ref, self.attempt().money, id="capture-1")
        return flow

    def _refund(self, far: Far) -> Flow[Any]:
        payment = self._paid(far, self.attempt())
        money = self.attempt().money
        flow: Flow[Any] = far.adapter.refund(payment.ref, money, id="refund-1", now=far.now)
        return flow

    def test_a_captured_attempt_is_paid_in_full(self) -> None:
        far = self.far()
        payment = self._paid(far, self.attempt())
        assert payment.state is PaymentState.PAID
        assert payment.captured == self.attempt().money

    def test_an_authorised_attempt_is_not_yet_paid(self) -> None:
        far = self.far()
        payment = self._paid(far, self._held())
        assert payment.state is PaymentState.AUTHORIZED
        assert not payment.captured
        assert far.effects().get("capture", 0) == 0

    def test_a_declined_attempt_is_a_refusal_with_its_reason(self) -> None:
        far = self.far()
        outcome = self.run(far, far.adapter.pay(self.declined_attempt()))
        assert isinstance(outcome, Refused), outcome
        assert outcome.problems[0].code.startswith("declined")
        assert outcome.problems[0].raw

    def test_more_than_was_captured_cannot_be_given_back(self) -> None:
        far = self.far()
        payment = self._paid(far, self.attempt())
        more = Price(self.attempt().money.amount + 1, self.attempt().money.currency)
        outcome = self.run(far, far.adapter.refund(payment.ref, more, id="r", now=far.now))
        assert isinstance(outcome, Refused), outcome
        assert far.effects().get("refund", 0) == 0

    def test_a_partial_refund_leaves_the_rest_refundable(self) -> None:
        far = self.far()
        payment = self._paid(far, self.attempt())
        part = Price(1, self.attempt().money.currency)
        outcome = self.run(far, far.adapter.refund(payment.ref, part, id="part", now=far.now))
        assert isinstance(outcome, Done), outcome
        now = self.run(far, far.adapter.payment(payment.ref))
        assert now.refunded == part
        assert now.state is PaymentState.PARTIALLY_REFUNDED

    def test_the_facts_of_a_payment_add_up_in_the_ledger(self) -> None:
        far = self.far()
        payment = self._paid(far, self.attempt())
        again = self.run(far, far.adapter.payment(payment.ref))
        ledger = MoneyLedger(self.attempt().money)
        once = ledger.with_entries(payment.entries)
        twice = once.with_entries(again.entries)
        assert once == twice
        assert once.captured == self.attempt().money
        assert {entry.kind for entry in once.entries} >= {EntryKind.CAPTURED}
