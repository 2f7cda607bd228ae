"""Fill gaps by a mean or a median, of all regions or of those of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from hubtiers._checks import calculable, named_pairs, require_every_column, same_columns
from hubtiers._method import About
from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    MissingColumnError,
    NotComparableError,
    listing,
)
from hubtiers.scoring.impute.coverage import blank_below, require_share

__all__ = [
    "FittedFill",
    "FittedGroupFill",
    "GroupMean",
    "GroupMedian",
    "MeanImpute",
    "MedianImpute",
]

_Groups = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MeanImpute:
    """Fill gaps with the mean of the indicator (均值填补).

    Choose it when gaps are few and a region without a value may be taken for an average one; it
    hides differences.

    Parameters
    ----------
    share
        Least share of the indicators, 0 to 1, that a region must have for its gaps to be filled.

    Notes
    -----
    **Missing values** of a region that has at least `share` of the indicators become the mean over
    all regions of the fit; they are marked. A region with less is blanked and has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 3.0, None], "b": [3.0, 4.0, 5.0]})
    >>> MeanImpute().fit(values).apply(values)["a"].tolist()
    [1.0, 3.0, 2.0]
    """

    share: float = 0.5
    about: ClassVar[About] = About(
        zh="均值填补",
        en="mean imputation",
        says_zh="缺失值以该指标全部区域的均值填补并标记。",
        says_en="Gaps become the mean of the indicator over all regions, and are marked.",
    )

    def __post_init__(self) -> None:
        require_share(self.share, "MeanImpute")

    def fit(self, values: pd.DataFrame) -> FittedFill:
        """Compute the mean of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        """
        numbers = calculable(values, "MeanImpute()")
        require_every_column(numbers, "MeanImpute()")
        return FittedFill(self, numbers.mean(), self.share)


@dataclass(frozen=True)
class MedianImpute:
    """Fill gaps with the median of the indicator (中位数填补).

    Choose it in place of the mean when indicators are skewed.

    Parameters
    ----------
    share
        Least share of the indicators, 0 to 1, that a region must have for its gaps to be filled.

    Notes
    -----
    **Missing values** of a region that has at least `share` of the indicators become the median
    over all regions of the fit; they are marked. A region with less is blanked and has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0, 9.0, None], "b": [3.0, 4.0, 5.0, 6.0]})
    >>> MedianImpute().fit(values).apply(values)["a"].tolist()
    [1.0, 2.0, 9.0, 2.0]
    """

    share: float = 0.5
    about: ClassVar[About] = About(
        zh="中位数填补",
        en="median imputation",
        says_zh="缺失值以该指标全部区域的中位数填补并标记。",
        says_en="Gaps become the median of the indicator over all regions, and are marked.",
    )

    def __post_init__(self) -> None:
        require_share(self.share, "MedianImpute")

    def fit(self, values: pd.DataFrame) -> FittedFill:
        """Compute the median of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        """
        numbers = calculable(values, "MedianImpute()")
        require_every_column(numbers, "MedianImpute()")
        return FittedFill(self, numbers.median(), self.share)


@dataclass(frozen=True, eq=False)
class FittedFill:
    """What gaps are filled with, by indicator."""

    method: MeanImpute | MedianImpute
    fill: pd.Series
    share: float

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values with gaps filled, and regions with too few values blanked.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.fill.index, values, f"{type(self.method).__name__}()")
        return blank_below(numbers.fillna(self.fill), self.share, judged_by=numbers)

    def mark(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return True for every cell that `apply` fills."""
        return values.isna() & self.apply(values).notna()


