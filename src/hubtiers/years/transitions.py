"""How often regions pass from one tier to another (马尔可夫转移), and where that leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, NotComparableError, SpecError, listing
from hubtiers.framework import TIERS
from hubtiers.years.panel import TierPanel

__all__ = [
    "Classes",
    "TierTransitions",
    "classes_of_panel",
    "tier_transitions",
    "transition_counts",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes by region and year as numbers, -1 for none, and what they are called."""

    codes: pd.DataFrame
    labels: tuple[object, ...]

    @property
    def step(self) -> int | None:
        """Years from one column to the next; None where they are unevenly spaced."""
        years = [int(year) for year in self.codes.columns]
        gaps = {later - earlier for earlier, later in pairwise(years)}
        return gaps.pop() if len(gaps) == 1 else None


@dataclass(frozen=True, repr=False, eq=False)
class TierTransitions:
    """How often regions passed from one class to another, as `tier_transitions` gives it.

    Attributes
    ----------
    counts
        From (rows) × to (columns): in how many region-steps.
    years
        The years, ascending.
    step
        Years from one to the next; None where they are unevenly spaced.
    left_out
        Region-steps without a class at one end, which are not counted.
    """

    counts: pd.DataFrame
    years: tuple[int, ...]
    step: int | None
    left_out: int = 0

    @cached_property
    def probabilities(self) -> pd.DataFrame:
        """Share of the steps out of a class that lead to each; missing where none was seen."""
        return self._framed(row_shares(self.counts.to_numpy()))

    @cached_property
    def standard_errors(self) -> pd.DataFrame:
        """Binomial standard error of each probability, √(p(1 − p)/n)."""
        seen = self.counts.to_numpy().sum(axis=1, keepdims=True)
        shares = row_shares(self.counts.to_numpy())
        return self._framed(np.sqrt(shares * (1.0 - shares) / np.where(seen > 0, seen, np.nan)))

    @cached_property
    def steady_state(self) -> pd.Series | None:
        """Shares of the classes that these probabilities lead to in the end.

        None where they depend on where a region starts, or where it is not known how regions leave
        a class; `no_steady_state` says which. A class that no region ever had is missing.
        """
        if self.no_steady_state:
            return None
        shares, seen = row_shares(self.counts.to_numpy()), self._seen
        found = np.full(len(shares), np.nan)
        found[seen] = stationary(shares[np.ix_(seen, seen)])
        return pd.Series(found, index=self.counts.index, name="steady_state")

    @cached_property
    def no_steady_state(self) -> str:
        """Why there is no single steady state; empty where there is one."""
        counts = self.counts.to_numpy()
        never_left = [c for c in np.flatnonzero(self._seen) if not counts[c].sum()]
        labels = list(self.counts.index)
        if never_left:
            named = listing(str(labels[place]) for place in never_left)
            return f"No step out of {named} was seen, so that it is not known where regions go."
        closed = closed_sets(counts > 0, np.flatnonzero(self._seen))
        if len(closed) > 1:
            named = listing(" and ".join(str(labels[c]) for c in one) for one in closed)
            return f"Regions that reach one of these never leave it: {named}."
        return ""

    @cached_property
    def first_passage(self) -> pd.DataFrame:
        """Mean number of steps until a region of one class (rows) first has another (columns).

        The diagonal is the mean time of return. Infinite where it may never come; missing where it
        is not known how regions leave a class.
        """
        return self._framed(mean_first_passage(row_shares(self.counts.to_numpy())))

    @cached_property
    def _seen(self) -> NDArray[np.bool_]:
        """Which classes any region had."""
        counts = self.counts.to_numpy()
        return np.asarray((counts.sum(axis=0) + counts.sum(axis=1)) > 0)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair of classes: `from`, `to`, count, probability, standard error."""
        rows = []
        for start in self.counts.index:
            for end in self.counts.columns:
                cells = (self.counts, self.probabilities, self.standard_errors)
                rows.append((start, end, *(frame.loc[start, end] for frame in cells)))
        names = ["from", "to", "count", "probability", "standard_error"]
        return pd.DataFrame(rows, columns=names)

    def _framed(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, self.counts.index, self.counts.columns)

    def _head(self) -> str:
        steps = int(self.counts.to_numpy().sum())
        length = f"{self.step} years" if self.step else "uneven length"
        if self.step == 1:
            length = "a year"
        out = f", {self.left_out} without a class left out" if self.left_out else ""
        return f"{steps} steps of {length}, {self.years[0]} to {self.years[-1]}{out}"

    def __repr__(self) -> str:
        return f"<TierTransitions: {self._head()}>\n{self.probabilities.round(3)}"

    def _repr_html_(self) -> str:
        counts = self.counts.to_html(escape=True)
        shares = self.probabilities.to_html(escape=True, na_rep="–", float_format="{:.3f}".format)
        return f"<p>{escape(self._head())}</p>{counts}{shares}"


def tier_transitions(
    panel: TierPanel | pd.DataFrame,
    *,
    classes: Sequence[object] | None = None,
    uneven: bool = False,
) -> TierTransitions:
    """Count the passages between tiers from each year to the next (马尔可夫转移矩阵).

    Parameters
    ----------
    panel
        A panel, or a frame of classes, regions × years: numbers, tiers, or any labels.
    classes
        The classes of a frame in their order; left out, numbers ascend, ordered categoricals keep
        their order, and tiers of Zhang's start with the highest.
    uneven
        Count steps of different lengths alike. Without it, years must be evenly spaced, since a
        probability has no meaning but for one length.

    Returns
    -------
    TierTransitions
        Counts, probabilities, steady state and mean first passage.

    Raises
    ------
    NotComparableError
        When the years are unevenly spaced.
    DataError
        When there are fewer than two years, or no region has a class in two successive ones.
    SpecError
        When a frame has a class that is not among `classes`, or labels without an order.

    Notes
    -----
    **Missing values**: a step without a class at one end is left out and counted in `left_out`. A
    class that no region left has no probabilities; nothing is invented for it.

    Examples
    --------
    >>> tiers = pd.DataFrame({2012: [1, 1, 2, 2], 2017: [1, 2, 2, 2], 2022: [1, 2, 2, 1]})
    >>> found = tier_transitions(tiers)
    >>> found.counts.to_numpy().tolist()
    [[2, 1], [1, 4]]
    >>> found.steady_state.round(3).tolist()
    [0.375, 0.625]
    """
    known = classes_of_panel(panel, classes)
    if known.step is None and not uneven:
        raise NotComparableError(
            f"The years {listing(known.codes.columns, most=20)} are unevenly spaced, so that a "
            "step from one to the next has no one length. Leave years out, or pass uneven=True to "
            "count all steps alike."
        )
    counts, left_out = transition_counts(known.codes.to_numpy(), len(known.labels))
    if not counts.sum():
        raise DataError(
            "No region has a class in two successive years, so that there is nothing to count. "
            "Look at TierPanel.presence."
        )
    index = pd.Index(known.labels, name="from")
    frame = pd.DataFrame(counts, index, index.rename("to"))
    years = tuple(int(year) for year in known.codes.columns)
    return TierTransitions(frame, years, known.step, left_out)


def classes_of_panel(
    panel: TierPanel | pd.DataFrame, classes: Sequence[object] | None = None
) -> Classes:
    """Return the classes of a panel or a frame as numbers.

    Raises
    ------
    DataError, SpecError
    """
    if isinstance(panel, TierPanel):
        labels: tuple[object, ...] = panel.labels
        frame = panel.tiers.astype("object")
        if classes is not None:
            raise SpecError("A panel has its own tiers. Leave `classes` out.")
    elif isinstance(panel, pd.DataFrame):
        frame = _years_ascending(panel)
        labels = tuple(classes) if classes is not None else _order_of(frame)
        frame = frame.astype("object")
    else:
        raise SpecError(
            f"Transitions need a TierPanel or a frame of classes, but got {type(panel).__name__}."
        )
    place = {label: number for number, label in enumerate(labels)}
    present = {cell for cell in frame.to_numpy().ravel().tolist() if not pd.isna(cell)}
    if unknown := [cell for cell in present if cell not in place]:
        raise SpecError(
            f"The frame has the class {listing(map(repr, unknown))}, which is not among "
            f"{listing(map(repr, labels), most=12)}."
        )
    codes = frame.map(lambda cell: -1 if pd.isna(cell) else place[cell]).astype("int64")
    return Classes(codes, labels)


def _years_ascending(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns are years, ascending."""
    try:
        years = [int(column) for column in frame.columns]
    except (TypeError, ValueError):
        raise DataError(
            f"The columns of the frame must be years, but are {listing(map(repr, frame.columns))}."
        ) from None
    if len(years) < 2 or len(set(years)) < len(years):
        raise DataError(
            f"Transitions need at least two different years, but the frame has {listing(years)}."
        )
    return frame.set_axis(years, axis=1).sort_index(axis=1)


