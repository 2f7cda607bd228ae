"""The usual steps on bare arrays: what noise changes in every draw, without the cost of frames.

The frames stay the rule, and this is a short cut for it: a method that has an `array_form` says
what its `fit` and `apply` together give for an array, or None where the frames must be asked. A
property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import asked_for, own_fact
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["bare_form"]

Floats = NDArray[np.float64]

_STEPS = ("denominate", "impute", "treat", "normalise")


def bare_form(
    scheme: Scheme, table: IndicatorTable
) -> Callable[[Floats], pd.DataFrame | None] | None:
    """Return a function from values of a table, regions × columns, to normalised values.

    None where the steps must be asked, and so is what it gives for values that it cannot take.
    """
    forms = [own_fact(getattr(scheme, step), "array_form") for step in _STEPS]
    if None in forms:
        return None
    codes = table.framework.codes
    direction = np.array([indicator.direction for indicator in table.framework.indicators], float)
    columns = pd.Index(codes)
    places = table.values.columns.get_indexer(columns)
    beside = [_beside(form, table) for form in forms]

    def normalised(values: Floats) -> pd.DataFrame | None:
        made: Floats | None = values[:, places]
        for form, more in zip(forms, beside, strict=True):
            made = form(made, direction, **more)
            if made is None:
                return None
        return pd.DataFrame(made, table.values.index, columns)

    return normalised


def _beside(form: Any, table: IndicatorTable) -> dict[str, Any]:
    """Return what the array form of a step asks for beside the values."""
    return {"framework": table.framework} if "framework" in asked_for(form) else {}
