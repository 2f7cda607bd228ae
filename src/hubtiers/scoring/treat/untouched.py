"""No treatment, and the report that all treatments give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable
from hubtiers._method import About

__all__ = ["NoTreatment", "touched_values"]


def touched_values(
    before: pd.DataFrame, after: pd.DataFrame, action: Mapping[str, str]
) -> pd.DataFrame:
    """Return one row per value that a treatment changed.

    Region, indicator, before, after, action.
    """
    rows = [
        (region, code, old, new, action.get(code, ""))
        for code in before.columns
        for region, old, new in zip(before.index, before[code], after[code], strict=True)
        if old != new and not (pd.isna(old) and pd.isna(new))
    ]
    return pd.DataFrame(rows, columns=["region", "indicator", "before", "after", "action"])


@dataclass(frozen=True)
class NoTreatment:
    """Leave the values as they are (不处理).

    **Missing values** stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 100.0]})
    >>> NoTreatment().fit(values).apply(values).equals(values)
    True
    """

    about: ClassVar[About] = About(
        zh="不处理",
        en="no treatment",
        says_zh="数值不作变换。",
        says_en="Values are left as they are.",
    )
    counts_regions: ClassVar[bool] = False
    score_unit: ClassVar[str] = "values"

    def fit(self, values: pd.DataFrame) -> NoTreatment:
        """Learn nothing; refuse what one cannot compute with.

        Raises
        ------
        DataError
            When there is no indicator, or something that is not a finite number.
        """
        calculable(values, "NoTreatment()", rows=False)
        return self

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values unchanged."""
        return values

    def report(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return an empty report: nothing is touched."""
        return touched_values(values, values, {})

    def array_form(
        self, x: NDArray[np.float64], direction: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return a bare array as it is."""
        del direction
        return x