def _order_of(frame: pd.DataFrame) -> tuple[object, ...]:
    first = frame.iloc[:, 0]
    if isinstance(first.dtype, pd.CategoricalDtype) and first.cat.ordered:
        return tuple(first.cat.categories)
    found = {cell for cell in frame.to_numpy().ravel().tolist() if not pd.isna(cell)}
    if found <= set(TIERS):
        return tuple(tier for tier in TIERS if tier in found)
    if all(isinstance(cell, int | float | np.number) for cell in found):
        return tuple(sorted(found))
    raise SpecError(
        f"The classes {listing(sorted(map(repr, found)))} have no order of their own. Give "
        "classes=(…), in the order in which they are to stand."
    )


def transition_counts(codes: Ints, k: int) -> tuple[Ints, int]:
    """Return how often each class (rows) is followed by each (columns), and what had no class.

    Parameters
    ----------
    codes
        Regions × years: 0 to k − 1, and -1 for none.

    Examples
    --------
    >>> counts, left_out = transition_counts(np.array([[0, 1, 1], [1, -1, 0]]), 2)
    >>> counts.tolist(), left_out
    ([[0, 1], [0, 1]], 2)
    """
    before, after = codes[:, :-1].ravel(), codes[:, 1:].ravel()
    whole = (before >= 0) & (after >= 0)
    pairs = before[whole] * k + after[whole]
    counts = np.bincount(pairs, minlength=k * k).reshape(k, k)
    return counts.astype(np.int64), int((~whole).sum())