@dataclass(frozen=True)
class GroupMean:
    """Fill gaps with the mean of the region's group (分组均值填补).

    Its province, its tier, or any other column.

    Choose it when regions of a group resemble each other more than they resemble the rest.

    Parameters
    ----------
    by
        Column of the table's regions that holds the group, such as `"province"`.
    groups
        Group by region id instead, as a mapping or a Series; kept as a tuple of pairs. Then `by` is
        not used.
    share
        Least share of the indicators, 0 to 1, that a region must have for its gaps to be filled.

    Notes
    -----
    **Missing values** of a region that has at least `share` of the indicators become the mean of
    its group in the fit; they are marked. A region with less is blanked and has no score. A gap
    that the group has no value for is an error, and so is a region without a group.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 9.0, None], "b": [3.0, 4.0, 5.0]}, index=["x", "y", "z"])
    >>> regions = pd.DataFrame({"province": ["east", "west", "east"]}, index=["x", "y", "z"])
    >>> GroupMean("province").fit(values, regions=regions).apply(values)["a"].tolist()
    [1.0, 9.0, 1.0]
    """

    by: str = "province"
    groups: Mapping[str, str] | _Groups | None = None
    share: float = 0.5
    uses_geometry: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="分组均值填补",
        en="group mean",
        says_zh="缺失值以同组区域的均值填补并标记。",
        says_en="Gaps become the mean of the region's group, and are marked.",
    )

    def __post_init__(self) -> None:
        require_share(self.share, "GroupMean")
        if self.groups is not None:
            object.__setattr__(self, "groups", _as_groups(self.groups, "GroupMean(groups=…)"))

    def fit(self, values: pd.DataFrame, *, regions: pd.DataFrame | None = None) -> FittedGroupFill:
        """Compute the mean of each indicator in each group.

        Parameters
        ----------
        values
            Regions × indicators.
        regions
            Frame with the same index that has the column `by`; not needed when `groups` is given.

        Raises
        ------
        DataError
            When a region has no group, or a gap no value in its group.
        MissingColumnError
            When the regions lack the column.
        """
        numbers, group = _grouped(self, values, regions)
        return _fitted(self, numbers, group, numbers.groupby(group).mean())


@dataclass(frozen=True)
class GroupMedian:
    """Fill gaps with the median of the region's group (分组中位数填补).

    Choose it in place of the group's mean when indicators are skewed.

    Parameters
    ----------
    by
        Column of the table's regions that holds the group, such as `"province"`.
    groups
        Group by region id instead, as a mapping or a Series; kept as a tuple of pairs. Then `by` is
        not used.
    share
        Least share of the indicators, 0 to 1, that a region must have for its gaps to be filled.

    Notes
    -----
    **Missing values**: as in `GroupMean`, with the median.

    Examples
    --------
    >>> numbers = {"a": [1.0, 2.0, 9.0, None], "b": [3.0, 4.0, 5.0, 6.0]}
    >>> values = pd.DataFrame(numbers, index=["w", "x", "y", "z"])
    >>> GroupMedian(groups=dict.fromkeys("wxyz", "all")).fit(values).apply(values)["a"].tolist()
    [1.0, 2.0, 9.0, 2.0]
    """

    by: str = "province"
    groups: Mapping[str, str] | _Groups | None = None
    share: float = 0.5
    uses_geometry: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="分组中位数填补",
        en="group median",
        says_zh="缺失值以同组区域的中位数填补并标记。",
        says_en="Gaps become the median of the region's group, and are marked.",
    )

    def __post_init__(self) -> None:
        require_share(self.share, "GroupMedian")
        if self.groups is not None:
            object.__setattr__(self, "groups", _as_groups(self.groups, "GroupMedian(groups=…)"))

    def fit(self, values: pd.DataFrame, *, regions: pd.DataFrame | None = None) -> FittedGroupFill:
        """Compute the median of each indicator in each group.

        Parameters and errors as in `GroupMean.fit`.
        """
        numbers, group = _grouped(self, values, regions)
        return _fitted(self, numbers, group, numbers.groupby(group).median())


