"""Size apart from intensity: totals divided by the denominator that the framework names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import About
from hubtiers.errors import (
    DataError,
    MissingColumnError,
    NotComparableError,
    UnknownOptionError,
    listing,
)
from hubtiers.framework import Framework

__all__ = ["METHODS", "Denominate", "FittedDenominate", "NoDenominate"]


@dataclass(frozen=True)
class NoDenominate:
    """Score the values as they stand (不除以规模).

    Choose it when size itself is what is scored, or when the data are already intensities.

    Notes
    -----
    **Missing values** stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [10.0, 40.0]}, index=["a", "b"])
    >>> NoDenominate().fit(values).apply(values)["patents"].tolist()
    [10.0, 40.0]
    """

    about: ClassVar[About] = About(
        zh="不除以规模",
        en="values as they stand",
        says_zh="指标按原值计分，不除以区域规模。",
        says_en="Values are scored as they stand, not divided by size.",
    )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedDenominate:
        """Learn which columns are scored; all of them when no framework is given."""
        codes = [str(c) for c in values.columns] if framework is None else framework.codes
        return FittedDenominate(self, tuple(codes), {})

    def array_form(
        self, x: NDArray[np.float64], direction: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the scored columns of a bare array as they are."""
        del direction
        return x


@dataclass(frozen=True)
class Denominate:
    """Divide totals by the size of the region (除以规模变量), as the framework says.

    Choose it when large regions should not lead merely by being large. An indicator is divided when
    its `kind` is extensive and its `denominator` names a column; an intensive one counts as divided
    already, and its denominator only says how the values of members combine.

    Parameters
    ----------
    missing
        What a total becomes whose denominator is missing: `"keep"` a missing value, which counts as
        a gap, or `"raise"` an error that names the regions.

    Notes
    -----
    x′ = x / d, in the unit of the indicator per unit of the denominator. The denominator may be an
    indicator of the framework, or a column of the table that is not scored.

    **Missing values**: a missing total stays missing, and one without a denominator becomes
    missing. A denominator that is zero or negative is always an error that names the regions.

    Examples
    --------
    >>> from hubtiers.framework import Indicator
    >>> framework = Framework((Indicator("patents", denominator="people"),))
    >>> values = pd.DataFrame({"patents": [10.0, 40.0], "people": [5.0, 80.0]}, index=["a", "b"])
    >>> Denominate().fit(values, framework=framework).apply(values)
       patents
    a      2.0
    b      0.5
    """

    missing: str = "keep"
    about: ClassVar[About] = About(
        zh="除以规模变量",
        en="divided by size",
        says_zh="指标体系中列出分母的指标除以该分母。",
        says_en="Indicators with a denominator in the framework are divided by it.",
        formula="x′ = x / d",
    )

    def __post_init__(self) -> None:
        if self.missing not in ("keep", "raise"):
            raise UnknownOptionError(
                "choice for Denominate(missing=…)", self.missing, ("keep", "raise")
            )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedDenominate:
        """Learn from the framework what is divided by what, and check the denominators.

        Raises
        ------
        MissingColumnError
            When a denominator is no column of the table.
        DataError
            When no extensive indicator names a denominator, or a denominator is zero or negative.
        """
        codes = [str(c) for c in values.columns] if framework is None else framework.codes
        nodes = () if framework is None else framework.indicators
        pairs = {i.code: i.denominator for i in nodes if i.denominator and i.kind == "extensive"}
        if not pairs:
            raise DataError(
                "Denominate() has nothing to divide: no extensive indicator of the framework names "
                "a denominator. Fill the column `denominator`, or use NoDenominate()."
            )
        fitted = FittedDenominate(self, tuple(codes), pairs)
        fitted.sizes(values)
        return fitted


@dataclass(frozen=True, eq=False)
class FittedDenominate:
    """Which columns are scored, and which of them are divided by which column."""

    method: Denominate | NoDenominate
    codes: tuple[str, ...]
    pairs: Mapping[str, str]

    def sizes(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return what each value is divided by (regions × scored indicators).

        1 where nothing is divided.

        Raises
        ------
        MissingColumnError, DataError
        """
        if absent := [d for d in dict.fromkeys(self.pairs.values()) if d not in values.columns]:
            raise MissingColumnError(
                absent, "The table that Denominate() divides", map(str, values.columns)
            )
        gaps_pass = getattr(self.method, "missing", "keep") == "keep"
        sizes = pd.DataFrame(1.0, index=values.index, columns=list(self.codes))
        for code, denominator in self.pairs.items():
            size = values[denominator].to_numpy(float)
            usable = (size > 0) | (np.isnan(size) & gaps_pass)
            unusable = values[code].notna().to_numpy() & ~usable
            if unusable.any():
                raise _bad_denominator(code, denominator, values.loc[unusable, denominator])
            sizes[code] = np.where(size > 0, size, np.nan)
        return sizes

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the scored columns, divided where the fit said so.

        Raises
        ------
        NotComparableError
            When a scored column is absent.
        MissingColumnError, DataError
            When a denominator is absent, zero or negative; or missing, if so chosen.
        """
        if absent := [code for code in self.codes if code not in values.columns]:
            raise NotComparableError(
                f"The table lacks {listing(map(repr, absent))}, which the fit was made with."
            )
        scored = values[list(self.codes)]
        return scored / self.sizes(values) if self.pairs else scored


def _bad_denominator(code: str, denominator: str, sizes: pd.Series) -> DataError:
    shown = listing(
        f"{region} ({'missing' if pd.isna(size) else f'{size:g}'})"
        for region, size in sizes.items()
    )
    noun = "region" if len(sizes) == 1 else "regions"
    return DataError(
        f"Denominate() needs a positive {denominator!r} wherever {code!r} has a value, but in "
        f"{len(sizes)} {noun} it is not: {shown}. Correct the denominator, or blank {code!r} there."
    )


METHODS = (NoDenominate, Denominate)
"""The methods of this step, in the order in which they are listed."""
