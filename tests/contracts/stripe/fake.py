"""A Stripe with state: its own rule of idempotency keys, over the objects of its fixtures."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from crossborder.conversation import Lost, Reply, Request
from crossborder.testing.contract_transport import Operation

__all__ = ["FakeStripe"]

START = 1732300000
JSON = {"Content-Type": "application/json"}


def answer(status: int, value: Any, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, {**JSON, **named}, json.dumps(value, default=str).encode())


def refusal(status: int, kind: str, **fields: Any) -> Reply:
    return answer(status, {"error": {"type": kind, "message": "refused", **fields}})


@define
class FakeStripe:
    """Answers as Stripe does; the method's name says what becomes of a payment.

    A key keeps the status and the body of its first call, a 500 as well, once the call was begun;
    other parameters under it are an `idempotency_error`, and a call while another of the key runs
    is a 409 (docs.stripe.com/api/idempotent_requests).

    Attributes:
        fixtures: Stripe's example objects by resource.
        intents: by id.
        refunds: by id.
        kept: what each key had asked and was answered.
        running: how many more calls find their key in use.
        losing: how many more writes are done and their answers lost.
        breaking: how many more writes are done and answered 500.
        done: writes that had an effect.
        effects: what happened to money: authorization, capture, refund.
        events: every message, oldest first.
        page: messages in one answer at most.
    """

    fixtures: Mapping[str, Any]
    intents: dict[str, dict[str, Any]] = field(factory=dict)
    refunds: dict[str, dict[str, Any]] = field(factory=dict)
    kept: dict[str, tuple[tuple[str, bytes], Reply]] = field(factory=dict)
    running: int = 0
    losing: int = 0
    breaking: int = 0
    done: list[str] = field(factory=list)
    effects: Counter[str] = field(factory=Counter)
    events: list[dict[str, Any]] = field(factory=list)
    page: int = 100

    def __call__(self, request: Request, operation: Operation) -> Reply:
        if request.method == "GET":
            return self._read(operation)
        key = request.header("idempotency-key")
        assert key, "a write goes out under a key"
        assert len(key) <= 255
        asked = (request.url, request.content)
        if self.running:
            self.running -= 1
            return refusal(409, "invalid_request_error", code="idempotency_key_in_use")
        if key in self.kept:
            first, stored = self.kept[key]
            return stored if first == asked else refusal(400, "idempotency_error")
        reply = self._write(operation)
        if self.breaking and reply.status == 200:
            self.breaking -= 1
            reply = answer(500, {"error": {"type": "api_error"}}, Stripe_Should_Retry="false")
        self.kept[key] = asked, reply
        if self.losing:
            self.losing -= 1
            raise Lost("the line is down")
        return reply

    def _read(self, operation: Operation) -> Reply:
        readers: dict[str, Callable[[Operation], Reply]] = {
            "GetEvents": self._tell,
            "GetPaymentIntentsIntent": lambda one: self._one(self.intents, one.values["intent"]),
            "GetPaymentIntentsSearch": self._search,
            "GetRefunds": self._list,
            "GetRefundsRefund": lambda one: self._one(self.refunds, one.values["refund"]),
        }
        return readers[operation.id](operation)

    def _one(self, held: Mapping[str, Any], id: str) -> Reply:
        if id in held:
            return answer(200, held[id])
        return refusal(404, "invalid_request_error", code="resource_missing")

    def _search(self, operation: Operation) -> Reply:
        wanted = operation.query["query"]
        found = [
            one
            for one in self.intents.values()
            if wanted == f'metadata["attempt_id"]:"{one["metadata"]["attempt_id"]}"'
        ]
        shape = {"object": "search_result", "url": "/v1/payment_intents/search"}
        return answer(200, {**shape, "has_more": False, "data": found})

    def _list(self, operation: Operation) -> Reply:
        wanted = operation.query["payment_intent"]
        found = [one for one in self.refunds.values() if one["payment_intent"] == wanted]
        return answer(
            200, {"object": "list", "url": "/v1/refunds", "has_more": False, "data": found}
        )

    def _tell(self, operation: Operation) -> Reply:
        query = operation.query
        since, after = query["created"]["gte"], query.get("starting_after")
        found = [one for one in reversed(self.events) if one["created"] >= since]
        ids = [one["id"] for one in found]
        found = found[ids.index(after) + 1 :] if after else found
        shown = found[: min(self.page, query["limit"])]
        more = len(shown) < len(found)
        shape = {"object": "list", "url": "/v1/events", "has_more": more, "data": shown}
        return answer(200, shape)

    def happen(self, topic: str) -> None:
        """Something happens that Stripe tells of."""
        number = len(self.events) + 1
        event = {"id": f"evt_{number}", "type": topic, "created": START + number}
        self.events.append({**self.fixtures["event"], **event})

    def _write(self, operation: Operation) -> Reply:
        writers: dict[str, Callable[[Operation], Reply]] = {
            "PostPaymentIntents": self._pay,
            "PostPaymentIntentsIntentCapture": self._capture,
            "PostRefunds": self._refund,
        }
        reply = writers[operation.id](operation)
        if reply.status == 200:
            self.done.append(operation.id)
        return reply

    def _pay(self, operation: Operation) -> Reply:
        body = operation.body
        own = f"pi_{len(self.intents) + 1}"
        charge = {
            **self.fixtures["charge"],
            "id": f"ch_{len(self.intents) + 1}",
            "amount": body["amount"],
            "currency": body["currency"],
            "created": START,
            "payment_intent": own,
            "captured": False,
        }
        intent = {
            **self.fixtures["payment_intent"],
            "id": own,
            "amount": body["amount"],
            "currency": body["currency"],
            "metadata": body["metadata"],
            "created": START,
            "canceled_at": None,
            "last_payment_error": None,
            "latest_charge": charge,
            "status": "requires_capture",
            "amount_capturable": body["amount"],
        }
        self.intents[own] = intent
        if body["payment_method"] == "pm_card_visa_chargeDeclined":
            error = {
                "type": "card_error",
                "code": "card_declined",
                "decline_code": "generic_decline",
            }
            charge["status"] = "failed"
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            return answer(402, {"error": {**error, "message": "Your card was declined."}})
        if body["payment_method"] == "pm_card_threeDSecure2Required":
            intent |= {"status": "requires_action", "latest_charge": None, "amount_capturable": 0}
        elif body["capture_method"] == "automatic":
            self._take(intent, body["amount"])
        else:
            self.effects["authorization"] += 1
        return answer(200, intent)

    def _take(self, intent: dict[str, Any], amount: int) -> None:
        self.effects["capture"] += 1
        taken = {"captured": True, "amount_captured": amount}
        intent["latest_charge"] = {**intent["latest_charge"], **taken}
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}

    def _capture(self, operation: Operation) -> Reply:
        intent = self.intents[operation.values["intent"]]
        if intent["status"] != "requires_capture":
            return refusal(400, "invalid_request_error", code="payment_intent_unexpected_state")
        intent["metadata"] = {**intent["metadata"], **operation.body["metadata"]}
        self._take(intent, operation.body["amount_to_capture"])
        return answer(200, intent)

    def _refund(self, operation: Operation) -> Reply:
        body = operation.body
        intent = self.intents[body["payment_intent"]]
        charge = intent["latest_charge"]
        if charge["amount_refunded"] + body["amount"] > charge["amount_captured"]:
            return refusal(400, "invalid_request_error", code="charge_already_refunded")
        own = f"re_{len(self.refunds) + 1}"
        self.refunds[own] = {
            **self.fixtures["refund"],
            "id": own,
            "amount": body["amount"],
            "currency": intent["currency"],
            "created": START + 60,
            "charge": charge["id"],
            "payment_intent": intent["id"],
            "metadata": body["metadata"],
            "reason": body.get("reason"),
        }
        self.effects["refund"] += 1
        charge["amount_refunded"] += body["amount"]
        charge["refunds"] = {
            **charge["refunds"],
            "data": [*charge["refunds"]["data"], self.refunds[own]],
        }
        return answer(200, self.refunds[own])
