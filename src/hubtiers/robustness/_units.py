"""Cut-points that stay hold in one unit of the score: what changes that unit is refused."""

from __future__ import annotations

from typing import Any

from hubtiers._hierarchy import by_level, method_at
from hubtiers._method import asked_for, own_fact, score_unit
from hubtiers._methods import describe
from hubtiers.errors import SpecError, listing
from hubtiers.robustness.variation import PerLevel, Variation
from hubtiers.scheme import Scheme

__all__ = ["refuse_other_units"]

_STEPS = ("treat", "normalise", "aggregate")
"""Steps that may change what a number of the score means."""


def refuse_other_units(scheme: Scheme, variation: Variation, *, tiers: str) -> None:
    """Refuse a variation that changes the unit of the score under cut-points that stay.

    Cut-points stay when the tiers of the scheme are held, and where a tier rule declares them.

    Raises
    ------
    SpecError
        When an option of treatment, normalisation or aggregation has scores in another unit than
        the scheme's own.
    """
    offers = {step: _others(scheme, variation, step) for step in _STEPS}
    changed = {step: others for step, others in offers.items() if others}
    if not changed:
        return
    if tiers == "fixed" and "table" in asked_for(scheme.tier.fit):
        # What reads the table, such as shares, has no cut-point in the score.
        return
    if tiers == "fixed":
        holds = "tiers='fixed' keeps the cut-points of the scheme"
        refit = (
            "Let every draw find its own cut-points, tiers='refit' (in a study file, "
            'tiers = "refit" under [robustness])'
        )
    else:
        rules = variation.tier or (scheme.tier,)
        declared = [rule for rule in rules if own_fact(rule, "declares_cuts", default=False)]
        if not declared:
            return
        holds = f"{listing(map(describe, declared))} declares cut-points"
        refit = "Take a tier rule that finds its cut-points in the scores, such as NaturalBreaks()"
    left_out = " and ".join(f"`{step}`" for step in changed)
    raise SpecError(
        f"{holds}, which are numbers in the unit of the scheme's scores, but the Variation "
        f"{_told(scheme, changed)}, whose scores are in another unit. {refit}, or leave {left_out} "
        "out of the Variation (in a study file, out of [robustness.variation])."
    )


def _told(scheme: Scheme, changed: dict[str, list[Any]]) -> str:
    """Return what the variation offers in place of what the scheme has, step by step."""
    parts = []
    for step, others in changed.items():
        offered = listing(map(describe, others))
        own = describe(getattr(scheme, step))
        parts.append(f"offers for `{step}` {offered} in place of {own}")
    return " and ".join(parts)


def _others(scheme: Scheme, variation: Variation, step: str) -> list[Any]:
    """Return the options of a step whose scores are in another unit than those of the scheme."""
    options, own = getattr(variation, step), getattr(scheme, step)
    if isinstance(options, PerLevel):
        others = []
        for level, members in enumerate(options.levels):
            unit = score_unit(method_at(by_level(own), level))
            others += [option for option in members if score_unit(option) != unit]
        return others
    return [option for option in options if _unit(option) != _unit(own)]


def _unit(chosen: Any) -> tuple[Any, ...]:
    """Return the units level by level; levels that follow each other in one unit count once."""
    units: list[Any] = []
    for unit in map(score_unit, by_level(chosen)):
        if not units or units[-1] != unit:
            units.append(unit)
    return tuple(units)
