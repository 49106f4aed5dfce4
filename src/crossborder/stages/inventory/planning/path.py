"""Stock along a course of arrivals when buyers do not wait: what is lost, what is kept."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import mul

from crossborder.stages.inventory.planning.demand import probabilities

__all__ = ["Path"]

_NIL = 1e-14

Arrivals = tuple[tuple[float, int], ...]
"""Days from now and pieces, by rising days."""


class Path:
    """Expected lost sales and piece-days from now on; equal beginnings are computed once.

    Stock is counted in grains of so many pieces. What falls between two grains counts as part of
    each, in proportion, so that means are kept; a grain of 1 is exact.
    """

    def __init__(
        self, stock: int, mean_by: Callable[[float], float], dispersion: float, grain: int = 1
    ) -> None:
        self.mean_by, self.dispersion, self.grain = mean_by, dispersion, grain
        # Beginnings by their arrivals: the law of stock there, grains lost and kept until there.
        begun = (_raised([1.0], stock, grain), 0.0, 0.0)
        self.known: dict[Arrivals, tuple[list[float], float, float]] = {(): begun}
        self.laws: dict[float, tuple[list[float], list[float]]] = {}

    def run(self, arrivals: Arrivals, end: float) -> tuple[float, float]:
        """Pieces lost and piece-days kept until `end`; later arrivals do not count."""
        inside = tuple(arrival for arrival in arrivals if arrival[0] < end)
        law, lost, kept = self._after(inside)
        begun = inside[-1][0] if inside else 0.0
        out, stayed, _ = self._segment(law, begun, end, last=True)
        return (lost + out) * self.grain, (kept + stayed) * self.grain

    def _after(self, arrivals: Arrivals) -> tuple[list[float], float, float]:
        """The stock just after the last of the arrivals."""
        if arrivals not in self.known:
            law, lost, kept = self._after(arrivals[:-1])
            begun = arrivals[-2][0] if len(arrivals) > 1 else 0.0
            day, pieces = arrivals[-1]
            out, stayed, left = self._segment(law, begun, day, last=False)
            raised = _raised(left, pieces, self.grain)
            self.known[arrivals] = (raised, lost + out, kept + stayed)
        return self.known[arrivals]

    def _demand(self, mean: float) -> tuple[list[float], list[float]]:
        """The law of demand in grains, and what is expected beyond 0, 1, 2 ... grains."""
        if mean not in self.laws:
            law = [0.0]
            for pieces, weight in enumerate(probabilities(mean, self.dispersion)):
                whole, rest = divmod(pieces, self.grain)
                law.extend(0.0 for _ in range(whole + 2 - len(law)))
                law[whole] += weight * (1 - rest / self.grain)
                law[whole + 1] += weight * rest / self.grain
            short = [mean / self.grain]
            for served in accumulate(law):
                short.append(max(0.0, short[-1] - 1 + served))
            self.laws[mean] = law, short
        return self.laws[mean]

    def _segment(
        self, law: Sequence[float], begun: float, end: float, *, last: bool
    ) -> tuple[float, float, list[float]]:
        """What is lost and kept in a span without arrivals, and the stock at its end."""
        mean = max(0.0, self.mean_by(end) - self.mean_by(begun))
        demand, short = self._demand(mean)
        lost = sum(map(mul, law, short))
        held = sum(map(mul, law, range(len(law))))
        left = max(0.0, held - mean / self.grain + lost)
        kept = (end - begun) * (held + left) / 2
        return lost, kept, [] if last else _served(law, demand)


def _raised(law: Sequence[float], pieces: int, grain: int) -> list[float]:
    """The law of stock after so many pieces have come in."""
    whole, rest = divmod(pieces, grain)
    raised = [0.0] * whole + list(law)
    if not rest:
        return raised
    share = rest / grain
    return [
        one * (1 - share) + below * share
        for one, below in zip([*raised, 0.0], [0.0, *raised], strict=True)
    ]


def _served(law: Sequence[float], demand: Sequence[float]) -> list[float]:
    """The law of max(0, stock - demand)."""
    width = len(demand)
    left = [sum(map(mul, law[j : j + width], demand)) for j in range(len(law))]
    while len(left) > 1 and left[-1] < _NIL:
        left.pop()
    # What is not above nought is at nought: also the demand that could not be served.
    left[0] = max(0.0, 1 - sum(left[1:]))
    return left
