"""How many pieces each channel shows, when several sell the same stock."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import prod

from attrs import field, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.stages.inventory.channels.given import number, whole

__all__ = ["ChannelQuantity", "ChannelTerms", "QuantityPolicy", "channel_quantities", "ranked"]


@frozen(field_transformer=checked)
class QuantityPolicy:
    """How much of what is available a channel may show: what the seller wishes.

    Attributes:
        buffer: pieces kept from the channel.
        percent: how much of the rest it may show, from 0 to 100.
        max_listed: at most so many pieces, or None.
        end_when: shows nothing (is delisted) at so many pieces or fewer.
    """

    buffer: int = 0
    percent: Decimal = Decimal(100)
    max_listed: int | None = None
    end_when: int = 0

    def __attrs_post_init__(self) -> None:
        if self.percent > 100:
            raise refuse(self, "percent", self.percent, "must not be above 100")
        if self.max_listed and self.max_listed <= self.end_when:
            raise refuse(self, "max_listed", self.max_listed, "is never above end_when")

    def listed(self, available: int) -> int:
        """Pieces to show when so many are available; less available never shows more.

        The steps in their order: less the buffer, the percentage rounded down, the most that may
        be listed, then nothing when the result is not above `end_when`. Fewer than no pieces
        count as none.

        >>> policy = QuantityPolicy(buffer=2, percent=Decimal(50), max_listed=10, end_when=1)
        >>> [policy.listed(pieces) for pieces in (0, 2, 5, 6, 9, 100)]
        [0, 0, 0, 2, 3, 10]
        """
        return _listed(self)(available)


def _listed(policy: QuantityPolicy) -> Callable[[int], int]:
    """`QuantityPolicy.listed` with its fractions worked out once, as it is asked for each piece."""
    top, bottom = policy.percent.as_integer_ratio()
    buffer, most, end = policy.buffer, policy.max_listed, policy.end_when

    def listed(available: int) -> int:
        pieces = max(0, available - buffer) * top // (bottom * 100)
        if most is not None and pieces > most:
            pieces = most
        return pieces if pieces > end else 0

    return listed


@frozen(field_transformer=checked)
class ChannelTerms:
    """A channel among others that sell the same stock.

    Attributes:
        channel: its id.
        weight: how much it sells compared with the others, such as pieces a day. A channel of
            weight zero gets what no other can take.
        policy: how much it may show at most.
        unshared: the last pieces that it is not to show while another channel shows them, as
            `feed_guard` finds them; 0 shares every piece.
        closed: shows nothing, such as while its feed is stuck.
    """

    channel: str
    weight: Decimal = Decimal(1)
    policy: QuantityPolicy = field(factory=QuantityPolicy)
    unshared: int = 0
    closed: bool = False


@frozen(field_transformer=checked)
class ChannelQuantity:
    """What a channel is to show.

    Attributes:
        channel: its id.
        quantity: pieces.
    """

    channel: str
    quantity: int


class _Pieces:
    """Pieces handed out one after another, never taken back: so a piece more harms nobody."""

    def __init__(self, ranked: Sequence[ChannelTerms], overlap: Decimal) -> None:
        ratios = [channel.weight.as_integer_ratio() for channel in ranked]
        whole = prod(bottom for _, bottom in ratios)
        self.weights = [top * whole // bottom for top, bottom in ratios]
        self.limits = [_listed(channel.policy) for channel in ranked]
        self.unshared = [channel.unshared for channel in ranked]
        self.top, self.bottom = overlap.as_integer_ratio()
        self.allowed = 0
        self.given = [0] * len(ranked)

    @property
    def most(self) -> int:
        """Pieces that all channels together may show."""
        return self.allowed // self.bottom

    def all_shared(self, available: int) -> None:
        """Hand out everything everywhere."""
        self.allowed = available * self.top
        self.given = [limit(available) for limit in self.limits]

    def step(self, available: int) -> None:
        """Hand out what one piece more allows."""
        sharing = sum(unshared < available for unshared in self.unshared)
        self.allowed += min(self.top, self.bottom * max(1, sharing))
        limits = [limit(available) for limit in self.limits]
        for _ in range(self.most - sum(self.given)):
            best = -1
            for at, limit in enumerate(limits):
                if self.given[at] < limit and (best < 0 or self._before(at, best)):
                    best = at
            if best < 0:
                return
            self.given[best] += 1

    def _before(self, one: int, other: int) -> bool:
        """Webster's divisors 1, 3, 5 …, compared without dividing."""
        mine = self.weights[one] * (2 * self.given[other] + 1)
        return mine > self.weights[other] * (2 * self.given[one] + 1)


