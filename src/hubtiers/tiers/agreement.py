"""How far two classifications into tiers agree.

Of the same regions, or of cities and the provinces they lie in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIERS
from hubtiers.tiers._chance import kappa_by_chance, resampled_kappas, share_bounds
from hubtiers.tiers.groups import Groups, in_tiers, is_called_otherwise

__all__ = ["Agreement", "LevelComparison", "agreement", "compare_levels", "tiers_from_ranking"]

_TWO_SIDED_95 = 1.959963984540054


@dataclass(frozen=True, repr=False, eq=False)
class Agreement:
    """Agreement of tiers with a reference.

    Attributes
    ----------
    n, matches
        Regions compared, and regions in the same tier.
    kappa
        Cohen's kappa with linear weights: 1 is full agreement, 0 what chance would give.
    kappa_se
        Its large-sample standard error; NaN where chance agreement is complete.
    adjusted_rand
        Adjusted Rand index of the two partitions: the names and order of tiers play no part.
    confusion
        Reference tiers × tiers, counts.
    disagreements
        Regions that differ, with both tiers.
    not_compared
        Regions with a tier on one side only.
    unnamed
        Tier of the regions that the reference does not name. They cost nothing in any of the
        measures: an agreement that looks only at named regions is one-sided.
    draws, seed
        Of permutations and of the bootstrap.
    """

    n: int
    matches: int
    kappa: float
    kappa_se: float
    adjusted_rand: float
    confusion: pd.DataFrame
    disagreements: pd.DataFrame
    not_compared: tuple[str, ...]
    unnamed: pd.Series = field(default_factory=lambda: pd.Series(dtype="object"), kw_only=True)
    draws: int = field(default=4_999, kw_only=True)
    seed: int = field(default=42, kw_only=True)

    @property
    def share(self) -> float:
        """Exact share of regions in the same tier."""
        return self.matches / self.n

    @property
    def share_interval(self) -> tuple[float, float]:
        """Exact interval of 95 % for the share (Clopper and Pearson 1934).

        Where all regions agree the lower bound is .05^(1/n), .807 for fourteen.
        """
        return share_bounds(self.matches, self.n)

    @property
    def kappa_interval(self) -> tuple[float, float]:
        """Interval of 95 % for kappa: kappa ± 1.96 standard errors, within −1 and 1.

        It is that of large samples; `bootstrap_interval` is the better one for few regions.
        """
        reach = _TWO_SIDED_95 * self.kappa_se
        return max(self.kappa - reach, -1.0), min(self.kappa + reach, 1.0)

    @cached_property
    def bootstrap_interval(self) -> tuple[float, float]:
        """Interval of 95 % for kappa from samples of the regions, drawn with replacement.

        NaN where every region agrees: all samples agree as well, and tell nothing of how sure that
        is. Look at `share_interval` then.
        """
        if self.matches == self.n:
            return float("nan"), float("nan")
        found = resampled_kappas(self.confusion.to_numpy(np.int64), self.draws, self.seed)
        low, high = np.quantile(found, [0.025, 0.975])
        return float(low), float(high)

    @cached_property
    def p_value(self) -> float:
        """Share of permutations of the reference that have at least this kappa; never 0."""
        return kappa_by_chance(self.confusion.to_numpy(np.int64), self.draws, self.seed)

    @property
    def high_tiers(self) -> tuple[str, ...]:
        """The upper half of the tiers that regions have, the middle one included."""
        given = set(self.confusion.columns[self.confusion.sum() > 0]) | set(self.unnamed)
        ordered = [str(label) for label in self.confusion.columns if label in given]
        return tuple(ordered[: (len(ordered) + 1) // 2])

    @property
    def unnamed_high(self) -> pd.Series:
        """Tier of the regions in `high_tiers` that the reference does not name."""
        return self.unnamed[self.unnamed.isin(self.high_tiers)]

    def to_frame(self) -> pd.DataFrame:
        """Return the measures as one row."""
        names = ("n", "matches", "share", "kappa", "kappa_se", "adjusted_rand", "p_value")
        row = {name: getattr(self, name) for name in names}
        row["kappa_low"], row["kappa_high"] = self.kappa_interval
        row["share_low"], row["share_high"] = self.share_interval
        row["bootstrap_low"], row["bootstrap_high"] = self.bootstrap_interval
        row["unnamed_high"] = len(self.unnamed_high)
        measures = ["n", "matches", "share", "kappa", "kappa_se", "kappa_low", "kappa_high"]
        added = ["share_low", "share_high", "bootstrap_low", "bootstrap_high", "p_value"]
        return pd.DataFrame([row], columns=[*measures, "adjusted_rand", *added, "unnamed_high"])

    def __repr__(self) -> str:
        return (
            f"<Agreement: {self.matches} of {self.n} regions in the same tier, weighted kappa "
            f"{self.kappa:.3f} ({self._certainty()}; permutations p {self.p_value:.3g}), adjusted "
            f"Rand {self.adjusted_rand:.3f}{self._one_sided()}>"
        )

    def _certainty(self) -> str:
        if self.matches == self.n:
            return f"all agree: a share of at least {self.share_interval[0]:.3f} with 95 %"
        low, high = self.bootstrap_interval
        return f"95 % interval {low:.3f} to {high:.3f}"

    def _one_sided(self) -> str:
        """Return how many regions rank high without being named; nothing where none does."""
        if self.unnamed_high.empty:
            return ""
        tiers = " or ".join(self.high_tiers)
        return f"; {len(self.unnamed_high)} in {tiers} that the reference does not name"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.confusion.to_html()}"


def agreement(
    tier: pd.Series,
    reference: pd.Series,
    *,
    groups: Groups = None,
    draws: int = 4_999,
    rng: int = 42,
) -> Agreement:
    """Compare tiers with a reference (一致性检验), region by region.

    Hold what it says against a baseline: `compare_baselines` gives the same measures for single
    indicators, such as population, cut by the same rule.

    Parameters
    ----------
    tier, reference
        Tier by region; regions are matched by index. Zhang's tier names, or ordered categoricals
        with the same categories. The reference may have groups of other names.
    groups
        What the groups of the reference are called, from the highest to the lowest and as many as
        there are tiers; or the tier that each of them stands for, several for one where there are
        more groups. Left out, an ordered categorical says its own order.
    draws
        How many permutations of the reference, and how many samples of the bootstrap.
    rng
        Their seed.

    Raises
    ------
    DataError
        When no region has a tier on both sides, or an index has a region twice.
    SpecError
        When `draws` is no whole number of at least 1; when there are other numbers of groups and
        of tiers, and nothing says what stands for what: kappa compares one and the same classes.
    UnknownOptionError
        When a tier name is not known.

    Notes
    -----
    Weighted kappa is 1 − Σ v·O / Σ v·E with O the observed and E the expected table and v =
    `|i − j|` (Cohen 1968); the adjusted Rand index follows Hubert and Arabie (1985). When both
    sides put every region into one and the same tier, chance agreement is already complete; both
    are then 1.

    `kappa_interval` is that of large samples (Fleiss, Cohen and Everitt 1969,
    doi:10.1037/h0028106); `bootstrap_interval` draws the regions anew and takes the middle 95 % of
    kappa. Where every region agrees the first shrinks to a point and the second does not exist; the
    exact interval of the share still holds. `p_value` deals the reference out to its regions at
    random.

    **Missing values**: a region without a tier on either side is not compared and is listed in
    `not_compared`; the tiers of those that only the reference lacks are `unnamed`.

    Examples
    --------
    >>> tier = pd.Series({"a": "international", "b": "national", "c": "national", "d": "national"})
    >>> reference = pd.Series({"a": "international", "b": "national", "c": "regional"})
    >>> found = agreement(tier, reference)
    >>> found.matches, found.unnamed.to_dict()
    (2, {'d': 'national'})
    >>> published = pd.Series({"a": "Leader", "b": "Strong", "c": "Modest"})
    >>> agreement(tier, published, groups=("Leader", "Strong", "Moderate", "Modest")).matches
    2
    """
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 1:
        raise SpecError(f"agreement(draws={draws!r}) must be a whole number of at least 1.")
    _require_unique(reference)
    own = _tier_order(tier)
    if groups is not None or is_called_otherwise(reference, own):
        reference = in_tiers(reference, own, groups)
    labels = _tier_order(tier, reference)
    for side in (tier, reference):
        _require_unique(side)
    mine, theirs = tier.astype("object").dropna(), reference.astype("object").dropna()
    common = mine.index[mine.index.isin(theirs.index)]
    if common.empty:
        raise DataError(
            "No region has a tier on both sides. Check that both are indexed by region id."
        )
    sides = pd.DataFrame({"tier": mine.loc[common], "reference": theirs.loc[common]})
    table = _counts(sides, labels)
    apart = mine.index.symmetric_difference(theirs.index, sort=False)
    confusion = pd.DataFrame(
        table, pd.Index(labels, name="reference"), pd.Index(labels, name="tier")
    )
    return Agreement(
        n=len(common),
        matches=int(np.trace(table)),
        kappa=weighted_kappa(table),
        kappa_se=kappa_error(table),
        adjusted_rand=rand_adjusted(table),
        confusion=confusion,
        disagreements=sides[sides["tier"] != sides["reference"]],
        not_compared=tuple(map(str, apart)),
        unnamed=mine[~mine.index.isin(theirs.index)],
        draws=draws,
        seed=rng,
    )


def _counts(sides: pd.DataFrame, labels: Sequence[str]) -> NDArray[np.int64]:
    """Return how often each tier of the reference (row) meets each tier (column)."""
    place = {label: number for number, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(table, (sides["reference"].map(place), sides["tier"].map(place)), 1)
    return table


def tiers_from_ranking(
    tier: pd.Series, outside: pd.Series, *, smaller_is_better: bool = False
) -> pd.Series:
    """Turn an outside ranking into tiers of the same sizes (外部排名的同规模分层).

    Use it where others published a ranking but no tiers. Among the regions that both cover, the
    best of the ranking get the highest tier, as many as have it in `tier`, and so on down.

    Parameters
    ----------
    tier
        Tier by region, as `Result.tier`.
    outside
        Rank or score by region.
    smaller_is_better
        True for ranks, False for scores.

    Returns
    -------
    pandas.Series
        Ordered categorical like `tier`, over the regions that both cover.

    Raises
    ------
    DataError
        When no region has both, or a region stands more than once.

    Notes
    -----
    Sizes are taken over, so the comparison is of order alone; it says nothing about cut-points.
    **Missing values**: a region that lacks either is left out. **Ties** in the ranking are in the
    order of `tier`'s index.

    Examples
    --------
    >>> tier = pd.Series({"a": "international", "b": "national", "c": "national"})
    >>> ranking = pd.Series({"a": 2, "b": 1, "c": 3})
    >>> tiers_from_ranking(tier, ranking, smaller_is_better=True).to_dict()
    {'a': 'national', 'b': 'international', 'c': 'national'}
    """
    labels = _tier_order(tier)
    for side in (tier, outside):
        _require_unique(side)
    both = (
        pd.DataFrame({"tier": tier.astype("object"), "outside": outside})
        .reindex(tier.index)
        .dropna()
    )
    if both.empty:
        raise DataError(
            "No region has both a tier and a place in the ranking. Check that both have region ids."
        )
    order = both["outside"].sort_values(ascending=smaller_is_better, kind="stable").index
    sizes = both["tier"].value_counts()
    ranked = [label for label in labels for _ in range(int(sizes.get(label, 0)))]
    dtype = pd.CategoricalDtype(labels[::-1], ordered=True)
    return pd.Series(ranked, index=order, name="reference").reindex(both.index).astype(dtype)


def weighted_kappa(table: NDArray[np.int64]) -> float:
    """Return Cohen's kappa with linear weights for a square table of counts."""
    distance = np.abs(np.subtract.outer(np.arange(len(table)), np.arange(len(table))))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    by_chance = float((distance * expected).sum())
    return 1.0 - float((distance * table).sum()) / by_chance if by_chance > 0 else 1.0


