"""Tier probabilities by each option that was varied, and options that change what a tier is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hubtiers._methods import describe
from hubtiers.robustness._counts import Counts
from hubtiers.robustness._plan import Factor, Plan

__all__ = [
    "SizeEffect",
    "option_name",
    "probabilities_by_option",
    "size_effects",
    "sizes_by_option",
]

_TENFOLD = 10.0


@dataclass(frozen=True)
class SizeEffect:
    """An option under which a tier holds at least ten times as many regions as under another.

    Attributes
    ----------
    step, tier
        What is varied, and the tier.
    most, least
        The options with most and with fewest regions in the tier.
    size_most, size_least
        Mean number of regions in the tier under each.
    """

    step: str
    tier: str
    most: str
    least: str
    size_most: float
    size_least: float

    def __str__(self) -> str:
        return (
            f"{self.step}: the tier {self.tier!r} holds {self.size_most:.1f} regions on average "
            f"under {self.most}, and {self.size_least:.1f} under {self.least}. Its probabilities "
            "say mostly how often that option was drawn: read them by option (by_option), or leave "
            "the option out."
        )


def option_name(factor: Factor, option: object) -> str:
    """Return an option in words; for an indicator that is left out its code, or `none`."""
    if factor.name == "leave_out":
        return "none" if option is None else str(option)
    return describe(option)


def _options(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield factor and option in the order in which they are counted."""
    for factor in plan.discrete:
        for option in factor.options:
            yield factor.name, option_name(factor, option)


def probabilities_by_option(plan: Plan, counts: Counts) -> pd.DataFrame:
    """Return one row for each step, option, region and tier: its share of the option's draws."""
    regions, labels = plan.table.values.index, list(plan.labels)
    parts = []
    for (step, option), counted in zip(_options(plan), counts.by_option, strict=True):
        times = np.repeat(counted.sum(axis=1), len(labels))
        with np.errstate(invalid="ignore"):
            share = counted.ravel() / times
        part = {
            "step": step,
            "option": option,
            "region_id": np.repeat(regions.to_numpy(object), len(labels)),
            "tier": labels * len(regions),
            "probability": share,
            "draws": times,
        }
        parts.append(pd.DataFrame(part))
    columns = ["step", "option", "region_id", "tier", "probability", "draws"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def sizes_by_option(plan: Plan, counts: Counts) -> pd.DataFrame:
    """Return the mean number of regions in each tier by step and option, and the draws of each."""
    rows = list(_options(plan))
    index = pd.MultiIndex.from_tuples(rows, names=["step", "option"]) if rows else None
    if index is None:
        index = pd.MultiIndex.from_arrays([[], []], names=["step", "option"])
    with np.errstate(invalid="ignore"):
        sizes = counts.by_option.sum(axis=1) / counts.option_draws[:, None]
    frame = pd.DataFrame(sizes, index=index, columns=pd.Index(plan.labels, name="tier"))
    frame["draws"] = counts.option_draws
    return frame


def size_effects(plan: Plan, counts: Counts) -> tuple[SizeEffect, ...]:
    """Return where one option changes the size of a tier tenfold, the larger being a region."""
    sizes = sizes_by_option(plan, counts)
    found = []
    for factor in plan.discrete:
        own = sizes.loc[[factor.name]].droplevel("step")
        own = own[own["draws"] > 0]
        for tier in plan.labels:
            size = own[tier].to_numpy(float)
            most, least = (int(size.argmax()), int(size.argmin())) if len(size) else (0, 0)
            if len(size) and size[most] >= max(1.0, _TENFOLD * size[least]):
                names = own.index[most], own.index[least]
                found.append(SizeEffect(factor.name, tier, *names, size[most], size[least]))
    return tuple(found)
