"""Stripe: takes payments, gives them back, and tells of them.

>>> from crossborder.adapters.stripe import Stripe
>>> gateway = Stripe.connect(secret_key="sk_test_1", account="eu")
>>> gateway.desk.account
'eu'
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from attrs import frozen

from crossborder.adapters.stripe import calls, rules, shapes, sign
from crossborder.adapters.stripe.facts import entries_of
from crossborder.conversation import Desk, Page, Reply, Steps, flow, segment, settled
from crossborder.errors import (
    BadRequest,
    NaiveTime,
)
from crossborder.model.ids import Ref
from crossborder.model.money import Price
from crossborder.model.outcome import Done, Outcome, Pending
from crossborder.model.payment import Payment, PaymentAttempt, Refund
from crossborder.protocols.payment import PaymentGateway
from crossborder.protocols.webhooks import WebhookEvent, WebhookReader
from crossborder.secret import Secret
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["Stripe", "entries_of"]

T = TypeVar("T")

_PAYMENTS = "/v1/payment_intents"
_REFUNDS = "/v1/refunds"
_PAGE = "100"


@frozen
class Stripe(PaymentGateway, WebhookReader):
    """One Stripe account.

    Every write is sent under an idempotency key made of our own id, and carries that id as
    metadata. So it may be sent again for a day, while Stripe keeps the key; after that, and where
    Stripe itself broke and would only repeat so, it is looked up by the id.

    Attributes:
        desk: where its calls are made.
        return_url: where a buyer comes back to after paying elsewhere, or empty: then only
            methods that need no such journey are taken.
    """

    desk: Desk
    return_url: str = ""

    @classmethod
    def connect(
        cls,
        *,
        secret_key: Secret | str,
        account: str = "default",
        api_version: str = rules.API_VERSION,
        base_url: str = "https://api.stripe.com",
        return_url: str = "",
    ) -> "Stripe":
        """An account by its secret key; `account` is our own name of it, for pacing and errors."""
        credentials = sign.SecretKey(Secret(secret_key), api_version)
        desk = Desk(rules.VENDOR, base_url, account, rules.POLICIES, credentials, rules.read)
        return cls(desk, return_url)

    @flow
    def pay(self, attempt: PaymentAttempt) -> Steps[Outcome[Payment]]:
        """Create and confirm a payment intent; a decline is `Refused` and stays so.

        Stripe repeats the answer of the first call for the same attempt, a decline as well: a
        buyer who tries again needs a new attempt.
        """
        form = calls.payment(attempt, return_url=self.return_url)
        key = calls.key("attempt", attempt.id)

        def send(step: str) -> Steps[Outcome[Payment]]:
            reply = yield from self._post("payments.create", _PAYMENTS, form, key=key, step=step)
            return self._paid(shapes.body(reply))

        def look() -> Steps[Outcome[Payment] | None]:
            # Search lags up to a minute behind; until then the key protects. It also finds by
            # words, so the id is compared.
            query = calls.form({"query": calls.search(attempt.id), "expand": _within_list()})
            reply = yield from self.desk.get("payments.search", f"{_PAYMENTS}/search", query=query)
            found = _mine(shapes.body(reply), "attempt_id", attempt.id)
            return self._paid(found) if found is not None else None

        return (yield from self._written(send, look, step="pay"))

    @flow
    def capture(self, payment: Ref, money: Price, *, id: str) -> Steps[Outcome[Payment]]:
        """Take authorised money, once; what is left of the authorisation is let go."""
        path = f"{_PAYMENTS}/{segment(payment.value)}/capture"
        form, key = calls.capture(money, id=id), calls.key("capture", id)

        def send(step: str) -> Steps[Outcome[Payment]]:
            reply = yield from self._post("payments.capture", path, form, key=key, step=step)
            return self._paid(shapes.body(reply))

        def look() -> Steps[Outcome[Payment] | None]:
            intent = yield from self._intent(payment)
            done = shapes.metadata(intent, "capture_id") == id
            return self._paid(intent) if done else None

        return (yield from self._written(send, look, step="capture"))

    @flow
    def refund(
        self, payment: Ref, money: Price, *, id: str, now: datetime, reason: str = ""
    ) -> Steps[Outcome[Refund]]:
        """Give money back; Stripe dates it itself, so `now` is not used.

        `reason` is one of `rules.REFUND_REASONS`, or any text, which is kept as metadata.
        """
        form = calls.refund(payment, money, id=id, reason=reason)
        key = calls.key("refund", id)

        def send(step: str) -> Steps[Outcome[Refund]]:
            reply = yield from self._post("refunds.create", _REFUNDS, form, key=key, step=step)
            return self._returned(shapes.body(reply))

        def look() -> Steps[Outcome[Refund] | None]:
            query = {"payment_intent": payment.value, "limit": _PAGE}
            reply = yield from self.desk.get("refunds.list", _REFUNDS, query=query)
            found = _mine(shapes.body(reply), "refund_id", id)
            return self._returned(found) if found is not None else None

        return (yield from self._written(send, look, step="refund"))

    @flow
    def payment(self, ref: Ref) -> Steps[Payment]:
        """The payment as it stands now, with its charge and up to ten refunds as entries."""
        return shapes.payment((yield from self._intent(ref)))

    @flow
    def outcome(self, ref: Ref) -> Steps[Outcome[Payment]]:
        """What a payment has come to: what a `Pending` payment asks."""
        return self._paid((yield from self._intent(ref)))

    @flow
    def refund_outcome(self, ref: Ref) -> Steps[Outcome[Refund]]:
        """What a refund has come to: what a `Pending` refund asks."""
        path = f"{_REFUNDS}/{segment(ref.value)}"
        return self._returned(shapes.body((yield from self.desk.get("refunds.read", path))))

    @flow
    def client_secret(self, ref: Ref) -> Steps[Secret]:
        """What Stripe.js needs in the buyer's browser to go through with a pending payment.

        It stands in no noun: whoever holds it can act in the buyer's name.
        """
        return Secret((yield from self._intent(ref)).text("client_secret"))

    @flow
    def events(self, *, since: datetime, cursor: str | None = None) -> Steps[Page[WebhookEvent]]:
        """Messages made at or after `since`, the newest first; Stripe keeps them for 30 days."""
        if since.utcoffset() is None:
            raise NaiveTime("has no zone", field="since", value=since, source=rules.VENDOR)
        limits = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
        query = calls.form({**limits, "starting_after": cursor})
        reply = yield from self.desk.get("events.list", "/v1/events", query=query)
        listed = shapes.body(reply)
        items = tuple(shapes.event(item) for item in listed.each("data"))
        if not items or not listed.flag("has_more"):
            return Page(items)
        last = items[-1].id
        return Page(items, last, self.events(since=since, cursor=last))

    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """The message, when one of the endpoint's secrets signed these very bytes in time."""
        account = self.desk.account
        sign.prove(body, headers, secrets=secrets, now=now, account=account)
        return shapes.event(Payload(read_json(body, source=rules.VENDOR), source=rules.VENDOR))

    def _post(
        self, operation: str, path: str, form: calls.Form, *, key: str, step: str
    ) -> Steps[Reply]:
        headers = {"Idempotency-Key": key}
        # Repeatable because of the key: Stripe answers a second call under it as it did the
        # first (docs.stripe.com/api/idempotent_requests). The key hangs on our stored id, not on
        # the run, so that a new run of the same attempt is the same payment.
        return self.desk.post(
            operation, path, form=form, headers=headers, step=step, repeatable=True
        )

    def _written(
        self,
        send: Callable[[str], Steps[Outcome[T]]],
        look: Callable[[], Steps[Outcome[T] | None]],
        *,
        step: str,
    ) -> Steps[Outcome[T]]:
        """A write whose refusal is a value, and whose lost answer is looked for."""

        def attempt(name: str) -> Steps[Outcome[T]]:
            try:
                return (yield from send(name))
            except BadRequest as error:
                return shapes.refused(error)

        return (yield from settled(attempt, look, step=step))

    def _intent(self, ref: Ref) -> Steps[Payload]:
        path = f"{_PAYMENTS}/{segment(ref.value)}"
        query = calls.form({"expand": calls.EXPAND})
        return shapes.body((yield from self.desk.get("payments.read", path, query=query)))

    def _paid(self, intent: Payload) -> Outcome[Payment]:
        payment = shapes.payment(intent)
        if payment.native in ("succeeded", "requires_capture"):
            return Done(payment)
        refused = shapes.payment_refused(intent)
        return refused or Pending(payment, self.outcome(payment.ref))

    def _returned(self, payload: Payload) -> Outcome[Refund]:
        refund = shapes.refund(payload)
        if refund.status == "succeeded":
            return Done(refund)
        refused = shapes.refund_refused(payload)
        return refused or Pending(refund, self.refund_outcome(refund.ref))


def _within_list() -> tuple[str, ...]:
    return tuple(f"data.{name}" for name in calls.EXPAND)


def _mine(listed: Payload, name: str, id: str) -> Payload | None:
    """The object of a list that carries our id."""
    return next((item for item in listed.each("data") if shapes.metadata(item, name) == id), None)
