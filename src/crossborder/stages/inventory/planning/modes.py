"""How many pieces go by air now, to bridge the time until the sea freight arrives."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price, agree, total
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.planning.item import Arrival, Forecast
from crossborder.stages.inventory.planning.path import Path
from crossborder.stages.inventory.planning.window import atoms

__all__ = ["Mode", "ModeSplit", "split_modes"]

_DAY = timedelta(days=1)
_ATOMS = 5
"""So many possible lead times of each mode are kept apart: with two modes 25 courses of things."""

_GRAINS = 400
"""Up to this many pieces in all each one is counted; more are counted in grains."""

_EVEN = 1e-9


@frozen(field_transformer=checked)
class Mode:
    """One way to send goods.

    Attributes:
        code: such as `air` or `sea`.
        lead: days until the pieces can be sold.
        per_piece: freight for one piece.
        per_kg: freight for one kilogram, beside that.
    """

    code: str
    lead: Distribution
    per_piece: Price | None = None
    per_kg: Price | None = None

    def __attrs_post_init__(self) -> None:
        if self.per_piece is None and self.per_kg is None:
            raise refuse(self, "per_piece", None, "must be stated, or the freight per kg")
        if self.lead.values[0] < 0:
            raise refuse(self, "lead", self.lead.values[0], "must not be negative")

    def freight(self, weight: Weight | None) -> Money:
        """For one piece of this weight; not rounded.

        Raises:
            InvalidValue: freight goes by weight, and none is given.
        """
        if self.per_kg is None:
            assert self.per_piece is not None
            return self.per_piece
        if weight is None:
            raise refuse(self, "weight", None, "must be known where freight is per kg")
        by_weight = self.per_kg * weight.in_kg
        return by_weight if self.per_piece is None else by_weight + self.per_piece


@frozen(field_transformer=checked)
class ModeSplit:
    """How many pieces go by each mode.

    Attributes:
        codes: the modes, in the order given.
        pieces: by each of them.
        freight: of all pieces.
        lost: expected margin lost until the slowest mode has surely arrived.
        holding: expected cost of keeping stock until then.
    """

    codes: tuple[str, ...]
    pieces: tuple[int, ...]
    freight: Money
    lost: Money
    holding: Money

    @property
    def cost(self) -> Money:
        """All three together."""
        return self.freight + self.lost + self.holding


class _Courses:
    """Every course of things (a lead time for each mode), and what an allocation costs in it."""

    def __init__(
        self,
        modes: tuple[Mode, ...],
        forecast: Forecast,
        stock: int,
        incoming: list[tuple[float, int]],
        quantity: int,
    ) -> None:
        leads = [atoms(mode.lead.values, mode.lead.weights, _ATOMS) for mode in modes]
        self.end = max(lead[-1][0] for lead in leads)
        self.courses = [
            (tuple(days for days, _ in chosen), _probability(chosen)) for chosen in product(*leads)
        ]
        self.incoming = [(due, pieces) for due, pieces in incoming if due < self.end]
        most = stock + quantity + sum(pieces for _, pieces in self.incoming)
        self.grain = -(-most // _GRAINS) or 1
        self.path = Path(stock, forecast.by, forecast.dispersion, self.grain)
        self.known: dict[tuple[int, ...], tuple[float, float]] = {}

    def expected(self, allocation: tuple[int, ...]) -> tuple[float, float]:
        """Pieces lost, and piece-days kept, until the slowest mode has surely arrived."""
        if allocation not in self.known:
            lost = kept = 0.0
            for days, weight in self.courses:
                # A mode without pieces still marks its day: costs of all splits are counted alike.
                sent = zip(days, allocation, strict=True)
                arrivals = tuple(sorted([*self.incoming, *sent]))
                out, stayed = self.path.run(arrivals, self.end)
                lost, kept = lost + weight * out, kept + weight * stayed
            self.known[allocation] = (lost, kept)
        return self.known[allocation]


def _probability(chosen: tuple[tuple[float, float], ...]) -> float:
    likely = 1.0
    for _, weight in chosen:
        likely *= weight
    return likely


def _most(better: Callable[[int], bool], limit: int) -> int:
    """The number of steps after which no further one is better: gains only ever shrink."""
    low, high = 0, limit
    while low < high:
        middle = (low + high) // 2
        if better(middle):
            low = middle + 1
        else:
            high = middle
    return low


def _moved(allocation: tuple[int, ...], source: int, target: int, pieces: int) -> tuple[int, ...]:
    changed = list(allocation)
    changed[source] -= pieces
    changed[target] += pieces
    return tuple(changed)


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(count) for j in range(count) if i != j)


def _check(modes: tuple[Mode, ...], quantity: int, stock: int, multiple: int) -> None:
    source = "split_modes"
    if not modes:
        raise InvalidValue("must name a mode", field="modes", value=modes, source=source)
    codes = tuple(mode.code for mode in modes)
    if len(set(codes)) < len(codes):
        raise InvalidValue("must differ by code", field="modes", value=codes, source=source)
    for name, value, least in (
        ("quantity", quantity, 0),
        ("stock", stock, 0),
        ("multiple", multiple, 1),
    ):
        if value < least:
            raise InvalidValue(f"must be at least {least}", field=name, value=value, source=source)


@decides("inventory.split_modes", 1)
def split_modes(
    modes: tuple[Mode, ...],
    quantity: int,
    *,
    now: datetime,
    stock: int,
    forecast: Forecast,
    margin: Price,
    holding: Price,
    weight: Weight | None = None,
    incoming: tuple[Arrival, ...] = (),
    multiple: int = 1,
) -> Decision[ModeSplit]:
    """How many of `quantity` pieces to send by each mode: freight, lost margin and keeping least.

    Everything is bought anyway; what is decided is how much of it comes fast. Buyers do not wait:
    a piece that is not there is a sale lost. Costs run until the slowest mode has surely arrived.
    Lead times of the modes are independent; of each mode five are told apart.

    Lost sales are convex in the pieces moved from a slow mode to a fast one, so for two modes the
    answer is exact, up to 400 pieces in all; more are counted in grains of a 400th part. More modes
    are improved pair by pair until no pair improves. A dearer mode never gets more pieces (of two
    modes, all else equal).

    Args:
        modes: to choose from.
        quantity: pieces to send in all.
        now: the moment of sending.
        stock: pieces free now.
        forecast: of demand, from now on.
        margin: what a lost sale loses, freight not deducted.
        holding: for keeping one piece for one day.
        weight: of one piece.
        incoming: what is on its way already; what is overdue is not counted on.
        multiple: pieces are moved between modes by so many (a carton).

    Raises:
        InvalidValue: no mode, a negative number of pieces, or no weight where freight needs it.
        CurrencyMismatch: the prices are in different currencies.
    """
    _check(modes, quantity, stock, multiple)
    freights = [mode.freight(weight) for mode in modes]
    named = {mode.code: freight for mode, freight in zip(modes, freights, strict=True)}
    agree("split_modes", margin.currency, holding=holding, **named)
    arrivals = sorted(((one.due - now) / _DAY, one.pieces) for one in incoming if one.due >= now)
    courses = _Courses(modes, forecast, stock, arrivals, quantity)
    lose, keep = float(margin.amount), float(holding.amount)
    unit = [float(freight.amount) for freight in freights]
    cheapest = min(range(len(modes)), key=lambda i: (freights[i], i))
    best = tuple(quantity if i == cheapest else 0 for i in range(len(modes)))

    def spent(allocation: tuple[int, ...]) -> float:
        lost, kept = courses.expected(allocation)
        return lose * lost + keep * kept

    moving = True
    while moving:
        moving = False
        for source, target in _pairs(len(modes)):
            dearer = (unit[target] - unit[source]) * multiple

            def better(
                steps: int,
                source: int = source,
                target: int = target,
                dearer: float = dearer,
                base: tuple[int, ...] = best,
            ) -> bool:
                here = _moved(base, source, target, steps * multiple)
                there = _moved(here, source, target, multiple)
                return spent(there) - spent(here) + dearer < -_EVEN

            steps = _most(better, best[source] // multiple)
            if steps:
                best = _moved(best, source, target, steps * multiple)
                moving = True
    lost, kept = courses.expected(best)
    freight = total(
        (one * pieces for one, pieces in zip(freights, best, strict=True)), margin.currency
    )
    split = ModeSplit(
        tuple(mode.code for mode in modes),
        best,
        freight,
        Money(Decimal(f"{lose * lost:.4f}"), margin.currency),
        Money(Decimal(f"{keep * kept:.4f}"), margin.currency),
    )
    return Decision(split, reasons=_reasons(split, courses, cheapest, quantity))


def _reasons(
    split: ModeSplit, courses: _Courses, cheapest: int, quantity: int
) -> tuple[Reason, ...]:
    alone = tuple(quantity if i == cheapest else 0 for i in range(len(split.codes)))
    lost, without = courses.expected(split.pieces)[0], courses.expected(alone)[0]
    facts = Extra(dict(zip(split.codes, split.pieces, strict=True)))
    saved = Extra({"lost": Decimal(f"{lost:.6f}"), "lost_by_cheapest": Decimal(f"{without:.6f}")})
    code = "bridge" if split.pieces != alone else "cheapest"
    return (
        Reason(code, "pieces by mode", facts),
        Reason("lost_sales", "expected pieces not sold", saved),
    )
