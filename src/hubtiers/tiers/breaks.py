"""Tiers from one score: where to cut a ranking into classes.

Classes are closed above, unless a rule is told otherwise: a score equal to a cut-point belongs to
the class below it. Equal scores never split, a higher score never has a lower tier, and a region
without a score has no tier.

No cut-point that comes out of the scores lies on one of them. Natural breaks and quantiles find
classes, and cut in the middle of the gap between the highest score below and the lowest above. The
other rules have a formula, and keep its number, unless it is a score of the fit: then the cut is in
the middle of the gap above that score, and the same regions stand below it. Thresholds, and per
cent of a yardstick, are declared and stay where they were declared, also on a score.

Which rules survive what, that is, leave the tiers of all other regions as they were:

===================== ====================== ============== ================= ==================
rule                  one extreme region     adding a       multiplying by a  any increasing
                      joins                  constant       positive constant transformation
===================== ====================== ============== ================= ==================
`NaturalBreaks`       no                     yes            yes               no
`Quantiles`           no                     yes            yes               yes
`EqualIntervals`      no                     yes            yes               no
`HeadTail`            no                     yes            yes               no
`StandardDeviation`   no                     yes            yes               no
`Thresholds`          yes                    no             no                no
`RelativeTo` mean     no                     no             yes               no
`RelativeTo` a region yes                    no             yes               no
===================== ====================== ============== ================= ==================
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import About
from hubtiers.errors import DataError, DomainError, SpecError, UnknownOptionError
from hubtiers.tiers._partition import optimal_classes
from hubtiers.tiers.scale import (
    TierScale,
    between_scores,
    distinct_scores,
    finite_scores,
    highest_below,
    scale_at,
    tier_labels,
)
from hubtiers.tiers.yardstick import ScoredYardstick, score_of_yardstick

__all__ = [
    "EqualIntervals",
    "HeadTail",
    "NaturalBreaks",
    "Quantiles",
    "RelativeTo",
    "StandardDeviation",
    "Thresholds",
    "TierScale",
]

_SCALES = ("linear", "log")
_TWO_OR_MORE = {2: "two", 3: "three"}

_ENDS = ("above", "below")
_MOST_DIGITS = 12

_ROUNDING = 1e-12
"""Part of the range of scores within which a computed cut-point and a score are the same."""


@dataclass(frozen=True)
class NaturalBreaks:
    """Natural breaks (自然断点, Fisher–Jenks): tiers whose regions are as alike as possible.

    Choose it when tiers should follow the gaps in the scores at hand. It is the true optimum, not
    the sampled or iterated approximation of many GIS. The cut-points move when regions are added;
    they are not thresholds.

    Parameters
    ----------
    k
        Number of tiers.
    labels
        Names, highest first; Zhang's highest `k` tiers when left out.
    scale
        ``"linear"``, or ``"log"`` to look for gaps in the logarithm of the score: then ratios
        between regions count and not differences, and GVF is that of the logarithm. The cut-points
        stay in units of the score.

    Notes
    -----
    Minimises the sum of squared deviations from class means over all partitions of the sorted
    scores (Fisher 1958, doi:10.1080/01621459.1958.10501479). Of partitions whose sums of squares
    agree to one part in 10¹⁰ the one with the lowest cut-points is taken. Classes are closed above.
    Each cut-point is the middle of the gap between two classes, on the log scale that of the
    logarithms.

    **Missing values** get no tier and play no part. **Ties** stay together.

    Examples
    --------
    >>> scores = pd.Series([0.9, 0.8, 0.3, 0.25, 0.1, None], index=list("abcdef"))
    >>> scale = NaturalBreaks(3).fit(scores)
    >>> scale.breaks
    (0.175, 0.55)
    >>> scale.apply(scores).tolist()
    ['international', 'international', 'national', 'national', 'regional', nan]
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    scale: str = "linear"
    about: ClassVar[About] = About(
        zh="自然断点法（Fisher–Jenks 精确解）",
        en="exact natural breaks (Fisher–Jenks)",
        says_zh="使各级内得分离差平方和最小的精确划分；各级含上限，同分同级。",
        says_en=(
            "The exact partition with the least squares within tiers; tiers are closed above and "
            "ties stay together."
        ),
        formula="GVF = 1 − Σ_{c} Σ_{i∈c} (s_{i} − s̄_{c})^{2} / Σ_{i} (s_{i} − s̄)^{2}",
    )

    def __post_init__(self) -> None:
        _keep_labels(self, self.k, self.labels)
        if self.scale not in _SCALES:
            raise UnknownOptionError("scale of NaturalBreaks:", self.scale, _SCALES)

    @property
    def cuts(self) -> str | None:
        """How the compiled loop makes the cut-points: by natural breaks of the score itself."""
        return "natural" if self.scale == "linear" else None

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series) -> TierScale:
        """Find the best cut-points for these scores.

        Raises
        ------
        DataError
            When there are fewer distinct scores than tiers, a score is infinite, or, on the log
            scale, not positive.
        """
        log, name = self.scale == "log", f"NaturalBreaks({self.k})"
        known = finite_scores(scores, name)
        if log and not (known > 0).all():
            odd = scores.index[scores <= 0].tolist()
            way_out = (
                "Normalise to a positive range, such as MinMax(low=1, high=100), or use the linear "
                "scale."
            )
            raise DomainError(
                f"{name} on the log scale", "positive scores", "score", scores[odd[0]], odd, way_out
            )
        values, counts = distinct_scores(known, self.k, name)
        starts = optimal_classes(np.log(values) if log else values, counts, self.k)
        method = f"natural breaks{' of the logarithm' if log else ''} in {self.k} tiers"
        cuts = between_scores(values[starts[1:] - 1].tolist(), known, log=log)
        return scale_at(known, cuts, self.possible_tiers, method, log=log)


