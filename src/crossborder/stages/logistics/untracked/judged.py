"""How a piece of ordinary mail stands by the time and by what people say."""

from datetime import MINYEAR, UTC, datetime, timedelta
from decimal import Decimal

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Stage
from crossborder.predict.calendar import ALWAYS, WorkCalendar
from crossborder.predict.quantiles import Distribution
from crossborder.stages.logistics.tracking import moment
from crossborder.stages.logistics.untracked.mail import (
    SAID,
    MailLimits,
    MailProposal,
    MailState,
    MailWord,
    UntrackedMail,
)

__all__ = ["untracked"]

_DAY = timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_THOUSANDTH = Decimal("0.001")
_BY_TIME = (MailState.EXPECTED, MailState.OVERDUE, MailState.PRESUMED_LOST)
_STAGES = {
    Stage.DELIVERED: MailState.DELIVERED,
    Stage.RETURNED: MailState.RETURNED,
    Stage.LOST: MailState.LOST,
    Stage.DESTROYED: MailState.LOST,
}


def _windows(
    sent: datetime,
    transit: Distribution,
    limits: MailLimits,
    origin: WorkCalendar,
    destination: WorkCalendar,
) -> tuple[Window, datetime]:
    """The expected window and the moment of giving up, each on a day that has mail."""
    begun = origin.begins(sent)

    def by(chance: Decimal) -> datetime:
        return destination.begins(begun + _DAY * transit.quantile(float(chance)))

    earliest, latest = by(limits.earliest), by(limits.overdue)
    lost = max(by(limits.lost), destination.begins(latest + limits.grace))
    return Window(earliest, latest), lost


def _by_time(window: Window, lost: datetime, now: datetime) -> MailState:
    if now > lost:
        return MailState.PRESUMED_LOST
    return MailState.OVERDUE if now > window.latest else MailState.EXPECTED


def _told(shipment: Shipment, words: tuple[MailWord, ...]) -> tuple[MailState | None, str]:
    """What is known by word, and by whose: of the words that settle it and the scan the newest."""
    settling = [
        (True, word.known_at, SAID[word.said], word.speaker) for word in words if word.said in SAID
    ]
    stage = shipment.state.stage
    if stage in _STAGES:
        at = _scanned(shipment)
        settling.append((at is not None, at or _LONG_AGO, _STAGES[stage], "carrier"))
    if not settling:
        return None, ""
    # Of two of one moment the one that ends more stands, whatever their order.
    order = tuple(SAID.values())
    *_, state, speaker = max(settling, key=lambda one: (*one[:2], -order.index(one[2]), one[3]))
    return state, speaker


def _scanned(shipment: Shipment) -> datetime | None:
    """Since when we know of the end that its scans tell, as far as a time is told.

    As with words that is when we heard of it, else when it happened. An end that the carrier
    reports of the whole parcel is as new as its last scan.
    """
    ends = [event for event in shipment.events if event.stage in _STAGES]
    times = [event.received_at or moment(event) for event in ends or shipment.events]
    return max((at for at in times if at.year > MINYEAR), default=None)


def _still_coming(transit: Distribution, waited: float, loss: int, state: MailState) -> Decimal:
    """The chance that it comes yet, after so many days of silence."""
    if state not in _BY_TIME:
        return Decimal(0)
    alive = (1 - loss / 1000) * (1 - transit.cdf(waited))
    gone = loss / 1000
    share = alive / (alive + gone) if alive + gone else 0.0
    return Decimal(share).quantize(_THOUSANDTH)


def _proposals(
    state: MailState, window: Window, lost: datetime, *, asked: bool
) -> tuple[MailProposal, ...]:
    if state is MailState.DELIVERED:
        return (MailProposal("ask_customer"),) if asked else ()
    if state is MailState.EXPECTED:
        action = "tell_customer" if asked else "wait"
        return (MailProposal(action, until=window.latest),)
    if state is MailState.OVERDUE:
        return (MailProposal("tell_customer", until=lost),)
    return MailProposal("resend", confirm=True), MailProposal("refund", confirm=True)


_LIMITS = MailLimits()


