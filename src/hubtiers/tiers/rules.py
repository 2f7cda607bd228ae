"""Tiers by position.

The literal reading of Zhang, where a centre's level is the standing of its functions by scale.

Zhang (2022, doi:10.16418/j.issn.1000-3045.20220925002) gives no threshold. Every cut-point here is
this library's own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import About
from hubtiers.errors import (
    DataError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.regions.groupings import groups_in_column, groups_of, parents_of
from hubtiers.regions.pack import DEFAULT_PACK, Pack, load_pack, source_of
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers._position import Bar, Columns, places_within, shares_of, tiers_by_bars
from hubtiers.tiers._shares import (
    columns_of,
    only_functions,
    require_countable,
    require_disjoint,
)
from hubtiers.tiers._windows import sensitivity_windows
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

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MACRO_REGIONS: Mapping[str, tuple[str, ...]] = {
    group.id: group.members for group in load_pack(DEFAULT_PACK).groupings["macro_region"].groups
}
"""The macro-regions of the default pack and their provinces, by id, as its `pack.toml` has them."""

_NO_RULE = "none of the rules"
_FIELDS = ("world", "nation")


@dataclass(frozen=True, repr=False, eq=False)
class PositionTiers(GroupedTiers):
    """Tiers given by rules of position.

    Attributes
    ----------
    rules
        The rules, with all cut-points.
    placements
        One row per fitted region with a score: its `tier`, the `rule` that placed it, the `option`
        that holds the number of that rule, the `functions` that met the rule, and its share of the
        total in every function, in per cent (`world_share_…` where totals of the world are given).
    windows
        One row for each number of the rules: the `option`, its `value`, how far it may move
        (`lowest`, `highest`) while the others stay before a region changes its tier, and the
        regions that change first beyond it (`if_lower`, `if_higher`: ids with semicolons) with the
        tiers that they get. A share may fall to just above `lowest`, and rise up to `highest`.
    """

    rules: PositionRules
    placements: pd.DataFrame
    windows: pd.DataFrame

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

    @property
    def table_form(self) -> Callable[[IndicatorTable], Callable[[Floats], Ints]]:
        """The rules on bare arrays; see `PositionRules.table_form`."""
        return self.rules.table_form

    def _repr_html_(self) -> str:
        frames = (self.windows, self.placements)
        tables = [
            frame.to_html(escape=True, na_rep="–", float_format="{:.2f}".format) for frame in frames
        ]
        return "".join([super()._repr_html_(), *tables])


@dataclass(frozen=True, repr=False)
class PositionRules:
    """Rules of position (位置规则).

    How a region's functions stand in the world, the nation, the macro-region and the province.

    Choose it to take Zhang at his word: a centre's level is the standing of its functions at each
    scale. A tier takes at least `functions` functions above its bar, whichever they are: lower
    tiers need not hold what higher ones do.

    Parameters
    ----------
    international_share
        International: at least this share of the total, in per cent; of the world's total where
        `totals` gives it.
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
    counting
        The functions that count, such as `("research", "technology", "industry")`; all that have a
        share when left out.
    totals
        Totals by indicator, in its unit, of the `"world"` or of the `"nation"`, such as `{"world":
        {"invention_grants": 900_000}}`. Only indicators that are named there count in such a
        share. Left out, the total is the sum over the regions of the table.
    within
        The columns of the regions that say in which macro-region and in which province each lies.

    Notes
    -----
    **All cut-points are this library's own.** The defaults are meant for city units; provinces, of
    which there are fewer, take higher shares, such as 10, 3 and 1.5. Rules are tried from the
    highest tier down, and every other region with a score is in the lowest. `PositionTiers.windows`
    says how far each number may move before a region changes its tier.

    The total is that of the regions in the table, those without a score among them: it is the
    nation's when the table covers the nation. A share in a function is explained at
    `function_shares`. A region leads only where
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
    >>> scale.windows.set_index("option").loc["national_share", ["lowest", "highest"]].tolist()
    [5.0, 15.0]
    """

    international_share: float = 4.0
    national_share: float = 2.0
    regional_share: float = 1.0
    macro_region_places: int = 2
    province_places: int = 1
    functions: int = 2
    labels: tuple[str, ...] | None = None
    counting: tuple[str, ...] | None = None
    totals: Mapping[str, Mapping[str, float]] | None = None
    within: tuple[str, str] = ("macro_region", "province")

    uses_geometry: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="位置规则",
        en="rules of position",
        says_zh="按各功能在全球、全国、大区和省内的地位归级；p 为区域 i 在功能 f 的占比（%）。",
        says_en=(
            "Tiers follow from how a region's functions stand in the world, the nation, the "
            "macro-region and the province; p is the share of region i in function f, in per cent."
        ),
        formula="p_{if} = mean_{j∈f} 100 · x_{ij} / Σ_{i} x_{ij}",
    )

    def __post_init__(self) -> None:
        checked = tier_labels(4, self.labels)
        if self.labels is not None:
            object.__setattr__(self, "labels", checked)
        self._require_shares()
        for name, least in (("macro_region_places", 0), ("province_places", 0), ("functions", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise SpecError(
                    f"PositionRules({name}={value!r}) must be a whole number of at least {least}."
                )
        if self.counting is not None:
            object.__setattr__(self, "counting", _names("counting", self.counting, least=1))
        object.__setattr__(self, "within", _names("within", self.within, least=2, most=2))
        for field, given in (self.totals or {}).items():
            _require_totals(field, given)

    def _require_shares(self) -> None:
        bars = (self.international_share, self.national_share, self.regional_share)
        are_numbers = all(isinstance(b, (int, float)) and math.isfinite(b) for b in bars)
        # A share of the world is of another total, and may be smaller than one of the nation.
        falling = bars[1:] if self.totals and "world" in self.totals else bars
        if (
            not are_numbers
            or min(bars) <= 0
            or any(above <= below for above, below in itertools.pairwise(falling))
        ):
            raise SpecError(
                f"PositionRules: the shares are {bars!r}. They must be per cent above 0, falling "
                "from the international to the regional tier."
            )

    def __repr__(self) -> str:
        changed = []
        for option in fields(self):
            value = getattr(self, option.name)
            if value != option.default:
                changed.append(f"{option.name}={value!r}")
        return f"PositionRules({', '.join(changed)})"

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
            When there is no table, no region with a score, too few functions with a share, a
            function that counts without a total of the world or the nation, a total below the sum
            of the regions, or regions overlap.
        UnknownOptionError
            When a function that counts, or an indicator of a total, is not in the framework.
        MissingColumnError
            When a rule needs provinces or macro-regions that the regions do not have.
        """
        known = finite_scores(scores, "PositionRules()")
        standing = self._standing(scores, table)
        has_score = ~np.isnan(score_numbers(scores, "PositionRules()"))
        placements = self._placed(standing)[has_score]
        classes = np.asarray(placements["tier"].cat.codes, dtype=np.int64)
        windows = sensitivity_windows(
            standing.bars,
            self.functions,
            regions=[str(region) for region in scores.index],
            known=has_score,
            labels=self.possible_tiers[::-1],
        )
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
            windows=windows,
        )

    def place(self, scores: pd.Series, *, table: IndicatorTable | None = None) -> pd.DataFrame:
        """Return tier, rule, functions and shares of every region with a score."""
        placed = self._placed(self._standing(scores, table))
        return placed[~np.isnan(score_numbers(scores, "PositionRules()"))]

    def table_form(self, table: IndicatorTable) -> Callable[[Floats], Ints]:
        """Return the rules on bare arrays, for the Monte Carlo.

        A function of the values of the table, regions × columns, that returns the tier of each
        region, 0 the lowest, with a score or without.
        """
        ground = self._ground(table)

        def tiers(values: Floats) -> Ints:
            return tiers_by_bars(self._bars(ground, values), self.functions)

        return tiers

    def _standing(self, scores: pd.Series, table: IndicatorTable | None) -> _Standing:
        if table is None or not scores.index.equals(table.values.index):
            raise DataError(
                "PositionRules() reads shares and provinces from the indicator table. Give "
                "`table`, with the same regions as the scores."
            )
        ground = self._ground(table)
        bars = self._bars(ground, table.values.to_numpy(float))
        shares = function_shares(table).add_prefix("share_")
        for field, prefix in (("nation", "share_"), ("world", "world_share_")):
            if self.totals and field in self.totals:
                for function, share in self._shares(table, field).items():
                    shares[f"{prefix}{function}"] = share
        return _Standing(bars, shares, ground.nation.functions)

    def _shares(self, table: IndicatorTable, field: str) -> pd.DataFrame:
        columns = self._columns(table, field)
        taken = shares_of(table.values[list(columns.codes)].to_numpy(float), columns)
        return pd.DataFrame(taken, table.values.index, list(columns.functions))

    def _columns(self, table: IndicatorTable, field: str) -> Columns:
        """Return the indicators of the functions that count, with the totals of a field."""
        framework = table.framework
        given = (self.totals or {}).get(field)
        possible = columns_of(table, None, field=field)
        functions = self.counting or possible.functions
        for function in functions:
            if function not in framework.filled_children():
                raise UnknownOptionError(
                    "function that counts (PositionRules):", function, framework.filled_children()
                )
        if bare := [function for function in functions if function not in possible.functions]:
            raise DataError(
                f"PositionRules(counting=…) names {listing(bare)}, which has no extensive "
                "indicator where more is better, and so no share. Leave it out, or add one."
            )
        if self.functions > len(functions):
            raise DataError(
                f"PositionRules(functions={self.functions}) asks for more functions than have a "
                f"share: {listing(functions)}. Ask for fewer, or add extensive indicators."
            )
        columns = possible if given is None else columns_of(table, given, field=field)
        if bare := [function for function in functions if function not in columns.functions]:
            raise DataError(
                f"PositionRules(totals=…) gives no total of the {field} for any indicator of "
                f"{listing(bare)}, so that it has no share there. Give one, or leave the function "
                "out of `counting`."
            )
        return only_functions(columns, functions)

    def _ground(self, table: IndicatorTable) -> _Ground:
        """Return what does not depend on the values: columns, and who shares a field with whom."""
        require_disjoint(table)
        nation = self._columns(table, "nation")
        has_world = self.totals is not None and "world" in self.totals
        world = self._columns(table, "world") if has_world else None
        nowhere = np.full(len(table.values), -1, np.int64)
        macro = province = nowhere
        if self.macro_region_places:
            macro = self._grouped(table.regions, 0, "macro_region_places")
        if self.province_places:
            province = self._grouped(table.regions, 1, "province_places")
        return _Ground(table, nation, world, macro, province)

    def _grouped(self, regions: pd.DataFrame, number: int, option: str) -> Ints:
        """Return the number of the group that each region lies in; -1 for none."""
        column = self.within[number]
        if column == "macro_region":
            groups = macro_regions(regions)
        elif column == "province":
            groups = _provinces(regions)
        elif column in regions.columns:
            groups = groups_in_column(regions, column)
        else:
            raise MissingColumnError([column], "The frame of regions", map(str, regions.columns))
        if groups.isna().all():
            raise DataError(
                f"PositionRules() looks for leaders by {column.replace('_', '-')}, but no region "
                f"of the layer has one. Give the layer a column {column!r}, or switch the rule off "
                f"with {option}=0."
            )
        return np.asarray(pd.factorize(groups)[0], np.int64)

    def _bars(self, ground: _Ground, values: Floats) -> list[Bar]:
        """Return each rule with what the regions reach, highest tier first."""
        nation = ground.shares(values, ground.nation)
        world, field = nation, "total"
        if ground.world is not None:
            world, field = ground.shares(values, ground.world), "world's total"
        text = f"at least {self.international_share:g} % of the {field}"
        bars = [Bar("international_share", 3, world, self.international_share, text)]
        text = f"at least {self.national_share:g} % of the total"
        bars.append(Bar("national_share", 2, nation, self.national_share, text))
        if places := self.macro_region_places:
            stand = -places_within(nation, ground.macro_region)
            text = _first(places, "macro-region")
            bars.append(Bar("macro_region_places", 2, stand, -places, text))
        text = f"at least {self.regional_share:g} % of the total"
        bars.append(Bar("regional_share", 1, nation, self.regional_share, text))
        if places := self.province_places:
            stand = -places_within(nation, ground.province)
            text = _first(places, "province")
            bars.append(Bar("province_places", 1, stand, -places, text))
        return bars

    def _placed(self, standing: _Standing) -> pd.DataFrame:
        """Return tier, rule, functions and shares of every region, by the first bar it reaches."""
        shares = standing.shares
        tiers = tiers_by_bars(standing.bars, self.functions)
        rule = pd.Series(_NO_RULE, index=shares.index, dtype="object")
        option, which = rule.replace(_NO_RULE, ""), rule.replace(_NO_RULE, "")
        functions = np.array(standing.functions, dtype=object)
        for bar in reversed(standing.bars):
            met = bar.measures >= bar.least
            reached = met.sum(axis=1) >= self.functions
            rule[reached], option[reached] = bar.text, bar.option
            named = [", ".join(functions[row]) for row in met[reached]]
            which.loc[reached] = np.array(named, dtype="object")
        tier = tier_series(tiers, self.possible_tiers, shares.index)
        placed = {"tier": tier, "rule": rule, "option": option, "functions": which}
        return pd.DataFrame(placed).join(shares)


