"""What a step may ask for, and the way from raw values to normalised ones.

The one place that knows either.

A step gets values, and whatever else the parameters of its `fit` name. `Given` is the only maker of
what there is to ask for, so that a method gets the same on every path: a scheme that runs, a draw
of the Monte Carlo, the explorer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from hubtiers._method import asked_for
from hubtiers._methods import METHODS, step_of
from hubtiers.errors import SpecError, listing
from hubtiers.framework import Framework
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.yardstick import ScoredYardstick

__all__ = [
    "Given",
    "Prepared",
    "complete_values",
    "fill_gaps",
    "fit_and_apply",
    "measure",
    "prepare",
    "require_method",
    "rescale",
]

OFFERED = ("framework", "regions", "year", "panel", "direction")
"""What every step may ask for: see `Given`."""

_OFFERED_BESIDE = {
    "aggregate": ("weights", "nested"),
    "tier": ("features", "table", "yardstick"),
}
"""What only the steps named here may ask for as well."""


@dataclass(frozen=True, eq=False)
class Given:
    """What a step may ask for beside the values, each by the name of a parameter.

    * `framework`: what the indicators mean.
    * `regions`: the frame of the table's regions, with names and memberships.
    * `year`: the year of the values when they have only one, else None.
    * `panel`: where several years are fitted together, the values that the step gets, by region and
      year; else None.
    * `direction`: by indicator, 1 where more is better and -1 where less is.
    * `features`, `table` and `yardstick`, tier steps only: sub-scores under the score, the whole
      table, and what the scheme makes of the table's yardstick; None where it has none.

    Attributes
    ----------
    table
        What is fitted or scored.
    only_year
        The year of its values where the caller names it.
    years
        Region and year of each row, where several years stand on top of each other.
    features
        Sub-scores, where scores are sorted into tiers.
    yardstick
        The score of the yardstick, where scores are sorted into tiers.
    """

    table: IndicatorTable
    only_year: int | None = None
    years: pd.MultiIndex | None = None
    features: pd.DataFrame | None = None
    yardstick: ScoredYardstick | None = None

    def to(self, function: Callable[..., Any], values: pd.DataFrame | pd.Series) -> dict[str, Any]:
        """Return what a `fit` or `apply` asks for, by the names of its parameters."""
        given = {name: self._find(name, values) for name in asked_for(function) if name in OFFERED}
        if self.features is not None:
            known = {
                "features": self.features,
                "table": self.table,
                "yardstick": self.yardstick,
            }
            given |= {name: thing for name, thing in known.items() if name in asked_for(function)}
        return given

    def _find(self, name: str, values: pd.DataFrame | pd.Series) -> Any:
        if name == "framework":
            return self.table.framework
        if name == "regions":
            return self.table.regions
        if name == "direction":
            return _directions(self.table.framework)
        if name == "year":
            return self.known_year()
        return None if self.years is None else values.set_axis(self.years, axis=0)

    def known_year(self) -> int | None:
        """Return the year of the values; None where they have several, or none is stated."""
        if self.only_year is not None or self.years is not None:
            return self.only_year
        years = pd.unique(self.table.year.to_numpy().ravel())
        known = [int(year) for year in years if pd.notna(year)]
        return known[0] if len(known) == 1 else None


def _directions(framework: Framework) -> pd.Series:
    return pd.Series({indicator.code: indicator.direction for indicator in framework.indicators})


def require_method(step: str, method: Any) -> None:
    """Refuse what is no method object of a step, or asks for something that the step is not given.

    Raises
    ------
    SpecError
    """
    if isinstance(method, type) or not callable(getattr(method, "fit", None)):
        example = METHODS[step][0].__name__
        raise SpecError(
            f"Scheme({step}={method!r}) is no method object. Give one such as {example}()."
        )
    home = step_of(type(method))
    if home not in (None, step):
        example = METHODS[step][0].__name__
        raise SpecError(
            f"Scheme({step}={method!r}): {type(method).__name__} belongs to the step {home!r}. "
            f"Write {home}=…, and give {step!r} a method of its own, such as {example}()."
        )
    known = (*OFFERED, *_OFFERED_BESIDE.get(step, ()))
    parameters = list(inspect.signature(method.fit).parameters.values())[1:]
    needed = [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if unknown := [name for name in needed if name not in known]:
        raise SpecError(
            f"Scheme({step}={method!r}): its fit asks for {listing(unknown)}, which the step is "
            f"not given. It may ask for {listing(known, most=9)}; give anything else a default."
        )
    if step == "aggregate" and not any(
        p.name == "weights" or p.kind == p.VAR_KEYWORD for p in parameters
    ):
        raise SpecError(
            f"Scheme(aggregate={method!r}): its fit takes no weights, so that no weighting would "
            "count. Let it take `weights`, a Series by child or None."
        )


class Steps(Protocol):
    """The steps before weights, chosen or fitted."""

    @property
    def denominate(self) -> Any: ...

    @property
    def impute(self) -> Any: ...

    @property
    def treat(self) -> Any: ...

    @property
    def normalise(self) -> Any: ...


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the steps before weights have learnt, and what became of the values on the way.

    Attributes
    ----------
    denominate, impute, treat, normalise
        What each step learnt.
    measured, complete, normalised
        Regions × indicators: divided by size; with gaps filled; treated and on one scale, where
        higher is better.
    """

    denominate: Any
    impute: Any
    treat: Any
    normalise: Any
    measured: pd.DataFrame
    complete: pd.DataFrame
    normalised: pd.DataFrame


