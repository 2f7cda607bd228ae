"""Whether the framework holds together.

Reliability, correlations, principal components, and outside variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import (
    ConstantIndicatorError,
    DataError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.framework import Framework
from hubtiers.scheme import Result
from hubtiers.table.indicator_table import IndicatorTable

__all__ = [
    "PcaDiagnostics",
    "Reliability",
    "correlate_with",
    "correlation_flags",
    "cronbach_alpha",
    "pca_diagnostics",
]

_Kind = Literal["pearson", "spearman", "kendall"]
_CORRELATIONS = ("pearson", "spearman", "kendall")
_TWO_SIDED_95 = 1.959963984540054
_FLAG_COLUMNS = ["indicator_a", "indicator_b", "relation", "group", "correlation", "n"]


@dataclass(frozen=True, repr=False, eq=False)
class Reliability:
    """Cronbach's alpha, as `cronbach_alpha` gives it.

    Attributes
    ----------
    alpha
        Of all indicators together.
    without
        By indicator: alpha of the others. Above `alpha`, the indicator fits the rest badly.
    n
        Regions with all values.
    standardised
        Whether every indicator counts with the same variance.
    """

    alpha: float
    without: pd.Series
    n: int
    standardised: bool

    def to_frame(self) -> pd.DataFrame:
        """Return alpha with each indicator left out, and the difference from the alpha of all."""
        return pd.DataFrame(
            {"alpha_without": self.without, "difference": self.without - self.alpha}
        )

    def __repr__(self) -> str:
        kind = "standardised" if self.standardised else "raw"
        size = f"{len(self.without)} indicators in {self.n} regions"
        head = f"<Reliability: {kind} alpha {self.alpha:.3f} over {size}>"
        lines = [f"  {value:.3f} without {code}" for code, value in self.without.items()]
        return "\n".join([head, *lines])

    def _repr_html_(self) -> str:
        return _html(repr(self), self.to_frame())


@dataclass(frozen=True, repr=False, eq=False)
class PcaDiagnostics:
    """What a principal component analysis of the correlations says, as `pca_diagnostics` gives it.

    Attributes
    ----------
    components
        One row per component: `eigenvalue`, `explained` (share of variance), `cumulative`.
    kmo
        Kaiser–Meyer–Olkin measure of sampling adequacy, 0 to 1; below .5 a factor analysis is out
        of place.
    kmo_by_indicator
        The same for every indicator.
    bartlett, degrees_of_freedom, p_value
        Bartlett's test that all correlations are zero: χ² and its probability under that
        hypothesis.
    n
        Regions with all values.
    """

    components: pd.DataFrame
    kmo: float
    kmo_by_indicator: pd.Series
    bartlett: float
    degrees_of_freedom: int
    p_value: float
    n: int

    @property
    def eigenvalues(self) -> pd.Series:
        """Eigenvalues of the correlation matrix, largest first."""
        return self.components["eigenvalue"]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per component."""
        return self.components.copy()

    def __repr__(self) -> str:
        large = int((self.eigenvalues > 1).sum())
        return (
            f"<PcaDiagnostics: {len(self.components)} indicators in {self.n} regions; KMO "
            f"{self.kmo:.3f}; Bartlett χ² {self.bartlett:.1f} with {self.degrees_of_freedom} "
            f"degrees of freedom, p {self.p_value:.3g}; {large} eigenvalues above "
            f"1>\n{self.components.round(3)}"
        )

    def _repr_html_(self) -> str:
        return _html(repr(self).split(">\n", maxsplit=1)[0] + ">", self.components)


def cronbach_alpha(
    source: Result | IndicatorTable | pd.DataFrame, *, standardised: bool = True
) -> Reliability:
    """Cronbach's alpha (克朗巴哈系数): do the indicators measure one thing.

    Choose it before aggregating with equal weights; .7 is a common bar. It rises with the number of
    indicators.

    Parameters
    ----------
    source
        A result (its normalised indicators), or regions × indicators of which higher means better.
    standardised
        From correlations (every indicator with the same variance) or, if not, from covariances.

    Returns
    -------
    Reliability

    Raises
    ------
    DataError
        When there are fewer than two indicators or three regions with all values.
    ConstantIndicatorError

    Notes
    -----
    Standardised: α = k·r̄ / (1 + (k−1)·r̄) with the mean correlation r̄ of k indicators. Raw: α =
    k/(k−1)·(1 − Σ s²_j / s²) with the variance s² of the sum (Cronbach 1951,
    doi:10.1007/BF02310555). With two indicators the alpha without one of them is missing.

    **Missing values**: only regions with all values are used; `n` counts them.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3], "c": [1, 3, 2, 4]})
    >>> round(cronbach_alpha(frame).alpha, 3)
    0.724
    """
    frame = _complete(_indicators(source), "cronbach_alpha()")
    x = frame.to_numpy(float)
    matrix = np.corrcoef(x, rowvar=False) if standardised else np.cov(x, rowvar=False)
    kept = [np.delete(np.arange(len(matrix)), j) for j in range(len(matrix))]
    without = [alpha_of(matrix[np.ix_(rest, rest)]) for rest in kept]
    index = pd.Index(frame.columns, name="indicator")
    return Reliability(
        alpha_of(matrix), pd.Series(without, index, name="alpha_without"), len(frame), standardised
    )


