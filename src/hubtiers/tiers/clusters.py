"""Tiers from several scores at once.

Clusters of regions with similar functions, ordered by their mean score.

The rows are put into an order of their own before anything random happens, and randomness comes
from a seed: the same regions in any order, with the same seed, get the same tiers.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import About
from hubtiers.errors import (
    DataError,
    MissingDependencyError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.scale import (
    GroupedTiers,
    class_counts,
    finite_scores,
    score_numbers,
    score_ranges,
    tier_labels,
    tier_series,
    variance_fit,
)

__all__ = ["ClusterTiers", "GaussianMixture", "Hierarchical", "KMeans", "MixtureTiers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SHAPES = ("diag", "spherical", "tied", "full")
_LARGEST = 1e100
"""Distances square the features; beyond this the squares of many of them would overflow."""


@dataclass(frozen=True, repr=False, eq=False)
class ClusterTiers(GroupedTiers):
    """Tiers that are clusters, ordered by the mean score of their regions.

    Attributes
    ----------
    silhouette
        Mean silhouette of the regions in the space of the features, −1 to 1: how well apart the
        tiers lie. NaN for one tier, or when each region is a tier of its own.
    centres
        Mean of each feature by tier, highest tier first.
    features, tier
        The features of the fitted regions, and their tiers.
    joins
        What another region joins: the tier of the nearest ``"centre"``, or that of the nearest
        fitted ``"region"``.
    """

    silhouette: float
    centres: pd.DataFrame
    features: pd.DataFrame
    tier: pd.Series
    joins: str = field(default="centre", kw_only=True)

    def apply(self, scores: pd.Series, *, features: pd.DataFrame | None = None) -> pd.Series:
        """Sort regions into the fitted tiers.

        Parameters
        ----------
        scores
            Score by region.
        features
            Sub-scores by region, with the columns of the fit; left out, the score alone, if the fit
            used it alone.

        Returns
        -------
        pandas.Series
            Ordered categorical. A region of the fit that has not changed keeps its tier; any other
            joins the tier that is nearest in the sense of `joins`, the higher one of two that are
            equally near. Between the centres of k-means, and under a mixture, that border is the
            method's own formula. Ward's method has none; there the border is the middle of the gap
            between the regions of two tiers, so that no small change moves a region of the fit.

        Raises
        ------
        DataError
            When a scored region lacks a feature, or the features are not those of the fit.

        Notes
        -----
        **Missing values**: a region without a score has no tier.
        """
        space = _feature_space(scores, features, "ClusterTiers.apply", columns=self.centres.columns)
        classes = pd.Series(self._nearest(space.to_numpy()), index=space.index)
        common = self.features.index[self.features.index.isin(space.index)]
        same = (self.features.loc[common].to_numpy() == space.loc[common].to_numpy()).all(axis=1)
        classes.loc[common[same]] = self.tier.loc[common[same]].cat.codes.astype("int64")
        return tier_series(classes.reindex(scores.index, fill_value=-1), self.labels, scores.index)

    def _nearest(self, points: Floats) -> Ints:
        from scipy.spatial.distance import cdist

        if self.joins == "centre":
            distance = cdist(points, self.centres.to_numpy(), "sqeuclidean")
        else:
            to_fitted = cdist(points, self.features.to_numpy(), "sqeuclidean")
            members = [(self.tier == label).to_numpy() for label in self.labels]
            distance = np.column_stack([to_fitted[:, inside].min(axis=1) for inside in members])
        # Columns are the tiers, highest first: of two that are equally near, the first one counts.
        return np.asarray(len(self.labels) - 1 - distance.argmin(axis=1))

    def _summary(self) -> str:
        return f"{super()._summary()}, silhouette {self.silhouette:.3f}"


@dataclass(frozen=True, repr=False, eq=False)
class MixtureTiers(ClusterTiers):
    """Tiers from a Gaussian mixture.

    Attributes
    ----------
    bic
        Bayesian information criterion by number of tiers tried; less is better, and missing where a
        cloud would have had no region of its own.
    """

    bic: pd.Series
    model: Any
    order: tuple[int, ...]

    def membership(
        self, scores: pd.Series, *, features: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Return the probability of each tier for each region, highest tier first; rows sum to 1.

        Notes
        -----
        **Missing values**: missing for a region without a score.
        """
        space = _feature_space(
            scores, features, "MixtureTiers.membership", columns=self.centres.columns
        )
        return pd.DataFrame(
            self._chances(space.to_numpy()), space.index, list(self.labels)
        ).reindex(scores.index)

    def _nearest(self, points: Floats) -> Ints:
        return np.asarray(len(self.labels) - 1 - self._chances(points).argmax(axis=1))

    def _chances(self, points: Floats) -> Floats:
        if not len(points):
            return np.empty((0, len(self.order)))
        return np.asarray(self.model.predict_proba(points)[:, self.order])