def prepare(steps: Steps, given: Given) -> Prepared:
    """Fit the steps from size to normalisation, each on what the one before made of a table."""
    denominate, measured = measure(steps, given)
    impute, complete = fill_gaps(steps, measured, given)
    treat = steps.treat.fit(complete, **given.to(steps.treat.fit, complete))
    treated = treat.apply(complete)
    normalise = steps.normalise.fit(treated, **given.to(steps.normalise.fit, treated))
    return Prepared(
        denominate, impute, treat, normalise, measured, complete, normalise.apply(treated)
    )


def measure(steps: Steps, given: Given) -> tuple[Any, pd.DataFrame]:
    """Fit what divides by size; return it with the values so divided."""
    values = given.table.values
    denominate = steps.denominate.fit(values, **given.to(steps.denominate.fit, values))
    return denominate, denominate.apply(values)


def fill_gaps(steps: Steps, measured: pd.DataFrame, given: Given) -> tuple[Any, pd.DataFrame]:
    """Fit what fills gaps; return it with the values filled."""
    rows = measured
    if given.years is not None and "panel" in asked_for(steps.impute.fit):
        # A method that looks at other years fills each of them, and so gets the rows by region and
        # year.
        rows = measured.set_axis(given.years, axis=0)
    impute, complete = fit_and_apply(steps.impute, rows, given)
    return impute, complete.set_axis(measured.index, axis=0)


def fit_and_apply(step: Any, values: Any, given: Given) -> tuple[Any, Any]:
    """Fit a step, give it the same values, and return both.

    Its `apply` may ask for things as well.
    """
    fitted = step.fit(values, **given.to(step.fit, values))
    return fitted, fitted.apply(values, **given.to(fitted.apply, values))


def complete_values(fitted: Steps, given: Given) -> pd.DataFrame:
    """Return a table's values by size and with gaps filled, by what was learnt before."""
    values = fitted.denominate.apply(given.table.values)
    frame: pd.DataFrame = fitted.impute.apply(values, **given.to(fitted.impute.apply, values))
    return frame


def rescale(fitted: Steps, complete: pd.DataFrame) -> pd.DataFrame:
    """Return complete values treated and normalised, by what was learnt before."""
    frame: pd.DataFrame = fitted.normalise.apply(fitted.treat.apply(complete))
    return frame
