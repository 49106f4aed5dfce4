"""Watch a source: an observation of an offer becomes the events of exactly what changed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from operator import attrgetter
from typing import Any

from attrs import evolve, fields, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId
from crossborder.model.supply import SupplierOffer
from crossborder.stages.inventory.watch.changes import changes

__all__ = ["News", "Seen", "gone", "watch", "watched"]


class News(StrEnum):
    """What an observation was, the most telling first."""

    FIRST = "first"
    """Nothing was known of the offer."""
    CHANGED = "changed"
    """Newer, and other than what was known."""
    OTHER_CURRENCY = "other_currency"
    """Newer, but in another currency: not taken, as its figures cannot be compared."""
    UNCHANGED = "unchanged"
    """Newer, and the same."""
    REPEATED = "repeated"
    """The very observation that is known."""
    OLDER = "older"
    """Older than what is known, or of the same moment and promising more: not taken."""


@frozen(field_transformer=checked)
class Seen:
    """What is known of an offer after looking.

    Attributes:
        offer: the terms now known.
        news: what the observation was.
        age: how old the terms now known are.
    """

    offer: SupplierOffer
    news: News
    age: timedelta


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
_content = attrgetter(
    *("lines", "tiers", "orderable", "extra", "supplier"),
    *("id", "product_id", "currency", "quoting", "moq", "multiple", "mix", "one_piece"),
    *("free_postage", "valid_from", "valid_until", "handling", "ship_from", "unit", "ref"),
)
"""All but the time of the observation; what changes most often stands first."""


def gone(known: SupplierOffer, *, at: datetime) -> SupplierOffer:
    """The observation that the source no longer has the offer: as known, but not to be bought."""
    return evolve(known, observed_at=at, orderable=False)


def _canonical(value: Any) -> Any:
    """A value as nested tuples of texts whose repr is the same for equal values."""
    if isinstance(value, Enum) or value is None:
        return str(value)
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        return str(number.as_integer_ratio() if number.is_finite() else number)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Extra):
        return tuple(sorted((key, repr(_canonical(item))) for key, item in value.items()))
    if isinstance(value, tuple):
        return tuple(map(_canonical, value))
    if isinstance(value, str | timedelta):
        return repr(value)
    return tuple(_canonical(getattr(value, item.name)) for item in fields(type(value)))


def _promises(offer: SupplierOffer) -> tuple[bool, int, int, str]:
    """By how much an observation promises; no two different ones promise the same."""
    counted = [line.available for line in offer.lines if line.available is not None]
    uncounted = len(offer.lines) - len(counted)
    return offer.orderable, uncounted, sum(counted), repr(_canonical(offer))


def _news(known: SupplierOffer | None, seen: SupplierOffer) -> News:
    if known is None:
        return News.FIRST
    if seen.id != known.id:
        raise refuse("watch", "seen", seen.id, f"is not the offer {known.id}")
    if seen.observed_at < known.observed_at:
        return News.OLDER
    same = _content(seen) == _content(known)
    if seen.observed_at == known.observed_at:
        if same:
            return News.REPEATED
        if seen.currency == known.currency and _promises(seen) > _promises(known):
            return News.OLDER
    if same:
        return News.UNCHANGED
    return News.CHANGED if seen.currency == known.currency else News.OTHER_CURRENCY


def _first(seen: SupplierOffer) -> tuple[Event, ...]:
    changes(seen, seen)  # refuses two lines of one SKU before they are known
    facts = Extra({"currency": seen.currency, "skus": [line.sku_id for line in seen.lines]})
    return (Event("inventory.offer_found", seen.id, seen.observed_at, facts),)


def _looked(
    known: SupplierOffer | None, seen: SupplierOffer, now: datetime
) -> tuple[Seen, tuple[Event, ...]]:
    for offer in (known, seen):
        if offer is not None and offer.observed_at > now:
            raise refuse("watch", "observed_at", offer.observed_at.isoformat(), "is after now")
    news = _news(known, seen)
    if known is None:
        return Seen(seen, news, now - seen.observed_at), _first(seen)
    offer = seen if news in _TAKEN else known
    events = changes(known, seen) if news is News.CHANGED else ()
    return Seen(offer, news, now - offer.observed_at), events


def _reason(seen: Seen, events: int, offered: SupplierOffer) -> Reason:
    facts: dict[str, Any] = {"observed_at": seen.offer.observed_at.isoformat(), "events": events}
    if seen.news is News.OTHER_CURRENCY:
        facts |= {"before": seen.offer.currency, "after": offered.currency}
    return Reason(seen.news.value, f"{_SAID[seen.news]}; known as of {seen.age} ago", Extra(facts))


@decides("inventory.watch", 1)
def watch(known: SupplierOffer | None, seen: SupplierOffer, *, now: datetime) -> Decision[Seen]:
    """What an observation of an offer changes, as events (see `changes`), and what is known then.

    The newest observation stands, whatever the order in which they come; of two of one moment
    the one that promises less. An older one, or the same again, tells nothing. An observation in
    another currency is not taken: to go on with it, watch it as a new offer (`known=None`).
    Events bear the time of the observation, so the same look tells the same events. An offer
    that the source no longer has is observed as `gone`.

    Raises:
        InvalidValue: another offer than the one known, an observation after `now`, or two lines
            of one SKU.
    """
    now_known, events = _looked(known, seen, now)
    return Decision(now_known, (_reason(now_known, len(events), seen),), events)


@decides("inventory.watched", 1)
def watched(
    observations: tuple[SupplierOffer, ...],
    known: tuple[SupplierOffer, ...] = (),
    *,
    now: datetime,
) -> Decision[tuple[Seen, ...]]:
    """A whole stream of observations of any offers, in any order and with repeats.

    They are taken by their time, so every order of one stream tells the same events and ends in
    the same. The value has each offer once, by id, with the most telling of its news; what is
    known of it before comes in `known`.

    Raises:
        InvalidValue: as `watch`, or an offer that is known twice.
    """
    offers = {offer.id: offer for offer in known}
    if len(offers) < len(known):
        raise refuse("watched", "known", [offer.id for offer in known], "has two of one offer")
    last: dict[OfferId, Seen] = {}
    told: list[Event] = []
    reasons: list[Reason] = []
    for offer in _by_time(observations):
        looked, events = _looked(offers.get(offer.id), offer, now)
        before = last.get(offer.id, looked)
        news = min(before.news, looked.news, key=_WEIGHT.__getitem__)
        offers[offer.id], last[offer.id] = looked.offer, evolve(looked, news=news)
        told += events
        if looked.news is News.OTHER_CURRENCY:
            reasons.append(_reason(looked, 0, offer))
    ends = tuple(last[offer_id] for offer_id in sorted(last))
    facts = Extra({"observations": len(observations), "offers": len(ends), "events": len(told)})
    return Decision(ends, (Reason("watched", "taken by time", facts), *reasons), tuple(told))


def _by_time(observations: tuple[SupplierOffer, ...]) -> list[SupplierOffer]:
    """By time; of two of one moment only the one that promises less."""
    kept: dict[tuple[datetime, OfferId, str], SupplierOffer] = {}
    for offer in observations:
        place = (offer.observed_at, offer.id, offer.currency)
        other = kept.setdefault(place, offer)
        if other is not offer and _content(other) != _content(offer):
            kept[place] = min(other, offer, key=_promises)
    return [kept[place] for place in sorted(kept)]