@decides("logistics.untracked", 2)
def untracked(
    shipment: Shipment,
    transit: Distribution,
    *,
    now: datetime,
    words: tuple[MailWord, ...] = (),
    before: MailState | None = None,
    loss: int = 0,
    limits: MailLimits = _LIMITS,
    origin: WorkCalendar = ALWAYS,
    destination: WorkCalendar = ALWAYS,
) -> Decision[UntrackedMail | None]:
    """How ordinary mail stands `now`; None while it has not been sent.

    - Time alone leads from expected to overdue to presumed lost, and never back: with `before` a
      later, slower law of the line takes nothing back.
    - Only a word of the buyer or of a carrier, or a carrier's own scan, makes it delivered,
      returned or lost; of them all the one we learnt of last stands: a delivery scanned after the
      carrier called it lost, as well as a loss told after a scan. A scan without a time gives way
      to words. A buyer's "not arrived" changes no state: until it is overdue the buyer is told
      when to expect it.
    - Telling the customer is proposed as automatic; a second parcel or a refund waits for a person.

    Args:
        shipment: with the day it was handed over and whatever scans there are.
        transit: from hand-over to delivery in days, as the line has shown.
        now: the moment of looking.
        words: what the buyer and carriers have said so far.
        before: the state as it was decided last, or None.
        loss: the share of the line's parcels that is lost, in thousandths; for the chance only.
        limits: where the windows end.
        origin: when the post takes mail in; the ship date counts from its next opening.
        destination: when mail is delivered; no window ends on a day without.

    Raises:
        InvalidValue: a word known only after `now`, more than 1000 thousandths lost, or a law that
            reaches below zero or beyond the calendar, as one in seconds may.

    >>> from crossborder.model.ids import ShipmentId
    >>> sent = datetime(2026, 11, 2, tzinfo=UTC)
    >>> letter = Shipment(ShipmentId("m1"), "china_post", "UA123456785CN", sent)
    >>> law = Distribution.of([12, 15, 18, 20, 22, 25, 28, 30, 35, 45])
    >>> [untracked(letter, law, now=sent + _DAY * age).value.state.value for age in (10, 40, 120)]
    ['expected', 'overdue', 'presumed_lost']
    """
    if not 0 <= loss <= 1000:
        raise refuse("untracked", "loss", loss, "must be 0 to 1000 thousandths")
    if transit.values[0] < 0:
        raise refuse("untracked", "transit", transit.values[0], "must not reach below zero")
    for word in words:
        if word.known_at > now:
            raise refuse("untracked", "words", word.known_at.isoformat(), "is later than now")
    sent = shipment.ship_date
    if sent is None or sent > now:
        return Decision(None, (Reason("not_sent", "has not been handed over"),))
    try:
        window, lost = _windows(sent, transit, limits, origin, destination)
    except OverflowError:
        longest = transit.values[-1]
        raise refuse("untracked", "transit", longest, "days reach beyond the year 9999") from None
    state = _by_time(window, lost, now)
    facts = Extra({"overdue": window.latest.isoformat(), "lost_after": lost.isoformat()})
    reasons = [Reason(f"by_time_{state.value}", "as far as time tells", facts)]
    if before in _BY_TIME and _BY_TIME.index(before) > _BY_TIME.index(state):
        reasons.append(Reason("never_back", f"it was {before.value} already"))
        state = before
    told, speaker = _told(shipment, words)
    if told is not None:
        state = told
        reasons.append(Reason(f"{speaker}_says_{told.value}", f"the {speaker}'s word"))
    elif before is not None and before not in _BY_TIME:
        state = before
        reasons.append(Reason("settled_before", f"it was {before.value} by somebody's word"))
    missed = any(word.said == "not_arrived" for word in words)
    if missed:
        reasons.append(Reason("buyer_misses_it", "somebody said that it has not arrived"))
    mail = UntrackedMail(
        shipment.id,
        state,
        window,
        lost,
        _proposals(state, window, lost, asked=missed),
        _still_coming(transit, (now - origin.begins(sent)) / _DAY, loss, state),
    )
    changed = state is not (before or MailState.EXPECTED)
    events = (Event(f"logistics.mail_{state.value}", shipment.id, now, facts),) if changed else ()
    return Decision(mail, tuple(reasons), events)