@dataclass(frozen=True)
class KMeans:
    """K-means (K均值聚类): tiers of regions with similar functions.

    Choose it when regions of one tier should be alike in every function and not only in the score.
    On the score alone it seeks what `NaturalBreaks` finds exactly.

    Parameters
    ----------
    k
        Number of tiers.
    labels
        Names, highest first; Zhang's highest `k` tiers when left out.
    rng
        Seed of the starting points.
    starts
        How many random starts to try; the best is kept.

    Notes
    -----
    Lloyd's iteration from k-means++ starts, by scikit-learn. Features are taken as they are: put
    them on one scale first, as normalisation does. Tiers are ordered by the mean score of their
    regions, so that a region can stand in a higher tier than another with a higher score. A region
    of a later table joins the tier of the nearest centre: on the score alone, the cut is midway
    between two centres.

    **Missing values**: a region without a score gets no tier and plays no part; a scored region
    without a sub-score is an error. **Ties**: regions with equal features and scores share a tier.

    Examples
    --------
    >>> numbers = {"research": [0.9, 0.8, 0.1, 0.2], "industry": [0.8, 0.9, 0.2, 0.1]}
    >>> functions = pd.DataFrame(numbers)
    >>> scores = functions.mean(axis=1)
    >>> KMeans(2).fit(scores, features=functions).apply(scores, features=functions).tolist()
    ['international', 'international', 'national', 'national']
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    rng: int = 0
    starts: int = 20
    about: ClassVar[About] = About(
        zh="K 均值聚类",
        en="k-means",
        says_zh="按各功能得分聚类，层级按类内平均得分排序。",
        says_en="Regions with similar functions form a tier; tiers are ordered by mean score.",
    )

    def __post_init__(self) -> None:
        _check(self, self.k, self.labels)
        _whole("KMeans", "rng", self.rng, least=0)
        _whole("KMeans", "starts", self.starts, least=1)

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series, *, features: pd.DataFrame | None = None) -> ClusterTiers:
        """Find clusters in the features, or in the score when there are none.

        Raises
        ------
        DataError
            When there are fewer different regions than tiers, or a scored region lacks a feature.
        """
        from sklearn.cluster import KMeans as Lloyd

        space = _ordered_space(scores, features, self.k, "KMeans")
        model = Lloyd(self.k, init="k-means++", n_init=self.starts, random_state=self.rng)
        with _one_thread():
            found = model.fit_predict(space.to_numpy())
        return _cluster_tiers(found, scores, space, labels=self.labels, method="k-means")


@dataclass(frozen=True)
class Hierarchical:
    """Hierarchical clustering by Ward (系统聚类, Ward法).

    Tiers from merging the most similar regions.

    Choose it when tiers should come from a tree that is the same every time, or should be connected
    on the map.

    Parameters
    ----------
    k
        Number of tiers.
    labels
        Names, highest first; Zhang's highest `k` tiers when left out.
    contiguity
        Merge only regions that touch. Needs regions with geometry and the package libpysal (extra
        ``space``). Islands, and parts of the map that do not touch, are first tied to the region
        with the most similar features.

    Notes
    -----
    Merges the two groups that add least to the sum of squares within groups (Ward 1963,
    doi:10.1080/01621459.1963.10500845), by scikit-learn. Features are taken as they are. Tiers are
    ordered by the mean score of their regions. A region of a later table joins the tier of the
    nearest region of the fit: on the score alone, the tiers are cut in the middle of the gap.

    **Missing values**: a region without a score gets no tier and plays no part; a scored region
    without a sub-score is an error. **Ties**: regions with equal features and scores share a tier,
    unless contiguity keeps them apart.

    Examples
    --------
    >>> scores = pd.Series([0.1, 0.9, 0.2, 0.8, 0.15], index=list("abcde"))
    >>> Hierarchical(2).fit(scores).apply(scores).tolist()
    ['national', 'international', 'national', 'international', 'national']
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    contiguity: bool = False
    about: ClassVar[About] = About(
        zh="系统聚类（Ward 法）",
        en="hierarchical clustering (Ward)",
        says_zh="逐步合并使组内离差平方和增量最小的两组。",
        says_en="The two groups that add least to the sum of squares are merged, step by step.",
    )

    def __post_init__(self) -> None:
        _check(self, self.k, self.labels)

    @property
    def uses_geometry(self) -> bool:
        """Whether the fit looks at the shapes of the regions."""
        return self.contiguity

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(
        self,
        scores: pd.Series,
        *,
        features: pd.DataFrame | None = None,
        table: IndicatorTable | None = None,
    ) -> ClusterTiers:
        """Find clusters in the features, or in the score when there are none.

        Raises
        ------
        DataError
            When there are fewer different regions than tiers, a scored region lacks a feature, or
            contiguity is asked for and there is no geometry.
        MissingDependencyError
            When contiguity is asked for and libpysal is not installed.
        """
        from sklearn.cluster import AgglomerativeClustering

        space = _ordered_space(scores, features, self.k, "Hierarchical")
        links = _contiguity(table, space.index) if self.contiguity else None
        model = AgglomerativeClustering(self.k, linkage="ward", connectivity=links)
        with warnings.catch_warnings():
            # Islands are documented to be tied to their nearest in the features, which is what the
            # warning says.
            warnings.filterwarnings(
                "ignore", message="the number of connected components", category=UserWarning
            )
            found = model.fit_predict(space.to_numpy())
        method = "Ward's clustering" + (" of touching regions" if self.contiguity else "")
        tiers = _cluster_tiers(found, scores, space, labels=self.labels, method=method)
        return replace(tiers, joins="region")