def kappa_error(table: NDArray[np.int64]) -> float:
    """Return the large-sample standard error of weighted kappa, not assuming that it is 0."""
    n, k = int(table.sum()), len(table)
    credit = 1.0 - np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / max(k - 1, 1)
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, chance = float((credit * share).sum()), float(rows @ credit @ columns)
    if chance >= 1.0:
        return float("nan")
    by_margins = (credit @ columns)[:, None] + rows @ credit
    spread = float((share * (credit * (1 - chance) - by_margins * (1 - observed)) ** 2).sum())
    variance = spread - (observed * chance - 2 * chance + observed) ** 2
    # At full agreement the two terms cancel, but for rounding.
    return float(np.sqrt(variance / n)) / (1 - chance) ** 2 if variance > 1e-14 else 0.0


def rand_adjusted(table: NDArray[np.int64]) -> float:
    """Return the adjusted Rand index for a table of counts."""
    pairs, rows, columns = (
        float((c * (c - 1) / 2).sum()) for c in (table, table.sum(axis=1), table.sum(axis=0))
    )
    n = int(table.sum())
    expected = rows * columns / (n * (n - 1) / 2) if n > 1 else 0.0
    most = (rows + columns) / 2
    return (pairs - expected) / (most - expected) if most != expected else 1.0