def ranked(channels: tuple[ChannelTerms, ...], source: str) -> list[ChannelTerms]:
    """The open channels, from the highest weight on; of equals, by id."""
    names = [channel.channel for channel in channels]
    if len(set(names)) < len(names):
        raise InvalidValue("has a channel twice", field="channels", value=names, source=source)
    taking = (channel for channel in channels if not channel.closed)
    return sorted(taking, key=lambda channel: (-channel.weight, channel.channel))


@decides("inventory.channel_quantities", 1)
def channel_quantities(
    available: int,
    channels: tuple[ChannelTerms, ...],
    *,
    overlap: Decimal = Decimal(1),
) -> Decision[tuple[ChannelQuantity, ...]]:
    """What each channel shows of the pieces that may be sold, sorted by channel id.

    - All together show at most `available` times `overlap`. 1 divides the stock: no piece is
      shown twice, so two channels cannot sell the same one. As many as there are channels shows
      every piece everywhere; between them some pieces are shown more than once; below 1 some are
      held back.
    - However large the overlap, each of the last pieces is shown only as often as there are
      channels that share it (`ChannelTerms.unshared`), and at least once: what is sold twice are
      the pieces left while the news of a sale is still under way.
    - Pieces are handed out one by one, each to the channel with the highest weight over
      1, 3, 5 … for those it has (Webster's divisor method) that its policy lets show more. The
      last piece goes to the channel of the highest weight; of equals, to the first by id.
    - What is handed out for fewer pieces is never taken back for more, so that with less
      available no channel, and not all together, ever shows more.

    Fewer than no pieces count as none. The time taken grows with the pieces, by a few
    microseconds for each, unless all is shown everywhere.

    Raises:
        InvalidValue: a channel twice, pieces that are no whole number, or an overlap that is
            negative or a float.

    >>> shops = (ChannelTerms("amazon", Decimal(5)), ChannelTerms("shopify", Decimal(2)))
    >>> [item.quantity for item in channel_quantities(7, shops).value]
    [5, 2]
    >>> [item.quantity for item in channel_quantities(7, shops, overlap=Decimal(2)).value]
    [7, 7]
    """
    source = "channel_quantities"
    times = number(
        overlap, "overlap", source, said="must be a number from zero up", good=lambda one: one >= 0
    )
    taking = ranked(channels, source)
    count = max(0, whole(available, "available", source))
    pieces = _Pieces(taking, times)
    if times >= len(taking) and not any(pieces.unshared):
        pieces.all_shared(count)
    else:
        for piece in range(1, count + 1):
            pieces.step(piece)
    shown = {channel.channel: given for channel, given in zip(taking, pieces.given, strict=True)}
    value = tuple(
        ChannelQuantity(name, shown.get(name, 0))
        for name in sorted(channel.channel for channel in channels)
    )
    return Decision(value, reasons=_reasons(count, channels, taking, pieces))


def _reasons(
    available: int,
    channels: tuple[ChannelTerms, ...],
    taking: list[ChannelTerms],
    pieces: _Pieces,
) -> tuple[Reason, ...]:
    facts = {"available": available, "most": pieces.most, "shown": sum(pieces.given)}
    ends, fewer = list[str](), list[str]()
    for channel, limit, given in zip(taking, pieces.limits, pieces.given, strict=True):
        if available and not given:
            (fewer if limit(available) else ends).append(channel.channel)
    closed = [channel.channel for channel in channels if channel.closed]
    named = (
        ("closed", "they show nothing", closed),
        ("policy_ends", "too little for their own policy", ends),
        ("too_few", "the pieces went to channels that sell more", fewer),
    )
    return (
        Reason("shown", "pieces over all channels", Extra(facts)),
        *(
            Reason(code, text, Extra({"channels": tuple(sorted(names))}))
            for code, text, names in named
            if names
        ),
    )
