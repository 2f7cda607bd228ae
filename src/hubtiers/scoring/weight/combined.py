"""Several sets of weights made into one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, require_choice
from hubtiers._method import About, asked_for, uses_data
from hubtiers.errors import DataError, SpecError
from hubtiers.framework import Framework
from hubtiers.scoring.weight.fitted import FittedWeights, as_weights, scaled

__all__ = ["CombinedWeights"]


def product_of_weights(sets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Π_k w_kj scaled to sum 1 (multiplicative synthesis) of sets × indicators."""
    return scaled(sets.prod(axis=0))


def least_entropy_weights(sets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights with the least Σ_k Σ_j w_j ln(w_j / w_kj).

    Geometric means, scaled to sum 1.
    """
    return scaled(sets.prod(axis=0) ** (1.0 / len(sets)))


def compromise_weights(sets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Σ_k a_k w_k with the least total squared deviation from each set (game theory).

    The shares a solve (w_j·w_k) a = (w_j·w_j) by least squares; their absolute values are scaled to
    sum 1.
    """
    products = sets @ sets.T
    shares = np.abs(np.linalg.lstsq(products, np.diag(products), rcond=1e-10)[0])
    return np.asarray(scaled(shares) @ sets)


_RULES = {
    "product": product_of_weights,
    "minimum_relative_entropy": least_entropy_weights,
    "game_theory": compromise_weights,
}


@dataclass(frozen=True)
class CombinedWeights:
    """Combined weights (组合赋权): judgement and data together.

    Choose it to let experts' weights and the data's weights correct each other; say which methods
    and which rule.

    Parameters
    ----------
    methods
        Two or more weighting methods.
    rule
        `"product"`: weights multiplied (乘法合成), which rewards agreement strongly.
        `"minimum_relative_entropy"`: the weights nearest to all sets (最小相对信息熵), their
        geometric mean. `"game_theory"`: a mixture of the sets (博弈论组合) with the least squared
        deviation from each.

    Notes
    -----
    With K sets w_k: product w ∝ Π w_k; minimum relative entropy w ∝ (Π w_k)^(1/K); game theory w =
    Σ a_k w_k with a from the linear system Σ_k (w_j·w_k) a_k = w_j·w_j, absolute values scaled to
    sum 1.

    **Missing values** are treated as each method says.

    Examples
    --------
    >>> from hubtiers.scoring.weight import EqualWeights, GivenWeights
    >>> values = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 4.0]})
    >>> sets = (EqualWeights(), GivenWeights({"a": 4, "b": 1}))
    >>> both = CombinedWeights(sets, rule="minimum_relative_entropy")
    >>> both.fit(values).weights.round(3).tolist()
    [0.667, 0.333]
    """

    methods: tuple[Any, ...] = field(metadata={"step": "weight"})
    rule: str = "product"
    about: ClassVar[About] = About(
        zh="组合赋权",
        en="combined weights",
        says_zh="把几组权重合成一组。",
        says_en="Several sets of weights are combined into one.",
    )

    def __post_init__(self) -> None:
        methods = (
            tuple(self.methods) if isinstance(self.methods, (tuple, list)) else (self.methods,)
        )
        if len(methods) < 2:
            raise SpecError(
                "CombinedWeights() needs at least two weighting methods, such as (a, b)."
            )
        for method in methods:
            if isinstance(method, type) or not callable(getattr(method, "fit", None)):
                raise SpecError(
                    f"CombinedWeights() got {method!r}, which is no weighting method. Give objects."
                )
        object.__setattr__(self, "methods", methods)
        require_choice("rule of CombinedWeights(rule=…)", self.rule, tuple(_RULES))

    @property
    def uses_data(self) -> bool:
        """Whether one of the methods takes its weights from the data."""
        return any(uses_data(method) for method in self.methods)

    def fit(
        self,
        values: pd.DataFrame,
        *,
        framework: Framework | None = None,
        regions: pd.DataFrame | None = None,
        year: int | None = None,
        panel: pd.DataFrame | None = None,
        direction: pd.Series | None = None,
    ) -> FittedWeights:
        """Fit every method and combine their weights.

        Parameters
        ----------
        values
            Regions × indicators, normalised.
        framework, regions, year, panel, direction
            What one of the methods may ask for.

        Raises
        ------
        DataError
            When the values do not fit one of the methods, or no indicator has a weight in all sets.
        SpecError
        """
        columns = calculable(values, "CombinedWeights()", rows=False).columns
        known = {
            "framework": framework,
            "regions": regions,
            "year": year,
            "panel": panel,
            "direction": direction,
        }
        sets = []
        for method in self.methods:
            asked = {name: known[name] for name in asked_for(method.fit) if name in known}
            sets.append(method.fit(values, **asked).weights.reindex(columns).to_numpy(float))
        weights = _RULES[self.rule](np.vstack(sets))
        if not np.isfinite(weights).all():
            raise DataError(
                "CombinedWeights() finds no indicator that has a weight above 0 in all of its "
                "sets. Use rule='game_theory', or other methods."
            )
        return FittedWeights(self, as_weights(weights, columns))
