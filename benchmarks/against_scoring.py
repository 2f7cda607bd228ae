"""Scores and weights against pymcdm and scikit-criteria, where all three do the same.

From a matrix of numbers, larger always better, to the scores or the weights, with equal results.
Each package has its data in the form that it likes best before the clock starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from clock import installed, surroundings, take_turns
from numpy.typing import NDArray

from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Topsis
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.weight import CriticWeights, EntropyWeights
from hubtiers.table.indicator_table import IndicatorTable

SIZES = ((31, 13), (296, 21), (2_891, 60))
"""Regions and indicators."""
ROUNDS = 5
PACKAGES = ("numpy", "pandas", "scipy", "pymcdm", "scikit-criteria")

Matrix = NDArray[np.float64]
Jobs = dict[str, Callable[[], NDArray[np.float64]]]


def of_hubtiers(matrix: Matrix) -> Jobs:
    """Return the four jobs by the methods alone."""
    frame = pd.DataFrame(matrix).add_prefix("i")
    equal = pd.Series(1 / matrix.shape[1], index=frame.columns)

    def normalised() -> pd.DataFrame:
        return MinMax().fit(frame).apply(frame)

    def scored(method: Arithmetic | Topsis) -> NDArray[np.float64]:
        values = normalised()
        return method.fit(values, weights=equal).apply(values).to_numpy()

    return {
        "weighted sum": lambda: scored(Arithmetic()),
        "TOPSIS": lambda: scored(Topsis()),
        "entropy weights": lambda: EntropyWeights().fit(frame).weights.to_numpy(),
        "CRITIC weights": lambda: CriticWeights().fit(normalised()).weights.to_numpy(),
    }


def of_pymcdm(matrix: Matrix) -> Jobs:
    """Return the same by functions on arrays."""
    from pymcdm import methods, normalizations, weights

    columns = matrix.shape[1]
    equal, types = np.full(columns, 1 / columns), np.ones(columns)
    wsm = methods.WSM(normalizations.minmax_normalization)
    topsis = methods.TOPSIS(normalizations.minmax_normalization)
    return {
        "weighted sum": lambda: wsm(matrix, equal, types),
        "TOPSIS": lambda: topsis(matrix, equal, types),
        "entropy weights": lambda: weights.entropy_weights(matrix),
        # It brings the columns from 0 to 1 by itself.
        "CRITIC weights": lambda: weights.critic_weights(matrix),
    }


def of_skcriteria(matrix: Matrix) -> Jobs:
    """Return the same by pipelines on its decision matrix, which also rank."""
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.pipelines import mkpipe
    from skcriteria.preprocessing.scalers import MinMaxScaler
    from skcriteria.preprocessing.weighters import CRITIC, EntropyWeighter

    columns = matrix.shape[1]
    given = skcriteria.mkdm(matrix, [max] * columns, weights=np.full(columns, 1 / columns))
    scale = MinMaxScaler(target="matrix")
    wsm, topsis = mkpipe(scale, WeightedSumModel()), mkpipe(scale, TOPSIS())
    entropy, critic = EntropyWeighter(), CRITIC()
    return {
        "weighted sum": lambda: wsm.evaluate(given).e_.score,
        "TOPSIS": lambda: topsis.evaluate(given).e_.similarity,
        "entropy weights": lambda: entropy.transform(given).weights.to_numpy(),
        # It brings the columns from 0 to 1 by itself.
        "CRITIC weights": lambda: critic.transform(given).weights.to_numpy(),
    }


PEERS = {"pymcdm": of_pymcdm, "scikit-criteria": of_skcriteria}


def whole_scheme(matrix: Matrix) -> Callable[[], object]:
    """Return a run of the default scheme: scores, ranks, natural breaks, the record of it."""
    table = IndicatorTable.from_frame(pd.DataFrame(matrix).add_prefix("i").rename("r{}".format))
    return lambda: Scheme().run(table)


def measure() -> dict[str, Any]:
    """Return what each took for each job and size; all results are equal to nine digits."""
    part = surroundings(PACKAGES)
    rows = {}
    for regions, indicators in SIZES:
        matrix = np.random.default_rng(indicators).lognormal(size=(regions, indicators))
        packages = {"hubtiers": of_hubtiers(matrix)}
        packages |= {name: make(matrix) for name, make in PEERS.items() if installed(part, name)}
        found: dict[str, dict[str, dict[str, float]]] = {}
        for job, mine in packages["hubtiers"].items():
            for name, jobs in packages.items():
                np.testing.assert_allclose(jobs[job](), mine(), rtol=1e-9, err_msg=f"{name}: {job}")
            contenders = {name: jobs[job] for name, jobs in packages.items()}
            costs = take_turns(contenders, ROUNDS)
            found[job] = {name: cost.rounded() for name, cost in costs.items()}
        whole = take_turns({"hubtiers": whole_scheme(matrix)}, ROUNDS)
        found["whole scheme"] = {"hubtiers": whole["hubtiers"].rounded()}
        rows[f"{regions:,} × {indicators}"] = found
    return part | {"rows": rows}