class _Standing(NamedTuple):
    """The bars, every region's share in every function, and the functions that count."""

    bars: list[Bar]
    shares: pd.DataFrame
    functions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Ground:
    """What the rules read of a table beside its values: it stays the same in every draw."""

    table: IndicatorTable
    nation: Columns
    world: Columns | None
    macro_region: Ints
    province: Ints

    @cached_property
    def _places(self) -> dict[str, int]:
        """The number of every column of the table: looked up in each draw."""
        return {str(code): place for place, code in enumerate(self.table.values.columns)}

    def shares(self, values: Floats, columns: Columns) -> Floats:
        """Return regions × functions, from all values of the table."""
        own = values[:, [self._places[code] for code in columns.codes]]
        require_countable(own, columns, self.table)
        return shares_of(own, columns)


def _names(option: str, given: object, *, least: int, most: int = 99) -> tuple[str, ...]:
    """Return names as a tuple, each once."""
    named = () if isinstance(given, str) or not isinstance(given, (tuple, list)) else tuple(given)
    are_texts = all(isinstance(name, str) and name for name in named)
    if not are_texts or not least <= len(set(named)) == len(named) <= most:
        wanted = "two different names" if most == 2 else "different names, at least one"
        raise SpecError(f"PositionRules({option}={given!r}) must be a list of {wanted}.")
    return named


