"""Small symmetric systems, solved exactly; matrices are upper triangles, row by row."""

from collections.abc import Sequence
from math import sqrt

__all__ = ["newton_step", "solve"]


def solve(triangle: Sequence[float], right: Sequence[float]) -> list[float]:
    """The `x` with `A x = right` for a positive definite `A` (by Cholesky).

    >>> solve((4.0, 2.0, 5.0), (8.0, 12.0))
    [1.0, 2.0]
    """
    size = len(right)
    rows: list[list[float]] = []
    cell = 0
    for place in range(size):
        rows.append([0.0] * place + list(triangle[cell : cell + size - place]))
        cell += size - place
    # In place: `rows` becomes U with A = U' U.
    for a in range(size):
        row = rows[a]
        pivot = sqrt(row[a])
        for b in range(a, size):
            row[b] /= pivot
        for below in range(a + 1, size):
            factor, other = row[below], rows[below]
            for b in range(below, size):
                other[b] -= factor * row[b]
    x = list(right)
    for a in range(size):
        x[a] /= rows[a][a]
        for b in range(a + 1, size):
            x[b] -= rows[a][b] * x[a]
    for a in reversed(range(size)):
        x[a] = (x[a] - sum(rows[a][b] * x[b] for b in range(a + 1, size))) / rows[a][a]
    return x


def newton_step(
    weights: Sequence[float],
    curvature: Sequence[float],
    gradient: Sequence[float],
    hessian: Sequence[float],
    *,
    memory: float,
    ridge: float,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """New weights and curvature: the old curvature fades to `memory`, the rest is ridge."""
    size = len(weights)
    total = [memory * old + new for old, new in zip(curvature, hessian, strict=True)]
    cell = 0
    for place in range(size):
        total[cell] += (1 - memory) * ridge
        cell += size - place
    move = solve(total, gradient)
    mean_square = quadratic(hessian, move) / hessian[0]
    damp = min(1.0, 1.0 / sqrt(mean_square)) if mean_square > 0 else 1.0
    return tuple(w - damp * m for w, m in zip(weights, move, strict=True)), tuple(total)


def quadratic(triangle: Sequence[float], x: Sequence[float]) -> float:
    """The form `x' A x`."""
    total, cell = 0.0, 0
    for a, left in enumerate(x):
        for b in range(a, len(x)):
            total += triangle[cell] * left * x[b] * (1 if a == b else 2)
            cell += 1
    return total
