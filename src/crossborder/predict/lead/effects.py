"""What each trait of an order adds to its level, shrunk to nothing where little is known."""

from collections.abc import Mapping, Sequence

__all__ = ["Effects", "additive", "level_of"]

Effects = tuple[Mapping[str, float], ...]
"""By place of the trait: what each of its values adds."""

_ROUNDS = 4


def additive(
    rows: Sequence[tuple[str, ...]],
    values: Sequence[float],
    weights: Sequence[float],
    *,
    strength: float,
) -> Effects:
    """The effects that explain the values best, one trait after the other, several rounds.

    `strength` observations without effect are added to each value of each trait.
    """
    total = sum(weights)
    if not rows or not total:
        return ()
    mean = sum(map(_product, values, weights)) / total
    left = [value - mean for value in values]
    columns = list(zip(*rows, strict=True))
    found: list[dict[str, float]] = [dict.fromkeys(column, 0.0) for column in columns]
    for _ in range(_ROUNDS):
        for column, effect in zip(columns, found, strict=True):
            sums = dict.fromkeys(effect, 0.0)
            masses = dict.fromkeys(effect, strength)
            for name, rest, weight in zip(column, left, weights, strict=True):
                sums[name] += weight * rest
                masses[name] += weight
            # The rest is free of the old effect: what it showed at full weight is put back.
            moved = {
                name: (sums[name] + (masses[name] - strength) * effect[name]) / masses[name]
                - effect[name]
                for name in effect
            }
            for name, step in moved.items():
                effect[name] += step
            left = [rest - moved[name] for name, rest in zip(column, left, strict=True)]
        drift = sum(map(_product, left, weights)) / total
        left = [rest - drift for rest in left]
    return tuple(found)


def _product(one: float, other: float) -> float:
    return one * other


def level_of(effects: Effects, row: tuple[str, ...]) -> float:
    """The sum of what the row's traits add; a value never seen adds nothing."""
    return sum(
        effect.get(name, 0.0) for effect, name in zip(effects, row[: len(effects)], strict=True)
    )
