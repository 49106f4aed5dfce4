"""How long an order takes from being placed to being delivered, learnt order by order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import inf, nextafter

from attrs import evolve

from crossborder.errors import InvalidValue
from crossborder.model.check import aware, refuse
from crossborder.predict.lead.effects import Effects
from crossborder.predict.lead.law import STEPS, Law, Placed, as_of, between, effects_at, law_at
from crossborder.predict.lead.ledger import Coverage, Kept
from crossborder.predict.lead.settings import JUDGED, LeadSettings
from crossborder.predict.lead.state import LeadState
from crossborder.predict.quantiles import Distribution

__all__ = ["LeadTimes"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_NOISE = 1e-9
"""How many days a delivery may be late by rounding of floats."""

_FORGOTTEN = 12
"""Half-lives after which an order no longer speaks for the spread."""


def _day(moment: datetime) -> float:
    return (moment - _EPOCH) / _DAY


class LeadTimes:
    """Lead times of orders by their traits: vendor, country, mode and what else is known.

    Open orders count: one that has waited for long says that times have become long, well before
    it arrives. Each trait shifts the level, shrunk hard; the spread around it comes from the
    recent orders of all, those alike in a trait counting more. What coverage the past quotes had
    corrects the next ones, within bounds; a quote whose order was never placed, or was cancelled
    before its time, says nothing of it. All that is known is taken as of `now`, so what came in
    later, or in another order, changes no quote.

    >>> from datetime import UTC, datetime, timedelta
    >>> times, start = LeadTimes(("vendor",)), datetime(2026, 1, 1, tzinfo=UTC)
    >>> for number in range(40):
    ...     day = start + timedelta(days=number)
    ...     times.place(str(number), {"vendor": "A"}, placed_at=day, now=day)
    ...     end = day + timedelta(days=10 + number % 5)
    ...     times.observe(str(number), end, known_at=end, now=end)
    >>> law = times.quote({"vendor": "A"}, now=start + timedelta(days=60))
    >>> round(law.quantile(0.5)), round(law.quantile(0.9))
    (12, 14)
    """

    def __init__(
        self,
        traits: Sequence[str],
        *,
        alike: Mapping[str, float] | None = None,
        settings: LeadSettings | None = None,
    ) -> None:
        """Nothing known yet.

        Args:
            traits: the names of what is known of an order when it is placed.
            alike: how much more an order of the same trait counts for the spread; 2 when left out.
            settings: how hard to shrink and correct.

        Raises:
            InvalidValue: no trait, one twice, or `alike` below 1 or for a trait that is not named.
        """
        self.traits = tuple(traits)
        if not self.traits or len(set(self.traits)) < len(self.traits):
            raise refuse("LeadTimes", "traits", self.traits, "must be names, each once")
        self.alike: dict[str, float] = {}
        for name, factor in (dict.fromkeys(self.traits, 2.0) if alike is None else alike).items():
            if name not in self.traits or not 1 <= factor < inf:
                raise refuse("LeadTimes", "alike", {name: factor}, "must name a trait, from 1 up")
            self.alike[name] = float(factor)
        self.settings = settings or LeadSettings()
        self._orders: dict[str, Placed] = {}
        self._coverage = [Coverage(p, memory=self.settings.memory) for p in JUDGED]
        self._quoted: set[str] = set()
        self._fitted: tuple[float, Effects] | None = None
        self._law: Law | None = None

    @classmethod
    def resumed(cls, state: LeadState) -> "LeadTimes":
        """The times that `state` was kept of.

        Raises:
            InvalidValue: it was kept of none, such as one with an order twice.
        """
        found = cls(state.traits, alike=dict(state.alike), settings=state.settings)
        found._orders = {order.key: order for order in state.orders}
        if len(found._orders) < len(state.orders):
            raise refuse(state, "orders", len(state.orders), "has two of one key")
        if len(state.quotes) != len(JUDGED):
            raise refuse(state, "quotes", len(state.quotes), "must be one list for each chance")
        memory = state.settings.memory
        found._coverage = [
            Coverage(chance, memory=memory, quotes=quotes)
            for chance, quotes in zip(JUDGED, state.quotes, strict=True)
        ]
        found._quoted = {key for _, key in state.quotes[0]}
        return found

    @property
    def state(self) -> LeadState:
        """To be kept."""
        return LeadState(
            self.traits,
            tuple(self.alike.items()),
            self.settings,
            tuple(sorted(self._orders.values(), key=lambda order: (order.placed, order.key))),
            tuple(coverage.quotes for coverage in self._coverage),
        )

    def place(
        self,
        key: str,
        traits: Mapping[str, str],
        *,
        placed_at: datetime,
        now: datetime,
        known_at: datetime | None = None,
    ) -> None:
        """An order is placed; until its outcome is told it counts as open.

        Args:
            key: what it is called.
            traits: what is known of it, by name.
            placed_at: when it was placed.
            now: the moment of telling.
            known_at: since when it is known that it was, and from when on it is in quotes; `now`
                when left out. State it when a history is told at once.

        Raises:
            InvalidValue: placed or known after `now`, known before it was placed, the key is
                known, a trait is missing or unknown.
            NaiveTime: a time without a zone.
        """
        placed = self._known(placed_at, now, "placed_at")
        told = self._known(now if known_at is None else known_at, now, "known_at")
        if told < placed:
            raise refuse("LeadTimes", "known_at", known_at, "is before it was placed")
        if key in self._orders:
            raise refuse("LeadTimes", "key", key, "is placed already")
        self._orders[key] = Placed(key, self._row(traits), placed, told)
        # The first moment at which it is evidence.
        self._touch(max(nextafter(placed, inf), told))

    def observe(
        self, key: str, delivered_at: datetime, *, known_at: datetime, now: datetime
    ) -> None:
        """An order was delivered, and since `known_at` that is known.

        Raises:
            InvalidValue: known after `now` or before it happened, delivered before it was placed,
                not placed, or ended already.
            NaiveTime: a time without a zone.
        """
        delivered = _day(aware(delivered_at, "delivered_at", "LeadTimes"))
        self._end(key, delivered, known_at, now, delivered=True)

    def withdraw(self, key: str, *, known_at: datetime, now: datetime) -> None:
        """An order was cancelled: it lasted until `known_at`, and nobody knows how long it would.

        Raises:
            InvalidValue: known after `now`, not placed, or ended already.
            NaiveTime: a time without a zone.
        """
        self._end(
            key, _day(aware(known_at, "known_at", "LeadTimes")), known_at, now, delivered=False
        )

    def quote(
        self, traits: Mapping[str, str], *, now: datetime, key: str | None = None
    ) -> Distribution:
        """The law of the lead time in days for an order placed `now`.

        With a key the quote is kept, and judged once its time has passed: on the order that was
        placed under the key, if one was.

        Raises:
            InvalidValue: `now` is before any order was known to be delivered (how long the open
                ones will take is anybody's guess), a trait is missing or unknown, or the key was
                quoted already.
            NaiveTime: `now` has no zone.
        """
        row, moment = self._row(traits), _day(aware(now, "now", "LeadTimes"))
        if key is not None and key in self._quoted:
            raise refuse("LeadTimes", "key", key, "was quoted already")
        law = self._law_at(moment)
        if law is None:
            raise refuse("LeadTimes", "now", now, "is before any order was known to be delivered")
        levels = [step / STEPS for step in range(1, STEPS)]
        levels.append(1 - 0.5 / STEPS)
        alike = {
            place: self.alike[name]
            for place, name in enumerate(self.traits)
            if self.alike.get(name, 1.0) > 1
        }
        read = self._levels(levels, moment)
        days, evidence = law.days(row, alike, levels=read, kept=self.settings.kept)
        found = Distribution.of(days, [evidence / STEPS] * STEPS)
        if key is not None:
            self._quoted.add(key)
            for coverage in self._coverage:
                coverage.add(key, moment + found.quantile(coverage.chance))
        return found

    def coverage(self, *, now: datetime) -> tuple[Kept, ...]:
        """How often the kept quotes held, of those whose time has passed.

        Left out are those whose order was never placed, or was cancelled before the quote's time.

        Raises:
            NaiveTime: `now` has no zone.
        """
        moment = _day(aware(now, "now", "LeadTimes"))
        return tuple(one.so_far(moment, self._held) for one in self._coverage)

    def _row(self, traits: Mapping[str, str]) -> tuple[str, ...]:
        if set(traits) != set(self.traits):
            text = f"must be {', '.join(self.traits)}"
            raise InvalidValue(text, field="traits", value=dict(traits), source="LeadTimes")
        return tuple(traits[name] for name in self.traits)

    def _known(self, moment: datetime, now: datetime, name: str) -> float:
        at, today = aware(moment, name, "LeadTimes"), aware(now, "now", "LeadTimes")
        if at > today:
            raise refuse("LeadTimes", name, moment, f"is later than now ({today.isoformat()})")
        return _day(at)

    def _end(
        self, key: str, ended: float, known_at: datetime, now: datetime, *, delivered: bool
    ) -> None:
        known = self._known(known_at, now, "known_at")
        order = self._orders.get(key)
        if order is None:
            raise refuse("LeadTimes", "key", key, "was never placed")
        if order.ended is not None:
            raise refuse("LeadTimes", "key", key, "has ended already")
        if ended < order.placed:
            raise refuse("LeadTimes", "delivered_at", key, "is before the order was placed")
        if ended > known:
            raise refuse("LeadTimes", "known_at", known_at, "is before it was delivered")
        self._orders[key] = evolve(order, ended=ended, known=known, delivered=delivered)
        self._touch(known)

    def _touch(self, day: float) -> None:
        """Forget what was computed for moments that would have known of this."""
        if self._fitted is not None and day <= self._fitted[0]:
            self._fitted = None
        if self._law is not None and (day <= self._law.at or self._fitted is None):
            self._law = None

    def _held(self, key: str, until: float, now: float) -> bool | None:
        """Whether an order was delivered by then; None if never placed, or cancelled before."""
        order = self._orders.get(key)
        if order is None or order.told > now:
            return None
        if order.ended is None or order.known is None or order.known > now:
            return False
        if order.ended > until + _NOISE:
            return False
        return True if order.delivered else None

    def _levels(self, levels: Sequence[float], now: float) -> list[float]:
        """Where the law is read for each level: raised, and corrected by what was kept."""
        rule = self.settings
        points = [(0.0, 0.0)]
        for chance, up, coverage in zip(JUDGED, rule.raised, self._coverage, strict=True):
            missed = chance - coverage.recent(now, self._held)
            step = min(max(rule.correction * missed, -rule.most), rule.most)
            points.append((chance, chance + up + step))
        points.append((1.0, 1.0))
        return [between(points, level) for level in levels]

    def _law_at(self, at: float) -> Law | None:
        """The law of that moment; None while nothing is delivered."""
        if self._law is not None and self._law.at == at:
            return self._law
        orders, span = self._orders.values(), self.settings.spread_half_life * _FORGOTTEN
        rows = as_of(orders, at, span)
        if not any(row.delivered for row in rows):
            rows = as_of(orders, at, inf)
            if not any(row.delivered for row in rows):
                return None
        # The effects are those of the last round day, so that no call moves them.
        day = at // self.settings.refit * self.settings.refit
        if self._fitted is None or self._fitted[0] != day:
            found = effects_at(as_of(orders, day, inf), day, self.settings)
            self._fitted = day, found
        self._law = law_at(rows, at, self._fitted[1], self.settings)
        return self._law