@dataclass(frozen=True)
class GaussianMixture:
    """Gaussian mixture (高斯混合模型): tiers with a probability of belonging.

    Choose it when a tier should come with how sure it is, given that tiers are clouds of regions.

    Parameters
    ----------
    k
        Number of tiers; with `by_bic`, the most there may be.
    labels
        Names for `k` tiers, highest first; Zhang's when left out. When fewer are found, the highest
        names are used.
    by_bic
        Take the number of tiers from 1 to `k` with the lowest BIC.
    rng
        Seed of the starting points.
    starts
        How many random starts to try; the best is kept.
    shape
        Of the clouds: ``"diag"`` (each its own spread along each feature), ``"spherical"``,
        ``"tied"`` or ``"full"``.

    Notes
    -----
    Expectation maximisation from k-means starts, by scikit-learn. A millionth of the mean variance
    of the features is added to every variance, so that a cloud of one region has a size, whatever
    the unit. A region stands in the tier that it most probably belongs to; tiers are ordered by the
    mean score of their regions.

    **Missing values**: a region without a score gets no tier and plays no part; a scored region
    without a sub-score is an error. **Ties**: regions with equal features share a tier.

    Examples
    --------
    >>> scores = pd.Series([0.1, 0.12, 0.14, 0.8, 0.82, 0.86], index=list("abcdef"))
    >>> scale = GaussianMixture(2).fit(scores)
    >>> scale.membership(scores)["international"].round(3).tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    by_bic: bool = False
    rng: int = 0
    starts: int = 10
    shape: str = "diag"
    about: ClassVar[About] = About(
        zh="高斯混合模型",
        en="Gaussian mixture",
        says_zh="以期望最大化估计混合分布，按最可能的类归级。",
        says_en=(
            "A mixture is fitted by expectation maximisation; a region takes its most probable "
            "tier."
        ),
    )

    def __post_init__(self) -> None:
        _check(self, self.k, self.labels)
        _whole("GaussianMixture", "rng", self.rng, least=0)
        _whole("GaussianMixture", "starts", self.starts, least=1)
        if self.shape not in _SHAPES:
            raise UnknownOptionError("shape of GaussianMixture:", self.shape, _SHAPES)

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of all tiers that there may be, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series, *, features: pd.DataFrame | None = None) -> MixtureTiers:
        """Fit clouds to the features, or to the score when there are none.

        Raises
        ------
        DataError
            When there are fewer than two regions, or fewer different ones than tiers; when a scored
            region lacks a feature, or a cloud ends up with no region that belongs to it most.
        """
        space = _ordered_space(scores, features, 1 if self.by_bic else self.k, "GaussianMixture")
        points = space.to_numpy()
        if len(points) < 2:
            raise DataError(
                "GaussianMixture() needs at least 2 regions with a score, but there is 1. Score "
                "more regions."
            )
        tried = {k: self._mixture(points, k) for k in self._numbers(points)}
        bic = self._bic_of_full(tried, points)
        best = min((k for k in tried if not np.isnan(bic[k])), key=lambda k: float(bic[k]))
        model = tried[best]
        found = np.asarray(model.predict(points))
        method = "Gaussian mixture" + ("" if model.converged_ else " (not converged)")
        labels = self.possible_tiers[: model.n_components]
        base = _cluster_tiers(found, scores, space, labels=labels, method=method)
        known = scores.loc[space.index].to_numpy(np.float64)
        order = tuple(_highest_first(found, known, points))
        return MixtureTiers(**vars(base), bic=bic.rename_axis("k"), model=model, order=order)

    def _numbers(self, points: Floats) -> Sequence[int]:
        """Return the numbers of tiers to try."""
        most = min(self.k, len(np.unique(points, axis=0)))
        return range(1, most + 1) if self.by_bic else [self.k]

    def _bic_of_full(self, tried: Mapping[int, Any], points: Floats) -> pd.Series:
        """Return the BIC by number of tiers; missing where a cloud has no region of its own."""
        bic = {k: float(model.bic(points)) for k, model in tried.items()}
        for k, model in tried.items():
            if len(np.unique(model.predict(points))) < k:
                bic[k] = np.nan
        found = pd.Series(bic, name="bic")
        if found.isna().all():
            raise DataError(
                f"GaussianMixture({self.k}) found a tier to which no region belongs most. Ask for "
                "fewer tiers, or set by_bic to let the data choose."
            )
        return found

    def _mixture(self, points: Floats, k: int) -> Any:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture as Mixture

        floor = 1e-6 * float(points.var(axis=0).mean()) or 1e-12
        model = Mixture(
            k,
            covariance_type=self.shape,
            reg_covar=floor,
            n_init=self.starts,
            max_iter=1000,
            random_state=self.rng,
        )
        with _one_thread(), warnings.catch_warnings():
            # A fit that has not converged says so in its `method`.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(points)


def _cluster_tiers(
    found: Ints,
    scores: pd.Series,
    space: pd.DataFrame,
    *,
    labels: Sequence[str] | None,
    method: str,
) -> ClusterTiers:
    """Return clusters as tiers, ordered by mean score."""
    points, known = space.to_numpy(), scores.loc[space.index].to_numpy(np.float64)
    order = _highest_first(found, known, points)
    k = len(order)
    names = tier_labels(k, labels)
    classes = k - 1 - np.argsort(order)[found]
    centres = [points[found == c].mean(axis=0) for c in order]
    return ClusterTiers(
        labels=names,
        breaks=(),
        lowest=float(known.min()),
        highest=float(known.max()),
        counts=class_counts(classes, k),
        gvf=variance_fit(known, classes),
        method=f"{method} in {k} tiers on {listing(space.columns)}",
        ranges=score_ranges(known, classes, k),
        silhouette=_silhouette(points, classes),
        centres=pd.DataFrame(centres, pd.Index(names, name="tier"), space.columns),
        features=space,
        tier=tier_series(classes, names, space.index),
    )


def _highest_first(found: Ints, scores: Floats, points: Floats) -> list[int]:
    """Return the numbers of the clusters by falling mean score; equal means by their centres."""
    groups = {int(c): found == c for c in np.unique(found)}
    return sorted(
        groups, key=lambda c: (-scores[groups[c]].mean(), *(-points[groups[c]].mean(axis=0)))
    )


def _silhouette(points: Floats, classes: Ints) -> float:
    from sklearn.metrics import silhouette_score

    apart = 2 <= len(np.unique(classes)) < len(points)
    return float(silhouette_score(points, classes)) if apart else float("nan")


def _feature_space(
    scores: pd.Series,
    features: pd.DataFrame | None,
    method: str,
    *,
    columns: pd.Index | None = None,
) -> pd.DataFrame:
    """Return the features of the scored regions, complete and finite, or the score alone."""
    known = scores.index[~np.isnan(score_numbers(scores, method))]
    if features is None:
        features = pd.DataFrame({"score": scores})
    if features.columns.empty:
        raise DataError(
            f"{method} got features without a column. Leave them out to use the score alone."
        )
    for index in (scores.index, features.index):
        if index.has_duplicates:
            raise DataError(
                f"{method} needs one row per region, but {listing(index[index.duplicated()])} has "
                "several."
            )
    if absent := [region for region in known if region not in features.index]:
        raise DataError(
            f"{method} has no features for {listing(absent)}. Give them for every region with a "
            "score."
        )
    if columns is not None and set(features.columns) != set(columns):
        raise DataError(
            f"{method} knows the features {listing(columns)} of the fit, but got "
            f"{listing(features.columns)}. Give the same ones."
        )
    try:
        space = features.loc[known, list(features.columns if columns is None else columns)].astype(
            np.float64
        )
    except (TypeError, ValueError):
        raise DataError(
            f"{method} takes numbers, but some of the features {listing(features.columns)} are not."
        ) from None
    odd = ~(space.abs() < _LARGEST).to_numpy()
    if odd.any():
        cells = [f"{space.columns[c]} of {space.index[r]}" for r, c in np.argwhere(odd)]
        raise DataError(
            f"{method} needs every feature of a scored region, and below {_LARGEST:g}, but these "
            f"are missing or too large: {listing(cells)}. Require full coverage, or fill them "
            "before."
        )
    return space


def _ordered_space(
    scores: pd.Series, features: pd.DataFrame | None, k: int, method: str
) -> pd.DataFrame:
    """Return the features in an order that does not depend on that of the regions."""
    finite_scores(scores, f"{method}()")
    space = _feature_space(scores, features, f"{method}()")
    distinct = len(np.unique(space.to_numpy(), axis=0))
    if distinct < k:
        raise DataError(
            f"{method}({k}) needs at least {k} different regions, but in their features there "
            f"{'is' if distinct == 1 else 'are'} {distinct}. Ask for fewer tiers, or score more "
            "regions."
        )
    keys = [
        space.index.astype(str),
        *space.to_numpy().T[::-1],
        scores.loc[space.index].to_numpy(np.float64),
    ]
    return space.iloc[np.lexsort(keys)]


def _contiguity(table: IndicatorTable | None, regions: pd.Index) -> Any:
    """Return the sparse matrix of regions that touch, in the order of `regions`."""
    frame = None if table is None else table.regions
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(
            "Hierarchical(contiguity=True) needs regions with geometry. Join the indicators to "
            "regions with join_indicators, and give the table to `fit`."
        )
    try:
        graph = importlib.import_module("libpysal.graph").Graph
    except ImportError:
        raise MissingDependencyError("libpysal", "space", "Hierarchical(contiguity=True)") from None
    return graph.build_contiguity(frame.loc[regions], rook=False, strict=True).sparse


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep sums in one order: several threads would add up in whichever order they finish."""
    with importlib.import_module("threadpoolctl").threadpool_limits(limits=1):
        yield


def _check(method: object, k: int, labels: Sequence[str] | None) -> None:
    checked = tier_labels(k, labels)
    if labels is not None:
        object.__setattr__(method, "labels", checked)


def _whole(method: str, option: str, value: object, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SpecError(f"{method}({option}={value!r}) must be a whole number of at least {least}.")