@dataclass(frozen=True, repr=False, eq=False)
class LevelComparison:
    """Tiers of cities beside those of their provinces.

    Attributes
    ----------
    table
        One row per city: its `tier`, its `province`, the `province_tier`, and `steps`, how many
        tiers the city stands above its province (negative: below; missing where either has no
        tier).
    """

    table: pd.DataFrame

    @property
    def disagreements(self) -> pd.DataFrame:
        """Cities whose tier is not that of their province, those highest above it first."""
        differ = self.table[self.table["steps"].notna() & (self.table["steps"] != 0)]
        return differ.sort_values("steps", ascending=False, kind="stable")

    @property
    def not_compared(self) -> tuple[str, ...]:
        """Cities that have no tier, or whose province is unknown or has none."""
        return tuple(str(city) for city in self.table.index[self.table["steps"].isna()])

    def to_frame(self) -> pd.DataFrame:
        """Return the table of all cities."""
        return self.table.copy()

    def __repr__(self) -> str:
        steps = self.table["steps"].dropna()
        return (
            f"<LevelComparison: of {len(steps)} cities {int((steps == 0).sum())} have the tier of "
            f"their province, {int((steps > 0).sum())} a higher and {int((steps < 0).sum())} a "
            f"lower one; {len(self.not_compared)} not compared>"
        )

    def _repr_html_(self) -> str:
        table = self.disagreements.to_html(escape=True, na_rep="–")
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"


