"""Take a SKU off the shelf (下架) when its supply is gone, and put it back when supply is sure."""

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import ListingId, SkuId
from crossborder.model.money import Money

__all__ = ["ShelfState", "SwitchPolicy", "switch"]


@frozen(field_transformer=checked)
class SwitchPolicy:
    """How little takes a SKU off the shelf, and how much evidence puts it back.

    Both kinds of evidence are asked for; `relist_observations=1` or `relist_after=timedelta(0)`
    switches one off. Each time it goes off the shelf again without a calm time between, the time
    asked for is doubled; `longest_wait=timedelta(0)` switches that off.

    Attributes:
        delist_at: with so few pieces left, or fewer, it goes off the shelf.
        relist_margin: pieces that must be left to put it back; more than `delist_at`.
        relist_observations: so many observations in a row must show the margin.
        relist_after: for so long at least they must have shown it, the first time.
        longest_wait: up to so long that time is doubled.
        calm: after so long without going off the shelf or coming back, what was is forgotten.
    """

    delist_at: int = 0
    relist_margin: int = 3
    relist_observations: int = 3
    relist_after: timedelta = timedelta(hours=1)
    longest_wait: timedelta = timedelta(hours=24)
    calm: timedelta = timedelta(days=3)

    def __attrs_post_init__(self) -> None:
        if self.relist_margin <= self.delist_at:
            raise refuse(self, "relist_margin", self.relist_margin, "must be above delist_at")
        if self.relist_observations < 1:
            said = "must be at least 1"
            raise refuse(self, "relist_observations", self.relist_observations, said)
        for name in ("relist_after", "longest_wait", "calm"):
            if getattr(self, name) < timedelta(0):
                raise refuse(self, name, str(getattr(self, name)), "must not be negative")

    def wait(self, delistings: int) -> timedelta:
        """For how long the margin must be shown after so many delistings without a calm time.

        >>> [SwitchPolicy().wait(count) // timedelta(hours=1) for count in (1, 2, 3, 6)]
        [1, 2, 4, 24]
        """
        wait = self.relist_after
        for _ in range(delistings - 1):
            if wait > self.longest_wait / 2:
                return max(self.relist_after, self.longest_wait)
            if not wait:
                break
            wait *= 2
        return wait


@frozen(field_transformer=checked)
class ShelfState:
    """Where one SKU of one listing stands.

    Attributes:
        sku_id: the SKU.
        listing_id: the listing.
        listed: whether it is on the shelf.
        quantity: pieces to publish; none while it is off the shelf.
        observed_at: the last observation taken, or None before the first.
        sellable: the supplier's pieces in it.
        uncovered: pieces that are promised to buyers and that nobody can deliver now.
        enough: observations in a row that showed the margin, while off the shelf.
        enough_since: the first of these, or None.
        delistings: how often it went off the shelf, a calm time never between.
        flipped_at: the observation with which it last went off the shelf or came back, or None.
    """

    sku_id: SkuId
    listing_id: ListingId
    listed: bool
    quantity: int = 0
    observed_at: datetime | None = None
    sellable: int = 0
    uncovered: int = 0
    enough: int = 0
    enough_since: datetime | None = None
    delistings: int = 0
    flipped_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity and not self.listed:
            raise refuse(self, "quantity", self.quantity, "must be 0 off the shelf")
        if (self.enough_since is None) != (self.enough == 0):
            raise refuse(self, "enough_since", self.enough_since, "goes with `enough`")
        if self.delistings and self.flipped_at is None:
            raise refuse(self, "flipped_at", None, "goes with `delistings`")

    def recent(self, at: datetime, calm: timedelta) -> int:
        """The delistings that still count at that moment: none after a calm time."""
        forgotten = self.flipped_at is None or at - self.flipped_at >= calm
        return 0 if forgotten else self.delistings


@frozen(field_transformer=checked)
class _Supply:
    """The pieces there are; promised ones come first."""

    sellable: int
    substitutes: int
    open_orders: int

    @property
    def left(self) -> int:
        return max(0, self.sellable + self.substitutes - self.open_orders)

    @property
    def uncovered(self) -> int:
        return max(0, self.open_orders - self.sellable - self.substitutes)

    @property
    def facts(self) -> dict[str, Any]:
        names = ("sellable", "substitutes", "open_orders", "left")
        return {name: getattr(self, name) for name in names}

    def stays(self, policy: SwitchPolicy) -> Reason:
        """Why it stays on the shelf."""
        facts = Extra(self.facts)
        if self.sellable - self.open_orders <= policy.delist_at:
            return Reason("substitute_covers", "other offers deliver what is sold", facts)
        return Reason("supplied", "pieces are left", facts)

    def goes(self) -> Reason:
        """Why it goes off the shelf."""
        facts = Extra(self.facts)
        if not self.sellable + self.substitutes:
            return Reason("sold_out", "the supplier has none, and nobody else", facts)
        if not self.left:
            return Reason("promised_away", "all pieces are promised already", facts)
        return Reason("too_few", "no more left than the policy keeps back", facts)


def _on_shelf(
    state: ShelfState, supply: _Supply, at: datetime, policy: SwitchPolicy
) -> tuple[ShelfState, Reason]:
    if supply.left > policy.delist_at:
        return evolve(state, quantity=supply.left), supply.stays(policy)
    count = state.recent(at, policy.calm) + 1
    gone = evolve(state, listed=False, quantity=0, delistings=count, flipped_at=at)
    return gone, supply.goes()


