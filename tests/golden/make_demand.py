"""Write demand.json: forecasts and laws of counts as public libraries compute them.

Run with an interpreter that has numpy, scipy, statsforecast and statsmodels (they are no part of
this project's environment): `python tests/golden/make_demand.py`. The tests compare with the file
and need none of them.

Point forecasts one period ahead: statsforecast's SimpleExponentialSmoothing, CrostonClassic,
CrostonSBA and TSB; statsmodels' Holt with stated constants, started at the second period's demand
and its step from the first. Laws: scipy's nbinom, poisson, and nbinom with dead items by
`dead + (1 - dead) * cdf`.
"""

import json
import warnings
from importlib.metadata import version
from pathlib import Path
from random import Random  # noqa: TID251  drawn once, with a seed
from typing import Any

import numpy as np  # type: ignore[import-not-found,unused-ignore]
from scipy.stats import nbinom, poisson  # type: ignore[import-untyped,import-not-found,unused-ignore]
from statsforecast.models import (  # type: ignore[import-not-found,unused-ignore]
    TSB,
    CrostonClassic,
    CrostonSBA,
    SimpleExponentialSmoothing,
)
from statsmodels.tsa.holtwinters import Holt  # type: ignore[import-untyped,import-not-found,unused-ignore]

SERIES = 24
LAWS = 40
LEVELS = (0.05, 0.5, 0.8, 0.9, 0.95, 0.999)


def demand(rng: Random) -> list[int]:
    """A series with some demand, sparse or steady."""
    share, most = rng.choice((0.1, 0.3, 0.8, 1.0)), rng.choice((1, 4, 60))
    length = rng.randint(4, 60)
    found = [rng.randint(1, most) if rng.random() < share else 0 for _ in range(length)]
    found[rng.randrange(length)] = most
    return found


def forecast(model: Any, series: list[int]) -> float:
    return float(model.forecast(y=np.array(series, dtype=float), h=1)["mean"][0])


def holt(series: list[int], alpha: float, beta: float, damping: float, ahead: int) -> float:
    model = Holt(
        np.array(series[2:], dtype=float),
        damped_trend=damping < 1,
        initialization_method="known",
        initial_level=series[1],
        initial_trend=series[1] - series[0],
    )
    fitted = model.fit(
        smoothing_level=alpha,
        smoothing_trend=beta,
        damping_trend=damping if damping < 1 else None,
        optimized=False,
    )
    return float(fitted.forecast(ahead)[-1])


def smoothed(rng: Random) -> dict[str, Any]:
    series = demand(rng)
    alpha, beta = rng.choice((0.05, 0.1, 0.25, 0.6)), rng.choice((0.02, 0.1, 0.3))
    damping, ahead = rng.choice((1.0, 0.9, 0.8)), rng.choice((1, 3))
    return {
        "series": series,
        "alpha": alpha,
        "beta": beta,
        "damping": damping,
        "ahead": ahead,
        "ses": forecast(SimpleExponentialSmoothing(alpha=alpha), series),
        "croston": forecast(CrostonClassic(), series),
        "croston_sba": forecast(CrostonSBA(), series),
        "tsb": forecast(TSB(alpha_d=alpha, alpha_p=beta), series),
        "holt": holt(series, alpha, beta, damping, ahead),
    }


def law(rng: Random) -> dict[str, Any]:
    mean = rng.choice((0.02, 0.5, 3.0, 40.0, 900.0, 20_000.0)) * rng.uniform(0.5, 2)
    spread = rng.choice((0.0, 0.01, 0.3, 2.0))
    dead = rng.choice((0.0, 0.0, 0.25))
    size = 1 / spread if spread else None
    known = nbinom(size, size / (size + mean)) if size else poisson(mean)
    counts = sorted({0, 1, int(mean / 2), int(mean), int(2 * mean) + 1})
    live = [max(level - dead, 0.0) / (1 - dead) for level in LEVELS]
    return {
        "mean": mean,
        "dispersion": spread,
        "dead": dead,
        "counts": counts,
        "within": [dead + (1 - dead) * float(known.cdf(count)) for count in counts],
        "levels": LEVELS,
        "quantiles": [int(known.ppf(level)) if level > 0 else 0 for level in live],
        "whole_mean": (1 - dead) * float(known.mean()),
        "whole_variance": (1 - dead) * float(known.var() + known.mean() ** 2)
        - ((1 - dead) * float(known.mean())) ** 2,
    }


def main() -> None:
    warnings.simplefilter("ignore")
    rng = Random(20260301)
    names = ("scipy", "statsforecast", "statsmodels")
    made = {
        "made_by": {name: version(name) for name in names},
        "series": [smoothed(rng) for _ in range(SERIES)],
        "laws": [law(rng) for _ in range(LAWS)],
    }
    target = Path(__file__).with_name("demand.json")
    target.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