@dataclass(frozen=True)
class Quantiles:
    """Quantiles (分位数): tiers with equal numbers of regions.

    Choose it when a tier is a share of the regions, such as the top quarter. It looks at ranks
    only: near scores can fall into different tiers.

    Parameters
    ----------
    k
        Number of tiers.
    labels
        Names, highest first; Zhang's highest `k` tiers when left out.

    Notes
    -----
    Cut j of n regions should leave j·n/k below it; it is made at the nearest place where the score
    changes, the lower one of two that are equally near. **Ties** thus stay together; where they are
    long, a tier in the middle can stay empty, but never the highest or the lowest. Each cut-point
    is the middle of the gap between the highest score below the cut and the lowest above.

    **Missing values** get no tier and are not counted.

    Examples
    --------
    >>> Quantiles(2).fit(pd.Series([5.0, 1.0, 2.0, 4.0])).breaks
    (3.0,)
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    about: ClassVar[About] = About(
        zh="分位数法",
        en="quantiles",
        says_zh="各级区域数尽量相等。",
        says_en="Tiers hold as equal numbers of regions as ties allow.",
    )

    def __post_init__(self) -> None:
        _keep_labels(self, self.k, self.labels)

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series) -> TierScale:
        """Find the cut-points that come nearest to equal numbers of regions.

        Raises
        ------
        DataError
            When there are fewer distinct scores than tiers, or a score is infinite.
        """
        known = finite_scores(scores, f"Quantiles({self.k})")
        values, counts = distinct_scores(known, self.k, f"Quantiles({self.k})")
        # Times k, so that targets and places are whole numbers and a tie between two places is
        # exact.
        places = np.cumsum(counts)[:-1] * self.k
        below = [int(np.argmin(np.abs(places - j * len(known)))) for j in range(1, self.k)]
        cuts = between_scores(values[below].tolist(), known)
        return scale_at(known, cuts, self.possible_tiers, f"quantiles in {self.k} tiers")


@dataclass(frozen=True)
class EqualIntervals:
    """Equal intervals (等间距): tiers that span equal ranges of the score.

    Choose it when equal steps of the score mean equal steps of standing. One extreme region can
    empty the tiers between it and the rest.

    Parameters
    ----------
    k
        Number of tiers.
    labels
        Names, highest first; Zhang's highest `k` tiers when left out.

    Notes
    -----
    Cut j is at lowest + (highest − lowest)·j/k, closed above; where that is a score, in the middle
    of the gap above it. Tiers between the outermost can be empty.

    **Missing values** get no tier and play no part. **Ties** stay together.

    Examples
    --------
    >>> EqualIntervals(4).fit(pd.Series([0.0, 3.0, 5.0, 8.0])).breaks
    (2.0, 4.0, 6.0)
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    about: ClassVar[About] = About(
        zh="等间距法",
        en="equal intervals",
        says_zh="各级得分区间等宽。",
        says_en="Tiers span equal ranges of the score.",
    )
    counts_regions: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _keep_labels(self, self.k, self.labels)

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series) -> TierScale:
        """Find the cut-points between the lowest and the highest score.

        Raises
        ------
        DataError
            When there are fewer distinct scores than tiers, or a score is infinite.
        """
        known = finite_scores(scores, f"EqualIntervals({self.k})")
        distinct_scores(known, self.k, f"EqualIntervals({self.k})")
        low, high = float(known.min()), float(known.max())
        cuts = [low * ((self.k - j) / self.k) + high * (j / self.k) for j in range(1, self.k)]
        return _scale_by_formula(known, cuts, self.possible_tiers, "equal intervals")