def compare_levels(
    city_tier: pd.Series, province_tier: pd.Series, province_of: Mapping[str, str] | pd.Series
) -> LevelComparison:
    """Compare each city's tier with that of its province (市域与省域层级对照).

    Use it to see which cities a map of provinces hides, and which provinces owe their tier to one
    city.

    Parameters
    ----------
    city_tier, province_tier
        Tier by city and by province: Zhang's tier names, or ordered categoricals with the same
        categories.
    province_of
        Province by city, such as the column `province` of `load_regions("city")`.

    Raises
    ------
    DataError
        When no city can be compared, or an index has a region twice.
    UnknownOptionError
        When a tier name is not known.

    Notes
    -----
    The two tierings need not come from the same indicators; they only need the same tiers. A
    municipality such as Beijing is a city and a province, and its tiers can differ because its
    peers do.

    **Missing values**: a city without a tier, without a known province, or in a province without a
    tier has no `steps` and is listed in `not_compared`.

    Examples
    --------
    >>> cities = pd.Series({"420100": "national", "421100": "local"})
    >>> provinces = pd.Series({"420000": "regional"})
    >>> owner = {"420100": "420000", "421100": "420000"}
    >>> compare_levels(cities, provinces, owner).disagreements["steps"].to_dict()
    {'420100': 1, '421100': -1}
    """
    labels = _tier_order(city_tier, province_tier)
    for side in (city_tier, province_tier):
        _require_unique(side)
    owner = dict(province_of.items())
    table = pd.DataFrame({"tier": city_tier.astype("object")})
    table["province"] = [owner.get(city) for city in table.index]
    known = dict(province_tier.astype("object").dropna().items())
    table["province_tier"] = [known.get(province) for province in table["province"]]
    place = {label: -number for number, label in enumerate(labels)}
    steps = [
        place.get(a, np.nan) - place.get(b, np.nan)
        for a, b in zip(table["tier"], table["province_tier"], strict=True)
    ]
    table["steps"] = pd.array(steps, dtype="Int64")
    if table["steps"].isna().all():
        raise DataError(
            "No city has a tier and a province with a tier. Check that `province_of` gives "
            "province ids."
        )
    for column in ("tier", "province_tier"):
        table[column] = pd.Categorical(table[column], categories=labels[::-1], ordered=True)
    return LevelComparison(table)


def _require_unique(side: pd.Series) -> None:
    if side.index.has_duplicates:
        twice = side.index[side.index.duplicated()].unique()
        raise DataError(
            f"Tiers are compared by region, but {listing(twice)} stands more than once."
        )


def _tier_order(*sides: pd.Series) -> list[str]:
    """Return the tiers in their order, highest first."""
    known = list(TIERS)
    for side in sides:
        if isinstance(side.dtype, pd.CategoricalDtype) and side.cat.ordered:
            known = list(side.cat.categories)[::-1]
            if set(known) <= set(TIERS):
                known = list(TIERS)
            break
    for name in pd.concat([side.astype("object") for side in sides]).dropna().unique():
        if name not in known:
            raise UnknownOptionError("tier", name, known)
    return known
