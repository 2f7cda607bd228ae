"""What values an indicator can have, so that a draw never gives it an impossible one.

The rule is read from the known values and the unit of the indicator, column by column:

* no known value is negative: a drawn one is not either;
* the unit says that it is a share (%, ‰, or a proportion) and all known values lie between 0 and
  the whole (100, 1,000 or 1): a drawn one stays there; so it does between 0 and 1 for an indicator
  without a unit whose values lie there and are not whole;
* all known values are whole numbers: a drawn one is whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.framework import Framework

__all__ = ["Domain", "Ends", "domains_of"]

Floats = NDArray[np.float64]

_WHOLES: dict[str, float] = {
    **dict.fromkeys(("%", "％", "pct", "percent", "per cent", "百分比", "百分点"), 100.0),
    "‰": 1000.0,
    **dict.fromkeys(("share", "proportion", "ratio", "比例", "比重", "占比"), 1.0),
}
"""The largest value of a share by its unit."""


@dataclass(frozen=True)
class Domain:
    """Where the values of one indicator lie.

    Attributes
    ----------
    positive
        Whether they are at least 0.
    top
        The largest value of a share; infinite for what is none.
    whole
        Whether they are whole numbers.
    """

    positive: bool = False
    top: float = np.inf
    whole: bool = False

    def errors(self, known: Floats, filled: Floats) -> Floats:
        """Return how far filled values are off, on the scale on which an error keeps the domain.

        Ratios of odds for shares, ratios for what is not negative, else differences. A value that
        was filled with an end of the scale tells of no ratio and is left out.
        """
        inside = self._inside(filled)
        known, filled = known[inside], filled[inside]
        if np.isfinite(self.top):
            # The odds of a share that is the whole are infinite, and so is their ratio.
            with np.errstate(divide="ignore"):
                return np.asarray((known / (self.top - known)) / (filled / (self.top - filled)))
        return np.asarray(known / filled if self.positive else known - filled)

    def with_errors(self, filled: Floats, errors: Floats) -> Floats:
        """Return filled values with errors of that scale."""
        inside = self._inside(filled)
        drawn = filled.copy()
        start, error = filled[inside], errors[inside]
        if np.isfinite(self.top):
            odds = start / (self.top - start) * error
            # Infinite odds stand for the whole.
            with np.errstate(invalid="ignore"):
                share = np.where(np.isinf(odds), 1.0, odds / (1.0 + odds))
            drawn[inside] = self.top * share
        else:
            drawn[inside] = start * error if self.positive else start + error
        return np.asarray(np.rint(drawn) if self.whole else drawn)

    def _inside(self, filled: Floats) -> NDArray[np.bool_]:
        """Return which values lie within the scale, so that they can be multiplied."""
        if not self.positive:
            return np.ones(len(filled), dtype=bool)
        return np.asarray((filled > 0) & (filled < self.top))


def domains_of(values: pd.DataFrame, framework: Framework, *, raw: pd.DataFrame) -> list[Domain]:
    """Return the domain of every column of known values.

    Parameters
    ----------
    values
        Regions × columns, missing where not known.
    framework
        Says the unit of those that are indicators.
    raw
        The same before they were divided by size: a column that was divided has another unit than
        the framework states.
    """
    found = []
    for code in values.columns:
        node = framework.node.get(str(code))
        unit = f"{getattr(node, 'unit', '')}".strip().lower()
        divided = code in raw and not values[code].equals(raw[code])
        known = values[code].dropna().to_numpy(float)
        found.append(_domain(known, None if divided else unit))
    return found


def _domain(known: Floats, unit: str | None) -> Domain:
    """Return the domain of known values; `unit` is None where it is not known any more."""
    if not len(known) or (known < 0).any():
        return Domain(whole=bool(len(known)) and _are_whole(known))
    whole = _are_whole(known)
    top = _WHOLES.get(unit, np.inf) if unit else np.inf
    if unit == "" and not whole:
        top = 1.0
    return Domain(positive=True, top=top if known.max() <= top else np.inf, whole=whole)


def _are_whole(known: Floats) -> bool:
    return bool((known == np.rint(known)).all())


class Ends:
    """The ends of the domains of all columns, looked up once for many draws."""

    def __init__(self, domains: Sequence[Domain]) -> None:
        self._positive = np.array([domain.positive for domain in domains])
        tops = np.array([domain.top for domain in domains])
        self._shares = np.flatnonzero(np.isfinite(tops))
        self._tops = tops[self._shares]
        self._whole = np.flatnonzero([domain.whole for domain in domains])

    def brought_back(self, values: Floats) -> Floats:
        """Return values (regions × columns) with errors, mirrored at the ends of their domain.

        What is still outside then is put on the end; whole columns are rounded.
        """
        kept = np.abs(values)
        if not self._positive.all():
            kept = np.where(self._positive, kept, values)
        if len(self._shares):
            share = kept[:, self._shares]
            mirrored = np.maximum(2.0 * self._tops - share, 0.0)
            kept[:, self._shares] = np.where(share > self._tops, mirrored, share)
        if len(self._whole):
            kept[:, self._whole] = np.rint(kept[:, self._whole])
        return np.asarray(kept)