@dataclass(frozen=True)
class HeadTail:
    """Head/tail breaks (头尾分割).

    Cut at the mean, then at the mean of what lies above it, and so on.

    Choose it for scores with a long upper tail, where few regions are large and many are small. The
    data decide how many tiers there are.

    Parameters
    ----------
    k
        Most tiers there may be.
    labels
        Names for `k` tiers, highest first; Zhang's when left out. When fewer are found, the highest
        names are used.
    most_in_head
        Go on as long as at most this share of the regions lies above the mean.

    Notes
    -----
    Jiang (2013, doi:10.1080/00330124.2012.700499), with his share of 40 %. The first cut, at the
    mean of all, is always made. Classes are closed above. A mean that is itself a score cuts in the
    middle of the gap above that score.

    **Missing values** get no tier and play no part. **Ties** stay together.

    Examples
    --------
    >>> scale = HeadTail().fit(pd.Series([1.0, 1, 1, 1, 1, 2, 2, 3, 24]))
    >>> scale.breaks, scale.labels
    ((4.0,), ('international', 'national'))
    """

    k: int = 4
    labels: tuple[str, ...] | None = None
    most_in_head: float = 0.4
    about: ClassVar[About] = About(
        zh="头尾分割法",
        en="head/tail breaks",
        says_zh="以均值切分，再对高于均值者重复。",
        says_en="The cut is at the mean, then at the mean of what lies above, and so on.",
    )

    def __post_init__(self) -> None:
        _keep_labels(self, self.k, self.labels)
        if not 0 < self.most_in_head < 1:
            raise SpecError(
                f"HeadTail(most_in_head={self.most_in_head!r}) is no share. Give one between 0 and "
                "1."
            )

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of all tiers that there may be, highest first."""
        return tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series) -> TierScale:
        """Find the nested means.

        Raises
        ------
        DataError
            When all scores are equal, or one is infinite.
        """
        known = finite_scores(scores, "HeadTail()")
        distinct_scores(known, min(self.k, 2), "HeadTail()")
        cuts: list[float] = []
        head, share = known, 0.0
        while len(cuts) < self.k - 1 and share <= self.most_in_head and head.min() < head.max():
            cuts.append(_snap(float(head.mean()), known))
            above = head[head > cuts[-1]]
            head, share = above, len(above) / len(head)
        labels = self.possible_tiers[: len(cuts) + 1]
        return _scale_by_formula(known, cuts, labels, "head/tail breaks")


@dataclass(frozen=True)
class StandardDeviation:
    """Mean and standard deviation (均值—标准差): tiers by how far a score lies from the mean.

    Choose it for scores that are roughly symmetric about their mean.

    Parameters
    ----------
    at
        Cut-points in standard deviations from the mean, ascending; one more tier than cut-points.
    labels
        Names, highest first; Zhang's highest tiers when left out.

    Notes
    -----
    Cuts are at mean + a·s with s the sample standard deviation (n − 1). Classes are closed above. A
    number that is itself a score cuts in the middle of the gap above that score. Tiers can be
    empty: in a skewed ranking no score may lie one standard deviation below the mean.

    **Missing values** get no tier and play no part. **Ties** stay together.

    Examples
    --------
    >>> StandardDeviation(at=(-1.5, 0.5)).fit(pd.Series([1.0, 2.0, 3.0])).breaks
    (0.5, 2.5)
    """

    at: tuple[float, ...] = (-1.0, 0.0, 1.0)
    labels: tuple[str, ...] | None = None
    about: ClassVar[About] = About(
        zh="均值—标准差法",
        en="mean and standard deviation",
        says_zh="以均值加若干倍标准差为界。",
        says_en="Cut-points lie at the mean plus multiples of the standard deviation.",
        formula="b = s̄ + a · σ",
    )

    def __post_init__(self) -> None:
        _keep_cuts(self, "at", self.at)
        _keep_labels(self, len(self.at) + 1, self.labels)

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(len(self.at) + 1, self.labels)

    def fit(self, scores: pd.Series) -> TierScale:
        """Find mean and standard deviation of these scores.

        Raises
        ------
        DataError
            When all scores are equal, or one is infinite.
        """
        known = finite_scores(scores, "StandardDeviation()")
        distinct_scores(known, 2, "StandardDeviation()")
        # A power of two out and in again is exact, and squares of huge scores stay finite.
        power = int(np.frexp(np.abs(known).max())[1])
        unit = np.ldexp(known, -power)
        centred = np.ldexp(unit.mean() + np.asarray(self.at) * unit.std(ddof=1), power)
        return _scale_by_formula(known, centred, self.possible_tiers, "standard deviations")


@dataclass(frozen=True)
class Thresholds:
    """Fixed cut-points (手工阈值): tiers by absolute scores.

    Choose it when a plan or an earlier study says what score a tier takes, and wherever tiers of
    different years, countries or scenarios are to mean the same. `Thresholds(scale.breaks,
    labels=scale.labels)` keeps those of a fit, in the middle of its gaps.

    Parameters
    ----------
    breaks
        Cut-points in units of the score, ascending; one more tier than cut-points.
    labels
        Names, highest first; Zhang's highest tiers when left out.
    closed
        ``"above"``: a region must exceed a threshold to stand above it; ``"below"``: it need only
        reach it, as most published indices have it.
    digits
        Decimals that scores are rounded to before they are compared (halves upwards), where tiers
        are those of a printed index; left out, scores count as they are.

    Notes
    -----
    Nothing is learnt from the scores; tiers can be empty. A threshold stays where it is declared,
    also on a score of the fit: a region that stands on it is lifted by any gain, or, with
    `closed="below"`, dropped by any loss. With `digits` it is the printed score that must pass.

    **Missing values** get no tier. **Ties** stay together.

    Examples
    --------
    >>> scores = pd.Series([30.0, 60.0, 61.0])
    >>> Thresholds((60,)).fit(scores).apply(scores).tolist()
    ['national', 'national', 'international']
    >>> Thresholds((60,), closed="below").fit(scores).apply(scores).tolist()
    ['national', 'international', 'international']
    >>> index = pd.Series([0.7994, 0.7996])
    >>> Thresholds((0.8,), closed="below", digits=3).fit(index).apply(index).tolist()
    ['national', 'international']
    """

    breaks: tuple[float, ...]
    labels: tuple[str, ...] | None = None
    closed: str = "above"
    digits: int | None = None
    about: ClassVar[About] = About(
        zh="手工阈值",
        en="fixed cut-points",
        says_zh="阈值由研究者给定。",
        says_en="Cut-points are set by hand.",
    )
    counts_regions: ClassVar[bool] = False
    cuts: ClassVar[str] = "fixed"
    declares_cuts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _keep_cuts(self, "breaks", self.breaks)
        _keep_labels(self, len(self.breaks) + 1, self.labels)
        _require_ends("Thresholds", self.closed, self.digits)

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(len(self.breaks) + 1, self.labels)

    @property
    def cut_points(self) -> tuple[float, ...]:
        """The highest score below each threshold: what is compared, whichever end is closed."""
        return highest_below(self.breaks, closed=self.closed, digits=self.digits)

    def fit(self, scores: pd.Series) -> TierScale:
        """Count these scores between the fixed cut-points.

        Raises
        ------
        DataError
            When no region has a score, or one is infinite.
        """
        known = finite_scores(scores, "Thresholds()")
        labels = self.possible_tiers
        method = f"thresholds for {len(labels)} tiers"
        scale = scale_at(known, self.cut_points, labels, method, bounds=self.breaks)
        return replace(scale, closed=self.closed)


@dataclass(frozen=True)
class RelativeTo:
    """Per cent of the mean, a region or a yardstick row (均值倍数): tiers relative to one score.

    Choose it when tiers are said like “at least half as much again as the average”, “half of
    Beijing”, or “above 120 % of the European Union”.

    Parameters
    ----------
    percent
        Cut-points in per cent of the yardstick, positive and ascending; one more tier than
        cut-points.
    region
        Id of the region that is the yardstick; the mean of all scored regions when left out.
    labels
        Names, highest first; Zhang's highest tiers when left out.
    value
        The score that is the yardstick, where it is known from elsewhere.
    closed, digits
        As in `Thresholds`.
    yardstick
        Name of the yardstick of the table (`join_indicators(…, yardstick=…)`): a row such as EU27
        or 全国 that is scored by the fitted scheme, and neither ranked nor mapped.

    Notes
    -----
    With `yardstick` the cut-points are per cent of what the scheme makes of that row, in every draw
    of a robustness anew (its own values stay as they are, also under noise); a later table is
    sorted by the cut-points of the fit.

    Needs a positive yardstick: scores that average 0, such as z-scores, have no meaningful per
    cent. Tiers can be empty. A cut-point stays where it is declared, also on a score: at 100 per
    cent of a region, that region stands on it.

    **Missing values** get no tier and play no part. **Ties** stay together.

    Examples
    --------
    >>> scores = pd.Series({"a": 20.0, "b": 40.0, "c": 60.0})
    >>> RelativeTo((75, 125)).fit(scores).breaks
    (30.0, 50.0)
    >>> RelativeTo((50,), region="c").fit(scores).apply(scores).to_dict()
    {'a': 'national', 'b': 'international', 'c': 'international'}
    >>> RelativeTo((80,), value=50.0, closed="below").fit(scores).apply(scores).to_dict()
    {'a': 'national', 'b': 'international', 'c': 'international'}
    """

    percent: tuple[float, ...] = (50.0, 100.0, 150.0)
    region: str | None = None
    labels: tuple[str, ...] | None = None
    value: float | None = None
    closed: str = "above"
    digits: int | None = None
    yardstick: str | None = None
    about: ClassVar[About] = About(
        zh="均值倍数法",
        en="per cent of a yardstick",
        says_zh="以均值（或指定区域、标杆的得分）的百分比为界。",
        says_en="Cut-points are per cent of the mean, or of the score of a region or a yardstick.",
    )

    def __post_init__(self) -> None:
        _keep_cuts(self, "percent", self.percent)
        _keep_labels(self, len(self.percent) + 1, self.labels)
        if self.percent[0] <= 0:
            raise SpecError(
                f"RelativeTo(percent={self.percent!r}) is not positive. Give per cent above 0."
            )
        _require_ends("RelativeTo", self.closed, self.digits)
        if self.value is not None:
            self._require_value(self.value)
        self._require_one_yardstick()

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(len(self.percent) + 1, self.labels)

    @property
    def counts_regions(self) -> bool:
        """Whether the yardstick is the mean of all regions."""
        return self.region is None and self.value is None and self.yardstick is None

    @property
    def declares_cuts(self) -> bool:
        """Whether the cut-points are declared in the unit of the score: by a yardstick's value."""
        return self.value is not None

    @property
    def uses_only_scores(self) -> bool:
        """Whether the scores of the regions alone say which tier each has."""
        return self.yardstick is None

    def fit(self, scores: pd.Series, *, yardstick: ScoredYardstick | None = None) -> TierScale:
        """Find the score that is 100 per cent, in these scores or as that of the table's yardstick.

        Raises
        ------
        SpecError
            When the rule names a yardstick that the table does not have.
        UnknownOptionError
            When the named region is not among the scores.
        DataError
            When the yardstick has no score, or one that is not positive; when a score is infinite.
        """
        known = finite_scores(scores, "RelativeTo()")
        if self.yardstick is not None:
            name = f"the yardstick {self.yardstick!r}"
            whole = score_of_yardstick(self.yardstick, yardstick)
        else:
            name, whole = self._measure(scores, known)
        if not whole > 0:
            raise DataError(
                f"RelativeTo() needs a positive yardstick, but the score of {name} is "
                f"{whole:g}. Choose another region, or a normalisation whose scores are "
                "positive, such as MinMax()."
            )
        declared = tuple(_snap(p / 100 * whole, known) for p in self.percent)
        cuts = highest_below(declared, closed=self.closed, digits=self.digits)
        labels = self.possible_tiers
        method = f"per cent of {name} in {len(labels)} tiers"
        scale = scale_at(known, cuts, labels, method, bounds=declared)
        return replace(scale, closed=self.closed)

    def _measure(self, scores: pd.Series, known: NDArray[np.float64]) -> tuple[str, float]:
        """Return what is 100 per cent among the scores, and how much it is."""
        if self.value is not None:
            return f"the value {self.value:g}", float(self.value)
        if self.region is not None:
            return f"the region {self.region!r}", self._score_of_region(scores)
        return "the mean", float(known.mean())

    def _require_value(self, value: float) -> None:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not 0 < value < math.inf:
            raise SpecError(
                f"RelativeTo(value={self.value!r}) is no positive number. Give the score of the "
                "yardstick."
            )

    def _require_one_yardstick(self) -> None:
        given = {"region": self.region, "value": self.value, "yardstick": self.yardstick}
        named = [f"{key}={one!r}" for key, one in given.items() if one is not None]
        if len(named) > 1:
            raise SpecError(
                f"RelativeTo({', '.join(named)}) names {_TWO_OR_MORE[len(named)]} yardsticks. "
                "Give one of them."
            )
        if self.yardstick is not None and (
            not isinstance(self.yardstick, str) or not self.yardstick.strip()
        ):
            raise SpecError(
                f"RelativeTo(yardstick={self.yardstick!r}) is no name. Give that of a row of the "
                "data, such as 'EU27'."
            )

    def _score_of_region(self, scores: pd.Series) -> float:
        assert self.region is not None
        found = scores[scores.index == self.region]
        if found.empty:
            raise UnknownOptionError("region", self.region, map(str, scores.index))
        if len(found) > 1 or found.isna().any():
            problem = "no score" if len(found) == 1 else "more than one score"
            raise DataError(
                f"RelativeTo(region={self.region!r}) cannot be used: it has {problem}. Name "
                "another region."
            )
        return float(found.iloc[0])


