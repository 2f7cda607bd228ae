"""Tiers by position.

The literal reading of Zhang, where a centre's level is the standing of its functions by scale.

Zhang (2022, doi:10.16418/j.issn.1000-3045.20220925002) gives no threshold. Every cut-point here is
this library's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hubtiers._method import About
from hubtiers.errors import DataError, MissingColumnError, SpecError, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.pack import DEFAULT_PACK, Pack, load_pack, source_of
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

__all__ = ["MACRO_REGIONS", "PositionRules", "PositionTiers", "function_shares", "macro_regions"]

MACRO_REGIONS: Mapping[str, tuple[str, ...]] = {
    group.id: group.members for group in load_pack(DEFAULT_PACK).groupings["macro_region"].groups
}
"""The macro-regions of the default pack and their provinces, by id, as its `pack.toml` has them."""

_NO_RULE = "none of the rules"


@dataclass(frozen=True, repr=False, eq=False)
class PositionTiers(GroupedTiers):
    """Tiers given by rules of position.

    Attributes
    ----------
    rules
        The rules, with all cut-points.
    placements
        One row per fitted region with a score: its `tier`, the `rule` that placed it, the
        `functions` that met the rule, and its share of the total in every function, in per cent.
    """

    rules: PositionRules
    placements: pd.DataFrame

    @property
    def placed_by(self) -> pd.Series:
        """Which rule placed each region of the fit, in words."""
        return self.placements["rule"].copy()

    def apply(self, scores: pd.Series, *, table: IndicatorTable | None = None) -> pd.Series:
        """Place the regions of a table by the same cut-points; its own totals and leads count.

        Returns
        -------
        pandas.Series
            Ordered categorical.

        Notes
        -----
        **Missing values**: a region without a score has no tier.
        """
        return self.rules.place(scores, table=table)["tier"].reindex(scores.index)

    def _repr_html_(self) -> str:
        return super()._repr_html_() + self.placements.to_html(
            escape=True, na_rep="–", float_format="{:.2f}".format
        )


@dataclass(frozen=True)
class PositionRules:
    """Rules of position (位置规则).

    How a region's functions stand in the nation, macro-region and province.

    Choose it to take Zhang at his word: a centre's level is the standing of its functions at each
    scale. A tier takes at least `functions` functions above its bar, whichever they are: lower
    tiers need not hold what higher ones do.

    Parameters
    ----------
    international_share
        International: at least this share of the total, in per cent.
    national_share
        National: at least this share of the total, in per cent …
    macro_region_places
        … or among the first so many regions of its macro-region. 0 switches the rule off.
    regional_share
        Regional: at least this share of the total, in per cent …
    province_places
        … or among the first so many regions of its province. 0 switches the rule off.
    functions
        How many functions must meet a bar.
    labels
        Four names, highest first; Zhang's tiers when left out.

    Notes
    -----
    **All cut-points are this library's own.** The defaults are meant for city units; provinces, of
    which there are fewer, take higher shares, such as 10, 3 and 1.5. Rules are tried from the
    highest tier down, and every other region with a score is in the lowest.

    The total is that of the regions in the table: it is the nation's when the table covers the
    nation. A share in a function is explained at `function_shares`. A region leads only where
    another one could: alone in its province, it does not lead it. Regions that lie in several
    macro-regions or provinces, and those outside the division of 2011, have no place in one.
    **Ties** share the better place.

    **Missing values**: a region without a score gets no tier; a function without a share meets no
    bar.

    Examples
    --------
    >>> numbers = {"papers": [60.0, 30, 9, 1], "patents": [70.0, 15, 5, 10]}
    >>> frame = pd.DataFrame(numbers, index=list("abcd"))
    >>> rules = PositionRules(50, 15, 5, macro_region_places=0, province_places=0)
    >>> table = IndicatorTable.from_frame(frame)
    >>> scale = rules.fit(frame.mean(axis=1), table=table)
    >>> scale.placements["tier"].tolist()
    ['international', 'national', 'regional', 'local']
    >>> scale.placed_by["b"]
    'at least 15 % of the total'
    """

    international_share: float = 4.0
    national_share: float = 2.0
    regional_share: float = 1.0
    macro_region_places: int = 2
    province_places: int = 1
    functions: int = 2
    labels: tuple[str, ...] | None = None

    uses_geometry: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="位置规则",
        en="rules of position",
        says_zh="按各功能在全国、大区和省内的地位归级。",
        says_en=(
            "Tiers follow from how a region's functions stand in the nation, macro-region and "
            "province."
        ),
    )

    def __post_init__(self) -> None:
        checked = tier_labels(4, self.labels)
        if self.labels is not None:
            object.__setattr__(self, "labels", checked)
        bars = (self.international_share, self.national_share, self.regional_share)
        if (
            not all(isinstance(b, (int, float)) and math.isfinite(b) for b in bars)
            or not bars[0] > bars[1] > bars[2] > 0
        ):
            raise SpecError(
                f"PositionRules: the shares are {bars!r}. They must be per cent above 0, falling "
                "from the international to the regional tier."
            )
        for name, least in (("macro_region_places", 0), ("province_places", 0), ("functions", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise SpecError(
                    f"PositionRules({name}={value!r}) must be a whole number of at least {least}."
                )

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return tier_labels(4, self.labels)

    def fit(self, scores: pd.Series, *, table: IndicatorTable | None = None) -> PositionTiers:
        """Place the regions of a table.

        Parameters
        ----------
        scores
            Score by region; only says which regions get a tier, and how well tiers and scores go
            together.
        table
            Indicators and regions, with the same index.

        Raises
        ------
        DataError
            When there is no table, no region with a score, too few functions with a share, or
            regions overlap.
        MissingColumnError
            When a rule needs provinces or macro-regions that the regions do not have.
        """
        known = finite_scores(scores, "PositionRules()")
        placements = self.place(scores, table=table)
        classes = np.asarray(placements["tier"].cat.codes, dtype=np.int64)
        return PositionTiers(
            labels=self.possible_tiers,
            breaks=(),
            lowest=float(known.min()),
            highest=float(known.max()),
            counts=class_counts(classes, 4),
            gvf=variance_fit(known, classes),
            method=f"rules of position on {self.functions} functions",
            ranges=score_ranges(known, classes, 4),
            rules=self,
            placements=placements,
        )

    def place(self, scores: pd.Series, *, table: IndicatorTable | None = None) -> pd.DataFrame:
        """Return tier, rule, functions and shares of every region with a score."""
        if table is None or not scores.index.equals(table.values.index):
            raise DataError(
                "PositionRules() reads shares and provinces from the indicator table. Give "
                "`table`, with the same regions as the scores."
            )
        shares = function_shares(table)
        if self.functions > len(shares.columns):
            raise DataError(
                f"PositionRules(functions={self.functions}) asks for more functions than have a "
                f"share: {listing(shares.columns)}. Ask for fewer, or add extensive indicators."
            )
        classes = pd.Series(0, index=shares.index)
        rule = pd.Series(_NO_RULE, index=shares.index, dtype="object")
        which = pd.Series("", index=shares.index, dtype="object")
        for place, text, met in reversed(self._bars(shares, table)):
            reached = met.sum(axis=1) >= self.functions
            classes[reached], rule[reached] = place, text
            names = [listing(met.columns[row], most=9) for row in met[reached].to_numpy()]
            which.loc[reached] = np.array(names, dtype="object")
        tier = tier_series(classes, self.possible_tiers, shares.index)
        known = ~np.isnan(score_numbers(scores, "PositionRules()"))
        return pd.DataFrame({"tier": tier, "rule": rule, "functions": which}).join(
            shares.add_prefix("share_")
        )[known]

    def _bars(
        self, shares: pd.DataFrame, table: IndicatorTable
    ) -> list[tuple[int, str, pd.DataFrame]]:
        """Return each rule as tier (3 the highest), words, and regions × functions that meet it.

        Highest tier first.
        """
        bars = [
            (
                3,
                f"at least {self.international_share:g} % of the total",
                shares >= self.international_share,
            ),
            (2, f"at least {self.national_share:g} % of the total", shares >= self.national_share),
        ]
        if places := self.macro_region_places:
            groups = _grouped(macro_regions(table.regions), "macro_region", "macro_region_places")
            bars.append((2, _first(places, "macro-region"), _lead(shares, groups) <= places))
        bars.append(
            (1, f"at least {self.regional_share:g} % of the total", shares >= self.regional_share)
        )
        if places := self.province_places:
            groups = _grouped(_provinces(table.regions), "province", "province_places")
            bars.append((1, _first(places, "province"), _lead(shares, groups) <= places))
        return bars


def function_shares(table: IndicatorTable) -> pd.DataFrame:
    """Return each region's share of the total in each function, in per cent.

    Parameters
    ----------
    table
        Indicators and regions.

    Returns
    -------
    pandas.DataFrame
        Regions × functions. A function is a node directly under the score; it has a share when
        extensive indicators (that add up over regions) with more-is-better lie below it. The share
        in a function is the mean of the shares in those indicators, all counting the same.

    Raises
    ------
    DataError
        When regions overlap, no function has an extensive indicator, or one has a negative value or
        sums to 0.

    Notes
    -----
    The total of an indicator is its sum over the regions of the table. An extensive indicator in
    per cent is a share of the nation already and is taken as it stands.

    **Missing values**: a region's share in a function is the mean over the indicators that it has;
    missing when it has none. They add nothing to a total.

    Examples
    --------
    >>> frame = pd.DataFrame({"papers": [30.0, 10.0], "patents": [1.0, 1.0]}, index=["a", "b"])
    >>> function_shares(IndicatorTable.from_frame(frame)).loc["a"].to_dict()
    {'papers': 75.0, 'patents': 50.0}
    """
    if table.overlaps:
        pairs = listing(f"{table.label(a)} with {table.label(b)}" for a, b in table.overlaps)
        raise DataError(
            "Shares of a total need regions apart from each other, but these overlap and would "
            f"count twice: {pairs}. Keep disjoint regions (IndicatorTable.without, or `exclude` in "
            "a study file)."
        )
    shares = {}
    for function in table.framework.filled_children():
        if codes := _countable(table.framework, function):
            shares[function] = pd.DataFrame({code: _share(table, code) for code in codes}).mean(
                axis=1
            )
    if not shares:
        raise DataError(
            "No function has an extensive indicator where more is better, so that there is no "
            "share of a total. Mark counts and sums as extensive in the framework."
        )
    return pd.DataFrame(shares, index=table.values.index)


def macro_regions(regions: pd.DataFrame) -> pd.Series:
    """Return the macro-region of each region, such as 东部 (the east).

    Parameters
    ----------
    regions
        Frame with a column `macro_region` of your own division, which is then taken as it is, or
        regions of a pack that groups them, or a frame with the column `province` or `members`, as
        `load_regions` gives them.

    Returns
    -------
    pandas.Series
        Missing for regions that lie in several macro-regions, and for those outside the division.

    Raises
    ------
    MissingColumnError
        When there is no such column.

    Notes
    -----
    **Missing values** in the columns give a missing macro-region.

    Examples
    --------
    >>> macro_regions(pd.DataFrame({"province": ["420000", "210000", "810000"]})).tolist()
    ['中部', '东北', None]
    """
    if "macro_region" in regions.columns:
        found = [
            name if isinstance(name, str) and name else None for name in regions["macro_region"]
        ]
        return pd.Series(found, regions.index, dtype="object", name="macro_region")
    pack = _pack_of(regions)
    divisions = pack.groupings.values() if pack is not None else ()
    owner = {
        member: group.id
        for division in divisions
        for group in division.groups
        for member in group.members
    }
    single = []
    for inside in _provinces_inside(regions):
        owners = {owner.get(province) for province in inside}
        single.append(owners.pop() if len(owners) == 1 else None)
    return pd.Series(single, regions.index, dtype="object", name="macro_region")


def _pack_of(regions: pd.DataFrame) -> Pack | None:
    """Return the pack of the regions.

    The default one for a frame of codes that says nothing of where it is from.
    """
    if source_of(regions).pack or "geometry" in regions.columns:
        return source_of(regions).load_pack()
    return load_pack(DEFAULT_PACK)


def _provinces(regions: pd.DataFrame) -> pd.Series:
    """Return the province of each region; missing for one that lies in several."""
    single = [
        next(iter(inside)) if len(inside) == 1 else None for inside in _provinces_inside(regions)
    ]
    return pd.Series(single, regions.index, dtype="object", name="province")


def _provinces_inside(regions: pd.DataFrame) -> list[set[str]]:
    column = _parent_column(regions)
    if not {column, "members"} & set(regions.columns):
        raise MissingColumnError([column], "The frame of regions", map(str, regions.columns))
    inside = []
    parents = regions.reindex(columns=[column, "members"])
    for parent, members in zip(parents[column], parents["members"], strict=True):
        units: Sequence[str] = members.split(";") if isinstance(members, str) and members else ()
        own = {parent} if isinstance(parent, str) and parent else set()
        inside.append(own or {unit[:2] + "0000" for unit in units})
    return inside


def _parent_column(regions: pd.DataFrame) -> str:
    """Return the column that says what a region lies in.

    That of its pack's level, else `province`.
    """
    source = source_of(regions)
    pack = source.load_pack()
    level = pack.levels.get(source.level) if pack is not None else None
    return level.parent_column if level is not None and level.parent_column else "province"


def _grouped(groups: pd.Series, column: str, option: str) -> pd.Series:
    """Return the groups, of which there must be some, or no region could lead one."""
    if groups.isna().all():
        raise DataError(
            f"PositionRules() looks for leaders by {column.replace('_', '-')}, but no region of "
            f"the layer has one. Give the layer a column {column!r}, or switch the rule off with "
            f"{option}=0."
        )
    return groups


def _first(places: int, group: str) -> str:
    return f"first of its {group}" if places == 1 else f"among the first {places} of its {group}"


def _lead(shares: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return the place of each region within its group, by function.

    Missing where it has no rival or no share.
    """
    by_group = shares.where(shares > 0).groupby(groups, dropna=True)
    places = by_group.rank(ascending=False, method="min").reindex(shares.index)
    rivals = shares.groupby(groups, dropna=True).transform("count").reindex(shares.index)
    return places.where(rivals > 1)


def _countable(framework: Framework, function: str) -> list[str]:
    node = framework[function]
    below = (
        [node]
        if isinstance(node, Indicator)
        else [framework[code] for code in framework.leaves(function)]
    )
    return [
        i.code
        for i in below
        if isinstance(i, Indicator) and i.kind == "extensive" and i.direction == 1
    ]


def _share(table: IndicatorTable, code: str) -> pd.Series:
    values = table.values[code]
    if (values < 0).any():
        odd = listing(table.label(region) for region in values.index[values < 0])
        raise DataError(
            f"A share of {code!r} needs values of at least 0, but it is negative for {odd}."
        )
    node = table.framework[code]
    if isinstance(node, Indicator) and node.unit in ("%", "％", "percent"):
        return values
    total = float(values.sum())
    if not total > 0:
        raise DataError(
            f"{code!r} sums to 0 over the regions of the table, so that nobody has a share of it. "
            "Drop it."
        )
    return values / total * 100