def alpha_of(matrix: NDArray[np.float64]) -> float:
    """Return Cronbach's alpha of a matrix of covariances or correlations.

    NaN for a single indicator.
    """
    k = len(matrix)
    return float(k / (k - 1) * (1.0 - np.trace(matrix) / matrix.sum())) if k > 1 else float("nan")


def correlation_flags(
    source: Result | IndicatorTable | pd.DataFrame,
    *,
    threshold: float = 0.9,
    method: str = "pearson",
    framework: Framework | None = None,
) -> pd.DataFrame:
    """Pairs of indicators that say nearly the same, or the opposite (相关性检查).

    Choose it to find double counting: two indicators of one group with a correlation near 1 are one
    indicator with twice the weight; a strong negative correlation cancels out in an arithmetic
    mean.

    Parameters
    ----------
    source
        A result (its normalised indicators and its framework), or regions × indicators.
    threshold
        Pairs with a correlation of at least this size, positive or negative, are listed.
    method
        `"pearson"`, `"spearman"` or `"kendall"`.
    framework
        For a frame: says which indicators share a group.

    Returns
    -------
    pandas.DataFrame
        Strongest first: `indicator_a`, `indicator_b`, `relation` (`"within"` one group, `"between"`
        two), `group` (the parent they share, or empty), `correlation`, `n` (regions where both are
        present).

    Raises
    ------
    SpecError, UnknownOptionError, DataError

    Notes
    -----
    **Missing values**: each correlation uses the regions where both are present; a pair with fewer
    than three, or with a constant side, has no correlation and is not listed.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 4, 6, 9], "c": [3, 1, 4, 1]})
    >>> correlation_flags(frame)[["indicator_a", "indicator_b", "n"]].values.tolist()
    [['a', 'b', 4]]
    """
    if not 0 < threshold <= 1:
        raise SpecError(
            f"correlation_flags(threshold={threshold}) needs a size above 0 and at most 1, such as "
            "0.9."
        )
    if method not in _CORRELATIONS:
        raise UnknownOptionError("kind of correlation", method, _CORRELATIONS)
    if framework is None and isinstance(source, Result):
        framework = source.fitted.framework
    return _flagged(_indicators(source), threshold, _KINDS[method], framework)