def _require_totals(field: str, given: object) -> None:
    if field not in _FIELDS:
        raise UnknownOptionError("field in PositionRules(totals=…):", field, _FIELDS)
    if not isinstance(given, Mapping) or not given:
        raise SpecError(
            f"PositionRules(totals={{{field!r}: {given!r}}}) must give a total by indicator, such "
            'as {"patents": 1_000_000}.'
        )
    for code, total in given.items():
        is_number = isinstance(total, (int, float)) and not isinstance(total, bool)
        if not is_number or not math.isfinite(total) or total <= 0:
            raise SpecError(
                f"PositionRules(totals=…): the total of {code!r} in the {field} is {total!r}. It "
                "must be a number above 0, in the unit of the indicator."
            )


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
    require_disjoint(table)
    columns = columns_of(table, None, field="nation")
    values = table.values[list(columns.codes)].to_numpy(float)
    require_countable(values, columns, table)
    taken = shares_of(values, columns)
    return pd.DataFrame(taken, table.values.index, list(columns.functions))


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
        return groups_in_column(regions, "macro_region")
    pack = _pack_of(regions)
    # Of several divisions this is the one that is called so.
    division = pack.groupings.get("macro_region") if pack is not None else None
    if division is None:
        return pd.Series(None, regions.index, dtype="object", name="macro_region")
    return groups_of(regions, division).rename("macro_region")


def _pack_of(regions: pd.DataFrame) -> Pack | None:
    """Return the pack of the regions.

    The default one for a frame of codes that says nothing of where it is from.
    """
    if source_of(regions).pack or "geometry" in regions.columns:
        return source_of(regions).load_pack()
    return load_pack(DEFAULT_PACK)


def _provinces(regions: pd.DataFrame) -> pd.Series:
    """Return the province of each region; missing for one that lies in none, or in several."""
    single = [next(iter(inside)) if len(inside) == 1 else None for inside in parents_of(regions)]
    return pd.Series(single, regions.index, dtype="object", name="province")


def _first(places: int, group: str) -> str:
    return f"first of its {group}" if places == 1 else f"among the first {places} of its {group}"
