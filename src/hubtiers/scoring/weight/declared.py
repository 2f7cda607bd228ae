"""Weights that are stated, not computed: equal, in the framework, or given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hubtiers._checks import calculable, named_pairs, require_choice
from hubtiers._method import About
from hubtiers.errors import SpecError
from hubtiers.framework import Framework
from hubtiers.scoring.weight.fitted import FittedWeights, as_weights, nested_weights, scaled

__all__ = ["EqualWeights", "FrameworkWeights", "GivenWeights"]


@dataclass(frozen=True)
class EqualWeights:
    """Equal weights (等权): the transparent choice, and the benchmark for every other.

    Parameters
    ----------
    per
        `"indicator"`: every indicator counts the same, so that a function with more indicators
        counts more. `"function"`: every child of a node counts the same, level by level, so that
        functions count the same.

    Notes
    -----
    **Missing values** do not matter; the weights do not depend on the data.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 4.0]})
    >>> EqualWeights().fit(values).weights.tolist()
    [0.5, 0.5]
    """

    per: str = "indicator"
    uses_data: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="等权",
        en="equal weights",
        says_zh="各指标权重相等，m 为指标数。",
        says_en="Every indicator counts the same; m is their number.",
        formula="w_{j} = 1 / m",
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        if self.per == "indicator":
            return self.about
        return About(
            zh="各功能等权",
            en="equal weights per function",
            says_zh=(
                "同一组内各项权重相等，逐级如此，m 为组内项数：F 个功能各占 1 / F，"
                "功能 f 直接包含的 m 个指标各占 1 / F · 1 / m。"
            ),
            says_en=(
                "The m members of a group count the same, level by level: each of F functions gets "
                "1 / F, and each of the m indicators straight below a function 1 / F · 1 / m."
            ),
            formula="w_{k} = 1 / m_{g},  w_{j} = Π_{g∋j} 1 / m_{g}",
        )

    def __post_init__(self) -> None:
        require_choice("unit of EqualWeights(per=…)", self.per, ("indicator", "function"))

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Return 1/n for each of n indicators, or 1/n among siblings at each level.

        Raises
        ------
        DataError
            When there is no indicator.
        SpecError
            When `per="function"` and no framework says which indicator belongs to which function.
        """
        columns = calculable(values, "EqualWeights()", rows=False).columns
        if self.per == "indicator":
            return FittedWeights(
                self, as_weights(np.full(len(columns), 1.0 / len(columns)), columns)
            )
        if framework is None:
            raise SpecError(
                "EqualWeights(per='function') needs the framework that groups the indicators."
            )
        shares = []
        for code in columns:
            siblings = [len(framework.filled_children(up)) for up in framework.ancestors(code)]
            shares.append(np.prod(1.0 / np.array(siblings)))
        return FittedWeights(self, as_weights(scaled(np.array(shares)), columns))


@dataclass(frozen=True)
class FrameworkWeights:
    """The weights that stand in the framework's table (指标体系权重), at every level.

    Choose it when the weights were agreed and belong to the definition of what is measured.

    Notes
    -----
    At every level, a node's share is its `weight` divided by the sum of its siblings'; an
    indicator's weight is the product of the shares on its way up. Groups without an indicator do
    not count.

    **Missing values** do not matter; the weights do not depend on the data.

    Examples
    --------
    >>> from hubtiers.framework import Group, Indicator
    >>> groups = (Group("research", weight=3.0), Group("industry", weight=1.0))
    >>> rows = (Indicator("papers", parent="research"), Indicator("firms", parent="industry"))
    >>> values = pd.DataFrame({"papers": [1.0, 2.0], "firms": [0.0, 4.0]})
    >>> FrameworkWeights().fit(values, framework=Framework(rows, groups)).weights.tolist()
    [0.75, 0.25]
    """

    uses_data: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="指标体系权重",
        en="weights of the framework",
        says_zh="各级权重 v 取自指标体系，在同组内归一；有效权重为自指标向上各级权重 w 之积。",
        says_en=(
            "Weights v stand in the framework and are shares w within each group; an indicator's "
            "effective weight is the product of the shares on its way up."
        ),
        formula="w_{k} = v_{k} / Σ_{l∈g} v_{l}",
    )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Read the weights of the framework.

        Raises
        ------
        DataError
            When there is no indicator.
        SpecError
            When no framework is given.
        """
        columns = calculable(values, "FrameworkWeights()", rows=False).columns
        if framework is None:
            raise SpecError("FrameworkWeights() needs the framework that holds the weights.")
        stated = {code: node.weight for code, node in framework.node.items()}
        return FittedWeights(
            self, nested_weights(stated, columns, framework, method="FrameworkWeights()")
        )


@dataclass(frozen=True)
class GivenWeights:
    """Weights given by hand (主观赋权), for indicators or for groups.

    Choose it to replay a published index, or to see what a set of weights would do.

    Parameters
    ----------
    weights
        Importance by code, at least 0, on any scale; a mapping, kept as a tuple of pairs. Codes of
        indicators give shares of the whole score. As soon as a group is named, numbers count among
        siblings, level by level; siblings of which none is named share equally. Codes that a table
        does not have are passed over.

    Notes
    -----
    **Missing values** do not matter; the weights do not depend on the data.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 4.0]})
    >>> GivenWeights({"a": 3, "b": 1}).fit(values).weights.tolist()
    [0.75, 0.25]
    """

    weights: Mapping[str, float] | tuple[tuple[str, float], ...]
    uses_data: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="主观赋权",
        en="given weights",
        says_zh="权重由研究者给定。",
        says_en="Weights are given by hand.",
    )

    def __post_init__(self) -> None:
        pairs = named_pairs(self.weights, "GivenWeights()")
        for code, weight in pairs:
            if not isinstance(weight, (int, float)) or not 0 <= weight < np.inf:
                raise SpecError(
                    f"GivenWeights() needs numbers of 0 or more, but {code!r} has {weight!r}."
                )
        object.__setattr__(self, "weights", tuple((code, float(weight)) for code, weight in pairs))

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Share the weights out over the indicators.

        Raises
        ------
        DataError
            When there is no indicator.
        SpecError
            When an indicator or a sibling of a named node has no weight, or all have 0.
        """
        columns = calculable(values, "GivenWeights()", rows=False).columns
        stated = dict(named_pairs(self.weights, "GivenWeights()"))
        return FittedWeights(
            self, nested_weights(stated, columns, framework, method="GivenWeights()")
        )