@dataclass(frozen=True, eq=False)
class FittedGroupFill:
    """What gaps are filled with, by group and indicator, and the group of each region."""

    method: GroupMean | GroupMedian
    fill: pd.DataFrame
    group: pd.Series

    def apply(self, values: pd.DataFrame, *, regions: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return the values with gaps filled, and regions with too few values blanked.

        Parameters
        ----------
        values
            Regions × indicators.
        regions
            Frame with the groups of these regions; left out, the regions must be among those of the
            fit.

        Raises
        ------
        NotComparableError
            When the columns, the regions or their groups are not those of the fit.
        DataError
            When a gap has no value in its group.
        """
        name = f"{type(self.method).__name__}()"
        numbers = same_columns(self.fill.columns, values, name)
        if regions is not None and self.method.groups is None:
            numbers, group = _grouped(self.method, values, regions)
        else:
            group = self.group.reindex(numbers.index)
        unknown = numbers.index[~group.isin(self.fill.index)].tolist()
        if unknown:
            raise NotComparableError(
                f"{name} was fitted without the groups of {listing(unknown)}. Fit it on a table "
                "that has them."
            )
        fill = self.fill.loc[group].set_axis(numbers.index)
        kept = blank_below(numbers.fillna(fill), self.method.share, judged_by=numbers)
        _require_filled(kept, group, name)
        return kept

    def mark(self, values: pd.DataFrame, *, regions: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return True for every cell that `apply` fills."""
        return values.isna() & self.apply(values, regions=regions).notna()


def _as_groups(groups: Any, what: str) -> _Groups:
    return tuple((region, str(group)) for region, group in named_pairs(groups, what))


def _grouped(
    method: GroupMean | GroupMedian, values: pd.DataFrame, regions: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.Series]:
    name = f"{type(method).__name__}()"
    numbers = calculable(values, name)
    for index, where in (
        (numbers.index, "the frame of values"),
        (None if regions is None else regions.index, "regions=…"),
    ):
        if index is not None and index.has_duplicates:
            raise DuplicateRegionError(index[index.duplicated()], f"{name}: {where}")
    if method.groups is not None:
        group = pd.Series(dict(_as_groups(method.groups, name)), dtype=object).reindex(
            numbers.index.astype(str)
        )
        group.index = numbers.index
    elif regions is None:
        raise DataError(
            f"{name} needs the regions' column {method.by!r}. Give regions=…, or groups=… by "
            "region id."
        )
    elif method.by not in regions.columns:
        raise MissingColumnError(
            [method.by], f"{name}: the table of regions", map(str, regions.columns)
        )
    else:
        group = regions[method.by].reindex(numbers.index)
    # An empty text says that a region lies in no group, or in several.
    group = group.mask(group.astype("object") == "")
    if absent := numbers.index[group.isna()].tolist():
        raise DataError(
            f"{name} finds no group for {listing(absent)}. Complete the groups, or leave these "
            "regions out."
        )
    return numbers, group


def _fitted(
    method: GroupMean | GroupMedian, numbers: pd.DataFrame, group: pd.Series, fill: pd.DataFrame
) -> FittedGroupFill:
    fitted = FittedGroupFill(method, fill, group)
    require_every_column(numbers, f"{type(method).__name__}()")
    kept = blank_below(
        numbers.fillna(fill.loc[group].set_axis(numbers.index)), method.share, judged_by=numbers
    )
    _require_filled(kept, group, f"{type(method).__name__}()")
    return fitted


def _require_filled(kept: pd.DataFrame, group: pd.Series, name: str) -> None:
    left = kept.isna() & kept.notna().any(axis=1).to_numpy()[:, None]
    if left.to_numpy().any():
        cells = dict.fromkeys(
            f"{code!r} in {group[region]!r}"
            for code in kept.columns
            for region in kept.index[left[code]]
        )
        raise DataError(
            f"{name} cannot fill {listing(cells)}: the group has no value. Use larger groups, or "
            "drop the indicator."
        )
