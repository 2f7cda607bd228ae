"""Whether the answer hangs on the size of the regions: members against their groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from hubtiers.baselines import rule_for_one
from hubtiers.errors import DataError
from hubtiers.scheme import Result

__all__ = ["ScaleComparison", "compare_scales", "grouping_of"]

_STATISTICS = {"mean": "mean", "best": "max"}


@dataclass(frozen=True, repr=False, eq=False)
class ScaleComparison:
    """Regions and the groups they lie in, as `compare_scales` gives it.

    Attributes
    ----------
    table
        One row per group, the highest mean first: `members` with a score; `mean`, `best` and
        `lowest` of their scores; `tier_mean` and `tier_best`, the tier of the group by its mean and
        by its best member; `highest_tier` and `lowest_tier` of the members.
    members
        One row per region with a score and a group: `group`, `tier`, `tier_mean` and `tier_best` of
        its group.
    between
        Share of the variance of the scores that lies between groups, 0 to 1; the rest is what a map
        of groups cannot show.
    ungrouped
        Regions with a score that are in no group.
    has_tiers
        Whether there are enough groups to sort them into as many tiers.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    between: float
    ungrouped: tuple[str, ...]
    has_tiers: bool

    def same_tier(self, statistic: str = "mean") -> float:
        """Return the share of regions in the tier of their group; NaN where groups have none.

        `statistic` says by what a group is tiered: `"mean"` or `"best"`.
        """
        if not self.has_tiers:
            return float("nan")
        theirs = self.members[f"tier_{statistic}"].astype("object")
        return float((self.members["tier"].astype("object") == theirs).mean())

    @property
    def moved(self) -> pd.DataFrame:
        """Groups whose tier by the mean is not that by the best member."""
        mean, best = (self.table[f"tier_{name}"].astype("object") for name in _STATISTICS)
        return self.table[(mean != best) & mean.notna()]

    def to_frame(self) -> pd.DataFrame:
        """Return the table of the groups."""
        return self.table.copy()

    def __repr__(self) -> str:
        told = f"{self.between:.0%} of the variance lies between {len(self.table)} groups"
        if self.has_tiers:
            told += (
                f"; {self.same_tier():.0%} of {len(self.members)} regions have the tier of their "
                f"group by its mean, {self.same_tier('best'):.0%} by its best member, and "
                f"{len(self.moved)} groups change tier between the two"
            )
        return f"<ScaleComparison: {told}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.table.to_html(escape=True, na_rep='–')}"


def compare_scales(result: Result, groups: Mapping[str, str] | pd.Series) -> ScaleComparison:
    """Compare regions with the groups they lie in (可变面元问题): the scale and the answer.

    Choose it before tiers of small regions are said of the larger ones they lie in, or the other
    way round: sorted at another scale, or by the mean in place of the best member, the same data
    give other tiers (the modifiable areal unit problem).

    Parameters
    ----------
    result
        Scored regions.
    groups
        Group by region: the region above, as the column `province` of `load_regions("city")`, a
        macro-region, or any column of one's own.

    Returns
    -------
    ScaleComparison

    Raises
    ------
    DataError
        When fewer than two groups have a region with a score, or a region stands twice.

    Notes
    -----
    Groups are sorted by the tier rule of the result into as many tiers, once by the mean score of
    their members and once by their best; where that rule is not made from one score and a number
    of tiers, by natural breaks. There must be more groups than tiers. The share of variance is
    η² = Σ m (mean − overall mean)² / Σ (score − overall mean)², each region counting once. Compare
    the tiers of another study of the groups themselves with `compare_levels`.

    **Missing values**: regions without a score or a group play no part.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> coast = {"310000": "delta", "320000": "delta", "330000": "delta", "620000": "west"}
    >>> found = compare_scales(result, coast | {"630000": "west", "640000": "west"})
    >>> found.table["members"].to_dict(), round(found.between, 2)
    ({'delta': 3, 'west': 3}, 0.93)
    """
    if isinstance(groups, pd.Series) and groups.index.has_duplicates:
        raise DataError("A region stands in two groups. Give one group for each.")
    owner = {region: group for region, group in groups.items() if not _is_blank(group)}
    scores = result.scores.dropna()
    members = pd.DataFrame({"group": [owner.get(region) for region in scores.index]}, scores.index)
    members["tier"], members["score"] = result.tier, scores
    ungrouped = tuple(str(region) for region in members.index[members["group"].isna()])
    members = members[members["group"].notna()]
    if members["group"].nunique() < 2:
        raise DataError(
            f"compare_scales() needs two groups with scored regions, but there are "
            f"{members['group'].nunique()}. Check that `groups` is indexed by region id."
        )
    table, has_tiers = _group_table(result, members)
    tiers = table[["tier_mean", "tier_best"]]
    joined = members.drop(columns="score").join(tiers, on="group")
    return ScaleComparison(table, joined, _between(members), ungrouped, has_tiers)


def grouping_of(result: Result) -> tuple[pd.Series, dict[str, str]] | None:
    """Return the group of each region by its pack, and what the groups are called by language.

    The region above, where the level of the regions has one; else the first grouping of the pack
    that is of this level. None without.
    """
    table = result.table
    pack, level = table.pack, table.source.level
    if pack is None or not level or level not in pack.levels:
        return None
    about = pack.levels[level]
    if about.parent and about.parent_column in table.regions.columns:
        above = pack.levels[about.parent]
        named = {"zh": above.title_zh or above.title_en, "en": above.title_en or above.title_zh}
        return table.regions[about.parent_column].rename(about.parent_column), named
    for grouping in pack.groupings.values():
        if grouping.of == level:
            owner = {member: group.id for group in grouping.groups for member in group.members}
            found = pd.Series(owner, dtype="object").reindex(table.regions.index)
            named = {"zh": grouping.title_zh, "en": grouping.title_en}
            return found.rename(grouping.id), named
    return None


def _is_blank(group: Any) -> bool:
    return group is None or group is pd.NA or str(group) in ("", "nan")


def _group_table(result: Result, members: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Return a row per group, and whether groups could be sorted into tiers."""
    scores = members.groupby("group")["score"]
    columns = {"members": scores.size(), "mean": scores.mean()}
    table = pd.DataFrame(columns | {"best": scores.max(), "lowest": scores.min()})
    tiers = members.groupby("group")["tier"]
    table["highest_tier"], table["lowest_tier"] = tiers.max(), tiers.min()
    rule, k = rule_for_one(result)[0], len(result.breaks.labels)
    has_tiers = min(table["mean"].nunique(), table["best"].nunique()) > k
    for name in _STATISTICS:
        known = rule.fit(table[name]).apply(table[name]) if has_tiers else None
        table[f"tier_{name}"] = known
    return table.sort_values("mean", ascending=False, kind="stable"), has_tiers


def _between(members: pd.DataFrame) -> float:
    scores = members["score"].to_numpy(float)
    means = members.groupby("group")["score"].transform("mean").to_numpy(float)
    whole = float(((scores - scores.mean()) ** 2).sum())
    return float(((means - scores.mean()) ** 2).sum()) / whole if whole > 0 else float("nan")