def _off_shelf(
    state: ShelfState, supply: _Supply, at: datetime, *, again: bool, policy: SwitchPolicy
) -> tuple[ShelfState, Reason]:
    facts: dict[str, Any] = {**supply.facts, "margin": policy.relist_margin}
    if supply.left < policy.relist_margin:
        waits = evolve(state, enough=0, enough_since=None)
        return waits, Reason("below_margin", "too few to put it back", Extra(facts))
    # The same observation again is no further evidence.
    enough = state.enough if again else state.enough + 1
    since = (state.enough_since or at) if enough else None
    lasted = at - since if since is not None else timedelta(0)
    recent = state.recent(at, policy.calm)
    wait = policy.wait(recent)
    facts |= {"enough": enough, "wanted": policy.relist_observations, "lasted": str(lasted)}
    facts |= {"wait": str(wait), "delistings": recent}
    if enough >= policy.relist_observations and lasted >= wait:
        back = evolve(state, listed=True, quantity=supply.left, enough=0, enough_since=None)
        back = evolve(back, delistings=recent, flipped_at=at)
        return back, Reason("sure", "enough of it for long enough", Extra(facts))
    waits = evolve(state, enough=enough, enough_since=since)
    return waits, Reason("waiting", "enough of it, but not for long enough", Extra(facts))


def _told(
    before: ShelfState, after: ShelfState, why: Reason, *, now: datetime, ad_spend: Money | None
) -> tuple[Event, ...]:
    told: list[tuple[str, Extra]] = []
    if after.listed is not before.listed:
        told.append(("relisted" if after.listed else "delisted", why.facts))
        if ad_spend is not None and ad_spend.amount > 0:
            spend = Extra({"amount": ad_spend.amount, "currency": ad_spend.currency})
            told.append(("ads_wanted" if after.listed else "ads_unwanted", spend))
    if after.uncovered not in (0, before.uncovered):
        told.append(("orders_uncovered", Extra({"pieces": after.uncovered})))
    shared = {"sku_id": after.sku_id, "reason": why.code}
    return tuple(
        Event(f"inventory.{name}", after.listing_id, now, Extra({**facts, **shared}))
        for name, facts in told
    )


def _arguments(observed_at: datetime, now: datetime, **pieces: int) -> None:
    for name, count in pieces.items():
        if count < 0:
            raise refuse("switch", name, count, "must not be negative")
    if observed_at > now:
        raise refuse("switch", "observed_at", observed_at.isoformat(), "is after now")


_POLICY = SwitchPolicy()


@decides("inventory.switch", 1)
def switch(
    state: ShelfState,
    sellable: int,
    *,
    observed_at: datetime,
    now: datetime,
    open_orders: int = 0,
    substitutes: int = 0,
    ad_spend: Money | None = None,
    policy: SwitchPolicy = _POLICY,
) -> Decision[ShelfState]:
    """Whether the SKU is on the shelf, and with how many pieces, after an observation.

    Pieces promised already come first; what other offers could deliver counts like the
    supplier's own. With nothing left beyond `delist_at` it goes off the shelf at once, with
    quantity 0. It comes back only when the margin was left in several observations in a row and
    for some time (see `SwitchPolicy`): a figure of 0, 1, 0, 1 stays off, and one that comes and
    goes is waited for longer each time.

    An older observation, or the same one again, is no further evidence: of an older one the
    figure is not taken, of two figures of one moment the smaller. What was promised since, and
    what others could deliver, counts all the same.

    Events: `inventory.delisted`, `inventory.relisted` with the reason; `inventory.ads_unwanted`
    and `inventory.ads_wanted` beside them where money is spent on ads; and
    `inventory.orders_uncovered` whenever another number of promised pieces has no supply.

    Args:
        state: where it stands.
        sellable: pieces of the supplier that may be promised, as of `observed_at`.
        observed_at: when the supplier's figure was read; it names the observation.
        now: the moment of the decision.
        open_orders: pieces sold and still to be bought.
        substitutes: pieces that other offers would deliver in time.
        ad_spend: what a day of ads for the SKU costs, or None.
        policy: how much evidence is asked for.

    Raises:
        InvalidValue: a negative number of pieces, or an observation after `now`.
    """
    _arguments(
        observed_at, now, sellable=sellable, open_orders=open_orders, substitutes=substitutes
    )
    known = state.observed_at
    again = known is not None and observed_at <= known
    reasons: list[Reason] = []
    if known is not None and observed_at < known:
        facts = Extra({"observed_at": observed_at.isoformat(), "known": known.isoformat()})
        reasons.append(Reason("older", "what is known is newer", facts))
        observed_at, sellable = known, state.sellable
    elif again:
        reasons.append(Reason("repeated", "the same observation again"))
    supply = _Supply(min(sellable, state.sellable) if again else sellable, substitutes, open_orders)
    if state.listed:
        after, why = _on_shelf(state, supply, observed_at, policy)
    else:
        after, why = _off_shelf(state, supply, observed_at, again=again, policy=policy)
    after = evolve(
        after, observed_at=observed_at, sellable=supply.sellable, uncovered=supply.uncovered
    )
    reasons.append(why)
    if supply.uncovered:
        facts = Extra({"pieces": supply.uncovered})
        reasons.append(Reason("uncovered", "promised pieces that nobody can deliver", facts))
    return Decision(after, tuple(reasons), _told(state, after, why, now=now, ad_spend=ad_spend))
