"""The usual steps on bare arrays: what noise changes in every draw, without the cost of frames.

The frames stay the rule, and this is a short cut for it: a method that has an `array_form` says
what its `fit` and `apply` together give for an array, or None where the frames must be asked. A
property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import asked_for, own_fact
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["bare_values"]

_STEPS = ("denominate", "impute", "treat", "normalise")


def bare_values(
    scheme: Scheme, table: IndicatorTable, noisy: Callable[[], NDArray[np.float64]]
) -> pd.DataFrame | None:
    """Return normalised values of a table whose values are the noisy ones.

    None where the steps must be asked.
    """
    forms = [own_fact(getattr(scheme, step), "array_form") for step in _STEPS]
    if None in forms:
        return None
    codes = table.framework.codes
    direction = np.array([indicator.direction for indicator in table.framework.indicators], float)
    values = noisy()[:, table.values.columns.get_indexer(pd.Index(codes))]
    for form in forms:
        asked = asked_for(form)
        beside = {"framework": table.framework} if "framework" in asked else {}
        values = form(values, direction, **beside)
        if values is None:
            return None
    return pd.DataFrame(values, table.values.index, codes)