def _scale_by_formula(
    known: NDArray[np.float64], cuts: Iterable[float], labels: tuple[str, ...], rule: str
) -> TierScale:
    """Return the scale cut at the numbers of a formula, which are printed as its bounds."""
    printed = [_snap(float(cut), known) for cut in cuts]
    method = f"{rule} in {len(labels)} tiers"
    return scale_at(known, between_scores(printed, known), labels, method, bounds=printed)


def _snap(cut: float, known: NDArray[np.float64]) -> float:
    """Return the score that a cut-point differs from by rounding only, or else the cut-point.

    A region that stands on a cut-point belongs below it; the last bit of a mean must not lift it.
    """
    nearest = float(known[np.argmin(np.abs(known - cut))])
    return nearest if abs(nearest - cut) <= _ROUNDING * (known.max() - known.min()) else cut


def _require_ends(method: str, closed: str, digits: int | None) -> None:
    """Check which end of a tier is closed, and how scores are rounded."""
    if closed not in _ENDS:
        raise UnknownOptionError(f"choice for {method}(closed=…):", str(closed), _ENDS)
    whole = isinstance(digits, int) and not isinstance(digits, bool)
    if digits is not None and (not whole or not 0 <= digits <= _MOST_DIGITS):
        raise SpecError(
            f"{method}(digits={digits!r}) is no whole number from 0 to {_MOST_DIGITS}. Give the "
            "decimals that scores are printed with, or leave it out."
        )


def _keep_labels(method: object, k: int, labels: Sequence[str] | None) -> None:
    """Check the labels, and hold them as a tuple so that the method can be compared and hashed."""
    checked = tier_labels(k, labels)
    if labels is not None:
        object.__setattr__(method, "labels", checked)


def _keep_cuts(method: object, field: str, cuts: Sequence[float]) -> None:
    """Check cut-points, and hold them as a tuple of floats."""
    name = type(method).__name__
    try:
        values = tuple(float(c) for c in cuts)
    except (TypeError, ValueError):
        raise SpecError(
            f"{name}({field}={cuts!r}) are no numbers. Give them as (a, b, …), ascending."
        ) from None
    if (
        not values
        or not all(map(math.isfinite, values))
        or any(b <= a for a, b in pairwise(values))
    ):
        raise SpecError(
            f"{name}({field}={cuts!r}) must be at least one finite number, each above the one "
            "before it."
        )
    object.__setattr__(method, field, values)
