"""How many things a set of indicators measures: correlation, components, size against intensity."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.diagnose import alpha_of, correlation_flags
from hubtiers.errors import DataError
from hubtiers.framework import Framework
from hubtiers.scheme import Result

__all__ = [
    "IndicatorStructure",
    "describe_indicators",
    "effective_correlated",
    "effective_of",
    "function_of",
    "participation_of",
]

Floats = NDArray[np.float64]

_ROLES = {"extensive": "size", "intensive": "intensity"}
_FEWEST = 3


@dataclass(frozen=True, repr=False, eq=False)
class IndicatorStructure:
    """What `describe_indicators` finds.

    Attributes
    ----------
    correlation
        Indicators × indicators, Pearson, in the order of the framework: function by function.
    flags
        Pairs with `|r|` of at least the threshold, as `correlation_flags` gives them, and
        `functions`: `"one"` or `"two"`, whether the pair crosses from one function to another.
    components
        Eigenvalue and share of every principal component of the correlations, largest first.
    indicators
        By indicator: `function`, the node under the score it belongs to; `role`, `"size"` or
        `"intensity"`, as the framework declares it; `weight` in the score; `loading`, its
        correlation with the first component.
    participation
        Participation ratio (Σλ)² / Σλ² of the eigenvalues λ: how many uncorrelated indicators would
        spread the variance as much.
    effective, effective_correlated
        Effective number of indicators by weight, 1 / Σ w², which takes them for uncorrelated; and
        1 / Σ Σ wᵢ wⱼ r²ᵢⱼ, which counts correlation. With equal weights the second is the
        participation ratio.
    alpha
        Cronbach's alpha, standardised.
    roles
        By role: how many `indicators`, their `weight` in the score, mean `loading`.
    between_roles
        Correlation of the weighted means of the size and of the intensity indicators; NaN where the
        framework has one role only.
    n
        Regions with a score.
    constant
        Indicators that are the same everywhere, and play no part.
    """

    correlation: pd.DataFrame
    flags: pd.DataFrame
    components: pd.DataFrame
    indicators: pd.DataFrame
    participation: float
    effective: float
    effective_correlated: float
    alpha: float
    roles: pd.DataFrame
    between_roles: float
    n: int
    constant: tuple[str, ...]

    @property
    def first_share(self) -> float:
        """Share of the variance that the first component explains."""
        return float(self.components["explained"].iloc[0])

    def to_frame(self) -> pd.DataFrame:
        """Return the measures as one row."""
        row = {
            "indicators": len(self.correlation),
            "n": self.n,
            "participation": self.participation,
            "effective": self.effective,
            "effective_correlated": self.effective_correlated,
            "first_share": self.first_share,
            "alpha": self.alpha,
            "flagged": len(self.flags),
            "flagged_across": int((self.flags["functions"] == "two").sum()),
            "between_roles": self.between_roles,
        }
        return pd.DataFrame([row])

    def __repr__(self) -> str:
        across = int((self.flags["functions"] == "two").sum())
        return (
            f"<IndicatorStructure: {len(self.correlation)} indicators in {self.n} regions count as "
            f"{self.participation:.1f} (by weight {self.effective:.1f}, with correlation "
            f"{self.effective_correlated:.1f}); first component {self.first_share:.0%}, alpha "
            f"{self.alpha:.3f}; {len(self.flags)} pairs flagged, {across} across functions>"
        )

    def _repr_html_(self) -> str:
        table = self.indicators.to_html(escape=True, float_format="{:.3f}".format)
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"


def describe_indicators(result: Result, *, threshold: float = 0.9) -> IndicatorStructure:
    """Describe what a result's indicators have in common (指标结构): do many say one thing.

    Choose it before counting indicators as evidence: seventeen that go with the size of a region
    are one indicator with a large weight.

    Parameters
    ----------
    result
        Its normalised indicators (higher is better), in the regions with a score.
    threshold
        Pairs with a correlation of at least this size, positive or negative, are flagged.

    Returns
    -------
    IndicatorStructure

    Raises
    ------
    DataError
        When fewer than two indicators differ between regions, or fewer than three regions have a
        score.
    SpecError
        When the threshold is not above 0 and at most 1.

    Notes
    -----
    Alpha and components are taken from the same correlations, so that alpha may differ from
    `cronbach_alpha` where there are gaps. Where the framework declares both extensive indicators
    (amounts, which grow with a region) and intensive ones (shares and rates), these are size and
    intensity; else the first component tells what most indicators share.

    **Missing values**: each correlation uses the regions where both are present; a pair with fewer
    than three counts as uncorrelated.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> found = describe_indicators(load_study("zhang2022").run().result)
    >>> round(found.effective, 1), round(found.participation, 1), round(found.first_share, 2)
    (10.0, 1.7, 0.74)
    """
    framework = result.fitted.framework
    scored = result.normalised.loc[result.scores.notna(), framework.codes].astype("float64")
    varied = [code for code in scored.columns if scored[code].max() > scored[code].min()]
    if len(varied) < 2 or len(scored) < _FEWEST:
        raise DataError(
            "describe_indicators() needs two indicators that differ, in three regions with a "
            f"score, but there are {len(varied)} and {len(scored)}."
        )
    frame = scored[_by_function(framework, varied)]
    correlation = frame.corr(min_periods=_FEWEST)
    known = correlation.fillna(0.0).to_numpy(float, copy=True)
    np.fill_diagonal(known, 1.0)
    weights = result.weights.reindex(frame.columns).to_numpy(float)
    indicators = _indicator_frame(framework, frame.columns, weights, known)
    return IndicatorStructure(
        correlation=correlation.rename_axis(index="indicator", columns="indicator"),
        flags=_flags(frame, threshold, framework),
        components=_components(known),
        indicators=indicators,
        participation=participation_of(known),
        effective=result.effective_indicators,
        effective_correlated=effective_of(weights / weights.sum(), known),
        alpha=alpha_of(known),
        roles=_roles(indicators),
        between_roles=_between_roles(frame, indicators),
        n=len(scored),
        constant=tuple(code for code in scored.columns if code not in varied),
    )


def participation_of(correlation: Floats) -> float:
    """Return the participation ratio (Σλ)² / Σλ² of the eigenvalues of a matrix of correlations.

    >>> participation_of(np.eye(4)), participation_of(np.ones((4, 4)))
    (4.0, 1.0)
    """
    # The sum of squared eigenvalues is the sum of squared cells.
    return float(np.trace(correlation) ** 2 / (correlation**2).sum())


def effective_of(weights: Floats, correlation: Floats) -> float:
    """Return the effective number of weighted indicators that are correlated: 1 / Σ Σ w w r².

    >>> half = np.array([0.5, 0.5])
    >>> effective_of(half, np.eye(2)), effective_of(half, np.ones((2, 2)))
    (2.0, 1.0)
    """
    return float(1.0 / (weights @ correlation**2 @ weights))


def effective_correlated(result: Result) -> float:
    """Return the effective number of a result's indicators, correlation counted.

    NaN where there are no correlations: fewer than two indicators or three regions.
    """
    try:
        return describe_indicators(result).effective_correlated
    except DataError:
        return float("nan")


def function_of(framework: Framework, code: str) -> str:
    """Return the node under the score that an indicator belongs to; its own code without a group.

    >>> from hubtiers.framework import load_framework
    >>> function_of(load_framework("provinces"), "sci_papers")
    'research'
    """
    above = framework.ancestors(code)
    return above[-2] if len(above) > 1 else code


def _by_function(framework: Framework, codes: list[str]) -> list[str]:
    """Return indicators function by function, in the order of the framework."""
    functions = list(dict.fromkeys(function_of(framework, code) for code in codes))
    place = {function: number for number, function in enumerate(functions)}
    return sorted(codes, key=lambda code: place[function_of(framework, code)])


def _flags(frame: pd.DataFrame, threshold: float, framework: Framework) -> pd.DataFrame:
    found = correlation_flags(frame, threshold=threshold, framework=framework)
    pairs = zip(found["indicator_a"], found["indicator_b"], strict=True)
    crossed = ["two" if _apart(framework, a, b) else "one" for a, b in pairs]
    return found.assign(functions=pd.Series(crossed, dtype="object"))


def _apart(framework: Framework, a: str, b: str) -> bool:
    return function_of(framework, a) != function_of(framework, b)


def _components(correlation: Floats) -> pd.DataFrame:
    # Pairwise correlations may leave an eigenvalue slightly below 0.
    eigenvalues = np.maximum(np.linalg.eigvalsh(correlation)[::-1], 0.0)
    columns = {"eigenvalue": eigenvalues, "explained": eigenvalues / eigenvalues.sum()}
    number = pd.RangeIndex(1, len(eigenvalues) + 1, name="component")
    return pd.DataFrame(columns, index=number)


def _indicator_frame(
    framework: Framework, codes: pd.Index, weights: Floats, correlation: Floats
) -> pd.DataFrame:
    values, vectors = np.linalg.eigh(correlation)
    loading = vectors[:, -1] * np.sqrt(values[-1])
    # The sign of a component is free; most indicators go with it.
    loading *= 1.0 if loading.sum() >= 0 else -1.0
    kinds = {indicator.code: indicator.kind for indicator in framework.indicators}
    columns = {
        "function": [function_of(framework, code) for code in codes],
        "role": [_ROLES[kinds[code]] for code in codes],
        "weight": weights,
        "loading": loading,
    }
    return pd.DataFrame(columns, index=pd.Index(codes, name="indicator"))


def _roles(indicators: pd.DataFrame) -> pd.DataFrame:
    grouped = indicators.groupby("role", sort=False)
    return pd.DataFrame(
        {
            "indicators": grouped.size(),
            "weight": grouped["weight"].sum(),
            "loading": grouped["loading"].mean(),
        }
    )


def _between_roles(frame: pd.DataFrame, indicators: pd.DataFrame) -> float:
    """Return the correlation of the weighted means of both roles; NaN where there is one."""
    means = []
    for role in _ROLES.values():
        codes = indicators.index[(indicators["role"] == role) & (indicators["weight"] > 0)]
        weights = indicators.loc[codes, "weight"]
        present = frame[codes].notna() @ weights
        means.append((frame[codes].fillna(0.0) @ weights) / present.where(present > 0))
    both = pd.concat(means, axis=1).dropna()
    if len(both) < _FEWEST or both.nunique().min() < 2:
        return float("nan")
    return float(both.iloc[:, 0].corr(both.iloc[:, 1]))