def row_shares(counts: NDArray[np.int64]) -> Floats:
    """Return each row as shares of its sum; NaN where there is nothing to share.

    >>> row_shares(np.array([[3, 1], [0, 0]])).tolist()
    [[0.75, 0.25], [nan, nan]]
    """
    sums = counts.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(counts, sums, out=np.full(counts.shape, np.nan), where=sums > 0)
    return shares


def closed_sets(leads: NDArray[np.bool_], places: Ints) -> list[tuple[int, ...]]:
    """Return the sets of classes that are never left once they are entered."""
    reach = reachable(leads)
    found: dict[tuple[int, ...], None] = {}
    for place in places.tolist():
        together = np.flatnonzero(reach[place])
        # Everything that can be reached leads back: no way out.
        if all(reach[other, place] for other in together):
            found[tuple(together.tolist())] = None
    return list(found)


def reachable(leads: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether each class (columns) can be reached from each (rows), itself included."""
    reach = leads | np.eye(len(leads), dtype=bool)
    for _ in range(len(leads)):
        reach = (reach.astype(np.int64) @ reach.astype(np.int64)) > 0
    return np.asarray(reach)


def stationary(shares: Floats) -> Floats:
    """Return the shares that a transition matrix leaves as they are: π = πP, Σπ = 1.

    >>> stationary(np.array([[0.5, 0.5], [0.25, 0.75]])).round(6).tolist()
    [0.333333, 0.666667]
    """
    k = len(shares)
    system = np.vstack([shares.T - np.eye(k), np.ones(k)])
    solution, *_ = np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)
    # What is a zero but for rounding is one.
    found = np.where(np.abs(solution) < 1e-12, 0.0, solution)
    return np.asarray(found / found.sum())


def mean_first_passage(shares: Floats) -> Floats:
    """Return the mean steps from each class (rows) to the first visit of each (columns).

    m_ij = 1 + Σ_{k≠j} p_ik m_kj; on the diagonal the mean time of return. Infinite where the visit
    may never come; NaN where the way passes through a class whose probabilities are not known.

    >>> mean_first_passage(np.array([[0.5, 0.5], [0.25, 0.75]])).round(6).tolist()
    [[3.0, 2.0], [4.0, 1.5]]
    """
    k = len(shares)
    leads = np.nan_to_num(shares) > 0
    unknown = np.isnan(shares).any(axis=1)
    found = np.full((k, k), np.inf)
    for target in range(k):
        # What happens after the visit does not count.
        ahead = reachable(leads & ~(np.arange(k) == target)[:, None])
        sure = ~(ahead & ~ahead[:, target]).any(axis=1)
        blind = np.array(
            [(unknown & ahead[start])[np.arange(k) != target].any() for start in range(k)]
        )
        inner = np.flatnonzero(sure & ~blind & (np.arange(k) != target))
        system = np.eye(len(inner)) - shares[np.ix_(inner, inner)]
        found[inner, target] = np.linalg.solve(system, np.ones(len(inner)))
        found[blind, target] = np.nan
        found[target, target] = _return_time(shares[target], found[:, target], target)
    return found


def _return_time(row: Floats, to_target: Floats, target: int) -> float:
    """Return the mean steps until a class is had again."""
    if np.isnan(row).any():
        return float("nan")
    others = (row > 0) & (np.arange(len(row)) != target)
    return float(1.0 + (row[others] * to_target[others]).sum())
