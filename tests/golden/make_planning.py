"""Write planning.json: stock formulas as stockpyl and scipy compute them, inputs beside answers.

Run with an interpreter that has both (they are no part of this project's environment):
`python tests/golden/make_planning.py`. The tests compare with the file and need neither.
"""

import json
import random  # noqa: TID251
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scipy.stats import nbinom, poisson  # type: ignore[import-untyped,import-not-found,unused-ignore]
from stockpyl.eoq import economic_order_quantity, economic_order_quantity_with_backorders  # type: ignore[import-untyped,import-not-found,unused-ignore]
from stockpyl.newsvendor import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    newsvendor_discrete,
    newsvendor_normal,
    newsvendor_normal_explicit,
    newsvendor_poisson,
)
from stockpyl.rq import r_q_eil_approximation  # type: ignore[import-untyped,import-not-found,unused-ignore]
from stockpyl.ss import s_s_cost_discrete, s_s_discrete_exact  # type: ignore[import-untyped,import-not-found,unused-ignore]

CASES = 40
EXACT = 12


def drawn(rng: random.Random, **ranges: tuple[float, float]) -> dict[str, float]:
    return {name: round(rng.uniform(*limits), 6) for name, limits in ranges.items()}


def floats(answer: Any) -> list[float]:
    return [float(part) for part in answer]


def main() -> None:
    rng = random.Random(20)
    made: dict[str, list[dict[str, Any]]] = {}

    def keep(name: str, inputs: dict[str, Any], answer: Any) -> None:
        made.setdefault(name, []).append({"inputs": inputs, "answer": floats(answer)})

    for _ in range(CASES):
        i = drawn(rng, fixed=(1, 500), holding=(0.05, 5), demand=(1, 5000), shortage=(0.1, 50))
        plain = {k: i[k] for k in ("fixed", "holding", "demand")}
        keep("eoq", plain, economic_order_quantity(i["fixed"], i["holding"], i["demand"]))
        waiting = economic_order_quantity_with_backorders(
            i["fixed"], i["holding"], i["shortage"], i["demand"]
        )
        keep("eoq_backorders", i, (waiting[0], waiting[2], waiting[1]))

        i = drawn(
            rng, holding=(0.05, 5), shortage=(0.1, 50), mean=(5, 900), sd=(1, 90), lead=(0, 6)
        )
        keep(
            "newsvendor_normal",
            i,
            newsvendor_normal(i["holding"], i["shortage"], i["mean"], i["sd"], lead_time=i["lead"]),
        )
        i = drawn(rng, price=(20, 40), cost=(5, 18), salvage=(0.1, 4), mean=(20, 900), sd=(1, 9))
        i |= drawn(rng, holding=(0.1, 2), shortage=(0.1, 6))
        keep(
            "newsvendor_margin",
            i,
            newsvendor_normal_explicit(
                i["price"], i["cost"], i["salvage"], i["mean"], i["sd"], i["holding"], i["shortage"]
            ),
        )
        i = drawn(rng, holding=(0.05, 5), shortage=(0.1, 50), mean=(0.5, 900))
        keep("newsvendor_poisson", i, newsvendor_poisson(i["holding"], i["shortage"], i["mean"]))
        weights = [rng.random() for _ in range(rng.randint(2, 30))]
        weights = [weight / sum(weights) for weight in weights]
        i = drawn(rng, holding=(0.05, 5), shortage=(0.1, 50))
        level = newsvendor_discrete(
            i["holding"], i["shortage"], demand_pmf=dict(enumerate(weights))
        )
        keep("newsvendor_discrete", {**i, "weights": weights}, level)

        i = drawn(rng, fixed=(5, 80), holding=(0.1, 0.5), shortage=(5, 60))
        i |= drawn(rng, mean=(800, 3000), sd=(50, 300), lead=(0.02, 0.3))
        keep(
            "continuous_review",
            i,
            r_q_eil_approximation(
                i["holding"],
                i["shortage"],
                i["fixed"],
                i["mean"],
                i["sd"],
                i["lead"],
                tol=1e-11,
            ),
        )
        i = drawn(rng, mean=(0.2, 2000), dispersion=(1.05, 9))
        size = i["mean"] / (i["dispersion"] - 1)
        law = nbinom(size, 1 / i["dispersion"])
        at = [int(law.ppf(p)) for p in (0.01, 0.5, 0.9, 0.99)]
        keep("negative_binomial", {**i, "at": at}, [law.cdf(k) for k in at])
        i = drawn(rng, mean=(0.2, 2000))
        poisson_law = poisson(i["mean"])
        at = [int(poisson_law.ppf(p)) for p in (0.01, 0.5, 0.9, 0.99)]
        keep("poisson", {**i, "at": at}, [poisson_law.cdf(k) for k in at])
    for _ in range(EXACT):
        i = drawn(rng, fixed=(2, 120), holding=(0.5, 2), shortage=(3, 20), mean=(2, 25))
        found = s_s_discrete_exact(i["holding"], i["shortage"], i["fixed"], True, i["mean"])
        keep("order_levels_poisson", i, found)
        weights = [rng.random() for _ in range(rng.randint(3, 12))]
        weights = [weight / sum(weights) for weight in weights]
        i = drawn(rng, fixed=(2, 60), holding=(0.5, 2), shortage=(3, 20))
        # stockpyl reads probabilities as far as S - s reaches: nought beyond the given ones.
        padded = [*weights, *(0.0 for _ in range(200))]
        last = len(padded) - 1
        found = s_s_discrete_exact(
            i["holding"],
            i["shortage"],
            i["fixed"],
            False,
            demand_hi=last,
            demand_pmf=padded,
        )
        keep("order_levels_discrete", {**i, "weights": weights}, found)
        pair = (int(found[0]) - 2, int(found[1]) + 3)
        cost = s_s_cost_discrete(
            pair[0],
            pair[1],
            i["holding"],
            i["shortage"],
            i["fixed"],
            False,
            demand_hi=last,
            demand_pmf=padded,
        )
        keep("levels_cost", {**i, "weights": weights, "levels": pair}, [cost])
    versions = {name: version(name) for name in ("stockpyl", "scipy", "numpy")}
    target = Path(__file__).with_name("planning.json")
    target.write_text(json.dumps({"versions": versions, "cases": made}, indent=1) + "\n")


if __name__ == "__main__":
    main()
