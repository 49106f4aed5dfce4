"""Facts about money: each taken once, in any order of arrival, and never settled in silence."""

from datetime import datetime, timedelta
from itertools import groupby

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger
from crossborder.model.money import Money, Price

__all__ = ["may_capture", "may_refund", "record"]

_EVENTS = {
    EntryKind.STARTED: "payment.started",
    EntryKind.AUTHORIZED: "payment.authorized",
    EntryKind.CAPTURED: "payment.captured",
    EntryKind.REFUNDED: "payment.refunded",
    EntryKind.REFUND_FAILED: "payment.refund_failed",
    EntryKind.VOIDED: "payment.voided",
    EntryKind.EXPIRED: "payment.expired",
    EntryKind.FAILED: "payment.failed",
    EntryKind.CHARGEBACK: "payment.charged_back",
    EntryKind.CHARGEBACK_WON: "payment.chargeback_won",
}
_GONE = (EntryKind.VOIDED, EntryKind.EXPIRED, EntryKind.CAPTURED)


def _excess(ledger: MoneyLedger) -> dict[str, Money]:
    """What was taken beyond the due, and what went back beyond the taken."""
    over = {
        "captured": ledger.captured - ledger.due,
        "refunded": ledger.refunded - ledger.captured,
    }
    return {name: money for name, money in over.items() if money.amount > 0}


def _fact(entry: LedgerEntry, order_id: OrderId | None) -> Event:
    facts = {"entry": entry.id, "money": str(entry.money)}
    if entry.ref is not None:
        facts["payment"] = str(entry.ref)
    return Event(_EVENTS[entry.kind], order_id or entry.id, entry.at, Extra(facts))


def _disputed(known: dict[tuple[str, EntryKind], LedgerEntry], entry: LedgerEntry) -> Extra | None:
    """What two reports of one fact say, when they do not say the same sum."""
    old = known.get((entry.id, entry.kind))
    if old is None or old.money == entry.money:
        return None
    sums = sorted((old.money.amount, entry.money.amount))
    return Extra({"what": "reported", "entry": entry.id, "sums": tuple(sums)})


@decides("payment.record", 1)
def record(
    ledger: MoneyLedger, entries: tuple[LedgerEntry, ...], *, order_id: OrderId | None = None
) -> Decision[MoneyLedger]:
    """The ledger with the facts that it did not know; a fact known already changes nothing.

    Each new fact is an event (`payment.captured` …), and so is a change of the payment state
    (`payment.state_changed`). More taken than due, more given back than taken, or two sums
    reported for one fact is the event `payment.mismatch`; an excess that a later fact explains is
    `payment.mismatch_resolved`. The subject is `order_id` where given, else the fact's own id.

    Any order of arrival, with any repeats, gives one ledger and one state.

    Raises:
        InvalidValue: a fact in another currency than the ledger's.
    """
    known = {(entry.id, entry.kind): entry for entry in ledger.entries}
    disputes = []
    for entry in entries:
        dispute = _disputed(known, entry)
        if dispute is not None:
            disputes.append(dispute)
        known.setdefault((entry.id, entry.kind), entry)
    after = ledger.with_entries(entries)
    old = {(entry.id, entry.kind) for entry in ledger.entries}
    new = [entry for entry in after.entries if (entry.id, entry.kind) not in old]
    if not new and not disputes:
        return Decision(after, reasons=(Reason("nothing_new", "every fact is known"),))
    subject = order_id or (new[-1].id if new else str(disputes[0]["entry"]))
    at = max((entry.at for entry in entries), default=None)
    events = [_fact(entry, order_id) for entry in new]
    before, now = _excess(ledger), _excess(after)
    for name, money in now.items():
        if before.get(name) != money:
            facts = Extra({"what": name, "excess": str(money)})
            events.append(Event("payment.mismatch", subject, at, facts))
    events += [
        Event("payment.mismatch_resolved", subject, at, Extra({"what": name}))
        for name in before
        if name not in now
    ]
    events += [Event("payment.mismatch", subject, at, facts) for facts in disputes]
    if after.state is not ledger.state and after.state is not None:
        was = None if ledger.state is None else ledger.state.value
        moved = Extra({"before": was, "after": after.state.value})
        events.append(Event("payment.state_changed", subject, at, moved))
    reasons = [
        Reason("recorded", entry.kind.value, Extra({"entry": entry.id, "money": str(entry.money)}))
        for entry in new
    ]
    reasons += [
        Reason("mismatch", "", event.facts) for event in events if event.name == "payment.mismatch"
    ]
    return Decision(after, reasons=tuple(reasons), events=tuple(events))


def _reserved(ledger: MoneyLedger, now: datetime, valid_for: timedelta) -> Money:
    """What authorisations still hold: by payment, so that one's end does not touch another's."""
    zero = Money.zero(ledger.due.currency)
    by_payment = sorted(ledger.entries, key=lambda entry: str(entry.ref or ""))
    reserved = zero
    for _, group in groupby(by_payment, key=lambda entry: str(entry.ref or "")):
        held = zero
        for entry in group:
            if entry.kind is EntryKind.AUTHORIZED and now < entry.at + valid_for:
                held = held + entry.money
            elif entry.kind in _GONE:
                held = held - entry.money
        reserved = reserved + max(held, zero)
    return reserved


@decides("payment.may_capture", 1)
def may_capture(
    ledger: MoneyLedger,
    money: Money,
    *,
    now: datetime,
    valid_for: timedelta = timedelta(days=7),
) -> Decision[Money]:
    """How much of `money` may be captured: never more than is still due, nor than is reserved.

    An authorisation older than `valid_for` no longer counts, whether or not the gateway has said
    that it ended. How long one holds differs by gateway and card: the default is only a guess.

    Raises:
        CurrencyMismatch: the money is not in the ledger's currency.
    """
    reserved = _reserved(ledger, now, valid_for)
    least = max(min(money, ledger.open, reserved), Money.zero(ledger.due.currency))
    allowed = Money(least.amount, least.currency)
    facts = Extra({"asked": str(money), "open": str(ledger.open), "reserved": str(reserved)})
    if allowed == money:
        code = "whole"
    elif not reserved:
        code = "not_authorized"
    else:
        code = "cut_down" if allowed else "nothing_open"
    return Decision(allowed, reasons=(Reason(code, str(allowed), facts),))


@decides("payment.may_refund", 1)
def may_refund(ledger: MoneyLedger, money: Price) -> Decision[Price | None]:
    """How much of `money` may go back: never more than came in and has not gone back; or None.

    >>> may_refund(MoneyLedger(Price("20", "USD")), Price("5", "USD")).codes
    ('nothing_refundable',)

    Raises:
        CurrencyMismatch: the money is not in the ledger's currency.
    """
    left = ledger.refundable
    facts = Extra({"asked": str(money), "refundable": str(left)})
    allowed = min(left, Money(money.amount, money.currency))
    if allowed.amount <= 0:
        return Decision(None, reasons=(Reason("nothing_refundable", "", facts),))
    code = "whole" if allowed == money else "cut_down"
    price = Price(allowed.amount, allowed.currency)
    return Decision(price, reasons=(Reason(code, str(price), facts),))
