"""How many last pieces several channels must not share, as the news of a sale travels slowly."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from math import exp, log, log1p

from attrs import evolve, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.channels.given import feed_arguments
from crossborder.stages.inventory.channels.quantities import ChannelTerms, ranked

__all__ = ["FeedLag", "feed_buffer", "feed_guard"]

_NONE = timedelta(0)
_MINUTE = timedelta(minutes=1)

_SLICES = 32
"""Equally likely parts that a distribution of lags is read in, each at its slow end."""

_SLOW = 0.9
"""A feed is stuck when more than one publish in ten takes longer than the limit."""

_NEGLIGIBLE = 1e-9
"""The part of the allowed oversell below which what is rarer is left out."""


@frozen(field_transformer=checked)
class FeedLag:
    """How long a channel takes to show a new quantity.

    Attributes:
        channel: its id.
        lag: minutes, as measured, none negative; None before the first publish was confirmed.
        waited: how long its newest publish has been unconfirmed; zero when all is confirmed.
    """

    channel: str
    lag: Distribution | None = None
    waited: timedelta = _NONE

    def __attrs_post_init__(self) -> None:
        if self.lag is not None:
            _measured(self.lag, self)
        if self.waited < _NONE:
            raise refuse(self, "waited", str(self.waited), "must not be negative")


def _minutes(lag: Distribution, waited: timedelta) -> Counter[float]:
    """Lags, and how many slices each stands for; what is under way took at least `waited`."""
    ends = (lag.quantile(part / _SLICES) for part in range(1, _SLICES + 1))
    return Counter(max(end, waited / _MINUTE) for end in ends)


def _chances(mean: float, burst: float, rest: float) -> list[float]:
    """Probabilities of 0, 1, 2 … sales, until less than `rest` is left out.

    Poisson for a burst of 1; else negative binomial: clusters of sales that come as a Poisson
    stream, with `burst` times the variance. One recurrence serves both.
    """
    more = burst - 1
    # In logarithms: the chance of no sale in a long lag is too small for a float.
    chance = -mean * (log1p(more) / more if more else 1.0)
    chances = [exp(chance)]
    while True:
        count = len(chances)
        ratio = (mean + more * (count - 1)) / (burst * count)
        # Beyond the mean no later ratio is above this one, so a geometric sum bounds the rest.
        bound = max(ratio, more / burst)
        if count > mean and bound < 1 and chances[-1] * bound / (1 - bound) ** 2 <= rest:
            return chances
        chance = chance + log(ratio) if ratio else float("-inf")
        chances.append(exp(chance))


def _oversold(minutes: Counter[float], *, rate: float, burst: float, rest: float) -> list[float]:
    """Sales expected beyond 0, 1, 2 … pieces within a lag."""
    mixed = list[float]()
    for lag, slices in minutes.items():
        found = _chances(rate * lag / 60, burst, rest)
        mixed.extend([0.0] * (len(found) - len(mixed)))
        for count, chance in enumerate(found):
            mixed[count] += chance * slices / _SLICES
    # Summed from the rare end, as a small rest is lost in the difference of great numbers.
    beyond = list(accumulate(reversed(mixed[1:]), initial=0.0))
    return list(accumulate(beyond))[::-1]


def _measured(lag: Distribution, source: object) -> None:
    """Refuse what is no distribution of minutes: the type of an argument is checked nowhere."""
    if not isinstance(lag, Distribution):
        raise refuse(source, "lag", lag, "must be a Distribution of minutes, or None")
    if lag.values[0] < 0:
        raise refuse(source, "lag", lag.values[0], "must not be of negative minutes")


def _shown(number: float) -> Decimal:
    return Decimal(f"{number:.6g}")


@decides("inventory.feed_buffer", 1)
def feed_buffer(
    lag: Distribution | None,
    rate: Decimal,
    *,
    oversell_target: Decimal,
    units: Decimal = Decimal(1),
    burst: Decimal = Decimal(1),
    waited: timedelta = _NONE,
    unmeasured: timedelta = timedelta(minutes=20),
    stale_after: timedelta = timedelta(hours=12),
) -> Decision[int | None]:
    """The fewest pieces that must not be shared between channels; None when the feed is stuck.

    While a new quantity is under way a channel sells what is gone already. Kept back are as many
    pieces as make the sales expected beyond them, over one lag, at most `oversell_target` of the
    `units`. A longer lag, a higher rate or a stricter target never gives fewer pieces.

    `feed_guard` asks this for each channel; alone it gives the buffer of one channel's own policy.
    For None the channel is to be closed: nothing it is told arrives in time.

    Args:
        lag: minutes from a sale until a channel shows the new quantity, as measured; None when
            nothing was measured yet: then `unmeasured` is taken, and the reasons say so.
        rate: pieces sold an hour on the other channels, at the hours in which they are sold: where
            nights are quiet that is more than the mean of the day.
        oversell_target: share of the pieces sold that may be sold beyond the stock, such as 0.001.
        units: pieces sold between two times that the stock runs out; only then can oversell
            happen, so the more there are, the fewer need to be kept back. 1 is the careful choice.
        burst: variance of the sales over their mean; 1 for customers who come independently.
        waited: how long the channel has left the newest publish unconfirmed: a lag is at least
            that long. Zero when all is confirmed.
        unmeasured: the lag to take when none was measured. Twenty minutes is the longer end of
            the window of 10 to 20 minutes that one vendor of multi-channel stock control stated.
        stale_after: a feed is stuck when the newest publish has waited longer, or one in ten does.

    Raises:
        InvalidValue: a number out of its range, or a float.

    >>> quarter = Distribution.point(15)
    >>> per_hour = Decimal("0.5")
    >>> feed_buffer(quarter, per_hour, oversell_target=Decimal("0.001")).value
    2
    >>> feed_buffer(quarter, per_hour, oversell_target=Decimal("0.001"), units=Decimal(20)).value
    1
    """
    source = "feed_buffer"
    spans = {"waited": waited, "unmeasured": unmeasured, "stale_after": stale_after}
    pace, target, bursts, sold = feed_arguments(
        source, spans, rate=rate, oversell_target=oversell_target, burst=burst, units=units
    )
    reasons = list[Reason]()
    if lag is not None:
        _measured(lag, source)
    else:
        taken = Extra({"minutes": _shown(unmeasured / _MINUTE)})
        reasons.append(Reason("no_lag_history", "a stated lag is taken", taken))
        lag = Distribution.point(unmeasured / _MINUTE)
    slow = max(lag.quantile(_SLOW), waited / _MINUTE)
    if slow > stale_after / _MINUTE:
        facts = {"minutes": _shown(slow), "limit": _shown(stale_after / _MINUTE)}
        reasons.append(Reason("feed_stuck", "show nothing there", Extra(facts)))
        return Decision(None, reasons=tuple(reasons))
    allowed = float(target * sold)
    minutes = _minutes(lag, waited)
    rest = allowed * _NEGLIGIBLE
    oversold = _oversold(minutes, rate=float(pace), burst=float(bursts), rest=rest)
    pieces = next(count for count, expected in enumerate(oversold) if expected <= allowed)
    counted: dict[str, Decimal | int] = {
        "slow_minutes": _shown(slow),
        "rate": pace,
        "expected": _shown(oversold[pieces]),
        "allowed": _shown(allowed),
        "pieces": pieces,
    }
    reasons.append(Reason("buffered", "sales expected beyond them in one lag", Extra(counted)))
    return Decision(pieces, reasons=tuple(reasons))


def _known(
    lags: tuple[FeedLag, ...], channels: tuple[ChannelTerms, ...], source: str
) -> dict[str, FeedLag]:
    names = [lag.channel for lag in lags]
    if len(set(names)) < len(names):
        raise refuse(source, "lags", names, "has a channel twice")
    ours = {channel.channel for channel in channels}
    for name in names:
        if name not in ours:
            raise refuse(source, "lags", name, "is of a channel that is not among the channels")
    return dict(zip(names, lags, strict=True))


def _pieces(decision: Decision[int | None]) -> int:
    return decision.value or 0


@decides("inventory.feed_guard", 1)
def feed_guard(
    channels: tuple[ChannelTerms, ...],
    lags: tuple[FeedLag, ...],
    *,
    rate: Decimal,
    oversell_target: Decimal,
    units: Decimal = Decimal(1),
    burst: Decimal = Decimal(1),
    unmeasured: timedelta = timedelta(minutes=20),
    stale_after: timedelta = timedelta(hours=12),
) -> Decision[tuple[ChannelTerms, ...]]:
    """The channels, each with the last pieces it must not share; with a stuck feed, closed.

    Channels join the sharing from the highest weight on, so the last piece is always shown on
    one at least. With each come sales on one of them that the others do not yet know of. While
    these alone stay within the target it shares every piece; else its `unshared` pieces are
    `feed_buffer` for all sales of the channels so far, by the slowest of their feeds.

    Sharing sells more, dividing oversells less: where the target is loose for the rate all is
    shared; where it is tight, the last pieces are refused on the weaker channels while the
    strongest still has them. Channels that are closed already stay so.

    Args:
        channels: those that sell the SKU.
        lags: of each channel; one that is missing was never measured.
        rate: pieces sold an hour on all channels together.
        oversell_target: as for `feed_buffer`, as are the others.
        units: pieces sold between two times that the stock runs out.
        burst: variance of the sales over their mean.
        unmeasured: the lag to take when none was measured.
        stale_after: a feed that takes longer is stuck.

    Raises:
        InvalidValue: a channel twice, a lag of a channel that is not among them, or a number out
            of its range, or a float.

    >>> shops = (ChannelTerms("amazon", Decimal(5)), ChannelTerms("shopify", Decimal(2)))
    >>> fast = tuple(FeedLag(shop.channel, Distribution.point(15)) for shop in shops)
    >>> decision = feed_guard(
    ...     shops, fast, rate=Decimal("0.5"), oversell_target=Decimal("0.001"), units=Decimal(20)
    ... )
    >>> [shop.unshared for shop in decision.value]
    [0, 1]
    """
    source = "feed_guard"
    spans = {"unmeasured": unmeasured, "stale_after": stale_after}
    pace, target, bursts, sold = feed_arguments(
        source, spans, rate=rate, oversell_target=oversell_target, burst=burst, units=units
    )
    known = _known(lags, channels, source)
    taking = ranked(channels, source)
    whole = sum(channel.weight for channel in taking)
    found, reasons = dict[str, ChannelTerms](), list[Reason]()
    feeds, total, squares = list[tuple[Distribution | None, timedelta]](), Decimal(0), Decimal(0)

    def asked(each: tuple[Distribution | None, timedelta], share: Decimal) -> Decision[int | None]:
        return feed_buffer(
            each[0],
            pace * share,
            oversell_target=target,
            units=sold,
            burst=bursts,
            waited=each[1],
            unmeasured=unmeasured,
            stale_after=stale_after,
        )

    for channel in taking:
        name = channel.channel
        feed = known.get(name, FeedLag(name))
        own = (feed.lag, feed.waited)
        weight = channel.weight / whole if whole else Decimal(1) / len(taking)
        after, squared = total + weight, squares + weight * weight
        # A sale is seen by its own channel at once: what the others sell is what is not known.
        unseen = max(Decimal(0), after - squared / after) if after else Decimal(0)
        why = asked(own, unseen)
        if why.value is None:
            found[name] = evolve(channel, closed=True)
        else:
            feeds = list(dict.fromkeys((own, *feeds)))
            why = max((asked(each, unseen) for each in feeds), key=_pieces)
            if why.value:
                # To divide is news under way too: meanwhile every sale of the sharers counts.
                why = max((asked(each, after) for each in feeds), key=_pieces)
            total, squares = after, squared
            found[name] = evolve(channel, unshared=max(channel.unshared, _pieces(why)))
        reasons.extend(
            evolve(reason, facts=Extra({"channel": name, **reason.facts})) for reason in why.reasons
        )
    value = tuple(found.get(channel.channel, channel) for channel in channels)
    return Decision(value, reasons=tuple(reasons))