def _flagged(
    frame: pd.DataFrame, threshold: float, kind: _Kind, framework: Framework | None
) -> pd.DataFrame:
    size = frame.corr(method=kind, min_periods=3).to_numpy(float)
    present = frame.notna().to_numpy(np.int64)
    # In how many regions both of a pair are present.
    both = present.T @ present
    rows = []
    for i, j in combinations(range(len(size)), 2):
        if abs(size[i, j]) >= threshold:
            a, b = str(frame.columns[i]), str(frame.columns[j])
            group = _shared_group(framework, a, b)
            relation = "between" if group is None else "within"
            rows.append((a, b, relation, group or "", float(size[i, j]), int(both[i, j])))
    found = pd.DataFrame(rows, columns=_FLAG_COLUMNS)
    order = found["correlation"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def pca_diagnostics(source: Result | IndicatorTable | pd.DataFrame) -> PcaDiagnostics:
    """Eigenvalues, KMO and Bartlett's test (主成分适用性检验): can PCA weights find structure.

    Choose it before `PcaWeights`: components with an eigenvalue above 1 carry more than one
    indicator does.

    Parameters
    ----------
    source
        A result (its normalised indicators), a table (its values), or regions × indicators.

    Returns
    -------
    PcaDiagnostics

    Raises
    ------
    DataError
        When there are no more regions with all values than indicators, or an indicator follows from
        others.
    ConstantIndicatorError

    Notes
    -----
    With the correlation matrix R of p indicators and the partial correlations q taken from its
    inverse, KMO = Σ r² / (Σ r² + Σ q²) over the off-diagonal cells (Kaiser 1974,
    doi:10.1007/BF02291575), and χ² = −(n − 1 − (2p + 5)/6)·ln|R| with p(p−1)/2 degrees of freedom
    (Bartlett 1950).

    **Missing values**: only regions with all values are used; `n` counts them.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 4, 3, 5], "c": [5, 3, 4, 1, 2]})
    >>> pca_diagnostics(frame).eigenvalues.round(3).tolist()
    [2.291, 0.7, 0.009]
    """
    from scipy.stats import chi2

    frame = _complete(_indicators(source), "pca_diagnostics()")
    n, p = frame.shape
    r = np.corrcoef(frame.to_numpy(float), rowvar=False)
    eigenvalues = np.linalg.eigvalsh(r)[::-1]
    if n <= p or eigenvalues[-1] < 1e-10:
        raise DataError(
            "pca_diagnostics() needs more regions with all values than indicators, and no "
            f"indicator that follows from others, but there are {n} regions and {p} indicators, "
            f"and the smallest eigenvalue is {eigenvalues[-1]:.2g}. Drop indicators (see "
            "correlation_flags), or add regions."
        )
    overall, single = sampling_adequacy(r)
    freedom = p * (p - 1) // 2
    statistic = float(-(n - 1 - (2 * p + 5) / 6) * np.linalg.slogdet(r)[1])
    columns = {
        "eigenvalue": eigenvalues,
        "explained": eigenvalues / p,
        "cumulative": np.cumsum(eigenvalues) / p,
    }
    return PcaDiagnostics(
        components=pd.DataFrame(columns, index=pd.RangeIndex(1, p + 1, name="component")),
        kmo=overall,
        kmo_by_indicator=pd.Series(
            single, index=pd.Index(frame.columns, name="indicator"), name="kmo"
        ),
        bartlett=statistic,
        degrees_of_freedom=freedom,
        p_value=float(chi2.sf(statistic, freedom)),
        n=n,
    )


def sampling_adequacy(r: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the Kaiser–Meyer–Olkin measure of a correlation matrix, overall and by indicator."""
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    simple, partial = (np.square(m) for m in (r, inverse / np.outer(scale, scale)))
    for square in (simple, partial):
        np.fill_diagonal(square, 0.0)
    total = simple.sum(axis=0) + partial.sum(axis=0)
    single = np.divide(simple.sum(axis=0), total, out=np.full(len(r), np.nan), where=total > 0)
    whole = float(total.sum())
    return float(simple.sum()) / whole if whole > 0 else float("nan"), single


def correlate_with(source: Result | pd.Series, outside: pd.Series) -> pd.DataFrame:
    """Correlation of scores with an outside variable (与外部变量的相关): step 9 of the Handbook.

    Choose it to hold a composite against something it was not made from: a ranking by others,
    output, migration.

    Parameters
    ----------
    source
        A result (its score and the sub-scores of its functions), or one Series of scores.
    outside
        The variable by region, matched by index.

    Returns
    -------
    pandas.DataFrame
        One row per score: `pearson`, `spearman`, `kendall` (tau-b) and `n`, the regions that have
        both; `pearson_low`, `pearson_high`, `spearman_low` and `spearman_high`, intervals of 95 %.

    Raises
    ------
    DataError
        When fewer than three regions have both, an index is not unique or a value is not a number.

    Notes
    -----
    OECD/JRC Handbook on Constructing Composite Indicators (2008), step 9: links to other
    indicators. Intervals are those of Fisher's z = artanh r ± 1.96 · s, with s = √(1 / (n − 3)) for
    Pearson and √((1 + ρ²/2) / (n − 3)) for Spearman (Bonett and Wright 2000,
    doi:10.1007/BF02294183). They take regions for independent, which neighbours seldom are.

    **Missing values**: regions that lack either side are left out; `n` says how many remain. A
    constant side has no correlation, and the cell is missing; three regions have no interval, nor
    has a correlation of ±1.

    Examples
    --------
    >>> scores = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"))
    >>> patents = pd.Series({"a": 1.0, "b": 3.0, "c": 2.0, "d": 9.0})
    >>> correlate_with(scores, patents)["spearman"].round(3).tolist()
    [0.8]
    """
    if isinstance(source, Result):
        scores = pd.concat([source.scores, source.sub_scores], axis=1)
    else:
        scores = source.to_frame(name=source.name if source.name is not None else "score")
    other = _numeric(outside.to_frame(name="outside"))["outside"]
    for side, what in ((scores, "The scores"), (other, "The outside variable")):
        if side.index.has_duplicates:
            twice = side.index[side.index.duplicated()].unique()
            raise DataError(
                f"{what} must have one value per region, but {listing(twice)} stands more than "
                "once."
            )
    rows = {}
    for name in scores.columns:
        both = pd.concat([_numeric(scores[[name]])[name], other], axis=1, join="inner").dropna()
        if len(both) < 3:
            raise DataError(
                f"Only {len(both)} regions have both {name!r} and the outside variable; a "
                "correlation needs three. Check that both are indexed by region id."
            )
        rows[name] = _correlations(both.iloc[:, 0], both.iloc[:, 1])
    found = pd.DataFrame.from_dict(rows, orient="index").astype({"n": "int64"})
    return found.rename_axis("score")


def _correlations(a: pd.Series, b: pd.Series) -> dict[str, float]:
    """Return the correlations of two columns without gaps, how many regions, and intervals."""
    row = {kind: correlation(a, b, kind) for kind in _CORRELATIONS}
    row["n"] = len(a)
    row["pearson_low"], row["pearson_high"] = correlation_interval(row["pearson"], len(a))
    low, high = correlation_interval(row["spearman"], len(a), ranks=True)
    row["spearman_low"], row["spearman_high"] = low, high
    return row


def correlation_interval(r: float, n: int, *, ranks: bool = False) -> tuple[float, float]:
    """Return the 95 % interval of a correlation of `n` regions by Fisher's z; NaN without one.

    >>> [round(end, 2) for end in correlation_interval(0.69, 10)]
    [0.11, 0.92]
    >>> [round(end, 2) for end in correlation_interval(0.60, 10, ranks=True)]
    [-0.11, 0.9]
    """
    if n <= 3 or not abs(r) < 1:
        return float("nan"), float("nan")
    widening = 1.0 + r**2 / 2 if ranks else 1.0
    reach = _TWO_SIDED_95 * np.sqrt(widening / (n - 3))
    centre = np.arctanh(r)
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def correlation(a: pd.Series, b: pd.Series, kind: str) -> float:
    """Return a correlation of two columns without gaps; NaN when one of them is constant."""
    if min(a.nunique(), b.nunique()) < 2:
        return float("nan")
    return float(a.corr(b, method=_KINDS[kind]))


_KINDS: dict[str, _Kind] = {
    "pearson": "pearson",
    "spearman": "spearman",
    "kendall": "kendall",
}


def _indicators(source: Result | IndicatorTable | pd.DataFrame) -> pd.DataFrame:
    if isinstance(source, IndicatorTable):
        # As the data have them: what is less is worse only once a scheme says so.
        source = source.values[source.framework.codes]
    frame = source.normalised if isinstance(source, Result) else source
    if frame.shape[1] < 2:
        have = listing(map(repr, frame.columns)) or "none"
        raise DataError(f"At least two indicators are needed, but there is {have}.")
    return _numeric(frame)


def _numeric(frame: pd.DataFrame) -> pd.DataFrame:
    try:
        numbers = frame.astype("float64")
    except (TypeError, ValueError) as error:
        raise DataError(f"The values must be numbers, but some are not: {error}.") from None
    if infinite := numbers.columns[np.isinf(numbers.to_numpy()).any(axis=0)].tolist():
        raise DataError(
            f"Values must be finite, but {listing(map(repr, infinite))} holds infinite ones. "
            "Correct them."
        )
    return numbers


def _complete(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    complete = frame.dropna()
    if len(complete) < 3:
        raise DataError(
            f"{what} needs three regions with all values, but there are {len(complete)} of "
            f"{len(frame)}. Drop the indicators with most gaps, or fill them in the scheme."
        )
    if constant := complete.columns[complete.nunique() < 2].tolist():
        raise ConstantIndicatorError(constant, what)
    return complete


def _shared_group(framework: Framework | None, a: str, b: str) -> str | None:
    """Return the parent that two indicators share, empty for the score itself; None without one."""
    if framework is None:
        return ""
    if absent := [code for code in (a, b) if code not in framework.codes]:
        raise MissingColumnError(absent, "The framework", framework.codes)
    parents = {framework[code].parent for code in (a, b)}
    return parents.pop() if len(parents) == 1 else None


def _html(text: str, frame: pd.DataFrame) -> str:
    head = escape(text.splitlines()[0].strip("<>"))
    return f"<p>{head}</p>{frame.to_html(escape=True, na_rep='–', float_format='{:.3f}'.format)}"
