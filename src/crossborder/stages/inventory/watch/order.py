"""Which of two observations of an offer stands, whatever the order in which they come."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

from attrs import fields

from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId
from crossborder.model.supply import SupplierOffer

__all__ = ["by_time", "content", "promises"]

content = attrgetter(
    *("lines", "tiers", "orderable", "extra", "supplier"),
    *("id", "product_id", "currency", "quoting", "moq", "multiple", "mix", "one_piece"),
    *("free_postage", "valid_from", "valid_until", "handling", "ship_from", "unit", "ref"),
)
"""All but the time of the observation; what changes most often stands first."""


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


def promises(offer: SupplierOffer) -> tuple[bool, int, int, str]:
    """By how much an observation promises; no two different ones promise the same."""
    counted = [line.available for line in offer.lines if line.available is not None]
    uncounted = len(offer.lines) - len(counted)
    return offer.orderable, uncounted, sum(counted), repr(_canonical(offer))


def by_time(observations: Iterable[SupplierOffer]) -> list[SupplierOffer]:
    """By time; of two of one moment only the one that promises less."""
    kept: dict[tuple[datetime, OfferId, str], SupplierOffer] = {}
    for offer in observations:
        place = (offer.observed_at, offer.id, offer.currency)
        other = kept.setdefault(place, offer)
        if other is not offer and content(other) != content(offer):
            kept[place] = min(other, offer, key=promises)
    return [kept[place] for place in sorted(kept)]
