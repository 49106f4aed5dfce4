"""The answer to the question where an order is; everything else goes to a person."""

from datetime import datetime, timedelta
from types import MappingProxyType

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.order import Order
from crossborder.model.shipment import Shipment
from crossborder.model.ticket import Ticket
from crossborder.model.tracking import Health, Stage
from crossborder.stages.service.templates import TEMPLATES

__all__ = ["Answer", "ReplyPolicy", "answer"]

_KINDS = MappingProxyType(
    {
        Stage.REGISTERED: "announced",
        Stage.ACCEPTED: "moving",
        Stage.EXPORT: "moving",
        Stage.LINE_HAUL: "moving",
        Stage.IMPORT_CUSTOMS: "customs",
        Stage.HANDOVER: "moving",
        Stage.LAST_MILE: "moving",
        Stage.OUT_FOR_DELIVERY: "out",
        Stage.COLLECT: "collect",
        Stage.DELIVERED: "delivered",
    }
)
"""Which sentence a stage gets; a stage that is not here needs a person."""


@frozen(field_transformer=checked)
class ReplyPolicy:
    """What may be answered without a person.

    Attributes:
        automatic: intents that may be.
        languages: in which languages we write.
        max_late_days: a parcel later than this many days needs a person.
    """

    automatic: frozenset[str] = frozenset({"where_is_my_order"})
    languages: frozenset[str] = field(factory=lambda: frozenset(TEMPLATES))
    max_late_days: int = 7


@frozen(field_transformer=checked)
class Answer:
    """What to write back.

    Attributes:
        text: plain text.
        language: BCP 47 tag.
        resolves: whether nothing is left to do, unless the buyer writes again.
    """

    text: str
    language: str
    resolves: bool


def _refusal(
    ticket: Ticket, order: Order | None, shipment: Shipment | None, policy: ReplyPolicy
) -> tuple[str, str]:
    """Why no automatic answer may be given: a code and words; empty when it may."""
    if ticket.queue != "automatic":
        return "not_automatic", "the ticket waits for a person"
    if ticket.intent not in policy.automatic or ticket.intent != "where_is_my_order":
        return "intent_not_allowed", f"{ticket.intent} is not answered automatically"
    if order is not None and ticket.order_id not in (None, order.id):
        return "other_order", "the ticket is about another order"
    if order is not None and order.status.holds:
        return "order_held", "the order is on hold"
    if shipment is None:
        return "no_parcel", "no parcel is known"
    if ticket.shipment_id not in (None, shipment.id):
        return "other_parcel", "the ticket is about another parcel"
    about = order.id if order is not None else ticket.order_id
    if about is not None and shipment.order_id not in (None, about):
        return "other_parcel", "the parcel is of another order"
    state = shipment.state
    if state.stage not in _KINDS or state.reopened:
        return "stage_needs_person", f"the parcel is {state.stage.value}"
    if state.health not in (Health.OK, Health.DELAYED):
        return "health_needs_person", f"the parcel is {state.health.value}"
    return "", ""


def _language(ticket: Ticket, order: Order | None, policy: ReplyPolicy) -> str:
    """The buyer's language where we write it, else English, else nothing."""
    asked = ticket.asked.language if ticket.asked is not None else ""
    known = order.customer.language if order is not None and order.customer is not None else ""
    for tag in (asked or known, "en"):
        primary = tag.replace("_", "-").partition("-")[0].lower()
        if primary in policy.languages and primary in TEMPLATES:
            return primary
    return ""


def _late(shipment: Shipment, now: datetime) -> timedelta:
    """How much later than promised it is, or will be."""
    if shipment.promised is None or shipment.state.stage is Stage.DELIVERED:
        return timedelta(0)
    expected = shipment.expected.window.latest if shipment.expected is not None else now
    return max(timedelta(0), max(expected, now) - shipment.promised.latest)


@decides("service.answer", 1)
def answer(
    ticket: Ticket,
    *,
    order: Order | None,
    shipment: Shipment | None,
    policy: ReplyPolicy,
    now: datetime,
) -> Decision[Answer | None]:
    """What to tell a buyer who asks where the order is, or None with the reason for a person.

    It says what the parcel's state says and no more: delivered only when it was delivered, dates
    only while they lie ahead.

    Args:
        ticket: routed before.
        order: what it is about, or None.
        shipment: the parcel, or None while there is none.
        policy: what may be answered without a person.
        now: the moment of answering.
    """
    code, text = _refusal(ticket, order, shipment, policy)
    if code or shipment is None:
        return Decision(None, (Reason(code, text),))
    late = _late(shipment, now)
    if late > timedelta(days=policy.max_late_days):
        return Decision(None, (Reason("too_late", "so late that a person should write"),))
    language = _language(ticket, order, policy)
    if not language:
        return Decision(None, (Reason("no_language", "we do not write that language"),))
    words = TEMPLATES[language]
    kind = _KINDS[shipment.state.stage]
    sentences = [words[kind].format(number=shipment.number, carrier=shipment.carrier)]
    reasons = [Reason(f"stage_{kind}", facts=Extra({"stage": shipment.state.stage.value}))]
    if kind != "delivered":
        if late or shipment.state.health is Health.DELAYED:
            sentences.append(words["late"])
            reasons.append(Reason("late", facts=Extra({"days": late.days})))
        window = shipment.expected.window if shipment.expected is not None else None
        if window is not None and window.latest >= now and kind != "collect":
            first, last = max(window.earliest, now).date(), window.latest.date()
            dates = {"earliest": first.isoformat(), "latest": max(first, last).isoformat()}
            sentences.append(words["expected"].format(**dates))
            reasons.append(Reason("expected", facts=Extra(dates)))
    joined = ("" if language == "zh" else " ").join(sentences)
    value = Answer(joined, language, resolves=kind != "delivered")
    event = Event("service.answered", ticket.id, now, Extra({"language": language, "kind": kind}))
    return Decision(value, tuple(reasons), (event,))
