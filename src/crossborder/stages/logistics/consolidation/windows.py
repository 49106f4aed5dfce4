"""Whose a number was at a time: numbers are reused, so (number, carrier, ship date) is the key."""

from collections.abc import Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from unicodedata import category, normalize

from attrs import frozen

from crossborder.model.shipment import NumberUse

__all__ = ["EVER", "NEVER", "REUSE", "TOLERANCE", "Claims", "plain"]

Owner = TypeVar("Owner", bound=Hashable)

REUSE = timedelta(days=365)
"""After how long a number may mean another parcel (postal items: 12 months, UPU S10)."""

TOLERANCE = timedelta(days=30)
"""How long before its ship date a number may be scanned: labels are announced ahead."""

EVER = datetime.min.replace(tzinfo=UTC)
"""Before everything: where a scan stands whose time cannot be read, too (`tracking.moment`)."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""After everything."""

_BETWEEN = frozenset({"Zs", "Zl", "Zp", "Pd", "Cc", "Cf"})
"""Kinds of characters that stand between the parts of a number: blanks, dashes, invisible ones."""


def plain(number: str) -> str:
    """A number as it is compared: without blanks and hyphens of any kind, in plain capitals.

    >>> plain("rr 123 456-785 cn")
    'RR123456785CN'
    """
    if number.isascii() and number.isalnum():
        return number.upper()
    kept = (sign for sign in normalize("NFKC", number) if category(sign) not in _BETWEEN)
    return "".join(kept).upper()


@frozen
class _Claim(Generic[Owner]):
    owner: Owner
    carrier: str
    since: datetime | None
    until: datetime | None


class Claims(Generic[Owner]):
    """Who used which number from when to when.

    A use begins `tolerance` before its date and lasts for `reuse`, unless it ended or another
    owner's use of the same number by the same carrier has begun. A use without a date may be at any
    time. Carriers are compared ignoring case; an empty one may be any, but a named one goes first.

    >>> from datetime import UTC
    >>> first, second = datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    >>> uses = [("old", NumberUse("1Z", "ups", first)), ("new", NumberUse("1Z", "ups", second))]
    >>> claims = Claims(uses)
    >>> claims.owners("1z", "UPS", datetime(2026, 5, 3, tzinfo=UTC))
    ('new',)
    """

    def __init__(
        self,
        uses: Iterable[tuple[Owner, NumberUse]],
        *,
        tolerance: timedelta = TOLERANCE,
        reuse: timedelta = REUSE,
    ) -> None:
        self._tolerance, self._reuse = tolerance, reuse
        self._by_number: dict[str, list[_Claim[Owner]]] = {}
        for owner, use in uses:
            claim = _Claim(owner, use.carrier.casefold(), use.since, use.until)
            self._by_number.setdefault(plain(use.number), []).append(claim)

    def carried(self, number: str, carrier: str | None) -> tuple[Owner, ...]:
        """Everyone who used the number with that carrier at any time, each once."""
        return _owners(self._named(number, carrier))

    def undated(self, number: str, carrier: str | None) -> tuple[Owner, ...]:
        """Everyone who used the number with that carrier, nobody knows when; each once."""
        return _owners(claim for claim in self._named(number, carrier) if claim.since is None)

    def owners(self, number: str, carrier: str | None, at: datetime) -> tuple[Owner, ...]:
        """Whose the number was at that moment: one, nobody, or several where it cannot be told."""
        spans = self.spans(number, carrier)
        return tuple(dict.fromkeys(owner for owner, begin, end in spans if begin <= at < end))

    def spans(
        self, number: str, carrier: str | None
    ) -> tuple[tuple[Owner, datetime, datetime], ...]:
        """Every use of the number with that carrier: who, from, and until just before."""
        found = self._named(number, carrier)
        return tuple((claim.owner, self._begin(claim), self._end(claim, found)) for claim in found)

    def near(self, number: str, carrier: str | None, ship_date: datetime) -> tuple[Owner, ...]:
        """Who was handed over under the number nearest to that date, within the tolerance."""
        found = [
            (abs(claim.since - ship_date), claim)
            for claim in self._named(number, carrier)
            if claim.since is not None and abs(claim.since - ship_date) <= self._tolerance
        ]
        least = min((distance for distance, _ in found), default=None)
        return _owners(claim for distance, claim in found if distance == least)

    def _named(self, number: str, carrier: str | None) -> list[_Claim[Owner]]:
        """The uses of the number with that carrier; None is for every use, whoever the carrier."""
        claims = self._by_number.get(plain(number), [])
        if carrier is None:
            return claims
        name = carrier.casefold()
        same = [claim for claim in claims if claim.carrier == name]
        if same or not claims:
            return same
        return claims if not name else [claim for claim in claims if not claim.carrier]

    def _begin(self, claim: _Claim[Owner]) -> datetime:
        return EVER if claim.since is None else claim.since - self._tolerance

    def _end(self, claim: _Claim[Owner], others: list[_Claim[Owner]]) -> datetime:
        """When the use ends: as stated, after the time of reuse, or as another's use begins."""
        ends = [claim.until or NEVER]
        if claim.since is not None:
            ends.append(claim.since + self._reuse)
            ends += [
                other.since - self._tolerance
                for other in others
                if other.since is not None
                and other.owner != claim.owner
                and other.since - claim.since > self._tolerance
            ]
        return min(ends)


def _owners(claims: Iterable[_Claim[Owner]]) -> tuple[Owner, ...]:
    return tuple(dict.fromkeys(claim.owner for claim in claims))
