"""One alarm for one parcel: raised once, raised again only when things get worse."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.money import Price
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, Stage
from crossborder.stages.logistics.delay.policy import ACTIONS, AlarmPolicy
from crossborder.stages.logistics.delay.warning import last_seen, one_of
from crossborder.stages.logistics.remaining import begun

__all__ = ["Alarm", "AlarmOption", "alarm"]

_GRAVITY = {"silent": 1, "at_risk": 2, "late": 2, "exception": 3, "lost": 4, "claim_due": 5}
"""The graver, the higher. That it may be late, and that it is, are one trouble: told once."""

_WAITS = frozenset({Stage.COLLECT, Stage.RETURNING})
"""Where long silence is usual: it lies ready for the buyer, or goes home, where few look."""
_GONE = frozenset({Stage.LOST, Stage.DESTROYED})
_MISSING = frozenset({"carrier_parcel_lost", "missing_at_break_bulk"})
"""Reasons that say the same before the carrier says it by a stage."""
_DAY = timedelta(days=1)
_DEFAULT = AlarmPolicy()


@frozen(field_transformer=checked)
class AlarmOption:
    """Something that can be done.

    Attributes:
        action: chase_carrier, open_claim, refund, resend or tell_customer.
        automatic: whether it may run now; else it is to be confirmed by a person.
        price: what it costs; of a claim what it may bring. None where that is not known.
    """

    action: str = field(validator=one_of(*ACTIONS))
    automatic: bool
    price: Price | None = None


@frozen(field_transformer=checked)
class Alarm:
    """That a parcel needs somebody, and what to do. It is kept: the next one is held against it.

    Attributes:
        shipment_id: the parcel.
        kind: silent, at_risk or late, exception, lost, claim_due: in this order the graver.
        slack: time left: until the end of the promise, of the usual gap, or of the carrier's term
            for claims; negative when it is used up.
        options: what can be done, the proposed action first.
        raised_at: when.
        probability: of being late, where it is known.
        reason: of an exception, such as `customs_documentation`, where the carrier tells one.
    """

    shipment_id: ShipmentId
    kind: str = field(validator=one_of(*_GRAVITY))
    slack: timedelta
    options: tuple[AlarmOption, ...]
    raised_at: datetime
    probability: Decimal | None = None
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.options:
            raise refuse(self, "options", (), "must not be empty")

    @property
    def proposal(self) -> AlarmOption:
        """What to do."""
        return self.options[0]

    def worse_than(self, other: "Alarm | None") -> bool:
        """Whether it tells of more than the other one did: it is graver, or for another reason."""
        if other is None or _GRAVITY[self.kind] > _GRAVITY[other.kind]:
            return True
        return self.kind == other.kind == "exception" and self.reason != other.reason


@frozen
class _Case:
    """What is looked at."""

    shipment: Shipment
    now: datetime
    policy: AlarmPolicy
    probability: Decimal | None
    gap: timedelta
    worth: Price | None
    resend: Price | None

    def option(self, action: str, price: Price | None = None) -> AlarmOption:
        return AlarmOption(action, self.policy.unasked(action, price), price)

    def of(self, kind: str, slack: timedelta, *options: AlarmOption) -> Alarm:
        reason = self.shipment.state.reason if kind == "exception" else None
        return Alarm(self.shipment.id, kind, slack, options, self.now, self.probability, reason)

    @property
    def quiet(self) -> timedelta:
        seen = last_seen(self.shipment, self.now)
        return timedelta(0) if seen is None else self.now - seen

    @property
    def gone(self) -> bool:
        """Whether it is lost, or silent for so long that it must be treated so.

        Not so while it waits to be collected, goes back, or was never handed over.
        """
        state = self.shipment.state
        moves = begun(self.shipment) is not None and state.stage not in _WAITS
        silent = moves and self.quiet > self.gap * self.policy.lost_after
        return silent or state.stage in _GONE or state.reason in _MISSING

    def claim(self) -> tuple[AlarmOption, ...]:
        """A claim, while the carrier takes it; without a hand-over we do not know until when."""
        handed = self.shipment.ship_date
        policy = self.policy
        if handed is not None:
            if self.now > handed + policy.claim_until:
                return ()
            if self.now < handed + policy.claim_after and self.shipment.state.stage not in _GONE:
                return ()
        return (self.option("open_claim", self.worth),)


def _silent(case: _Case) -> Alarm | None:
    if case.quiet <= case.gap:
        return None
    return case.of("silent", case.gap - case.quiet, case.option("chase_carrier"))


def _lateness(case: _Case) -> Alarm | None:
    """Late now, likely to be late, or most likely after the promise where no chance is known."""
    promised, expected = case.shipment.promised, case.shipment.expected
    if promised is None or case.shipment.state.stage is Stage.RETURNING:
        return None
    left = promised.latest - case.now
    tell, chase = case.option("tell_customer"), case.option("chase_carrier")
    if left < timedelta(0):
        return case.of("late", left, tell, chase)
    if case.probability is None:
        over = expected is not None and expected.likely > promised.latest
    else:
        over = case.policy.rule.calls(float(case.probability), left=left / _DAY)
    return case.of("at_risk", left, tell) if over else None


def _exception(case: _Case) -> Alarm | None:
    health, promised = case.shipment.state.health, case.shipment.promised
    left = promised.latest - case.now if promised is not None else timedelta(0)
    tell, chase = case.option("tell_customer"), case.option("chase_carrier")
    if health is Health.FAILED or case.shipment.state.stage is Stage.RETURNING:
        return case.of("exception", left, chase, tell)
    return case.of("exception", left, tell, chase) if health is Health.ACTION_REQUIRED else None


def _lost(case: _Case) -> Alarm | None:
    """What makes good costs least first; what the carrier may pay stands behind it."""
    if not case.gone:
        return None
    known = (("resend", case.resend), ("refund", case.worth))
    priced = [(price, action) for action, price in known if price is not None]
    remedies = tuple(case.option(action, price) for price, action in sorted(priced))
    options = (*remedies, *case.claim()) or (case.option("chase_carrier"),)
    return case.of("lost", case.gap - case.quiet, *options)


def _claim_due(case: _Case) -> Alarm | None:
    handed = case.shipment.ship_date
    if handed is None or not case.gone or not case.claim():
        return None
    left = handed + case.policy.claim_until - case.now
    return case.of("claim_due", left, *case.claim()) if left <= case.policy.claim_notice else None


@decides("logistics.alarm", 2)
def alarm(
    shipment: Shipment,
    *,
    now: datetime,
    policy: AlarmPolicy = _DEFAULT,
    probability: Decimal | None = None,
    known: Alarm | None = None,
    gap: timedelta | None = None,
    worth: Price | None = None,
    resend: Price | None = None,
) -> Decision[Alarm | None]:
    """The alarm to raise for a parcel now, or None.

    The gravest of what is found counts; what is no worse than the alarm already known is not told
    again, until the parcel was scanned since and that trouble is no longer found. Reasons name all
    that was found. Nothing a carrier wrote is read: only stages, health and times.

    Args:
        shipment: with its state and promise.
        now: the moment of looking.
        policy: thresholds, caps, and what may run without being confirmed.
        probability: of being late, as of now; without it counts whether its likely arrival lies
            after the promise.
        known: the last alarm raised for this parcel.
        gap: the longest time without a scan usual on its line; None: the policy's.
        worth: what a refund costs.
        resend: what it costs to send another one.

    Raises:
        InvalidValue: the probability is no Decimal from 0 to 1, or the known alarm is another parcel's.
        CurrencyMismatch: a price is in another currency than its cap, or the two prices differ.
    """
    chance: Any = probability
    if chance is not None and not (
        isinstance(chance, Decimal) and chance.is_finite() and 0 <= chance <= 1
    ):
        raise refuse("alarm", "probability", probability, "must be a Decimal from 0 to 1")
    if known is not None and known.shipment_id != shipment.id:
        raise refuse("alarm", "known", known.shipment_id, f"is not of {shipment.id}")
    stage = shipment.state.stage
    if stage.ended and stage not in _GONE:
        return Decision(None, (Reason("ended", stage.value),))
    usual = policy.gap if gap is None else gap
    case = _Case(shipment, now, policy, probability, usual, worth, resend)
    looks = (_claim_due, _lost) if stage in _GONE else _LOOKS
    found = [alarm for look in looks if (alarm := look(case)) is not None]
    if not found:
        return Decision(None, (Reason("on_its_way", "nothing to worry about"),))
    reasons = tuple(Reason(item.kind, item.proposal.action, _facts(item)) for item in found)
    worst = found[0]
    if known is not None and _over(known, case, found):
        reasons += (Reason("over", f"{known.kind} is over", _facts(known)),)
        known = None
    if not worst.worse_than(known):
        return Decision(None, (*reasons, Reason("told_already", "no worse than the last alarm")))
    how = "automatic" if worst.proposal.automatic else "to_confirm"
    event = Event("logistics.alarm_raised", shipment.id, now, _facts(worst))
    return Decision(worst, (*reasons, Reason(how, worst.proposal.action)), (event,))


def _over(known: Alarm, case: _Case, found: list[Alarm]) -> bool:
    """Whether the trouble told before has passed: scanned since, and nothing as grave is found."""
    seen = last_seen(case.shipment, case.now)
    if seen is None or seen <= known.raised_at:
        return False
    return all(_GRAVITY[item.kind] < _GRAVITY[known.kind] for item in found)


_LOOKS = (_claim_due, _lost, _exception, _lateness, _silent)
"""The gravest first."""


def _facts(item: Alarm) -> Extra:
    option = item.proposal
    facts: dict[str, object] = {
        "kind": item.kind,
        "proposal": option.action,
        "automatic": option.automatic,
        "slack_seconds": item.slack // timedelta(seconds=1),
    }
    if item.probability is not None:
        facts["probability"] = item.probability
    if option.price is not None:
        facts["price"] = str(option.price)
    return Extra(facts)
