"""Whom we may write to (触达): only with consent, and not too often."""

from datetime import datetime, timedelta

from crossborder.model.customer import Customer
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra

__all__ = ["may_reach"]


@decides("operations.may_reach", 1)
def may_reach(
    customer: Customer,
    *,
    purpose: str,
    channel: str,
    sent: tuple[datetime, ...],
    now: datetime,
    cap: int = 3,
    within: timedelta = timedelta(days=7),
) -> Decision[bool]:
    """Whether a message the buyer did not ask for may be sent.

    It needs the consent `channel:purpose`, such as `mail:marketing`, and fewer than `cap` messages
    in the time before. An answer to a question, or word about an order, needs no leave: do not ask
    here.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import CustomerId
    >>> buyer = Customer(CustomerId("c1"), consents=frozenset({"mail:marketing"}))
    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> may_reach(buyer, purpose="marketing", channel="mail", sent=(), now=at).value
    True
    """
    needed = f"{channel}:{purpose}"
    if needed not in customer.consents:
        return Decision(False, (Reason("no_consent", f"the buyer did not agree to {needed}"),))
    lately = sum(now - within < moment <= now for moment in sent)
    facts = Extra({"sent": lately, "cap": cap})
    if lately >= cap:
        return Decision(False, (Reason("cap_reached", "written to often enough", facts),))
    return Decision(True, (Reason("allowed", "consent given, cap not reached", facts),))
