"""Watch a source: an observation of an offer becomes the events of exactly what changed."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from attrs import evolve, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId
from crossborder.model.supply import SupplierOffer
from crossborder.stages.inventory.watch.changes import changes
from crossborder.stages.inventory.watch.order import by_time, content, promises

__all__ = ["Aside", "News", "Seen", "gone", "watch", "watched"]


class News(StrEnum):
    """What an observation was, the most telling first."""

    FIRST = "first"
    """Nothing was known of the offer."""
    CHANGED = "changed"
    """Newer, and other than what was known."""
    OTHER_CURRENCY = "other_currency"
    """In another currency than the one that stands: set aside, as figures cannot be compared."""
    UNCHANGED = "unchanged"
    """The same but for its time or the order of its SKUs."""
    REPEATED = "repeated"
    """The very observation that is known."""
    OLDER = "older"
    """Older than what is known, or of the same moment and promising more: not taken."""


@frozen(field_transformer=checked)
class Aside:
    """The newest observation of an offer in a currency that does not stand.

    Attributes:
        offer: the observation.
        since: when the offer was first observed in this currency.
    """

    offer: SupplierOffer
    since: datetime


@frozen(field_transformer=checked)
class Seen:
    """What is known of an offer after looking: give it to the next look.

    Attributes:
        offer: the terms now known.
        news: what the observation was.
        age: how old the terms now known are.
        since: when the offer was first observed in its currency; None where the caller settled
            that currency by giving a plain offer as known.
        aside: what was observed in other currencies, by currency.
    """

    offer: SupplierOffer
    news: News
    age: timedelta
    since: datetime | None = None
    aside: tuple[Aside, ...] = ()


_SAID = {
    News.FIRST: "seen for the first time",
    News.CHANGED: "other than what was known",
    News.OTHER_CURRENCY: "another currency is no price change: a person has to look",
    News.UNCHANGED: "the same as before",
    News.REPEATED: "the same observation again",
    News.OLDER: "what is known is newer",
}
_TAKEN = frozenset({News.FIRST, News.CHANGED, News.UNCHANGED})
_WEIGHT = {news: place for place, news in enumerate(News)}


def gone(known: SupplierOffer, *, at: datetime) -> SupplierOffer:
    """The observation that the source no longer has the offer: as known, but not to be bought."""
    return evolve(known, observed_at=at, orderable=False)


def _compared(known: SupplierOffer, seen: SupplierOffer) -> tuple[News, tuple[Event, ...]]:
    """What an observation in the same currency is, and tells."""
    if seen.observed_at < known.observed_at:
        return News.OLDER, ()
    same = content(seen) == content(known)
    if seen.observed_at == known.observed_at:
        if same:
            return News.REPEATED, ()
        if promises(seen) > promises(known):
            return News.OLDER, ()
    events = () if same else changes(known, seen)
    return News.CHANGED if events else News.UNCHANGED, events


def _found(seen: SupplierOffer) -> Event:
    facts = Extra({"currency": seen.currency, "skus": [line.sku_id for line in seen.lines]})
    return Event("inventory.offer_found", seen.id, seen.observed_at, facts)


_Known = SupplierOffer | Seen
_Told = tuple[Seen, tuple[Event, ...]]


def _offer(known: _Known) -> SupplierOffer:
    return known.offer if isinstance(known, Seen) else known


def _looked(known: _Known | None, seen: SupplierOffer, now: datetime) -> _Told:
    if known is None:
        first = Seen(seen, News.FIRST, now - seen.observed_at, seen.observed_at)
        return first, (_found(seen),)
    offer = _offer(known)
    since, aside = (known.since, known.aside) if isinstance(known, Seen) else (None, ())
    if seen.id != offer.id:
        raise refuse("watch", "seen", seen.id, f"is not the offer {offer.id}")
    if seen.currency != offer.currency:
        return _other_currency(offer, since, aside, seen, now)
    news, events = _compared(offer, seen)
    if news in _TAKEN:
        offer = seen
    if since is not None:
        since = min(since, seen.observed_at)
    return Seen(offer, news, now - offer.observed_at, since, aside), events


def _other_currency(
    stands: SupplierOffer,
    since: datetime | None,
    aside: tuple[Aside, ...],
    seen: SupplierOffer,
    now: datetime,
) -> _Told:
    """Set the observation aside, unless its currency was first: whatever comes when."""
    before = stands.currency
    held = {one.offer.currency: one for one in aside}
    was = held.get(seen.currency)
    if was is None:
        news, one = News.CHANGED, Aside(seen, seen.observed_at)
    else:
        news, _ = _compared(was.offer, seen)
        newest = seen if news in _TAKEN else was.offer
        one = Aside(newest, min(was.since, seen.observed_at))
    held[seen.currency] = one
    if since is not None and (one.since, seen.currency) < (since, before):
        held[before] = Aside(stands, since)
        del held[seen.currency]
        stands, since, news = one.offer, one.since, News.CHANGED
    events: tuple[Event, ...] = ()
    if news is News.CHANGED:
        facts = Extra({"before": before, "after": seen.currency, "stands": stands.currency})
        events = (Event("inventory.currency_changed", seen.id, seen.observed_at, facts),)
    ordered = tuple(held[currency] for currency in sorted(held))
    said = News.OTHER_CURRENCY if news in _TAKEN else news
    return Seen(stands, said, now - stands.observed_at, since, ordered), events


def _fault(offer: SupplierOffer, now: datetime) -> tuple[str, InvalidValue] | None:
    """Why an observation cannot be used, as the code of a reason and as an error."""
    if offer.observed_at > now:
        when = offer.observed_at.isoformat()
        return "from_the_future", refuse("watch", "observed_at", when, "is after now")
    names = [line.sku_id for line in offer.lines]
    if len(set(names)) < len(names):
        return "unreadable", refuse(offer, "lines", names, "has two of one SKU")
    return None


def _reason(seen: Seen, events: int, offered: SupplierOffer) -> Reason:
    facts: dict[str, Any] = {"observed_at": seen.offer.observed_at.isoformat(), "events": events}
    if seen.news is News.OTHER_CURRENCY:
        facts |= {"after": offered.currency, "stands": seen.offer.currency}
    return Reason(seen.news.value, f"{_SAID[seen.news]}; known as of {seen.age} ago", Extra(facts))


@decides("inventory.watch", 1)
def watch(
    known: SupplierOffer | Seen | None, seen: SupplierOffer, *, now: datetime
) -> Decision[Seen]:
    """What an observation of an offer changes, as events (see `changes`), and what is known then.

    The newest observation stands, whatever the order in which they come; of two of one moment
    the one that promises less. An older one, or the same again, tells nothing. Events bear the
    time of the observation, so the same look tells the same events. An offer that the source no
    longer has is observed as `gone`.

    Of several currencies the one first observed stands. What is read in another is set aside and
    told by `inventory.currency_changed`, once for each reading that says something new; its
    facts are the currency that stood `before`, that of the reading (`after`) and the one that
    `stands` now. Give the value back as `known`: then every order of the observations ends in
    the same. A plain offer as `known` settles the currency: so one that is set aside is taken.

    Raises:
        InvalidValue: another offer than the one known, an observation after `now`, or two lines
            of one SKU.
    """
    for offer in (seen,) if known is None else (_offer(known), seen):
        fault = _fault(offer, now)
        if fault is not None:
            raise fault[1]
    now_known, events = _looked(known, seen, now)
    return Decision(now_known, (_reason(now_known, len(events), seen),), events)


@decides("inventory.watched", 1)
def watched(
    observations: tuple[SupplierOffer, ...],
    known: tuple[SupplierOffer | Seen, ...] = (),
    *,
    now: datetime,
) -> Decision[tuple[Seen, ...]]:
    """A whole stream of observations of any offers, in any order and with repeats.

    They are taken by their time, so every order of one stream tells the same events and ends in
    the same; so does a stream in several parts, when each is given the value of the one before
    as `known`. The value has each offer once, by id, with the most telling of its news.

    An observation that cannot be used is left out and does not stop the others: one with two
    lines of one SKU (`unreadable`) or after `now` (`from_the_future`), or of an offer of which
    such a thing is known. It has a reason of that code and the event
    `inventory.observation_refused`.

    Raises:
        InvalidValue: an offer that is known twice.
    """
    offers: dict[OfferId, _Known] = {_offer(one).id: one for one in known}
    if len(offers) < len(known):
        names = [_offer(one).id for one in known]
        raise refuse("watched", "known", names, "has two of one offer")
    faults = {offer_id: _fault(_offer(one), now) for offer_id, one in offers.items()}
    usable: list[SupplierOffer] = []
    refused: dict[tuple[datetime, OfferId, str], InvalidValue] = {}
    for offer in observations:
        fault = _fault(offer, now) or faults.get(offer.id)
        if fault is None:
            usable.append(offer)
        else:
            refused[offer.observed_at, offer.id, fault[0]] = fault[1]
    last: dict[OfferId, Seen] = {}
    told: list[Event] = []
    reasons: list[Reason] = []
    for offer in by_time(usable):
        looked, events = _looked(offers.get(offer.id), offer, now)
        before = last.get(offer.id, looked)
        news = min(before.news, looked.news, key=_WEIGHT.__getitem__)
        offers[offer.id], last[offer.id] = looked, evolve(looked, news=news)
        told += events
        if looked.news is News.OTHER_CURRENCY:
            reasons.append(_reason(looked, len(events), offer))
    for (at, offer_id, code), error in sorted(refused.items(), key=lambda item: item[0]):
        facts = Extra({"offer_id": offer_id, "observed_at": at.isoformat(), "field": error.field})
        reasons.append(Reason(code, str(error), facts))
        shared = Extra({**facts, "reason": code})
        told.append(Event("inventory.observation_refused", offer_id, min(at, now), shared))
    ends = tuple(last[offer_id] for offer_id in sorted(last))
    counts = {"observations": len(observations), "offers": len(ends), "events": len(told)}
    facts = Extra({**counts, "refused": len(refused)})
    return Decision(ends, (Reason("watched", "taken by time", facts), *reasons), tuple(told))
