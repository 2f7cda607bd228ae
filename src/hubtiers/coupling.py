"""Do the functions of a region develop together, and how far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import share_of
from hubtiers.errors import DataError, DomainError, UnknownOptionError, listing
from hubtiers.scheme import Result

__all__ = ["coupling_coordination"]


def coupling_coordination(
    result: Result,
    *,
    functions: Sequence[str] | None = None,
    weights: str = "scheme",
    form: str = "ratio",
) -> pd.DataFrame:
    """Coupling coordination (耦合协调度) between functions: do they develop together, and how far.

    Choose it to find regions that are strong in one function and weak in another; it says nothing
    of cause.

    Parameters
    ----------
    result
        Scored regions, with sub-scores between 0 and 1.
    functions
        Codes of the groups; those directly under the score when left out.
    weights
        For T: `"scheme"` takes the weights of the scheme, `"equal"` the same for all.
    form
        `"ratio"` or `"revised"`: which coupling degree, see Notes.

    Returns
    -------
    pandas.DataFrame
        By region: `coupling` C, `development` T and `coordination` D, each between 0 and 1.

    Raises
    ------
    UnknownOptionError, DomainError
    DataError
        When there are fewer than two functions.

    Notes
    -----
    For the scores U of n functions, T = Σ a·U and D = √(C·T). Three coupling degrees are in use:

    * ratio: C = (Π U)^(1/n) / (Σ U / n), the geometric over the arithmetic mean. Its range is 0 to
      1 for every n.
    * revised: C = √([1 − Σ_{i>j} `|U_i − U_j|` / (1 + … + (n−1))] · (Π U_i / max U)^{1/(n−1)}), of
      Wang, Kong, Ren, Zhi and Dai (2021, 自然资源学报 36(3)); range 0 to 1, and spread more evenly
      over it.
    * without the factor n, C = (Π U)^(1/n) / Σ U. It is printed in many papers, but cannot exceed
      1/n, so that the usual classes of D do not fit it. It is not offered.

    A region whose functions are all 0 has C = 0.

    **Missing values**: a region that lacks the score of a function is missing throughout.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.framework import Framework, Group, Indicator
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> indicators = (Indicator("rd", parent="f"), Indicator("jobs", parent="g"))
    >>> framework = Framework(indicators, (Group("f"), Group("g")))
    >>> columns = {"rd": [0.0, 4.0, 10.0], "jobs": [0.0, 9.0, 10.0]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> table = IndicatorTable.from_frame(frame, framework=framework)
    >>> result = Scheme(tier=NaturalBreaks(2)).run(table)
    >>> coupling_coordination(result).loc["b"].round(4).to_dict()
    {'coupling': 0.9231, 'development': 0.65, 'coordination': 0.7746}
    """
    if form not in _COUPLING:
        raise UnknownOptionError("form of coupling_coordination(form=…)", form, _COUPLING)
    if weights not in ("scheme", "equal"):
        raise UnknownOptionError(
            "choice of coupling_coordination(weights=…)", weights, ("scheme", "equal")
        )
    codes = _functions(result, functions)
    scores = result.nodes[codes]
    _require_unit_range(scores)
    u = np.clip(scores.to_numpy(float), 0.0, 1.0)
    coupling, development = _COUPLING[form](u), u @ _weights_of(result, codes, weights)
    columns = {
        "coupling": coupling,
        "development": development,
        "coordination": np.sqrt(coupling * development),
    }
    return pd.DataFrame(columns, index=scores.index)


def _weights_of(result: Result, codes: list[str], weights: str) -> NDArray[np.float64]:
    """Return the weights of functions, which sum to 1."""
    if weights == "equal":
        return np.full(len(codes), 1.0 / len(codes))
    in_scheme = result.fitted.hierarchy.reach()
    own = [in_scheme[code] for code in codes]
    return np.asarray(np.array(own) / sum(own))


def coupling_ratio(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geometric over the arithmetic mean of each row; 0 where all are 0."""
    mean = u.mean(axis=1)
    product = np.prod(u ** (1.0 / u.shape[1]), axis=1)
    return share_of(product, mean)


def coupling_revised(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the revised coupling degree of each row.

    How close the values are to each other, times their ratio to the largest.
    """
    n = u.shape[1]
    i, j = np.triu_indices(n, 1)
    apart = np.abs(u[:, i] - u[:, j]).sum(axis=1) / (n * (n - 1) / 2)
    ratios = share_of(u, u.max(axis=1, keepdims=True))
    # One of the functions is the largest, so that the product of ratios has n − 1 factors below 1.
    mean_ratio = np.prod(ratios, axis=1) ** (1.0 / (n - 1))
    return np.asarray(np.sqrt((1.0 - apart) * mean_ratio))


_COUPLING = {"ratio": coupling_ratio, "revised": coupling_revised}


def _functions(result: Result, functions: Sequence[str] | None) -> list[str]:
    """Return the codes of the functions that are compared, each once; all must have scores."""
    framework = result.fitted.framework
    groups = [group.code for group in framework.groups if group.code in result.nodes]
    scored = [code for code in groups if result.nodes[code].notna().any()]
    if functions is None:
        top = set(framework.children())
        codes = [code for code in scored if code in top]
    else:
        codes = list(dict.fromkeys(functions))
    for code in codes:
        if code not in scored:
            raise UnknownOptionError("function with a score", code, scored)
    if len(codes) < 2:
        raise DataError(
            "Coupling needs at least two functions with a score, but there is "
            f"{listing(codes) or 'none'}. Group the indicators in the framework, or name the "
            "groups."
        )
    return codes


def _require_unit_range(scores: pd.DataFrame) -> None:
    for code in scores.columns:
        outside = scores.index[(scores[code] < -1e-9) | (scores[code] > 1 + 1e-9)]
        if len(outside):
            raise DomainError(
                "coupling_coordination()",
                "sub-scores between 0 and 1",
                code,
                f"{scores.loc[outside[0], code]:.4g}",
                list(outside),
                "Normalise with MinMax(), and score with the bounds of the same table.",
            )
